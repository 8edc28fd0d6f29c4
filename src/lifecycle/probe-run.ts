// Probing a run, or an ONNX file: what its features are worth where labels are few, beside random features and pixels.
import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { z } from 'zod'
import { openClassifier } from '../classifiers/index.ts'
import { imageInputs } from '../data/examples.ts'
import type { DataSplits } from '../data/node/index.ts'
import { input } from '../graph/value.ts'
import {
  type FeatureReader,
  type LabelCount,
  networkReader,
  type ProbeFound,
  pixelReader,
  probeFeatures,
} from '../measuring/probe.ts'
import { featureSource } from '../models/fine-tuned.ts'
import type { Engine } from '../runtime/engine.ts'
import { nodeEngine } from '../runtime/node.ts'
import { type Found, meanOf } from '../statistics/index.ts'
import { frozen } from '../training/functions.ts'
import { initialState } from '../training/state.ts'
import { ConfigError, DataError } from '../util/errors.ts'
import { FILES } from '../util/limits.ts'
import { memoryBytes } from '../util/node/memory.ts'
import { readBytes } from '../util/node/read-file.ts'
import { engineThreads } from './engine-threads.ts'
import { dataOf, openTunable } from './fine-tune.ts'
import { checkpointArrays, newestCheckpoint } from './recorded-run.ts'
import { imagesIn, loadRunData, type RunDataOptions } from './run-data.ts'

/** What features may be those of. */
const PROBED = ['run', 'random', 'pixels'] as const

/** What a probe can be told beside its data. */
export const probeOptions = z.object({
  from: z
    .enum(PROBED)
    .default('run')
    .describe(
      "the features: the run's, or for comparison those of the same network with random weights, of each draw others, or the pixels themselves",
    ),
  network: z.string().min(1).optional().meta({
    title: 'name',
    description:
      'network of the run whose features are taken (default: the one that represents, judges, encodes or names images)',
  }),
  layer: z.string().min(1).optional().meta({
    title: 'name',
    description:
      'layer whose input is taken as the features, or the output of the network (default: what an encoder gives that was trained for it, else what goes into the last layer that has weights)',
  }),
  k: z.int().min(1).max(1000).default(5).describe('neighbours that vote for a class'),
})
export type ProbeSettings = z.output<typeof probeOptions>

