// Images without labels in a phase: those beside the labelled examples of a batch.
import { reshape, slice } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import type { Shape } from '../util/shape.ts'
import type { PhaseContext } from './phase.ts'

/** How many such images the data has beside each example, and which of them are wanted. */
export interface UnlabelledWanted {
  /** The column of labelled images. */
  readonly column: string
  /** Of one image. */
  readonly image: Shape
  /** From this one of them; default 0. */
  readonly from?: number
  /** Up to but not including this one; default all. */
  readonly to?: number
}

/** Some of the unlabelled images beside each example, `[batch * some, ...image]`. In validation there are none, and the examples stand in. */
export function unlabelledImages(
  { training, data }: Pick<PhaseContext, 'training' | 'data'>,
  { column, image, from = 0, to }: UnlabelledWanted,
): Value {
  if (!training) return data[column]!
  const all = data.unlabelled! // [batch, each, ...image]
  const [batch, each] = all.shape as [number, number]
  const end = to ?? each
  return reshape(slice(all, [{ axis: 1, start: from, end }]), [batch * (end - from), ...image])
}
