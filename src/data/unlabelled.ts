// Labelled examples beside images whose labels nobody is told: what is learned from a few of the one and many of the other.
import { randomStream } from '../util/random.ts'
import type { Shape } from '../util/shape.ts'
import { sizeOf } from '../util/shape.ts'
import { batchIndices, type Columns, type Examples, examplesSource, type Source } from './source.ts'

/** The column of such images, so many beside each example. */
const UNLABELLED = 'unlabelled'

export const unlabelledColumns = (image: Shape, each: number): Columns => ({
  [UNLABELLED]: { shape: [each, ...image], dtype: 'float32' },
})

/**
 * Labelled examples, every one once before any twice, each with some images of all. The j-th images of all batches go through the whole
 * set in an order of their own, too.
 *
 * @param each  images beside an example
 */
export function unlabelledBeside(labelled: Examples, all: Examples, each: number): Source {
  const { shape } = all.columns.images!
  const size = sizeOf(shape)
  const source = examplesSource(labelled)
  return {
    columns: { ...labelled.columns, ...unlabelledColumns(shape, each) },
    open(options) {
      const open = source.open(options)
      const orders = Array.from({ length: each }, (_, j) => {
        const seed = randomStream(options.seed, `${UNLABELLED}/${j}`).integer(2 ** 31)
        return batchIndices(all.count, 'epoch', { ...options, seed })
      })
      const one = new Float32Array(options.batchSize * size)
      return {
        fill(step, draw, { [UNLABELLED]: out, ...columns }) {
          open.fill(step, draw, columns)
          if (!out) return
          orders.forEach((indices, j) => {
            all.fill('images', indices(step, draw), one)
            for (let i = 0; i < options.batchSize; i++)
              (out as Float32Array).set(one.subarray(i * size, (i + 1) * size), (i * each + j) * size)
          })
        },
      }
    },
  }
}
