// The records of a run folder: what each file holds, as zod schemas and the types they infer.
import { z } from 'zod'
import { MOST_LENGTH, MOST_RECORDED_CLASSES } from '../util/limits.ts'
import { runHeadSchema } from './head.ts'

const count = z.int().min(0)
/** Height, width or channels of images. */
const length = z.int().min(1).max(MOST_LENGTH)
const named = z.string().min(1)

/** How one column of `metrics.jsonl` is called and drawn. */
export const metricInfoSchema = z.object({
  /** The key in a metrics row, e.g. `discriminatorLoss`. */
  name: named,
  /** What people read, e.g. `Discriminator loss`. */
  label: named,
  /** Which y axis it belongs to: losses left, ratios right. */
  axis: z.enum(['left', 'right']),
  /** `#rrggbb`. */
  color: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, 'expected a colour such as #dc267f')
    .optional(),
  /** No dots: those are for what is measured on held-out images. Older runs have some. */
  dash: z
    .enum(['solid', 'dashed', 'dashDot', 'dashDotDot', 'dotted'])
    .transform((dash) => (dash === 'dotted' ? 'dashDotDot' : dash))
    .optional(),
  /** `percent` shows .61 as 61% and runs its axis from 0 to 100%. Default `number`. */
  format: z.enum(['number', 'percent']).optional(),
})
export type MetricInfo = z.infer<typeof metricInfoSchema>

/** What watches a run for one way in which trainings are lost. Its events bear its kind. */
export const alarmInfoSchema = z.object({
  /** The kind of its events, e.g. `samples-collapsed`. */
  kind: named,
  /** What it looks for, in words: `collapsed samples`. */
  label: named,
  /** The first step after which it can say anything; before, it is too early to tell. */
  from: count,
  /** What it looks at: the numbers of every step, or the samples of steps that have some. */
  reads: z.enum(['log', 'samples']),
})
export type AlarmInfo = z.infer<typeof alarmInfoSchema>

/** One layer of a summary table; `null` in a shape is the batch axis. */
export const layerSummarySchema = z.object({
  name: named,
  type: named,
  outputShape: z.array(count.nullable()),
  parameters: count,
  trainableParameters: count,
})
export type LayerSummary = z.infer<typeof layerSummarySchema>

/** One network, layer by layer, as Keras' `summary()` tells it. */
export const networkSummarySchema = z.object({
  name: named,
  /** Shapes of the inputs by name, without the batch axis; older runs have `input`. */
  inputs: z.record(z.string(), z.array(count)).optional(),
  /** Of the only input, in older runs. */
  input: z.array(count).optional(),
  layers: z.array(layerSummarySchema),
  total: count,
  trainable: count,
  nonTrainable: count,
})
export type NetworkSummary = z.infer<typeof networkSummarySchema>

/** Every setting a training was started with; models add their own options to the common ones, and those that need not be told are absent. */
export const runSettingsSchema = z
  .object({
    steps: z.int().min(1),
    batchSize: z.int().min(1),
    seed: z.int(),
    /** Steps between two sample sheets; 0 for none. */
    sampleEvery: count,
    /** Steps between two checkpoints; 0 for none but the last. */
    checkpointEvery: count,
    /** Steps between two measurements on held-out images; 0 for none. Runs of before there were any lack it. */
    validateEvery: count.default(0),
    /** Steps between two measurements of fresh samples; 0 for none. Runs of before there were any lack it. */
    evaluateEvery: count.default(0),
    /** Threads of the runtime; 0 lets it choose. */
    threads: count,
  })
  .catchall(z.json())
export type RunSettings = z.infer<typeof runSettingsSchema>

/** What a training was made of: of this its networks follow. */
const trainedSchema = z.object({
  /** Name in the model registry, e.g. `mlp-gan`. */
  model: named,
  /** The file of a model of one's own, and the hash of what it held. */
  code: z.object({ file: z.string(), hash: z.string() }).optional(),
  settings: runSettingsSchema,
  data: z.object({
    name: named,
    /** What the set was asked for, e.g. how many digits; absent where it has no options, and in older runs. */
    options: z.record(z.string(), z.json()).optional(),
    /** Hash of the pixels, so that a resumed run can tell that its data changed. */
    hash: z.string(),
    /** Number of images. */
    count,
    /** Of images; absent where the data is something else. */
    height: length.optional(),
    width: length.optional(),
    channels: length.optional(),
    /** What every example has, where it is not just an image and its label: shape and type by name. */
    columns: z.record(z.string(), z.object({ shape: z.array(length), dtype: z.string() })).optional(),
    /** What it is called, where `name` says only that the model brings it; absent in older runs. */
    title: z.string().max(200).optional(),
    /** What it is, in words, where the columns do not say it. */
    words: z.string().max(200).optional(),
    /** Names of the classes of the labels; absent where there are none, and in older runs. */
    classes: z.array(z.string()).max(MOST_RECORDED_CLASSES).optional(),
    /** What was done to the images so that they have this shape, in words; absent when nothing was. */
    preparation: z.string().optional(),
    /** All images, of models that learn from those without labels too; absent of others. */
    unlabelled: z.object({ hash: z.string(), count }).optional(),
    /** Where the files lay, for data that came from files. */
    folder: z.string().optional(),
    /** The sets that were put together, where there are several; the first one's held-out part is that of the run. */
    parts: z
      .array(
        z.object({
          name: named,
          options: z.record(z.string(), z.json()).optional(),
          folder: z.string().optional(),
          /** Of the images that were taken; absent in older runs. */
          hash: z.string().optional(),
          count,
        }),
      )
      .min(2)
      .optional(),
    /** The held-out part that the run is validated on; absent when it is not. */
    test: z.object({ hash: z.string(), count }).optional(),
  }),
})

