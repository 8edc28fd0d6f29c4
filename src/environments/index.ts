// Games that agents play.
export {
  type Environment,
  type EnvironmentOptions,
  type EnvironmentStep,
  environmentOf,
} from './environment.ts'
export type { ChosenGame, Game, GameFile, GameOptions, Outcome, ReadFile, Rules } from './game.ts'
export { distinctLevers, drawLeverAgents, type LeversOptions, leverRanks, leversRules } from './levers.ts'
export { COLORS, type Color, emptyPicture, fillRect, type GamePicture, NOTHING } from './picture.ts'
export {
  ENVIRONMENTS,
  makeEnvironment,
  prepareEnvironment,
  rulesNamed,
  TEAM_TASKS,
  teamRulesOf,
} from './registry.ts'
export { arrayFor, type Box, type Discrete, type Observation } from './spaces.ts'
export {
  type TeamEpisode,
  type TeamGame,
  type TeamMeasure,
  type TeamRules,
  type Teams,
  teams,
} from './team.ts'
export {
  actByChance,
  drawnByLogits,
  playTeams,
  type TeamPolicy,
  teamInputs,
  teamPolicyOf,
} from './team-policy.ts'
export { cellOf, type TrafficOptions, trafficRules } from './traffic-junction.ts'
export { type Environments, type Episode, environments } from './vector.ts'