export interface ProbeRequest {
  /** Folder of a run, or an .onnx file that gives a list of numbers for each image. */
  readonly subject: string
  /** Labelled images with held-out ones; default: the data of the run. */
  readonly data?: string | undefined
  readonly dataDir?: string | undefined
  readonly dataOptions?: Readonly<Record<string, unknown>> | undefined
  readonly labels: readonly LabelCount[]
  readonly draws: readonly number[]
  readonly options: ProbeSettings
  /** Threads of the runtime; default: one per core. */
  readonly threads?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** What a probe found for one number of labels. */
export interface ProbeRow {
  readonly labels: LabelCount
  /** Mean and deviation over draws of the share of held-out images that are named rightly. */
  readonly linear: Found
  readonly nearest: Found
}

export interface ProbeResult {
  readonly subject: string
  /** Of the run; absent of a file. */
  readonly step?: number | undefined
  readonly features: {
    readonly from: ProbeSettings['from']
    readonly network?: string | undefined
    readonly layer?: string | undefined
    /** Numbers of a feature. */
    readonly size: number
  }
  readonly data: {
    readonly name: string
    readonly hash: string
    readonly count: number
    readonly heldOut: number
  }
  readonly draws: readonly number[]
  readonly k: number
  readonly rows: readonly ProbeRow[]
  /** Every draw. */
  readonly found: readonly ProbeFound[]
}

export type ProbeEvent =
  | { readonly type: 'probed'; readonly found: ProbeFound; readonly share: number }
  | { readonly type: 'result'; readonly result: ProbeResult }

interface Opened {
  readonly splits: DataSplits
  readonly reader: (engine: Engine) => FeatureReader
  readonly perDraw: boolean
  readonly step?: number
  readonly network?: string
  readonly layer?: string
}

const isRun = async (subject: string): Promise<boolean> => {
  const found = await stat(subject).catch(() => undefined)
  if (!found)
    throw new DataError(
      `there is no file and no run "${subject}": expected the folder of a run, or an .onnx file that gives a list of numbers for each image`,
    )
  return found.isDirectory()
}

async function openRunSubject(request: ProbeRequest): Promise<Opened> {
  const { subject, data, dataDir, dataOptions, options, signal } = request
  const tunable = await openTunable(subject)
  const { run, base } = tunable
  const [height, width, channels] = base.imageShape as [number, number, number]
  const form: RunDataOptions = {
    imageSize: { height, width },
    channels: channels === 1 || channels === 3 ? channels : undefined,
    signal,
  }
  const wanted = data === undefined ? dataOf(run, dataDir) : { data, dataDir, dataOptions }
  const splits = imagesIn(
    await loadRunData(wanted.data, { ...form, dataDir: wanted.dataDir, options: wanted.dataOptions }),
  )
  if (options.from === 'pixels') return { splits, reader: () => pixelReader, perDraw: false }
  const source = featureSource(base, options)
  const { features } = source
  const named = { network: source.network.name, layer: source.layer }
  if (options.from === 'random') {
    const begun = (draw: number) =>
      initialState(
        features.weights.map((weight) => ({ ...weight, next: weight.name })),
        draw,
      )
    return {
      splits,
      perDraw: true,
      reader: (engine) => networkReader(features, (draw) => frozen(engine, begun(draw))),
      ...named,
    }
  }
  const checkpoint = await newestCheckpoint(run)
  const arrays = checkpointArrays(checkpoint, run.config, base.objective)
  return {
    splits,
    perDraw: false,
    reader: (engine) => networkReader(features, () => frozen(engine, arrays)),
    step: checkpoint.step,
    ...named,
  }
}

/** Images that a file is asked about at once. */
const AT_ONCE = 100

async function openFileSubject({
  subject,
  data,
  dataDir,
  dataOptions,
  options,
  signal,
}: ProbeRequest): Promise<Opened> {
  if (data === undefined)
    throw new ConfigError(
      `${basename(subject)} is a file, which does not say what it is to be probed on; name labelled images by --data`,
    )
  if (options.network !== undefined || options.layer !== undefined || options.from === 'random')
    throw new ConfigError(
      '--network, --layer and --from random are for runs; of a file its output is taken as the features',
    )
  const splits = imagesIn(await loadRunData(data, { dataDir, options: dataOptions, signal }))
  if (options.from === 'pixels') return { splits, reader: () => pixelReader, perDraw: false }
  const { height, width, channels } = splits.train
  const bytes = await readBytes(subject, FILES.network)
  const opened = openClassifier(bytes, { image: { height, width, channels } })
  const shape = [AT_ONCE, height, width, channels]
  const images = input('images', shape)
  const graph = { inputs: [images], outputs: { features: opened.logits(images) } }
  const reader = (engine: Engine): FeatureReader => {
    const model = engine.open(graph, { name: basename(subject) })
    return {
      async read(dataset) {
        const { count } = dataset
        const all = imageInputs(
          dataset,
          Uint32Array.from({ length: count }, (_, i) => i),
        )
        const found = new Float32Array(count * opened.classes)
        const batch = new Float32Array(AT_ONCE * height * width * channels)
        for (let first = 0; first < count; first += AT_ONCE) {
          const some = Math.min(AT_ONCE, count - first)
          all.fill(first, some, batch)
          const { features } = await (await model).run({ images: { data: batch, shape } })
          const rows = features!.data as Float32Array
          found.set(rows.subarray(0, some * opened.classes), first * opened.classes)
        }
        return { data: found, shape: [count, opened.classes] }
      },
      close: async () => (await model).close(),
    }
  }
  return { splits, reader, perDraw: false }
}

/**
 * Learns the labels of a few images by the features of a run, or of an ONNX file, as they are, and names the held-out ones: by a linear probe
 * and by a vote of the nearest. Draws of labels are those of every other probe, and of `sparring finetune`.
 *
 * @throws ConfigError for settings; DataError when the run has no checkpoint, or the data no labels or no held-out part
 */
export async function* probeRun(request: ProbeRequest): AsyncGenerator<ProbeEvent> {
  const { subject, labels, draws, options, threads = 0, signal } = request
  const opened = await ((await isRun(subject)) ? openRunSubject(request) : openFileSubject(request))
  const { train, test } = opened.splits
  if (!test)
    throw new DataError(
      `the data "${train.name}" holds nothing out, and a probe is measured on what it has not learned from; name other data`,
    )
  const found: ProbeFound[] = []
  const total = labels.reduce<number>((sum, count) => sum + (count === 'all' ? 1 : draws.length), 0)
  const engine = await nodeEngine(engineThreads(threads))
  const reader = opened.reader(engine)
  try {
    const each = probeFeatures(
      engine,
      reader,
      { train, test },
      {
        labels,
        draws,
        k: options.k,
        perDraw: opened.perDraw,
        signal,
        memory: memoryBytes(),
      },
    )
    for await (const one of each) {
      found.push(one)
      yield { type: 'probed', found: one, share: found.length / total }
    }
  } finally {
    await reader.close()
    await engine.close()
  }
  const mean = (count: LabelCount, of: 'linear' | 'nearest'): Found =>
    meanOf(
      found.filter((one) => one.labels === count).map((one) => one[of]),
      'draws',
    )
  yield {
    type: 'result',
    result: {
      subject: resolve(subject),
      ...(opened.step === undefined ? {} : { step: opened.step }),
      features: {
        from: options.from,
        ...(opened.network === undefined ? {} : { network: opened.network, layer: opened.layer }),
        size: found[0]!.size,
      },
      data: { name: train.name, hash: train.hash, count: train.count, heldOut: test.count },
      draws,
      k: options.k,
      rows: labels.map((count) => ({
        labels: count,
        linear: mean(count, 'linear'),
        nearest: mean(count, 'nearest'),
      })),
      found,
    },
  }
}
