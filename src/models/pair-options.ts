// `--objective`, `--condition`, `--pack` and `--ema` of models that are a generator and a discriminator: asked for, completed, put to work.
import { z } from 'zod'
import { augmentationsInWords, policyOf, policyText } from '../augmentations/index.ts'
import {
  CONDITIONS,
  diffAugment,
  type Objective,
  PAIR_LOSSES,
  type PairLoss,
  type PairOptions,
  type PairSettings,
  pairObjective,
} from '../objectives/index.ts'
import { ConfigError } from '../util/errors.ts'
import { flagOf } from '../util/flag.ts'
import type { Shape } from '../util/shape.ts'
import { augmentationsPattern } from './augment-option.ts'

type Names = [string, ...string[]]
const names = PAIR_LOSSES.map(({ name }) => name) as Names
const conditions = CONDITIONS.map(({ name }) => name) as Names
/** What the options say of each choice. */
const inWords = (choices: readonly { name: string; description: string }[]): string =>
  choices.map(({ name, description }) => `${name}, ${description}`).join('; ')

/** What every pair can be told. Defaults are those of the objective's paper. */
export const pairOptions = z.object({
  learningRate: z
    .number()
    .positive()
    .optional()
    .describe(
      "learning rate of Adam, both players (default: the model's own, in most 0.0002; with another --objective that one's)",
    ),
  beta1: z
    .number()
    .min(0)
    .lt(1)
    .optional()
    .describe(
      "Adam's share of the mean gradient kept (default: the model's own, in most 0.5; with another --objective that one's)",
    ),
  objective: z
    .enum(names)
    .optional()
    .describe(
      `what both players play for, with the settings of its paper: ${inWords(PAIR_LOSSES)} (default: the model's own training; with --condition non-saturating)`,
    ),
  condition: z
    .enum(conditions)
    .optional()
    .describe(
      `how the class enters both players, so that samples of a class can be asked for: ${inWords(CONDITIONS)} (default: the model's own, in most none)`,
    ),
  beta2: z
    .number()
    .min(0)
    .lt(1)
    .optional()
    .describe("with --objective: Adam's share of the mean square kept (default: its own)"),
  discriminatorRate: z
    .number()
    .positive()
    .optional()
    .describe("with --objective: learning rate of the discriminator's Adam (default: its own)"),
  finalRate: z
    .number()
    .positive()
    .max(1)
    .optional()
    .describe(
      'with --objective: share of the learning rates that is left at the last step, along a cosine (default: its own)',
    ),
  discriminatorUpdates: z
    .number()
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('with --objective: updates of the discriminator for one of the generator (default: its own)'),
  penalty: z
    .number()
    .min(0)
    .optional()
    .describe('with an --objective that has one: weight of the gradient penalty (default: its own)'),
  finalPenalty: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe(
      'with an --objective that has one: share of the weight of the penalty that is left at the last step, along a cosine (default: its own)',
    ),
  lookahead: z
    .number()
    .int()
    .min(0)
    .max(20)
    .optional()
    .describe(
      'with --objective unrolled: updates of the discriminator that the generator looks ahead (default: its own)',
    ),
  labelSmoothing: z
    .number()
    .min(0)
    .lt(0.5)
    .optional()
    .describe(
      'with an --objective whose discriminator learns by cross-entropy: how much less than 1 is its target for real examples, such as 0.1 (default: its own)',
    ),
  pack: z
    .number()
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe(
      'with --objective: examples that the discriminator judges together, as PacGAN does (default: 1)',
    ),
  ema: z
    .number()
    .min(0)
    .lt(1)
    .optional()
    .describe(
      "with --objective: share of the moving average of the generator's weights that is kept at each step, such as 0.999; it makes the samples (default: none)",
    ),
  diffAugment: z
    .string()
    .regex(augmentationsPattern, 'expected a list such as shift,rotate=20')
    .optional()
    .meta({
      title: 'list',
      examples: ['shift,scale,brightness'],
      description: `with --objective: the discriminator sees images changed by chance only, real and made ones: ${augmentationsInWords()} (default: as they are)`,
    }),
  ada: z
    .number()
    .gt(-1)
    .lt(1)
    .optional()
    .describe(
      'with --diff-augment: let the probability of the changes follow the discriminator, whose mean sign on real images is held at this, such as 0.6 (default: all are changed always)',
    ),
})
export type PairGiven = z.output<typeof pairOptions>

