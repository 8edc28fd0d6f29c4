// Who still stands: images that are named rightly, and for which no part has found a confirmed neighbour that is not.
import type { Found } from './part.ts'

/** What a part says that had no image to look at. */
export const NONE_STAND = 'no image is named rightly any more, so there was nothing to do'

/** What the part `clean` keeps. */
export interface CleanValue {
  /** What the original file names each image; -1 where its answer is not a number. */
  readonly named: readonly number[]
  /** Images whose answer differed between passes. */
  readonly unsteady: number
  readonly passes: number
  /** Images whose answer is exactly one number for the named class and exactly 0 for all others: nothing gets through it. */
  readonly saturated: number
  /** Images whose answer is not finite. */
  readonly notFinite: number
  /** Share of images that the graph which attacks differentiate names otherwise than the file. */
  readonly apart: number
}

/** What a part `attack/...` keeps: a column per image that it tried. */
export interface AttackValue {
  readonly attack: string
  /** Places in the audit's images. */
  readonly tried: readonly number[]
  /** 1 where the attack says that it found one. */
  readonly found: readonly number[]
  /** 1 where the original file agrees, and distance and range are kept. */
  readonly confirmed: readonly number[]
  /** 1 where that is so after rounding to 8 bits. */
  readonly as8Bit: readonly number[]
  readonly becomes: readonly number[]
  readonly linf: readonly number[]
  readonly l2: readonly number[]
  readonly queries: readonly number[]
  readonly gradients: number
  /** Pictures that were written, by place in `tried`. */
  readonly pictures: Readonly<Record<string, string>>
  /** Largest overstepping of ball or box by what the attack called found. */
  readonly overstep: number
}

export const CLEAN = 'clean'
export const ATTACK = 'attack/'

export const cleanOf = (found: Found): CleanValue => found.get(CLEAN) as CleanValue

/** Values of all attacks so far, in the order of the parts. */
export const attacksOf = (found: Found): AttackValue[] =>
  [...found].flatMap(([name, value]) => (name.startsWith(ATTACK) ? [value as AttackValue] : []))

/** By image, 1 where it is named rightly. */
export const rightly = (found: Found, labels: Int32Array): Uint8Array =>
  Uint8Array.from(labels, (label, i) => (cleanOf(found).named[i] === label ? 1 : 0))

/** By image, 1 where it still stands. */
export function survivors(found: Found, labels: Int32Array): Uint8Array {
  const standing = rightly(found, labels)
  for (const { tried, confirmed } of attacksOf(found))
    tried.forEach((place, i) => {
      if (confirmed[i]) standing[place] = 0
    })
  return standing
}
