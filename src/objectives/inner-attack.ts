// The attacker inside a training step: images within eps of those given that raise a loss, found by a loop in the graph.
import { gradients } from '../autodiff/backward.ts'
import { add, max, min, mul, type Operand, repeat, sign, sub } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { checkNumber } from '../util/options.ts'

/** How an inner attack goes about it, in the maximum norm, images being in [0, 1]. */
export interface AttackSettings {
  /** How far any pixel may move; default 0.3. */
  readonly eps?: number
  /** Gradients that are taken; default 40. */
  readonly attackSteps?: number
  /** How far a pixel moves at each; default two and a half times what `attackSteps` would need to cross eps. */
  readonly stepSize?: number
  /** Steps of training over which eps, and the step size with it, grow from 0; default 0. */
  readonly warmup?: number
}

export const ATTACK_SETTINGS: readonly (keyof AttackSettings)[] = ['eps', 'attackSteps', 'stepSize', 'warmup']

/** @throws ConfigError for a number out of range */
export function attackSettings(where: string, given: AttackSettings): Required<AttackSettings> {
  const eps = checkNumber(where, 'eps', given.eps ?? 0.3, { above: 0, atMost: 1 })
  const attackSteps = checkNumber(where, 'attackSteps', given.attackSteps ?? 40, {
    integer: true,
    atLeast: 1,
  })
  return {
    eps,
    attackSteps,
    stepSize: checkNumber(where, 'stepSize', given.stepSize ?? (2.5 * eps) / attackSteps, { above: 0 }),
    warmup: checkNumber(where, 'warmup', given.warmup ?? 0, { integer: true, atLeast: 0 }),
  }
}

/** The share of eps that a step of training has, where it grows. */
export const warmth =
  (warmup: number) =>
  (step: number): number =>
    Math.min(1, (step + 1) / (warmup + 1))

/** Images moved by a perturbation, within [0, 1]. */
export const moved = (images: Value, perturbation: Value): Value => min(max(add(images, perturbation), 0), 1)

/** What the attacker is given. */
export interface Ascent {
  readonly images: Value
  /** Where it begins; it is first brought within reach. */
  readonly start: Value
  readonly eps: Operand
  readonly stepSize: Operand
  readonly attackSteps: number
  /** What it raises, a scalar, of images. Its gradient is taken example by example only where it is a sum or mean over them. */
  loss(images: Value): Value
}

/**
 * Projected gradient ascent by the signs of the gradient: after every step images are back within eps and within [0, 1].
 * Weights stand still meanwhile, and the result is a constant for whoever differentiates.
 *
 * @returns images of the shape of those given
 * @source Madry et al. 2018, arXiv:1706.06083
 */
export function ascended({ images, start, eps, stepSize, attackSteps, loss }: Ascent): Value {
  const [lowest, highest] = [max(sub(images, eps), 0), min(add(images, eps), 1)]
  const within = (x: Value): Value => min(max(x, lowest), highest)
  const [found] = repeat(attackSteps, [within(start)], ([x]) => {
    const [slope] = gradients(loss(x!), [x!])
    return [within(add(x!, mul(sign(slope!), stepSize)))]
  })
  return found!
}
