// Objectives: what networks compete for, one file per algorithm.
export { type AdversarialOptions, adversarial } from './adversarial.ts'
export { type AugmentedOptions, augmented } from './augmented.ts'
export { type AveragedOptions, averaged, movingAverage } from './averaged.ts'
export { type ByolOptions, byol } from './byol.ts'
export { type CapsulesOptions, capsules } from './capsules.ts'
export { type ClassificationOptions, classification } from './classification.ts'
export { type ConditionalGanOptions, conditionalGan } from './conditional-gan.ts'
export { CONDITIONS, type Condition } from './conditions/index.ts'
export { type CryptographyOptions, cryptography } from './cryptography.ts'
export { type DenoisingOptions, denoisingAutoencoder } from './denoising-autoencoder.ts'
export { type AdaOptions, type DiffAugmentOptions, diffAugment } from './diff-augment.ts'
export { type FastAdversarialOptions, fastAdversarial } from './fast-adversarial.ts'
export { type FeatureMatchingOptions, featureMatching } from './feature-matching.ts'
export { type FixMatchOptions, fixMatch, pseudoLabelled } from './fixmatch.ts'
export { type FreeAdversarialOptions, freeAdversarial } from './free-adversarial.ts'
export { type GanOptions, gan } from './gan.ts'
export type { AttackSettings } from './inner-attack.ts'
export { hiddenPixels, type MaskedOptions, maskedAutoencoder } from './masked-autoencoder.ts'
export { type MultiLabelOptions, multiLabelClassification } from './multi-label.ts'
export { type NoisyClassificationOptions, noisyClassification } from './noisy-classification.ts'
export {
  type Challenge,
  type Log,
  metricsOf,
  type Objective,
  objective,
  type Picture,
  type Variable,
} from './objective.ts'
export {
  type Draw,
  functionOf,
  type KnownFunction,
  type LatentDistribution,
  type Offer,
  type OfferedFunction,
  offeredBy,
} from './offer.ts'
export {
  type Judged,
  PAIR_LOSSES,
  type PairLog,
  type PairLoss,
  type PairOptions,
  type PairSettings,
  pairObjective,
  pairSettings,
  type Round,
} from './pairs/index.ts'
export type { Assignment, BoundNetwork, Descent, Given, Phase, PhaseContext, PhaseResult } from './phase.ts'
export { type RotationOptions, rotation } from './rotation.ts'
export { ntXent, type SimclrOptions, simclr } from './simclr.ts'
export { type TradesOptions, trades } from './trades.ts'
export { type UnrolledGanOptions, unrolledGan } from './unrolled-gan.ts'
export { RECONSTRUCTIONS, type Reconstruction, type VaeOptions, vae } from './vae.ts'
export { type VicregOptions, vicreg, vicregTerms } from './vicreg.ts'
export { type VirtualAdversarialOptions, virtualAdversarial } from './virtual-adversarial.ts'
export { type WganGpOptions, wganGp } from './wgan-gp.ts'
