// The adversarial patch: one sticker that turns any image into a class, trained over images, places, angles and sizes.
import { z } from 'zod'
import { gradients } from '../autodiff/index.ts'
import type { ImageSize } from '../classifiers/classifier.ts'
import * as g from '../graph/build.ts'
import { input } from '../graph/value.ts'
import { ConfigError } from '../util/errors.ts'
import { randomStream } from '../util/random.ts'
import type { Oracle } from './oracle.ts'
import { anyPlacement, placementRow, ROW, withPatch } from './placement.ts'

export const patchOptions = z.strictObject({
  shape: z.enum(['square', 'circle']).default('square').describe('outline of the patch'),
  sizes: z
    .array(z.number().gt(0).max(1))
    .min(1)
    .default([5 / 28, 7 / 28, 9 / 28])
    .describe('sides, as shares of the shorter side of an image: trained over all between, measured at each'),
  resolution: z
    .int()
    .min(1)
    .optional()
    .describe('pixels of a side of the patch (default: as many as the largest size covers)'),
  degrees: z.number().min(0).max(180).default(22.5).describe('most that it is turned, either way'),
  steps: z.int().min(1).default(500).describe('steps of training'),
  batch: z.int().min(1).default(64).describe('images of a step'),
  rate: z.number().positive().default(0.05).describe('learning rate of Adam'),
})
export type PatchOptions = z.output<typeof patchOptions>

export interface Patch {
  /** Pixels of a side. */
  readonly side: number
  readonly channels: number
  /** [side, side, channels] in [0, 1]. */
  readonly pixels: Float32Array
  /** [side, side]: 1 where it is part of the patch, else 0. */
  readonly mask: Float32Array
}

/** Images with their classes, and which example each is. */
export interface LabelledImages {
  /** [n, height, width, channels] in [0, 1]. */
  readonly images: Float32Array
  readonly labels: Int32Array
  readonly ids: Int32Array
}

export interface PatchInput extends LabelledImages {
  /** The class that patched images are to be taken for. */
  readonly target: number
  readonly seed: number
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number) => void) | undefined
}

/** Pixels of a patch that are part of it: all, or those whose middle lies in the circle. */
export function maskOf(shape: PatchOptions['shape'], side: number): Float32Array {
  const middle = (side - 1) / 2
  return Float32Array.from({ length: side * side }, (_, i) => {
    const far = Math.hypot((i % side) - middle, Math.floor(i / side) - middle)
    return shape === 'square' || far <= side / 2 ? 1 : 0
  })
}

/** The sides that are wanted, in pixels of the image. */
export const sidesOf = ({ sizes }: Pick<PatchOptions, 'sizes'>, { height, width }: ImageSize): number[] =>
  sizes.map((size) => size * Math.min(height, width))

/** The examples that are not of the class aimed at: what a patch may be credited with. */
export const others = (labels: Int32Array, target: number): number[] =>
  Array.from(labels, (_, i) => i).filter((i) => labels[i] !== target)

const DECAY = { mean: 0.9, square: 0.999, epsilon: 1e-8 } as const

/**
 * Trains a patch on images that are not of the class aimed at, by Adam on the mean of -log p(target | image with patch).
 *
 * @param oracle  must grant gradients
 * @throws ConfigError when gradients are not granted, the target is no class, or all images are of it
 * @source Brown et al. 2017, arXiv:1712.09665
 */
export async function trainPatch(
  oracle: Oracle,
  { images, labels, ids, target, seed, signal, onProgress }: PatchInput,
  options: PatchOptions,
): Promise<Patch> {
  const { classifier, engine, count } = oracle.whiteBox()
  const { height, width, channels } = classifier.image
  const size = height * width * channels
  if (!(target >= 0 && target < classifier.classes))
    throw new ConfigError(`patch: expected a target from 0 to ${classifier.classes - 1}, got ${target}`)
  const from = others(labels, target)
  if (from.length === 0)
    throw new ConfigError(`patch: expected images of classes other than the target ${target}, got none`)
  const sides = sidesOf(options, classifier.image)
  const [least, most] = [Math.min(...sides), Math.max(...sides)]
  const side = options.resolution ?? Math.max(1, Math.round(most))
  const { batch, degrees, steps, rate } = options
  const mask = maskOf(options.shape, side)

  const [shape, imageShape] = [
    [side, side, channels],
    [batch, height, width, channels],
  ] as const
  const patch = input('patch', shape)
  const mean = input('mean', shape)
  const square = input('square', shape)
  const shown = input('images', imageShape)
  const placements = input('placements', [batch, ROW])
  const step = input('rate', [])
  const logits = classifier.logits(withPatch(shown, patch, mask, placements))
  const logP = g.slice(g.logSoftmax(logits), [{ axis: 1, start: target, end: target + 1 }])
  const loss = g.neg(g.reduceMean(logP))
  const [slope] = gradients(loss, [patch])
  const newMean = g.add(g.mul(mean, DECAY.mean), g.mul(slope!, 1 - DECAY.mean))
  const newSquare = g.add(g.mul(square, DECAY.square), g.mul(g.square(slope!), 1 - DECAY.square))
  const moved = g.sub(patch, g.div(g.mul(newMean, step), g.add(g.sqrt(newSquare), DECAY.epsilon)))
  const program = await engine.compile({
    name: 'patch',
    graph: {
      inputs: [patch, mean, square, shown, placements, step],
      outputs: { newPatch: g.min(g.max(moved, 0), 1), newMean, newSquare, loss },
    },
    state: [
      { input: 'patch', output: 'newPatch', shape },
      { input: 'mean', output: 'newMean', shape },
      { input: 'square', output: 'newSquare', shape },
    ],
    perStep: ['images', 'placements', 'rate'],
    outputs: ['loss'],
  })
  try {
    const numbers = side * side * channels
    await program.write({
      patch: randomStream(seed, 'patch/initial').fillUniform(
        new Float32Array(numbers),
      ) as Float32Array<ArrayBuffer>,
      mean: new Float32Array(numbers),
      square: new Float32Array(numbers),
    })
    for (let next = 0; next < steps; ) {
      signal?.throwIfAborted()
      const many = Math.min(program.stepsPerCall(), steps - next)
      const pixels = new Float32Array(many * batch * size)
      const rows = new Float32Array(many * batch * ROW)
      const rates = new Float32Array(many)
      const owners: number[] = []
      for (let s = 0; s < many; s++) {
        const random = randomStream(seed, 'patch/step', next + s)
        for (let i = 0; i < batch; i++) {
          const example = from[random.integer(from.length)]!
          owners.push(ids[example]!)
          pixels.set(images.subarray(example * size, (example + 1) * size), (s * batch + i) * size)
          const placed = least + (most - least) * random.uniform()
          const placement = anyPlacement(placed, degrees, classifier.image, random)
          rows.set(placementRow(placement, side), (s * batch + i) * ROW)
        }
        const t = next + s + 1
        rates[s] = (rate * Math.sqrt(1 - DECAY.square ** t)) / (1 - DECAY.mean ** t)
      }
      await program.advance({
        images: { data: pixels, shape: [many, ...imageShape] },
        placements: { data: rows, shape: [many, batch, ROW] },
        rate: { data: rates, shape: [many] },
      })
      count(owners, { queries: 1, gradients: 1 })
      next += many
      onProgress?.(next / steps)
    }
    return { side, channels, pixels: (await program.read()).patch!, mask }
  } finally {
    await program.close()
  }
}
