// The figures of capsules: what the decoder draws of them, each of several by itself, and what each number of a capsule changes.
import { type Examples, type Inputs, rowInputs } from '../data/index.ts'
import { inputOf } from '../layers/use.ts'
import { functionOf } from '../objectives/offer.ts'
import {
  type CapsuleShape,
  capsuleAlone,
  coloured,
  type ImageBatch,
  type ImageRow,
  imageRows,
  longestCapsules,
  type ReportFigure,
  reconstructions,
  SWEEP,
} from '../report/index.ts'
import { encodePng } from '../report/node/index.ts'
import { applyFunction } from '../training/functions.ts'
import { formatCount } from '../util/format.ts'
import { sizeOf } from '../util/shape.ts'
import { imageBatch } from './images.ts'
import type { PictureContext, PictureMaker, ShownExamples } from './picture-maker.ts'

/** Examples shown: pairs of original and reconstruction, in rows of ten. */
const SHOWN = 20
const PER_ROW = 10
/** Of how many of them the numbers of a capsule are moved. */
const SWEPT = 3

/** Some examples, with what was found in them. */
interface Found {
  readonly count: number
  /** [height, width, channels] */
  readonly shape: readonly number[]
  readonly images: Float32Array
  readonly labels: BigInt64Array
  /** Labels of an example. */
  readonly k: number
  readonly capsules: Float32Array
  readonly of: CapsuleShape
  /** Of example i, capsules as they are. */
  capsulesOf(i: number): Float32Array
  /** What the decoder makes of rows of capsules. */
  rebuilt(rows: readonly Float32Array[]): Promise<Float32Array>
}

const first = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i)

async function find({ weights, objective }: PictureContext, examples: Examples): Promise<Found> {
  const [look, draw] = [functionOf(objective, 'capsules'), functionOf(objective, 'rebuild')]
  const count = Math.min(SHOWN, examples.count)
  const { shape } = inputOf(look.of)
  const images = new Float32Array(count * sizeOf(shape))
  examples.fill('images', first(count), images)
  const k = sizeOf(examples.columns.labels!.shape)
  const labels = new BigInt64Array(count * k)
  examples.fill('labels', first(count), labels)
  const given: Inputs = rowInputs(images, count)
  const capsules = await applyFunction(weights, look, { [inputOf(look.of).name]: given })
  const [classes, dimension] = look.output.shape as [number, number]
  const size = classes * dimension
  return {
    count,
    shape,
    images,
    labels,
    k,
    capsules,
    of: { classes, dimension },
    capsulesOf: (i) => capsules.subarray(i * size, (i + 1) * size),
    rebuilt(rows) {
      const all = new Float32Array(rows.length * size)
      rows.forEach((row, i) => void all.set(row, i * size))
      return applyFunction(weights, draw, { [inputOf(draw.of).name]: rowInputs(all, rows.length) })
    },
  }
}

const whose = ({ part }: ShownExamples): string =>
  part === 'held-out' ? 'held-out images, which were not trained on' : 'training images'
const atStep = ({ step }: PictureContext): string => `Weights of step ${formatCount(step)}.`

/** Of one label: originals above what the decoder makes of the longest capsule. */
async function oneEach(context: PictureContext, found: Found, shown: ShownExamples): Promise<ReportFigure> {
  const { count, shape, of } = found
  const rows = Array.from({ length: count }, (_, i) => {
    const capsules = found.capsulesOf(i)
    return capsuleAlone(capsules, of, longestCapsules(capsules, of, 1)[0]!)
  })
  const title = 'Reconstructions'
  return {
    name: 'reconstructions',
    title,
    caption: `The first ${formatCount(count)} ${whose(shown)}, above what the decoder draws of the longest capsule alone. ${atStep(context)}`,
    alt: `${count} images, each above its reconstruction`,
    svg: await reconstructions(
      imageBatch({ values: found.images, count, shape }),
      imageBatch({ values: await found.rebuilt(rows), count, shape }),
      { encode: encodePng, title },
    ),
    wide: true,
  }
}

/** Images of several grey parts, each part in its colour. */
function colouredBatch(parts: Float32Array, count: number, k: number, shape: readonly number[]): ImageBatch {
  const [height, width] = shape as [number, number]
  const size = height * width
  const pixels = new Uint8Array(count * size * 3)
  for (let i = 0; i < count; i++)
    pixels.set(
      coloured(
        Array.from({ length: k }, (_, j) => parts.subarray((i * k + j) * size, (i * k + j + 1) * size)),
      ),
      i * size * 3,
    )
  return { count, height, width, channels: 3, pixels }
}

/** Grey images as coloured ones, to stand beside such. */
function greyBatch(images: Float32Array, count: number, shape: readonly number[]): ImageBatch {
  const { pixels, ...rest } = imageBatch({ values: images, count, shape })
  const three = new Uint8Array(3 * pixels.length)
  pixels.forEach((value, i) => void three.fill(value, 3 * i, 3 * i + 3))
  return { ...rest, channels: 3, pixels: three }
}

