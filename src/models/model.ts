// What a model is to the command line and the studio: a name, explained options and the objective they make.
import type { z } from 'zod'
import type { Objective } from '../objectives/objective.ts'
import type { Shape } from '../util/shape.ts'

/** The settings of training that depend on the model. */
export interface TrainingDefaults {
  readonly steps: number
  readonly batchSize: number
  /** Samples are made every so many steps. */
  readonly sampleEvery: number
  readonly checkpointEvery: number
  /** Every so many steps the model is measured on held-out images, where the data has some; default 0, never. */
  readonly validateEvery?: number
  /** Images are scaled to this, such as `64` or `48x64` (height x width); absent: they stay as they are. */
  readonly imageSize?: string
}

/** What an objective may depend on besides its options and the images. */
export interface ObjectiveContext {
  /** Number of classes of the labels; models that learn labels need it. */
  readonly classes?: number
  /** Steps of the whole training, for rates that change with them; without it they stay. */
  readonly steps?: number
}

export interface ModelDefinition<Options extends z.ZodObject = z.ZodObject> {
  /** What the user types, e.g. `mlp-gan`. */
  readonly name: string
  /** One line for lists. */
  readonly description: string
  readonly defaults: TrainingDefaults
  /** The images it was made for, `[height, width, channels]`; summaries show it for these. */
  readonly imageShape: Shape
  /** Only of models that learn labels: the number of classes that summaries show them for. */
  readonly classes?: number
  /** Every option has a default and a description. */
  readonly options: Options
  /** The objective for examples of this shape `[height, width, channels]`. */
  objective(options: z.output<Options>, exampleShape: Shape, context?: ObjectiveContext): Objective
}

/** Keeps the type of the options while the registry forgets it. */
export const defineModel = <Options extends z.ZodObject>(
  definition: ModelDefinition<Options>,
): ModelDefinition => definition as unknown as ModelDefinition

/** What stands in for the data where there is none: in summaries, and before it is loaded. */
export const contextOf = ({ classes }: ModelDefinition): ObjectiveContext =>
  classes === undefined ? {} : { classes }
