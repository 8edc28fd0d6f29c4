// Attacks as a page makes them: steps along a gradient, kept within what is allowed.
import { randomStream } from '../../../src/util/random.ts'

/** What the network of an attack answers: logits, and gradients with respect to the image. */
export interface Answer {
  readonly logits: Float32Array
  readonly loss: Float32Array
  readonly margin: Float32Array
}
export type Ask = (image: Float32Array, truth: number) => Promise<Answer>

export interface AttackSetting {
  readonly norm: 'linf' | 'l2'
  readonly eps: number
  readonly kind: 'none' | 'noise' | 'fgsm' | 'pgd'
}

/** What a person may choose, in words. */
export const KINDS: readonly { readonly kind: AttackSetting['kind']; readonly label: string }[] = [
  { kind: 'pgd', label: 'PGD: forty small steps' },
  { kind: 'fgsm', label: 'FGSM: one large step' },
  { kind: 'noise', label: 'Random noise' },
]

const STEPS = 40
/** Length of a step, as a share of eps. */
const STEP = { linf: 1 / 15, l2: 1 / 12 } as const

const lengthOf = (numbers: Float32Array): number => Math.sqrt(numbers.reduce((sum, n) => sum + n * n, 0))

/** The image moved back into the ball around where it began, and into [0, 1]. */
export function project(
  moved: Float32Array,
  start: Float32Array,
  { norm, eps }: AttackSetting,
): Float32Array {
  const difference = moved.map((value, p) => value - start[p]!)
  const length = norm === 'l2' ? lengthOf(difference) : 0
  const shrink = length > eps ? eps / length : 1
  return start.map((value, p) => {
    const change = norm === 'linf' ? Math.min(eps, Math.max(-eps, difference[p]!)) : difference[p]! * shrink
    return Math.min(1, Math.max(0, value + change))
  })
}

/** A step of so much along a gradient. */
function step(image: Float32Array, gradient: Float32Array, norm: 'linf' | 'l2', size: number): Float32Array {
  if (norm === 'linf') return image.map((value, p) => value + size * Math.sign(gradient[p]!))
  const length = Math.max(1e-12, lengthOf(gradient))
  return image.map((value, p) => value + (size * gradient[p]!) / length)
}

export const largest = (numbers: ArrayLike<number>): number => {
  let best = 0
  for (let k = 1; k < numbers.length; k++) if (numbers[k]! > numbers[best]!) best = k
  return best
}

/**
 * What an attack makes of an image.
 *
 * @param truth  the class that it should keep
 */
export async function attacked(
  start: Float32Array,
  truth: number,
  setting: AttackSetting,
  ask: Ask,
): Promise<Float32Array> {
  const { norm, eps, kind } = setting
  if (eps === 0 || kind === 'none') return start
  if (kind === 'noise') {
    const draws = randomStream(1, 'noise').fillUniform(new Float32Array(start.length), -1, 1)
    const length = lengthOf(draws)
    const scale = norm === 'linf' ? eps : eps / length
    return project(
      start.map((value, p) => value + (norm === 'linf' ? Math.sign(draws[p]!) : draws[p]!) * scale),
      start,
      setting,
    )
  }
  if (kind === 'fgsm') return project(step(start, (await ask(start, truth)).loss, norm, eps), start, setting)
  let image = start
  for (let i = 0; i < STEPS; i++) {
    const { margin, logits } = await ask(image, truth)
    if (largest(logits) !== truth) return image
    image = project(step(image, margin, norm, STEP[norm] * eps), start, setting)
  }
  return image
}
