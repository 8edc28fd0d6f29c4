// HopSkipJump: walks along the boundary of a class towards an image, told nothing but labels.
import { z } from 'zod'
import type { ImageSize } from '../classifiers/classifier.ts'
import { fillNormals } from '../util/normals.ts'
import type { Attack } from './attack.ts'
import { distanceOf, isWithin } from './distance.ts'
import { inBox, lengthOf } from './pixels.ts'
import { askLabels, type Example, type Search, searchSideBySide } from './side-by-side.ts'
import { drawStart } from './starts.ts'

const options = z.strictObject({
  iterations: z.int().min(0).default(64).describe('most steps along the boundary'),
  queries: z.int().min(1).default(25_000).describe('most images asked about, for each example'),
  firstProbes: z
    .int()
    .min(1)
    .default(100)
    .describe('probes of the first estimate; the t-th has sqrt(t) as many'),
  mostProbes: z.int().min(1).default(10_000).describe('most probes of one estimate'),
  gamma: z
    .number()
    .positive()
    .default(1)
    .describe('width of the boundary, by which probes and searches are scaled'),
  starts: z.int().min(1).default(1000).describe('most images drawn to find one that is named otherwise'),
  stopWithin: z
    .boolean()
    .default(false)
    .describe('ends as soon as an image within eps is found, instead of looking for the nearest'),
})
type HopSkipJumpOptions = z.output<typeof options>

/** Probes asked about in one piece. */
const TOGETHER = 50
/** The first search, between the start and the image, ends at this share of the way. */
const FIRST_SEARCH = 1e-3
/** Halvings of a step before it is given up. */
const HALVINGS = 30

function* hopSkipJumpOf(
  { image: x, label, eps, random }: Example,
  size: ImageSize,
  norm: 'linf' | 'l2',
  settings: HopSkipJumpOptions,
): Search<number> {
  const d = x.length
  const theta = settings.gamma / (norm === 'l2' ? d * Math.sqrt(d) : d * d)
  const asked = new Float32Array(d)
  let best: { image: Float32Array; distance: number } | undefined
  let left = settings.queries

  const over = (): boolean =>
    left <= 0 || (settings.stopWithin && best !== undefined && isWithin(best.distance, eps))
  const note = (image: Float32Array): void => {
    const distance = distanceOf(norm, x, image)
    if (!best || distance < best.distance) best = { image: image.slice(), distance }
  }
  /** Whether an image is named otherwise; the nearest that is, is kept. */
  function* isWrong(image: Float32Array): Generator<Float32Array, boolean, readonly number[]> {
    left--
    const wrong = (yield image)[0] !== label
    if (wrong) note(image)
    return wrong
  }
  /** Between the image and `far`, which is named otherwise, the nearest that still is: `share` of the way (l2) or as far (linf). */
  function* approach(
    far: Float32Array,
    top: number,
    tolerance: number,
    between: 'l2' | 'linf',
  ): Generator<Float32Array, Float32Array, readonly number[]> {
    let near = far
    let [low, high] = [0, top]
    while (high - low > tolerance && !over()) {
      const middle = (low + high) / 2
      for (let i = 0; i < d; i++)
        asked[i] =
          between === 'l2'
            ? (1 - middle) * x[i]! + middle * far[i]!
            : Math.min(Math.max(far[i]!, x[i]! - middle), x[i]! + middle)
      if (yield* isWrong(asked)) {
        high = middle
        near = asked.slice()
      } else low = middle
    }
    return near
  }
  const toBoundary = (far: Float32Array, distance: number) =>
    norm === 'l2'
      ? approach(far, 1, theta, 'l2')
      : approach(far, distance, Math.min(distance * theta, theta), 'linf')

  if (yield* isWrong(x)) return { image: x, within: true }
  if (eps === 0) return undefined
  let start: Float32Array | undefined
  for (let draw = 0; !start && draw < settings.starts && !over(); draw++) {
    const drawn = drawStart(draw, size, random, new Float32Array(d))
    if (yield* isWrong(drawn)) start = drawn
  }
  if (!start) return undefined
  let point = yield* approach(start, 1, FIRST_SEARCH, 'l2')
  /** How far the point was before it was brought to the boundary, and how far it is. */
  let before = distanceOf(norm, x, point)
  point = yield* toBoundary(point, before)

  const way = new Float32Array(d)
  const probes = new Float32Array(TOGETHER * d)
  for (let t = 1; t <= settings.iterations && !over(); t++) {
    const distance = distanceOf(norm, x, point)
    const radius = t === 1 ? 0.1 : (norm === 'l2' ? Math.sqrt(d) : d) * theta * before
    const wanted = Math.min(Math.floor(settings.firstProbes * Math.sqrt(t)), settings.mostProbes, left)
    // The mean of (answer - mean answer) * way, from sums over pieces: of all ways, and of those to the other side.
    const [sum, sumWrong] = [new Float64Array(d), new Float64Array(d)]
    let wrong = 0
    for (let made = 0; made < wanted; made += TOGETHER) {
      const many = Math.min(TOGETHER, wanted - made)
      for (let i = 0; i < many; i++) {
        if (norm === 'l2') fillNormals(random, way)
        else random.fillUniform(way, -1, 1)
        const scale = radius / lengthOf(way)
        for (let p = 0; p < d; p++) probes[i * d + p] = inBox(point[p]! + way[p]! * scale)
      }
      left -= many
      const answers = yield probes.subarray(0, many * d)
      answers.forEach((answer, i) => {
        const probe = probes.subarray(i * d, (i + 1) * d)
        if (answer !== label) {
          wrong++
          note(probe)
        }
        const to = answer !== label ? sumWrong : undefined
        for (let p = 0; p < d; p++) {
          const step = probe[p]! - point[p]!
          sum[p]! += step
          if (to) to[p]! += step
        }
      })
    }
    const share = wrong / wanted
    const direction = sum.map((all, p) =>
      share === 1 ? all : share === 0 ? -all : 2 * (sumWrong[p]! - share * all),
    )
    const length = lengthOf(direction)
    if (length === 0) break

    let step = distance / Math.sqrt(t)
    let moved: Float32Array | undefined
    for (let halving = 0; !moved && halving < HALVINGS && !over(); halving++, step /= 2) {
      for (let p = 0; p < d; p++) {
        const along = norm === 'l2' ? direction[p]! / length : Math.sign(direction[p]!)
        asked[p] = inBox(point[p]! + step * along)
      }
      if (yield* isWrong(asked)) moved = asked.slice()
    }
    if (!moved) continue
    before = distanceOf(norm, x, moved)
    point = yield* toBoundary(moved, before)
  }
  return best && { image: best.image, within: isWithin(best.distance, eps) }
}

/**
 * Gives the nearest image that was named otherwise, of all it asked about. Within the threat it has found one only if that is
 * near enough; without limits (eps infinite) it is the nearest whatever its distance.
 */
export const hopSkipJump: Attack<typeof options> = {
  name: 'hop-skip-jump',
  title: 'HopSkipJump',
  source: 'Chen, Jordan and Wainwright 2020, arXiv:1904.02144',
  kind: 'minimal',
  knowledge: 'label',
  norms: ['l2', 'linf'],
  options,
  run(oracle, input, settings) {
    const norm = input.threat.norm === 'linf' ? 'linf' : 'l2'
    return searchSideBySide(hopSkipJump, oracle, input, askLabels(oracle), (example) =>
      hopSkipJumpOf(example, oracle.classifier.image, norm, settings),
    )
  },
}
