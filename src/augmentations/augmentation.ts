// What an augmentation is: images drawn anew from where their pixels may as well have been, or with other values.
import type { Value } from '../graph/value.ts'
import type { RandomSource } from '../layers/layer.ts'

/** Where each pixel of a result comes from, in pixels from the middle of the upper left one; `[n, pixels]` each, row by row. */
export interface Places {
  readonly x: Value
  readonly y: Value
}

/** What an augmentation may use. */
export interface Drawing {
  readonly n: number
  readonly height: number
  readonly width: number
  readonly channels: number
  /** How strongly each example is changed, `[n, 1]`; an example of strength 0 stays as it is, exactly. */
  readonly strength: Value
  /** Random numbers that are fed from outside. */
  readonly random: RandomSource
}

interface Described {
  /** As it is asked for: `rotate`. */
  readonly name: string
  /** What it does and what its strength means, in words: `turned by up to so many degrees, either way`. */
  readonly description: string
  /** The strength unless told. */
  readonly usual: number
  /** The largest strength that makes sense. */
  readonly most: number
}

/** Moves what is seen: says where pixels come from. Neighbouring movements are composed, and images are interpolated only once. */
export interface Movement extends Described {
  readonly kind: 'movement'
  place(at: Places, drawing: Drawing): Places
}

/** Changes the values of pixels where they are. */
export interface Change extends Described {
  readonly kind: 'change'
  /** @param images  [n, height, width, channels] */
  change(images: Value, drawing: Drawing): Value
}

export type Augmentation = Movement | Change
