// What agents learn from: games that are played and remembered.
export { type ExperienceOptions, experienceColumns, experienceSource } from './experience.ts'
export { type LeverDrawsOptions, leverColumns, leverDraws } from './lever-draws.ts'
export {
  checkMemorySize,
  type Played,
  type Replay,
  type ReplayOptions,
  replayMemory,
  type Transition,
} from './replay.ts'
export { type SumTree, sumTree } from './sum-tree.ts'
export { type TeamPlayOptions, teamColumns, teamPeriod, teamPlay, teamReturns } from './team-play.ts'