const lossNamed = (name: string): PairLoss => PAIR_LOSSES.find((loss) => loss.name === name)!

/**
 * With everything that the objective has, in the settings of its paper unless told.
 *
 * @param example  shape of what the model was made for, on which settings depend
 * @throws ConfigError for options that do not go with the objective
 */
export function settledPair(model: string, given: PairGiven, example: Shape): PairGiven {
  const { condition, pack, ema, diffAugment: changes, ada, ...asked } = given
  const { objective = condition === undefined ? undefined : 'non-saturating', ...settings } = asked
  const usual = objective === undefined ? undefined : lossNamed(objective).usual(example)
  for (const [name, value] of Object.entries(settings)) {
    if (value === undefined || name === 'learningRate' || name === 'beta1') continue
    if (usual && Object.hasOwn(usual, name)) continue
    const having = PAIR_LOSSES.filter((loss) => Object.hasOwn(loss.usual(example), name)).map(
      (loss) => loss.name,
    )
    throw new ConfigError(
      `${model}: ${flagOf(name)} is for --objective ${having.join(', ')}, got ${objective ? `--objective ${objective}` : 'none'}; leave one of them out`,
    )
  }
  if (ada !== undefined && changes === undefined)
    throw new ConfigError(
      `${model}: --ada is for --diff-augment, got none; give that too, or leave one of them out`,
    )
  if (!usual) {
    const onlyWith = { pack, ema, diffAugment: changes }
    const wrong = Object.entries(onlyWith).find(([, value]) => value !== undefined)?.[0]
    if (wrong)
      throw new ConfigError(
        `${model}: ${flagOf(wrong)} is for --objective ${names.join(', ')}, got none; give one of them, or leave one of them out`,
      )
    return { learningRate: settings.learningRate ?? 2e-4, beta1: settings.beta1 ?? 0.5 }
  }
  const own = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
  // A rate that is given is that of both players, unless the discriminator is given its own.
  const both =
    given.learningRate !== undefined && usual.learningRate === usual.discriminatorRate
      ? { discriminatorRate: given.learningRate }
      : {}
  return {
    objective,
    ...(condition === undefined ? {} : { condition }),
    ...usual,
    ...both,
    ...own,
    pack: pack ?? 1,
    ...(ema === undefined ? {} : { ema }),
    ...(changes === undefined ? {} : { diffAugment: policyText(policyOf('--diff-augment', changes)) }),
    ...(ada === undefined ? {} : { ada }),
  }
}

/** What a model gives: its networks, and what it knows of the data. */
export type PairParts = Omit<PairOptions, 'loss' | 'condition' | 'settings' | 'pack' | 'ema'>

/** The objective that was asked for, of settled options. */
export function pairOf(
  parts: PairParts,
  {
    objective,
    condition,
    pack = 1,
    ema,
    diffAugment: changes,
    ada,
    ...settings
  }: PairGiven & { objective: string },
): Objective {
  const game = pairObjective({
    ...parts,
    loss: lossNamed(objective),
    condition: CONDITIONS.find(({ name }) => name === condition),
    pack,
    ema,
    settings: settings as Partial<PairSettings>,
  })
  if (changes === undefined) return game
  return diffAugment(game, {
    augmentations: policyOf('--diff-augment', changes),
    ...(ada === undefined ? {} : { ada: { target: ada } }),
  })
}