/** The classes that are found, in the order of the labels where they are theirs: so that both rows have one colour for a digit. */
function foundIn({ labels, k, of, capsulesOf }: Found, i: number): number[] {
  const longest = longestCapsules(capsulesOf(i), of, k)
  const own = Array.from({ length: k }, (_, j) => Number(labels[i * k + j]))
  const others = longest.filter((label) => !own.includes(label))
  return own.map((label) => (longest.includes(label) ? label : others.shift()!))
}

/** Of several labels: what is seen, what it was made of, and what the decoder draws of each of the longest capsules, in colours. */
async function takenApart(
  context: PictureContext,
  found: Found,
  shown: ShownExamples,
): Promise<ReportFigure> {
  const { count, shape, k } = found
  const size = sizeOf(shape)
  const classes = Array.from({ length: count }, (_, i) => foundIn(found, i))
  const made = await found.rebuilt(
    classes.flatMap((labels, i) => labels.map((label) => capsuleAlone(found.capsulesOf(i), found.of, label))),
  )
  const parts = new Float32Array(count * k * size)
  shown.examples.fill('parts', first(count), parts)
  const right = classes.filter((labels, i) =>
    labels.every((label, j) => label === Number(found.labels[i * k + j])),
  ).length
  const some = (values: Float32Array, from: number, n: number): Float32Array =>
    values.subarray(from * (values.length / count), (from + n) * (values.length / count))
  const one = (values: Float32Array, j: number, from: number, n: number): ImageBatch => {
    const lone = new Float32Array(n * k * size)
    for (let i = 0; i < n; i++)
      lone.set(
        values.subarray(((from + i) * k + j) * size, ((from + i) * k + j + 1) * size),
        (i * k + j) * size,
      )
    return colouredBatch(lone, n, k, shape)
  }
  const blocks = Array.from({ length: Math.ceil(count / PER_ROW) }, (_, block): ImageRow[] => {
    const from = block * PER_ROW
    const n = Math.min(PER_ROW, count - from)
    return [
      { word: 'seen', images: greyBatch(some(found.images, from, n), n, shape) },
      { word: 'made of', images: colouredBatch(some(parts, from, n), n, k, shape) },
      { word: 'taken apart', images: colouredBatch(some(made, from, n), n, k, shape) },
      ...Array.from({ length: k }, (_, j) => ({ word: `part ${j + 1}`, images: one(made, j, from, n) })),
    ]
  })
  const title = 'Overlapping images taken apart'
  return {
    name: 'taken-apart',
    title,
    caption: `The first ${formatCount(count)} ${whose(shown)}: what is seen, what it was made of, and what the decoder draws of each of the ${k} longest capsules alone. All labels are right in ${formatCount(right)} of them. ${atStep(context)}`,
    alt: `${count} pictures of overlapping images, each above its parts and their reconstructions in two colours`,
    svg: await imageRows(blocks, { encode: encodePng, title }),
    wide: true,
  }
}

/** What moving each number of the longest capsule changes. */
async function sweeps(context: PictureContext, found: Found): Promise<ReportFigure> {
  const { shape, of } = found
  const size = sizeOf(shape)
  // The first images of different classes.
  const chosen: { i: number; label: number }[] = []
  for (let i = 0; i < found.count && chosen.length < SWEPT; i++) {
    const [label] = longestCapsules(found.capsulesOf(i), of, 1)
    if (!chosen.some((other) => other.label === label)) chosen.push({ i, label: label! })
  }
  const rows: ImageRow[] = []
  for (let at = 0; at < of.dimension; at++) {
    const made = await found.rebuilt(
      chosen.flatMap(({ i, label }) =>
        SWEEP.map((moved) => capsuleAlone(found.capsulesOf(i), of, label, { at, moved })),
      ),
    )
    // An empty place between two images.
    const count = chosen.length * (SWEEP.length + 1) - 1
    const values = new Float32Array(count * size)
    chosen.forEach((_, n) => {
      const own = made.subarray(n * SWEEP.length * size, (n + 1) * SWEEP.length * size)
      values.set(own, n * (SWEEP.length + 1) * size)
    })
    rows.push({ word: String(at + 1), images: imageBatch({ values, count, shape }) })
  }
  const title = 'What the numbers of a capsule say'
  return {
    name: 'capsule-sweeps',
    title,
    caption: `The longest capsule of ${chosen.length} images, with one of its ${of.dimension} numbers moved by ${SWEEP[0]} to +${SWEEP.at(-1)} in steps of 0.05, and drawn by the decoder: one number a row, the image as it is in the middle. ${atStep(context)}`,
    alt: `${of.dimension} rows of digits whose shape changes from left to right`,
    svg: await imageRows([rows], { encode: encodePng, title, letters: 4, tile: 40 }),
    wide: true,
  }
}

export const capsulePictures: PictureMaker = async (context) => {
  const shown = await context.shown()
  if (!shown || !('images' in shown.examples.columns && 'labels' in shown.examples.columns)) return []
  const found = await find(context, shown.examples)
  const several = found.k > 1 && 'parts' in shown.examples.columns
  return [await (several ? takenApart : oneEach)(context, found, shown), await sweeps(context, found)]
}
