// `--augment` of models: how it is asked for, settled and put to work.
import { z } from 'zod'
import { augmentationsInWords, policyOf, policyText } from '../augmentations/index.ts'
import { augmented } from '../objectives/augmented.ts'
import type { Objective } from '../objectives/objective.ts'

const WHERE = '--augment'

/** What such a list looks like. */
export const augmentationsPattern = /^[a-z]+(?:=[0-9.e-]+)?(?:,[a-z]+(?:=[0-9.e-]+)?)*$/

/** Takes its place among a model's options. */
export const augmentOption = z
  .string()
  .regex(augmentationsPattern, 'expected a list such as shift,rotate=20')
  .optional()
  .meta({
    title: 'list',
    examples: ['shift,rotate', 'shift=0.1,rotate=20'],
    description: `change training images by chance, in this order, each by its usual strength or by the one that is given, such as shift,rotate=20,elastic: ${augmentationsInWords()} (default: none)`,
  })

/** With every strength written out. @throws ConfigError for what cannot be read */
export const settledAugment = (given: string | undefined): { augment?: string } =>
  given === undefined ? {} : { augment: policyText(policyOf(WHERE, given)) }

/** An objective whose training images are changed so. */
export const withAugment = (objective: Objective, given: string | undefined): Objective =>
  given === undefined ? objective : augmented(objective, { augmentations: policyOf(WHERE, given) })
