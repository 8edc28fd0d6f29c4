// Objectives of any generator and discriminator: what they play for, packing, settings.
export type { Judged, PairLog, PairLoss, PairSettings, Round } from './pair-loss.ts'
export { type PairOptions, pairObjective, pairSettings } from './pair-objective.ts'
export { PAIR_LOSSES } from './registry.ts'
