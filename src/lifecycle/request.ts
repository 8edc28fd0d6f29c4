// What a user asks for when starting a run, checked and completed with the model's defaults.
import { z } from 'zod'
import type { ImageForm } from '../data/fit.ts'
import { IMAGE_SIZE, parseImageSize } from '../data/image-size.ts'
import type { LabelledPart } from '../data/labelled-part.ts'
import type { ExtractorSource } from '../measuring/reported-extractor.ts'
import { modelNamed } from '../models/index.ts'
import { type ModelDefinition, settledOptions } from '../models/model.ts'
import type { CodeRecord } from '../models/own.ts'
import type { Origin } from '../runs/index.ts'
import { ConfigError } from '../util/errors.ts'
import { MOST } from '../util/limits.ts'
import type { Tensors } from './origin.ts'
import { checkNames, checkSettings } from './setting.ts'

/** The settings that every training has. */
export const commonSettings = z.object({
  steps: z.number().int().min(1).max(MOST.steps).describe('training steps'),
  batchSize: z.number().int().min(1).max(MOST.batchSize).describe('examples per batch'),
  seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(1).describe('seed of everything random'),
  sampleEvery: z.number().int().min(0).describe('steps between two sample sheets; 0 for none'),
  checkpointEvery: z.number().int().min(0).describe('steps between two checkpoints; 0 for none but the last'),
  validateEvery: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe("steps between two measurements on the data's held-out images, where it has some; 0 for none"),
  evaluateEvery: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe(
      'steps between two measurements of fresh samples (FID and others), where the data has labels and held-out images, or of whole episodes of an agent; 0 for none',
    ),
  probeEvery: z
    .number()
    .int()
    .min(0)
    .optional()
    .describe(
      'steps between two looks at the features, where the data has labels: how many training images are named rightly by their neighbours among 50 labelled ones of each class; 0 for none (default: 0)',
    ),
  threads: z
    .number()
    .int()
    .min(0)
    .max(MOST.threads)
    .default(0)
    .describe('threads of the runtime; 0 for one per core'),
  imageSize: z.coerce
    .string()
    .regex(IMAGE_SIZE, 'expected one number or height x width, such as 64 or 48x64')
    .optional()
    .meta({
      title: 'HxW',
      examples: ['64', '48x64'],
      description:
        'scale and crop images to this size, such as 64, or 48x64 for height x width: they cover it, keeping their proportions, and what stands over on two sides is cut off; without a size all images must have one',
    }),
  channels: z
    .literal([1, 3])
    .optional()
    .describe('1 for grey images, 3 for colour (default: as the images are)'),
})

/** Those of models that learn labels. */
const labelSettings = z.object({
  labels: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe(
      'learn from so many labelled examples only, equally many of each class; of several sets, from so many of the first (default: all)',
    ),
  draw: z
    .number()
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('with --labels: which examples are drawn; another number has others (default: 1)'),
})

export type CommonSettings = z.output<typeof commonSettings> & z.output<typeof labelSettings>

/** The settings that trainings of a model have, whatever its own options. */
export const commonSettingsOf = ({ learnsLabels }: Pick<ModelDefinition, 'learnsLabels'>): z.ZodObject =>
  learnsLabels ? commonSettings.extend(labelSettings.shape) : commonSettings

/** Which labelled examples the settings ask for; undefined: all there are. */
export const labelsOf = ({ labels, draw }: CommonSettings): LabelledPart | undefined =>
  labels === undefined ? undefined : { labels, draw }

export interface RunRequest {
  /** A name of the model registry, or a definition of one's own. */
  readonly model: string | ModelDefinition
  /** Where a definition of one's own came from. */
  readonly code?: CodeRecord | undefined
  /** The run that a fine-tuned model is built upon, and the weights that it begins with, by their names in the new run. */
  readonly origin?: { readonly record: Origin; readonly weights?: Tensors | undefined } | undefined
  /** A named data set or a folder, or several that are put together; `own` of a model that brings its own. */
  readonly data: string | readonly string[]
  /** Folder that holds the data set's files. */
  readonly dataDir?: string | undefined
  /** What the (first) named data set has options for, e.g. `count` of `digits`. */
  readonly dataOptions?: Readonly<Record<string, unknown>> | undefined
  /** Run folder to be made. */
  readonly folder: string
  /** Common settings and the model's own options, by name; what is missing takes its default. */
  readonly settings: Readonly<Record<string, unknown>>
  /** The arguments that start this run again, program first. */
  readonly command: readonly string[]
  /** Another cache or training of the classifier that measures need, for tests. */
  readonly extractor?: ExtractorSource | undefined
  /** Aborted: the run stops after the steps it is in, with a checkpoint. */
  readonly signal?: AbortSignal | undefined
}

export interface ResolvedSettings {
  readonly model: ModelDefinition
  readonly common: CommonSettings
  readonly options: Readonly<Record<string, unknown>>
}

/** What images the settings ask for. */
export const imageForm = ({ imageSize, channels }: CommonSettings): ImageForm => ({
  imageSize: imageSize === undefined ? undefined : parseImageSize(imageSize),
  channels,
})

/**
 * Completes and checks settings.
 *
 * @throws ConfigError naming the model or the setting, what was expected and what was got
 */
export function resolveSettings(
  named: string | ModelDefinition,
  settings: Readonly<Record<string, unknown>>,
): ResolvedSettings {
  const model = typeof named === 'string' ? modelNamed(named) : named
  const schema = commonSettingsOf(model)
  const commonNames = Object.keys(schema.shape)
  const optionNames = Object.keys(model.options.shape)
  checkNames(model.name, [...commonNames, ...optionNames], settings)
  const given = (names: readonly string[]): Record<string, unknown> =>
    Object.fromEntries(
      names.flatMap((name) => (settings[name] === undefined ? [] : [[name, settings[name]]])),
    )
  const { draw, ...common } = checkSettings(schema, {
    ...model.defaults,
    ...given(commonNames),
  }) as CommonSettings
  if (draw !== undefined && common.labels === undefined)
    throw new ConfigError(`--draw ${draw} is for --labels, got none; give that too, or leave one of them out`)
  return {
    model,
    common: common.labels === undefined ? common : { ...common, draw: draw ?? 1 },
    options: settledOptions(model, checkSettings(model.options, given(optionNames))),
  }
}
