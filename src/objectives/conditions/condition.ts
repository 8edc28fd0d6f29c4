// How a class enters both players: what one way of conditioning declares.
import type { MakeDiscriminator } from './players.ts'

/** What a discriminator is told classes for. */
export interface Told {
  /** Number of classes. */
  readonly classes: number
  /** Examples that it judges together, each of a class of its own. */
  readonly pack: number
  /** Whether it looks at images as at vectors. */
  readonly asVectors: boolean
}

export interface Condition {
  /** As people type it. */
  readonly name: string
  /** One line: what it is, and of whom. */
  readonly description: string
  /** By what the generator is told the class beside its latent: zeros and a one, or a vector that is learned. */
  readonly code: 'one-hot' | 'learned'
  /**
   * The discriminator with a condition: it has an input `label`, or an output `classes` of logits, by which it names the class
   * itself. Then both players also descend the cross-entropy of that.
   */
  discriminator(make: MakeDiscriminator, told: Told): MakeDiscriminator
}
