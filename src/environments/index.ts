// Games that agents play.
export {
  type Environment,
  type EnvironmentOptions,
  type EnvironmentStep,
  environmentOf,
} from './environment.ts'
export type { Game, Outcome, Rules } from './game.ts'
export { COLORS, type Color, emptyPicture, fillRect, type GamePicture, NOTHING } from './picture.ts'
export { ENVIRONMENTS, makeEnvironment, rulesNamed } from './registry.ts'
export { arrayFor, type Box, type Discrete, type Observation } from './spaces.ts'
export { type Environments, type Episode, environments } from './vector.ts'
