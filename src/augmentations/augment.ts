// Images changed by several augmentations, one after the other.
import { cast, expand, less, mul } from '../graph/build.ts'
import { scalar, type Value } from '../graph/value.ts'
import type { RandomSource } from '../layers/layer.ts'
import type { Augmentation, Drawing, Movement } from './augmentation.ts'
import { ownPlaces, takenFrom } from './places.ts'

/** An augmentation with its strength. */
export interface Chosen {
  readonly augmentation: Augmentation
  /** A number, or one for each example `[n, 1]`. Default: the usual one of the augmentation */
  readonly strength?: number | Value
}

export interface AugmentOptions {
  readonly random: RandomSource
  /**
   * With which probability each example gets each augmentation; a value may change while a training goes on, e.g. by a rule that is an
   * assignment. Default 1
   */
  readonly probability?: number | Value
}

/**
 * Images changed by chance, in this order: a graph of the images and of random numbers that are fed, through which gradients flow to
 * the images. Movements that stand side by side are composed, so that images are interpolated once.
 *
 * @param images  [n, height, width, channels]
 */
export function augment(
  images: Value,
  chosen: readonly Chosen[],
  { random, probability = 1 }: AugmentOptions,
): Value {
  const [n, height, width, channels] = images.shape as [number, number, number, number]
  const drawing = ({ augmentation, strength = augmentation.usual }: Chosen): Drawing => {
    const each = expand(typeof strength === 'number' ? scalar(strength) : strength, [n, 1])
    const one = { n, height, width, channels, random }
    if (probability === 1) return { ...one, strength: each }
    const isChosen = cast(less(random.uniform([n, 1], 0, 1), probability), 'float32')
    return { ...one, strength: mul(each, isChosen) }
  }
  let now = images
  let moves: (Chosen & { readonly augmentation: Movement })[] = []
  const move = (): void => {
    if (moves.length === 0) return
    // A place of the result is led back through the last movement first.
    const own = ownPlaces({ n, height, width })
    now = takenFrom(
      now,
      moves.reduceRight((at, one) => one.augmentation.place(at, drawing(one)), own),
    )
    moves = []
  }
  for (const one of chosen) {
    const { augmentation } = one
    if (augmentation.kind === 'movement') moves.push({ ...one, augmentation })
    else {
      move()
      now = augmentation.change(now, drawing(one))
    }
  }
  move()
  return now
}
