// The figures of an autoencoder: a map of its latents, reconstructions, and where the examples lie.

import { imageInputs, rowInputs } from '../data/examples.ts'
import { inputOf } from '../layers/use.ts'
import { functionOf, type OfferedFunction, offeredBy } from '../objectives/offer.ts'
import {
  type ImageBatch,
  latentManifold,
  latentScatter,
  manifoldSide,
  planeGrid,
  type ReportFigure,
  reconstructions,
} from '../report/index.ts'
import { encodePng } from '../report/node/index.ts'
import { imagesOf } from '../runs/index.ts'
import { applyFunction } from '../training/functions.ts'
import { formatCount } from '../util/format.ts'
import { sizeOf } from '../util/shape.ts'
import { imageBatch } from './images.ts'
import { type LatentPlane, type Latents, ownPlane, principalLatents } from './latent-plane.ts'
import type { PictureContext, PictureMaker, ShownImages } from './picture-maker.ts'

/** Pairs of original and reconstruction, in rows of 10. */
const PAIRS = 20
/** Points of the scatter: the held-out part of MNIST. More are thinned out evenly. */
const MOST_POINTS = 10_000

/** The context with what the objective declares. */
interface Parts extends PictureContext {
  readonly encode: OfferedFunction
  readonly decode: OfferedFunction
  readonly latentDim: number
  /** How far a map of latents reaches from their middle, each way, in standard deviations of the prior. */
  readonly range: number
}

/** Standard deviations that a map reaches unless the objective says otherwise. */
const RANGE = 3

function partsOf(context: PictureContext): Parts {
  const { objective } = context
  const [encode, decode] = [functionOf(objective, 'encode'), functionOf(objective, 'decode')]
  const [prior] = Object.values(offeredBy(objective, 'generate')?.draws ?? {})
  return {
    ...context,
    encode,
    decode,
    latentDim: sizeOf(inputOf(decode.of).shape),
    range: (prior?.distribution === 'normal' ? prior.reach : undefined) ?? RANGE,
  }
}

/** Numbers of at most `most` of `count` examples, evenly spread. */
const evenIndices = (count: number, most: number): Uint32Array =>
  count <= most
    ? Uint32Array.from({ length: count }, (_, i) => i)
    : Uint32Array.from({ length: most }, (_, i) => Math.floor((i * count) / most))

/** Mean latents of some examples. */
async function encoded(
  { weights, encode, latentDim }: Parts,
  { dataset }: ShownImages,
  indices: Uint32Array,
): Promise<Latents> {
  const images = { [inputOf(encode.of).name]: imageInputs(dataset, indices) }
  return { data: await applyFunction(weights, encode, images), n: indices.length, length: latentDim }
}

/** Images that the decoder makes of latents. */
async function decoded(
  { weights, decode, run }: Parts,
  latents: Float32Array,
  count: number,
): Promise<ImageBatch> {
  const { height, width, channels } = imagesOf(run.config)
  const rows = rowInputs(latents as Float32Array<ArrayBuffer>, count)
  const values = await applyFunction(weights, decode, { [inputOf(decode.of).name]: rows })
  return imageBatch({ values, count, shape: [height, width, channels] })
}

/** What every caption ends with. */
const atStep = ({ step }: Parts): string => `Weights of step ${formatCount(step)}.`

async function manifoldFigure(parts: Parts, plane: LatentPlane): Promise<ReportFigure> {
  const { range } = parts
  const side = manifoldSide(imagesOf(parts.run.config))
  const images = await decoded(parts, plane.toLatents(planeGrid(side, range)), side * side)
  const title = 'Map of the latents'
  return {
    name: 'latent-manifold',
    title,
    caption: `${side} × ${side} images decoded from an even grid over ${plane.words}, from -${range} to ${range} both ways. ${atStep(parts)}`,
    alt: `${side} rows of ${side} decoded images that change gradually from one to the next`,
    svg: await latentManifold(images, { encode: encodePng, range, labels: plane.labels, title }),
    scale: 1,
  }
}

async function reconstructionFigure(parts: Parts, shown: ShownImages): Promise<ReportFigure> {
  const { dataset, part } = shown
  const count = Math.min(PAIRS, dataset.count)
  const indices = evenIndices(count, count)
  const latents = await encoded(parts, shown, indices)
  const { height, width, channels, images } = dataset
  const originals = {
    count,
    height,
    width,
    channels,
    pixels: images.subarray(0, count * height * width * channels),
  }
  const made = await decoded(parts, latents.data, count)
  const title = 'Reconstructions'
  const unseen = part === 'held-out' ? ', which were not trained on' : ''
  return {
    name: 'reconstructions',
    title,
    caption: `The first ${formatCount(count)} ${part} images${unseen}, above what the decoder makes of their mean latents. ${atStep(parts)}`,
    alt: `${count} images, each above its reconstruction`,
    svg: await reconstructions(originals, made, { encode: encodePng, title }),
    wide: true,
  }
}

function scatterFigure(
  parts: Parts,
  plane: LatentPlane,
  latents: Latents,
  { dataset, part }: ShownImages,
  indices: Uint32Array,
): ReportFigure {
  const { labels, classes } = dataset
  const title = 'Where the images lie'
  const some =
    latents.n < dataset.count
      ? `${formatCount(latents.n)} of the ${formatCount(dataset.count)} ${part} images`
      : `all ${formatCount(latents.n)} ${part} images`
  const colours = labels ? ', coloured by class' : ''
  return {
    name: 'latent-scatter',
    title,
    caption: `The mean latents of ${some} in ${plane.words}${colours}. Both axes have the same scale. ${atStep(parts)}`,
    alt: `${formatCount(latents.n)} points${labels ? ` of ${classes.length} classes` : ''} in the plane of latents`,
    svg: latentScatter(
      {
        points: plane.toPoints(latents),
        labels: labels && Array.from(indices, (index) => labels[index]!),
        classes,
      },
      { labels: plane.labels, title },
    ),
  }
}

/** Images without which a plane of principal directions means nothing. */
const LEAST_FOR_DIRECTIONS = 3

/** A latent of one number has no plane, and then there are only reconstructions. */
export const autoencoderPictures: PictureMaker = async (context) => {
  const parts = partsOf(context)
  const { latentDim } = parts
  const shown = await parts.images()
  const figures: ReportFigure[] = []
  if (!shown) return latentDim === 2 ? [await manifoldFigure(parts, ownPlane)] : []
  const indices = evenIndices(shown.dataset.count, MOST_POINTS)
  if (latentDim === 2 || (latentDim > 2 && indices.length >= LEAST_FOR_DIRECTIONS)) {
    const latents = await encoded(parts, shown, indices)
    const whose = `${formatCount(latents.n)} ${shown.part} images`
    const plane = latentDim === 2 ? ownPlane : await principalLatents(parts.engine, latents, whose)
    figures.push(await manifoldFigure(parts, plane), scatterFigure(parts, plane, latents, shown, indices))
  }
  return [...figures, await reconstructionFigure(parts, shown)]
}
