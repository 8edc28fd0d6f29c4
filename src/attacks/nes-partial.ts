// NES where answers tell little: the likeliest classes with their probabilities, or a label and nothing else.
import { z } from 'zod'
import type { ImageSize } from '../classifiers/classifier.ts'
import type { RandomStream } from '../util/random.ts'
import type { Attack } from './attack.ts'
import { plateauRate } from './nes.ts'
import { type Estimate, type NesSettings, nesEstimate, nesOptions } from './nes-estimate.ts'
import { inBox } from './pixels.ts'
import {
  askLabels,
  askTop,
  type Example,
  type Search,
  searchSideBySide,
  type TopClasses,
} from './side-by-side.ts'
import { drawStart } from './starts.ts'

const partialOptions = {
  ...nesOptions,
  samples: z.int().min(2).multipleOf(2).default(100).describe('probes of an estimate, half of them mirrored'),
  minRate: z.number().positive().default(1e-4).describe('smallest step'),
  plateau: z.int().min(2).default(20).describe('steps after which a rate that does not help is halved'),
  shrink: z.number().positive().default(0.5).describe('how much the ball is made smaller at first'),
  caution: z.number().min(1).default(4).describe('by which what was tried is divided before it is done'),
  starts: z.int().min(1).default(1000).describe('most images drawn to find one that is named otherwise'),
}
const topOptions = z.strictObject({
  ...partialOptions,
  queries: z.int().min(1).default(100_000).describe('most images asked about, for each example'),
  k: z.int().min(1).default(1).describe('classes that are told, the likeliest first'),
  nearEnough: z
    .number()
    .positive()
    .default(0.2)
    .describe('-log p of the class aimed at, below which the ball is made smaller'),
})
const labelOptions = z.strictObject({
  ...partialOptions,
  queries: z.int().min(1).default(1_000_000).describe('most images asked about, for each example'),
  around: z.int().min(1).default(50).describe('images around each probe, whose labels make its score'),
  radius: z.number().positive().default(2e-3).describe('how far from the probe they are'),
  nearEnough: z
    .number()
    .positive()
    .default(0.15)
    .describe('share of them named otherwise than aimed at, below which the ball is made smaller'),
})

/** Smaller changes of the ball are not tried. */
const LEAST_SHRINK = 2e-3
/** What is tried again after a change that went well. */
const NEXT_SHRINK = 0.1

interface Partial<Answer> {
  readonly settings: NesSettings &
    Pick<z.output<typeof topOptions>, 'queries' | 'plateau' | 'shrink' | 'caution' | 'nearEnough' | 'starts'>
  readonly top: (answer: Answer) => number
  /** Whether a class is among those that are told. */
  readonly tells: (answer: Answer, target: number) => boolean
  /** Images asked about for one estimate. */
  readonly cost: number
  estimate(
    image: Float32Array,
    target: number,
    random: RandomStream,
  ): Generator<Float32Array, Estimate, readonly Answer[]>
}

/**
 * From an image that is named otherwise into the ball around the example: the ball is made smaller as far as the class aimed at
 * stays among those that are told, and within it the class is made likelier.
 */
