// Ways in which a class enters both players of a pair.
export type { Condition, Told } from './condition.ts'
export type { MakeDiscriminator, MakeGenerator } from './players.ts'
export { CONDITIONS } from './registry.ts'
