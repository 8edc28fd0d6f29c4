// What agents learn from: games that are played and remembered.
export { type ExperienceOptions, experienceColumns, experienceSource } from './experience.ts'
export { lambdaReturns, type Rollout } from './lambda-returns.ts'
export { type LeverDrawsOptions, leverColumns, leverDraws } from './lever-draws.ts'
export {
  bestOf,
  type Decide,
  type PlayedEpisodes,
  type PlayOptions,
  playEpisodes,
  type StepOfAll,
  type Thoughts,
} from './play-episodes.ts'
export {
  checkMemorySize,
  type Played,
  type Replay,
  type ReplayOptions,
  replayMemory,
  type Transition,
} from './replay.ts'
export { type RolloutOptions, rolloutColumns, rolloutSource, updatesOf } from './rollout.ts'
export { type SumTree, sumTree } from './sum-tree.ts'
export { type TeamPlayOptions, teamColumns, teamPeriod, teamPlay, teamReturns } from './team-play.ts'