function* shrinkingBall<Answer>(
  { image: x, label, eps, random }: Example,
  size: ImageSize,
  { settings, top, tells, cost, estimate }: Partial<Answer>,
): Search<Answer> {
  const { rate, minRate } = settings
  const d = x.length
  let left = settings.queries - 1
  if (top((yield x)[0]!) !== label) return { image: x, within: true }
  if (eps === 0) return undefined

  let now: Float32Array | undefined
  let target = label
  for (let draw = 0; !now && draw < settings.starts && left > 0; draw++, left--) {
    const drawn = drawStart(draw, size, random, new Float32Array(d))
    target = top((yield drawn)[0]!)
    if (target !== label) now = drawn
  }
  if (!now) return undefined

  let ball = 1
  let shrink = settings.shrink
  const momentum = new Float64Array(d)
  const proposed = new Float32Array(d)
  const rateAfter = plateauRate(settings, settings.plateau)
  while (left > cost) {
    const { loss, gradient, told } = yield* estimate(now, target, random)
    left -= cost
    for (let p = 0; p < d; p++)
      momentum[p] = settings.momentum * momentum[p]! + (1 - settings.momentum) * gradient[p]!
    const most = told > 0 ? rateAfter(loss) : rate
    let tried = told > 0 && loss < settings.nearEnough && ball > eps ? shrink : 0
    let step = most
    for (let accepted = false; !accepted && left > 0; ) {
      const radius = Math.max(ball - tried, eps)
      for (let p = 0; p < d; p++) {
        const to = now[p]! - step * Math.sign(momentum[p]!)
        proposed[p] = inBox(Math.min(Math.max(to, x[p]! - radius), x[p]! + radius))
      }
      const answer = (yield proposed)[0]!
      left--
      if (radius <= eps && top(answer) !== label) return { image: proposed, within: true }
      if (tells(answer, target)) {
        accepted = true
        now.set(proposed)
        if (tried > 0) shrink = Math.max(tried, NEXT_SHRINK)
        // Carefully: less than what was tried, so that the next image is not at the very edge of its class.
        ball = Math.max(ball - tried / settings.caution, eps)
      } else if (step >= 2 * minRate) step /= 2
      else if (tried > 0) {
        tried = tried / 2 < LEAST_SHRINK ? 0 : tried / 2
        step = most
      } else break
    }
  }
  return undefined
}

/** The likeliest classes are told. Aims at a class, and makes it likelier where its probability is told. */
export const nesTopK: Attack<typeof topOptions> = {
  name: 'nes-top-k',
  title: 'NES, partial information',
  source: 'Ilyas et al. 2018, arXiv:1804.08598',
  kind: 'bounded',
  knowledge: 'top-k',
  norms: ['linf'],
  options: topOptions,
  run(oracle, input, settings) {
    return searchSideBySide(nesTopK, oracle, input, askTop(oracle, settings.k), (example) =>
      shrinkingBall<TopClasses>(example, oracle.classifier.image, {
        settings,
        top: ({ classes }) => classes[0]!,
        tells: ({ classes }, target) => classes.includes(target),
        cost: settings.samples,
        estimate: (image, target, random) =>
          nesEstimate<TopClasses>(image, settings, random, ({ classes, probabilities }) => {
            const at = classes.indexOf(target)
            return at < 0 ? undefined : -Math.log(Math.max(probabilities[at]!, 1e-30))
          }),
      }),
    )
  },
}

/** Only the class is told. The score of an image is the share of those around it that are named as aimed at. */
export const nesLabel: Attack<typeof labelOptions> = {
  name: 'nes-label',
  title: 'NES, label only',
  source: 'Ilyas et al. 2018, arXiv:1804.08598',
  kind: 'bounded',
  knowledge: 'label',
  norms: ['linf'],
  options: labelOptions,
  run(oracle, input, settings) {
    return searchSideBySide(nesLabel, oracle, input, askLabels(oracle), (example) =>
      shrinkingBall<number>(example, oracle.classifier.image, {
        settings,
        top: (answer) => answer,
        tells: (answer, target) => answer === target,
        cost: settings.samples * settings.around,
        estimate: (image, target, random) => labelEstimate(image, target, settings, random),
      }),
    )
  },
}

/** An estimate whose probes are each judged by the labels of images around them. */
function* labelEstimate(
  image: Float32Array,
  target: number,
  settings: z.output<typeof labelOptions>,
  random: RandomStream,
): Generator<Float32Array, Estimate, readonly number[]> {
  const { around, radius } = settings
  const d = image.length
  const asked = new Float32Array(around * d)
  const probes = nesEstimate<number>(image, settings, random, (misses) => misses)
  let turn = probes.next()
  while (!turn.done) {
    const misses: number[] = []
    for (let at = 0; at < turn.value.length; at += d) {
      const probe = turn.value.subarray(at, at + d)
      for (let i = 0; i < around; i++)
        for (let p = 0; p < d; p++) asked[i * d + p] = inBox(probe[p]! + radius * (2 * random.uniform() - 1))
      const answers = yield asked
      misses.push(answers.filter((answer) => answer !== target).length / around)
    }
    turn = probes.next(misses)
  }
  return turn.value
}
