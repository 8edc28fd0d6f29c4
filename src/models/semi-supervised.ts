// Classifiers of few labels that learn from unlabelled images as well: the small CNN, in two ways.
import { z } from 'zod'
import { augmentationsInWords, policyOf, policyText } from '../augmentations/index.ts'
import { averaged } from '../objectives/averaged.ts'
import { fixMatch } from '../objectives/fixmatch.ts'
import type { Objective } from '../objectives/objective.ts'
import { virtualAdversarial } from '../objectives/virtual-adversarial.ts'
import { adam } from '../optimizers/index.ts'
import { ConfigError } from '../util/errors.ts'
import { augmentationsPattern } from './augment-option.ts'
import { classifierNetwork } from './classifier.ts'
import { cosineAdamOptions, cosineRate } from './cosine.ts'
import { imageModel, type ModelDefinition } from './model.ts'

const common = {
  ...cosineAdamOptions,
  unlabelled: z.int().min(1).max(64).describe('unlabelled images beside each labelled one'),
  weight: z.number().min(0).default(1).describe('weight of what is learned from unlabelled images'),
  ema: z
    .number()
    .min(0)
    .lt(1)
    .default(0.999)
    .describe('share of the averaged weights that is kept at each step; the average is what names images'),
}
const list = (usual: string, what: string) =>
  z
    .string()
    .regex(augmentationsPattern, 'expected a list such as shift,rotate=20')
    .default(usual)
    .meta({ title: 'list', examples: [usual], description: `${what}: ${augmentationsInWords()}` })

type Own = z.ZodRawShape
type Classifier = Parameters<typeof virtualAdversarial>[0]

interface SemiSupervised<Options extends Own> {
  readonly name: string
  readonly description: string
  readonly batchSize: number
  /** Unlabelled images beside each example. */
  readonly unlabelled: number
  readonly options: Options
  /** Lists of augmentations among them. */
  readonly lists?: readonly (keyof Options & string)[]
  objective(
    common: Pick<Classifier, 'name' | 'classifier' | 'optimizer'> & { readonly weight: number },
    options: z.output<z.ZodObject<Options>>,
  ): Objective<'classifier'>
}

function semiSupervised<Options extends Own>({
  name,
  description,
  batchSize,
  unlabelled: usual,
  options: own,
  lists = [],
  objective,
}: SemiSupervised<Options>): ModelDefinition {
  const options = z.object({ ...common, unlabelled: common.unlabelled.default(usual), ...own })
  type All = z.output<z.ZodObject<typeof common>> & z.output<z.ZodObject<Options>>
  return imageModel<z.ZodObject>({
    name,
    description,
    defaults: { steps: 6000, batchSize, sampleEvery: 0, checkpointEvery: 500, validateEvery: 500 },
    imageShape: [28, 28, 1],
    classes: 10,
    unlabelled: (given) => (given as All).unlabelled,
    options,
    settle: (given) => ({
      ...given,
      ...Object.fromEntries(
        lists.map((each) => [each, policyText(policyOf(`--${each}`, String(given[each])))]),
      ),
    }),
    objective(given, imageShape, { classes, steps }) {
      if (classes === undefined)
        throw new ConfigError(`${name} learns labels, and the data has none; use labelled data`)
      const { learningRate, beta1, unlabelled: _, weight, ema, ...rest } = given as All
      const learned = objective(
        {
          name,
          classifier: classifierNetwork({ imageShape, classes, dropout: 0 }),
          optimizer: adam({ learningRate: cosineRate(learningRate, steps), beta1 }),
          weight,
        },
        rest as unknown as z.output<z.ZodObject<Options>>,
      )
      return averaged(learned, { of: 'classifier', decay: ema })
    },
  })
}

/** Sohn et al. 2020: seven unlabelled images for each labelled one; no flips. */
export const fixmatch = semiSupervised({
  name: 'fixmatch',
  description:
    'a classifier of few labels that learns its own sure names of images on the same images changed much',
  batchSize: 32,
  unlabelled: 7,
  options: {
    weak: list('shift=0.1', 'how images are changed a little'),
    strong: list(
      'shift=0.15,rotate=30,scale=0.2,shear=0.3,elastic=1.5,erase=0.3,contrast=0.5',
      'how they are changed much, each with a probability of a half',
    ),
    threshold: z.number().gt(0).max(1).default(0.95).describe('probability from which a name counts'),
  },
  lists: ['weak', 'strong'],
  objective: (given, { weak, strong, threshold }) =>
    fixMatch({
      ...given,
      weak: policyOf('--weak', weak),
      strong: policyOf('--strong', strong),
      threshold,
    }),
})

/** Miyato et al. 2018. */
export const vat = semiSupervised({
  name: 'vat',
  description:
    'a classifier of few labels whose answers to other images must not change where they would change most',
  batchSize: 50,
  unlabelled: 4,
  options: {
    eps: z.number().positive().default(2).describe('how far an image is moved, in the Euclidean norm'),
    entropy: z.number().min(0).default(1).describe('weight of the entropy of answers to unlabelled images'),
  },
  objective: (given, own) => virtualAdversarial({ ...given, ...own }),
})
