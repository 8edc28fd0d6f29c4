// What a model is to the command line and the studio: a name, explained options and the objective they make.
import type { z } from 'zod'
import { imageColumns } from '../data/examples.ts'
import type { Columns, Examples, Source } from '../data/source.ts'
import { unlabelledColumns } from '../data/unlabelled.ts'
import type { ReadFile } from '../environments/index.ts'
import type { Objective } from '../objectives/objective.ts'
import { ConfigError } from '../util/errors.ts'
import { formatShape, type Shape } from '../util/shape.ts'

/** The settings of training that depend on the model. */
export interface TrainingDefaults {
  readonly steps: number
  readonly batchSize: number
  /** Samples are made every so many steps. */
  readonly sampleEvery: number
  readonly checkpointEvery: number
  /** Every so many steps the model is measured on held-out images, where the data has some; default 0, never. */
  readonly validateEvery?: number
  /** Every so many steps it is evaluated, by measures of samples or by episodes; default 0, never. */
  readonly evaluateEvery?: number
  /** Images are scaled to this, such as `64` or `48x64` (height x width); absent: they stay as they are. */
  readonly imageSize?: string
}

/** What an objective may depend on besides its options: the data. */
export interface DataFacts {
  /** What every example has. */
  readonly columns: Columns
  /** Number of classes of the labels; models that learn labels need it. */
  readonly classes?: number | undefined
  /** Steps of the whole training, for rates that change with them; without it they stay. */
  readonly steps?: number | undefined
  /** Examples of a batch, where a training is about to begin: for models whose own data comes in parts that batches must divide. */
  readonly batchSize?: number | undefined
}

/** A training worth seeing: what forms offer to fill in. */
export interface ModelExample {
  /** What will be seen, in a few words. */
  readonly title: string
  /** In a sentence or two. */
  readonly what: string
  /** Default: the data that the model is trained on unless told otherwise. */
  readonly data?: string
  /** Settings that differ from their defaults, of training, model and data, by name. */
  readonly settings: Readonly<Record<string, string | number | boolean>>
}

export interface ModelDefinition<Options extends z.ZodObject = z.ZodObject> {
  /** What the user types, e.g. `mlp-gan`. */
  readonly name: string
  /** One line for lists. */
  readonly description: string
  readonly defaults: TrainingDefaults
  /** The data it was made for: what stands in for data where there is none, in summaries and before it is loaded. */
  readonly madeFor: DataFacts
  /** What it is trained on unless told otherwise: a named data set; default `digits`. */
  readonly data?: string
  /** Trainings of it that are worth seeing. */
  readonly examples?: readonly ModelExample[]
  /**
   * Data that the model brings along, made for these options, e.g. a memory of what was played: it is trained on that, and on
   * nothing else. `objective` is told its columns.
   */
  source?(options: z.output<Options>): Source | Examples
  /**
   * How many images without their labels go with each labelled one of a batch, as the column `unlabelled` `[n, so many, ...]`: all training
   * images, whatever number of labels it learns. Each of them comes in an order of its own. Default: none
   */
  unlabelled?(options: z.output<Options>): number
  /** Whether it learns labels whatever its options are, which the data must have then. */
  readonly learnsLabels?: boolean
  /** Every option has a description, and a default unless that depends on other options. */
  readonly options: Options
  /**
   * Fills in defaults that depend on other options; what a run records is complete. Settled options stay as they are.
   *
   * @throws ConfigError for options that do not go together
   */
  settle?(options: z.output<Options>): z.output<Options>
  /** Options that name files of the user's, which `prepare` reads; whoever goes on with a run may tell where they are now. */
  readonly files?: readonly string[]
  /**
   * Loads what the model's own data needs before it is opened, such as files that options name, and tells the options with what follows
   * from these. Called whenever a run begins or goes on.
   *
   * @param read  reads a file of the user's
   */
  prepare?(options: z.output<Options>, read: ReadFile): Promise<z.output<Options>>
  /** The objective for such data. @throws ConfigError or ShapeError when it does not learn that */
  objective(options: z.output<Options>, data: DataFacts): Objective
}

/** Options that were parsed, completed. @throws ConfigError for options that do not go together */
export const settledOptions = (
  { settle }: Pick<ModelDefinition, 'settle'>,
  options: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> => settle?.(options) ?? options

/** What the data of models is called that bring their own. */
export const OWN_DATA = 'own'

/** What a model is trained on unless told otherwise: a named data set, or data of its own. */
export const usualData = ({ data = 'digits', source }: Pick<ModelDefinition, 'data' | 'source'>): string =>
  source ? OWN_DATA : data

/** Keeps the type of the options while the registry forgets it. */
export const defineModel = <Options extends z.ZodObject>(
  definition: ModelDefinition<Options>,
): ModelDefinition => definition as unknown as ModelDefinition

/** What an image model may depend on besides its options and the shape of images. */
export type ImageContext = Omit<DataFacts, 'columns'>

/** Images of a shape `[height, width, channels]`, and their labels where there are classes, as facts of data. */
export const imageFacts = (shape: Shape, context: ImageContext = {}): DataFacts => ({
  columns: imageColumns(shape, context.classes !== undefined),
  ...context,
})

/** The same facts of data that has unlabelled images as well. */
const withUnlabelled = (facts: DataFacts, each: number | undefined): DataFacts =>
  each === undefined
    ? facts
    : { ...facts, columns: { ...facts.columns, ...unlabelledColumns(facts.columns.images!.shape, each) } }

export interface ImageModel<Options extends z.ZodObject>
  extends Omit<ModelDefinition<Options>, 'madeFor' | 'objective'> {
  /** The images it was made for, `[height, width, channels]`. */
  readonly imageShape: Shape
  /** Of models that learn labels, or may: the number of classes that summaries show them for. */
  readonly classes?: number
  /** Default: whether `classes` is given. */
  readonly learnsLabels?: boolean
  /** Whether it learns several labels of an image too; default false. */
  readonly severalLabels?: boolean
  /** The objective for images of this shape, and whatever else the data has. */
  objective(options: z.output<Options>, imageShape: Shape, context: DataFacts): Objective
}

/** A model of images. */
export const imageModel = <Options extends z.ZodObject>({
  imageShape,
  classes,
  learnsLabels = classes !== undefined,
  severalLabels = false,
  objective,
  ...rest
}: ImageModel<Options>): ModelDefinition =>
  defineModel<Options>({
    ...rest,
    madeFor: withUnlabelled(
      imageFacts(imageShape, classes === undefined ? {} : { classes }),
      rest.unlabelled?.(rest.options.parse({})),
    ),
    ...(learnsLabels ? { learnsLabels } : {}),
    objective(options, facts) {
      const { columns } = facts
      const { images } = columns
      if (images?.shape.length !== 3) {
        const got = Object.entries(columns).map(([name, { shape }]) => `${name} ${formatShape(shape)}`)
        throw new ConfigError(
          `${rest.name} learns images [height, width, channels], the data has ${got.join(', ') || 'no columns'}; choose data of images, or a model made for this data`,
        )
      }
      const { shape = [] } = columns.labels ?? {}
      if (learnsLabels && !severalLabels && shape.length > 0)
        throw new ConfigError(
          `${rest.name} learns one label of each image, the data has ${shape.join(' x ')}; use a model of several labels, such as efficient-capsnet`,
        )
      return objective(options, images.shape, facts)
    },
  })
