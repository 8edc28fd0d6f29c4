// Sheets of samples, by what a sample is: an image, a point of the plane, or a row of numbers.
import { columnLike, type Examples } from '../data/source.ts'
import { latentScatter } from '../report/index.ts'
import { svgToPng } from '../report/node/index.ts'
import { sizeOf } from '../util/shape.ts'
import { type SampledImages, samplesPng } from './images.ts'

/** Real points behind made ones. */
const MOST_REAL = 500

/** Some of a set's examples, evenly spread. */
export function someOf(examples: Examples, column: string, most: number): Float32Array {
  const count = Math.min(most, examples.count)
  const out = new Float32Array(count * sizeOf(examples.columns[column]!.shape))
  examples.fill(
    column,
    Uint32Array.from({ length: count }, (_, i) => Math.floor((i * examples.count) / count)),
    out,
  )
  return out
}

/** Points of the plane, real ones behind made ones, as SVG. */
export function pointsSvg(real: Float32Array, made: Float32Array, title: string): string {
  const points = new Float32Array(real.length + made.length)
  points.set(real)
  points.set(made, real.length)
  const labels = Array.from({ length: points.length / 2 }, (_, i) => (2 * i < real.length ? 0 : 1))
  return latentScatter(
    { points, labels, classes: ['real', 'made'] },
    { labels: ['x', 'y'], title, tagged: false, layered: true },
  )
}

/** Whether samples of this shape are drawn as images. */
const isImage = ({ shape }: SampledImages): boolean =>
  shape.length === 3 && (shape[2] === 1 || shape[2] === 3)

/** Draws the sheets of a run, PNG files. */
export type SheetMaker = (samples: SampledImages) => Promise<Uint8Array>

/** @param real  examples that points are drawn before */
export const sheetMaker =
  (real: Examples | undefined): SheetMaker =>
  async (samples) => {
    const { values, count, shape } = samples
    if (isImage(samples)) return samplesPng(samples)
    if (shape.length === 1 && shape[0] === 2) {
      const column = real && columnLike(real.columns, 'points', shape)
      const behind = column ? someOf(real, column, MOST_REAL) : new Float32Array(0)
      return svgToPng(pointsSvg(behind, values, 'Samples'))
    }
    // Rows of numbers, one sample each, dark to light.
    return samplesPng({ values, count, shape: [1, sizeOf(shape), 1] }, { columns: 1, scale: 4 })
  }
