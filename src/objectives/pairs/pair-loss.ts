// What an objective of a generator and a discriminator declares, whatever the two networks are.
import type { Value } from '../../graph/value.ts'
import type { RandomSource } from '../../layers/layer.ts'
import type { NamedValues } from '../../layers/ports.ts'
import type { Shape } from '../../util/shape.ts'

/** What a training of a pair is set by. Each objective brings those of its paper. */
export interface PairSettings {
  /** Adam's learning rate of the generator, and of the discriminator unless that has its own. */
  readonly learningRate: number
  /** Adam's learning rate of the discriminator. */
  readonly discriminatorRate: number
  /** Share of both rates that is left at the last step, along half a cosine; 1: they stay. */
  readonly finalRate: number
  readonly beta1: number
  readonly beta2: number
  /** Updates of the discriminator for one of the generator. */
  readonly discriminatorUpdates: number
  /** Weight of the gradient penalty, where there is one. */
  readonly penalty: number
  /** Share of that weight that is left at the last step, along half a cosine; 1: it stays. */
  readonly finalPenalty: number
  /** Updates of the discriminator that the generator looks ahead. */
  readonly lookahead: number
  /** How much less than 1 is the discriminator's target for real examples, where it learns by cross-entropy. */
  readonly labelSmoothing: number
}

/** One look of both players at a batch: examples are packed already where that is asked for. */
export interface Round {
  /** Real examples [n, ...]. */
  readonly real: Value
  /** Examples of the generator [n, ...], which gradients flow back through. */
  readonly fake: Value
  /**
   * The discriminator's scores [n, 1] of such examples: what is under its sigmoid. Where there are classes, row i is judged with the class of
   * row i, be it real, made or in between: made examples are of the classes of the real ones.
   *
   * @param latents  of a `joint` loss: what they are judged with [batch, d]
   */
  score(examples: Value, latents?: Value): Value
  /** The latents [batch, d] that the made examples were made of, not packed. */
  readonly latent: Value
  /** Of a `joint` loss: what the reconstructor takes for the latents [batch, d] of the real or of the made examples. */
  reconstruct(examples: 'real' | 'fake'): Value
  readonly random: RandomSource
  readonly settings: PairSettings
  /** Weight of the gradient penalty at this step. */
  readonly penaltyWeight: Value
  /** The same round against the discriminator as one more update by this loss would leave it. */
  ahead(loss: Value): Round
}

export interface Judged {
  /** The scalar to minimise. */
  readonly loss: Value
  /** Other numbers, by the names that `logs` has. */
  readonly metrics?: NamedValues
}

/** A number that is logged beside the losses. */
export interface PairLog {
  readonly name: string
  readonly label: string
  readonly format?: 'percent'
  /** The phase whose number it is; default the discriminator's. */
  readonly phase?: 'generator'
}

export interface PairLoss {
  /** As people type it. */
  readonly name: string
  /** One line: what it is, and of whom. */
  readonly description: string
  /** Settings of the paper, for examples of this shape. Those that are missing are not used, and cannot be given. */
  usual(example: Shape): Partial<PairSettings>
  /** Whether the discriminator's scores are logits of "it is real": then it can judge. */
  readonly isProbability: boolean
  /** Whether the generator descends -log D(G(z)), by whose size the balance of a duel is watched. */
  readonly believed?: boolean
  /** Whether the discriminator judges examples together with latents, and a third player, the reconstructor, makes latents of examples. */
  readonly joint?: boolean
  /** Whether each example's score must be its own, as where its gradient is penalised: no batch normalization. */
  readonly perExample?: boolean
  readonly logs: readonly PairLog[]
  discriminator(round: Round): Judged
  generator(round: Round): Judged
}

export const ACCURACY: PairLog = { name: 'accuracy', label: 'discriminator accuracy', format: 'percent' }
export const DISTANCE: PairLog = {
  name: 'reconstruction',
  label: 'distance of reconstructed latents',
  phase: 'generator',
}
export const PENALTY: PairLog = { name: 'penalty', label: 'gradient penalty' }
export const SLOPE: PairLog = { name: 'slope', label: 'slope of the discriminator' }

/** Radford et al. 2015: what GANs of images were trained with ever since. */
export const USUAL = {
  learningRate: 2e-4,
  discriminatorRate: 2e-4,
  finalRate: 1,
  beta1: 0.5,
  beta2: 0.999,
  discriminatorUpdates: 1,
} as const

/** The same of losses whose discriminator learns by cross-entropy, whose targets may be smoothed. */
export const BY_CROSSENTROPY = { ...USUAL, labelSmoothing: 0 } as const
