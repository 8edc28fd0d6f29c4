// Ways of training a classifier: on images as they are, under attack, under noise; their options, defaults and objectives.
import { z } from 'zod'
import {
  adversarial,
  type ClassificationOptions,
  classification,
  fastAdversarial,
  freeAdversarial,
  noisyClassification,
  type Objective,
  trades,
} from '../objectives/index.ts'
import { ConfigError } from '../util/errors.ts'
import { flagOf } from '../util/flag.ts'

const KINDS = ['pgd', 'trades', 'free', 'fast'] as const

/** The options by which a way of training is chosen and set. */
export const wayOptions = z.object({
  adversarial: z
    .enum(KINDS)
    .optional()
    .describe(
      'learn images that an attacker changed: pgd (Madry 2018), trades (Zhang 2019), free (Shafahi 2019), fast (Wong 2020) (default: images as they are)',
    ),
  eps: z
    .number()
    .positive()
    .max(1)
    .optional()
    .describe(
      'with --adversarial: how far the attacker may move any pixel, images being in [0, 1] (default: 0.3)',
    ),
  attackSteps: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe(
      'with --adversarial pgd and trades: gradients of the attacker; with free: those of validation (default: 5)',
    ),
  stepSize: z
    .number()
    .positive()
    .optional()
    .describe(
      'with --adversarial pgd, trades and fast: how far a pixel moves by one of them (default: 2.5 eps / attack steps; fast 1.25 eps)',
    ),
  beta: z
    .number()
    .min(0)
    .optional()
    .describe('with --adversarial trades: weight of staying the same under attack (default: 1)'),
  replays: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe('with --adversarial free: updates on one batch (default: 8)'),
  noise: z
    .number()
    .positive()
    .optional()
    .describe(
      'learn images with normal noise of this deviation, for randomized smoothing, such as 0.5 (default: none)',
    ),
})
export type WayOptions = z.output<typeof wayOptions>

type Attack = Readonly<Record<Exclude<keyof WayOptions, 'adversarial' | 'noise'>, number>>

/** What each kind of attacker takes, and the objective that it makes. */
interface Way {
  readonly takes: readonly (keyof Attack)[]
  make(common: ClassificationOptions, attack: Attack, warmup: number): Objective
}
const WAYS: Readonly<Record<(typeof KINDS)[number], Way>> = {
  pgd: {
    takes: ['eps', 'attackSteps', 'stepSize'],
    make: (common, { eps, attackSteps, stepSize }, warmup) =>
      adversarial({ ...common, eps, attackSteps, stepSize, warmup }),
  },
  trades: {
    takes: ['eps', 'attackSteps', 'stepSize', 'beta'],
    make: (common, { eps, attackSteps, stepSize, beta }, warmup) =>
      trades({ ...common, eps, attackSteps, stepSize, beta, warmup }),
  },
  free: {
    takes: ['eps', 'attackSteps', 'replays'],
    make: (common, { eps, attackSteps, replays }) =>
      freeAdversarial({ ...common, eps, attackSteps, replays }),
  },
  fast: {
    takes: ['eps', 'stepSize'],
    make: (common, { eps, stepSize }, warmup) => fastAdversarial({ ...common, eps, stepSize, warmup }),
  },
}
const NAMES: readonly (keyof Attack)[] = ['eps', 'attackSteps', 'stepSize', 'beta', 'replays']

/** What was given, completed; the length of a step depends on the rest. */
function attackOf({ adversarial: kind, ...given }: WayOptions): Attack {
  const { eps = 0.3, attackSteps = 5, beta = 1, replays = 8 } = given
  const { stepSize = kind === 'fast' ? 1.25 * eps : (2.5 * eps) / attackSteps } = given
  return { eps, attackSteps, stepSize, beta, replays }
}

/**
 * The options that the chosen way takes, all of them.
 *
 * @throws ConfigError for options that do not go with it
 */
export function settleWay(given: WayOptions): WayOptions {
  const { adversarial: kind, noise } = given
  if (kind && noise !== undefined)
    throw new ConfigError('classifier: --adversarial and --noise are two ways of training; give one of them')
  const taken = kind ? WAYS[kind].takes : []
  const wrong = NAMES.find((name) => given[name] !== undefined && !taken.includes(name))
  if (wrong) {
    const kinds = KINDS.filter((other) => WAYS[other].takes.includes(wrong))
    throw new ConfigError(
      `classifier: ${flagOf(wrong)} is for --adversarial ${kinds.join(', ')}, got ${kind ? `--adversarial ${kind}` : 'none'}; leave one of them out`,
    )
  }
  if (!kind) return noise === undefined ? {} : { noise }
  const attack = attackOf(given)
  return { adversarial: kind, ...Object.fromEntries(taken.map((name) => [name, attack[name]])) }
}

/** Updates on one batch. */
export const updatesPerBatch = (given: WayOptions): number =>
  given.adversarial === 'free' ? attackOf(given).replays : 1

/** The share of the training in which the attacker's reach grows: at full reach from the start nothing may be learned for long. */
const WARMUP = 0.1

/** The objective of a way of training. */
export function trainedSo(way: WayOptions, common: ClassificationOptions, steps = 0): Objective {
  const { adversarial: kind, noise } = way
  if (kind) return WAYS[kind].make(common, attackOf(way), Math.floor(WARMUP * steps))
  return noise === undefined ? classification(common) : noisyClassification({ ...common, noise })
}