/** The run on whose features a fine-tuned one is built. */
export const originSchema = trainedSchema.extend({
  /** Its folder, as it was then. */
  run: named,
  /** The last step that made the weights with which the fine-tuned run began. */
  step: count,
  /** SHA-256 of the file that keeps these weights; absent where none of them are used. */
  weights: z.string().optional(),
})
export type Origin = z.infer<typeof originSchema>

/** `config.json` of a training: all that is needed to say what it is, and to repeat it. */
export const runConfigSchema = runHeadSchema.extend({
  recipe: z.literal('training').default('training'),
  ...trainedSchema.shape,
  /** Only of fine-tuned runs. */
  origin: originSchema.optional(),
  metrics: z.array(metricInfoSchema),
  /** What watches the run; absent in older runs, whose alarms were raised on healthy ones too. */
  alarms: z.array(alarmInfoSchema).optional(),
  networks: z.array(networkSummarySchema),
  /** What it is evaluated by while it trains, by the name of the log; absent: `evaluations`, measures of samples. */
  evaluated: z.enum(['evaluations', 'returns']).optional(),
})
export type RunConfig = z.infer<typeof runConfigSchema>
/** What of a record says which networks a run has. */
export type TrainedModel = z.infer<typeof trainedSchema> & Pick<RunConfig, 'origin'>

/** `status.json`: where the run is. */
export const runStatusSchema = z.object({
  state: z.enum(['running', 'paused', 'finished', 'stopped', 'failed']),
  /** The last step that was done; -1 before the first. */
  step: z.int().min(-1),
  /** Why it stopped or failed. */
  message: z.string().optional(),
  updatedAt: z.iso.datetime(),
  /** Process that works on it. */
  pid: z.int().optional(),
  /** What goes on, and the share of all work that is done, of runs whose steps are long and unlike. */
  doing: z
    .object({
      what: z.string(),
      share: z.number().min(0).max(1),
      /** Until all of it is done, as far as that is known. */
      secondsLeft: z.number().min(0).optional(),
      /** What goes on side by side, each with its own share; of many, the first. */
      parts: z
        .array(
          z.object({
            name: z.string(),
            share: z.number().min(0).max(1),
            /** The run that comes of it, relative to this one's folder, where there is one. */
            folder: z.string().optional(),
          }),
        )
        .optional(),
    })
    .optional(),
})
export type RunStatus = z.infer<typeof runStatusSchema>

/** A number of a log. One that is not finite is written as `null` and read as NaN. */
export const loggedNumber = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN)

/**
 * A line of `metrics.jsonl`: the step and one number per metric. No wall time: a resumed run must end with the same bytes.
 * `validation.jsonl` has the same names, over all held-out images; `evaluations.jsonl` those of the measures of one draw of
 * samples, taken while the run trained.
 */
export const metricsRowSchema = z.object({ step: count }).catchall(loggedNumber)
export type MetricsRow = z.infer<typeof metricsRowSchema>

/** A line of `returns.jsonl`: whole episodes that an agent played with its best actions only, while it trained. */
export const returnsRowSchema = z.object({
  step: count,
  /** Over the episodes. */
  meanReturn: z.number(),
  lowestReturn: z.number(),
  highestReturn: z.number(),
  meanLength: z.number(),
  episodes: count,
})
export type ReturnsRow = z.infer<typeof returnsRowSchema>

/** A line of `timings.jsonl`: the seconds of training since the line before, up to and including `step`. */
export const timingRowSchema = z.object({ step: count, seconds: z.number().min(0), at: z.iso.datetime() })
export type TimingRow = z.infer<typeof timingRowSchema>

/**
 * A line of `events.jsonl`: something worth telling that happened at a step. An alarm writes a warning when an episode
 * begins, and a line of the same kind with the severity `info` when it is over.
 */
export const eventRowSchema = z.object({
  step: count,
  /** Which kind of event, kebab-case, e.g. `samples-collapsed`. */
  kind: named,
  severity: z.enum(['info', 'warning', 'error']),
  message: z.string(),
})
export type EventRow = z.infer<typeof eventRowSchema>

/**
 * A line of `control.jsonl`: what somebody asks of the process that trains the run. `step`: one step and a pause; only the
 * networks in `updates` learn in it, all when it is absent.
 */
export const controlRowSchema = z.discriminatedUnion('command', [
  z.object({ command: z.enum(['pause', 'continue', 'stop']) }),
  z.object({ command: z.literal('step'), updates: z.array(named).min(1).readonly().optional() }),
])
export type ControlRow = z.infer<typeof controlRowSchema>

/** `fixed`: the same latents at every step. `fresh`: new latents each time. */
export type SampleKind = 'fixed' | 'fresh'

/** A sample sheet of a run; `file` is relative to the run folder. */
export interface SampleEntry {
  step: number
  kind: SampleKind
  file: string
}

/** The first problem of a failed parse as `settings.steps: expected ..., got ...`. */
export function describeIssues(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`)
    .join('; ')
}
