// How often a patch succeeds by its size, on images it never saw, beside what must not succeed as often.
import { input } from '../graph/value.ts'
import { ConfigError } from '../util/errors.ts'
import { type RandomStream, randomStream } from '../util/random.ts'
import { type Share, shareOf } from '../util/wilson-interval.ts'
import { largestAt, type Oracle } from './oracle.ts'
import {
  type LabelledImages,
  others,
  type Patch,
  type PatchInput,
  type PatchOptions,
  sidesOf,
} from './patch.ts'
import { anyPlacement, placementRow, ROW, withPatch } from './placement.ts'

/** Success at one size: how many images, not of the class aimed at, are taken for it. */
export interface PatchSuccess {
  /** Side of the patch, in pixels of the image, and the share of the image that it covers. */
  readonly side: number
  readonly area: number
  readonly patch: Share
  /** The control of noise: a patch of the same outline, each pixel drawn by chance. */
  readonly random: Share
  /** The control of a real thing: pieces of images of the class aimed at, on average, and the best of them. */
  readonly crop: Share
  readonly bestCrop: Share
}

export interface PatchMeasures {
  readonly target: number
  /** Images without any patch that are taken for the class. */
  readonly without: Share
  readonly sizes: readonly PatchSuccess[]
}

export interface PatchMeasureInput extends Pick<PatchInput, 'target' | 'seed' | 'signal'> {
  /** Images that the patch was not trained on. */
  readonly heldOut: LabelledImages
  /** Images of the class aimed at, from which controls are cut; others are passed over. */
  readonly real: LabelledImages
  /** Pieces that are cut. Default 10 */
  readonly crops?: number | undefined
}

/** Share of an image's shorter side that a piece takes: most of what is shown, little of what is around it. */
const CROP = 0.75

/** The middle of an image as a patch. */
export function cropOf(
  image: Float32Array,
  { height, width }: { readonly height: number; readonly width: number },
  { side, channels, mask }: Patch,
): Patch {
  const cut = CROP * Math.min(height, width)
  const pixels = new Float32Array(side * side * channels)
  const parts = Math.max(1, Math.ceil(cut / side))
  const at = (start: number, i: number, part: number): number =>
    Math.floor(start + ((i + (part + 0.5) / parts) * cut) / side)
  // The mean of a few places in each pixel, so that thin lines are not lost.
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      for (let k = 0; k < channels; k++) {
        let sum = 0
        for (let py = 0; py < parts; py++)
          for (let px = 0; px < parts; px++)
            sum +=
              image[(at((height - cut) / 2, y, py) * width + at((width - cut) / 2, x, px)) * channels + k]!
        pixels[(y * side + x) * channels + k] = sum / parts ** 2
      }
  return { side, channels, mask, pixels }
}

/**
 * Measures a patch over sizes. All patches lie at the same places on the same images.
 *
 * @throws ConfigError when gradients are not granted, or images of either kind are missing
 */
export async function measurePatch(
  oracle: Oracle,
  patch: Patch,
  { target, seed, signal, heldOut, real, crops = 10 }: PatchMeasureInput,
  options: Pick<PatchOptions, 'sizes' | 'degrees'>,
): Promise<PatchMeasures> {
  const { classifier, engine, count } = oracle.whiteBox()
  const { height, width, channels } = classifier.image
  const { batch } = oracle
  const size = height * width * channels
  const shown = others(heldOut.labels, target)
  const sources = Array.from(real.labels, (_, i) => i).filter((i) => real.labels[i] === target)
  if (shown.length === 0 || sources.length === 0)
    throw new ConfigError(
      `patch: expected held-out images of other classes than ${target} and real ones of it, got ${shown.length} and ${sources.length}`,
    )
  const pick = randomStream(seed, 'patch/crops')
  const random: Patch = {
    ...patch,
    pixels: randomStream(seed, 'patch/control').fillUniform(new Float32Array(patch.pixels.length)),
  }
  const cut = [...pick.permutation(sources.length)].slice(0, crops).map((at) => {
    const start = sources[at]! * size
    return cropOf(real.images.subarray(start, start + size), classifier.image, patch)
  })

  const images = input('images', [batch, height, width, channels])
  const pixels = input('patch', [patch.side, patch.side, channels])
  const placements = input('placements', [batch, ROW])
  const model = await engine.open(
    {
      inputs: [images, pixels, placements],
      outputs: { logits: classifier.logits(withPatch(images, pixels, patch.mask, placements)) },
    },
    { name: 'patched' },
  )
  /** How many images are taken for the class with a patch on them. */
  async function hits(laid: Patch, side: number): Promise<number> {
    let found = 0
    for (let first = 0; first < shown.length; first += batch) {
      signal?.throwIfAborted()
      const some = shown.slice(first, first + batch)
      const data = new Float32Array(batch * size)
      const rows = new Float32Array(batch * ROW)
      some.forEach((example, i) => {
        data.set(heldOut.images.subarray(example * size, (example + 1) * size), i * size)
        const stream: RandomStream = randomStream(seed, `patch/place/${side}`, heldOut.ids[example]!)
        rows.set(
          placementRow(anyPlacement(side, options.degrees, classifier.image, stream), patch.side),
          i * ROW,
        )
      })
      const { logits } = await model.run({
        images: { data, shape: images.shape },
        patch: { data: laid.pixels, shape: pixels.shape },
        placements: { data: rows, shape: placements.shape },
      })
      count(
        some.map((example) => heldOut.ids[example]!),
        { queries: 1, gradients: 0 },
      )
      const answers = logits!.data as Float32Array
      some.forEach((_, i) => {
        if (largestAt(answers, i * classifier.classes, classifier.classes) === target) found++
      })
    }
    return found
  }
  try {
    const n = shown.length
    const sizes: PatchSuccess[] = []
    for (const side of sidesOf(options, classifier.image)) {
      const ofCrops: number[] = []
      for (const crop of cut) ofCrops.push(await hits(crop, side))
      sizes.push({
        side,
        area:
          (side ** 2 * (patch.mask.reduce((sum, part) => sum + part, 0) / patch.mask.length)) /
          (height * width),
        patch: shareOf(await hits(patch, side), n),
        random: shareOf(await hits(random, side), n),
        crop: shareOf(
          ofCrops.reduce((sum, hit) => sum + hit, 0),
          n * cut.length,
        ),
        bestCrop: shareOf(Math.max(...ofCrops), n),
      })
    }
    // A patch of no size covers nothing.
    return { target, without: shareOf(await hits(patch, 1e-6), n), sizes }
  } finally {
    await model.close()
  }
}
