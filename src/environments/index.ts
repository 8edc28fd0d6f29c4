// Games that agents play.
export {
  type Environment,
  type EnvironmentOptions,
  type EnvironmentStep,
  environmentOf,
} from './environment.ts'
export type { ChosenGame, Game, GameOptions, GamePicture, Outcome, ReadFile, Rules } from './game.ts'
export { ENVIRONMENTS, makeEnvironment, prepareEnvironment, rulesNamed } from './registry.ts'
export { arrayFor, type Box, type Discrete, type Observation } from './spaces.ts'
export { type Environments, type Episode, environments } from './vector.ts'
