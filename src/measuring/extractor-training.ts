// How an extractor is made: the model `classifier` trained on a data set, as one ONNX file with features and classes.
import { createHash } from 'node:crypto'
import { imageColumns, imageExamples } from '../data/examples.ts'
import type { Dataset } from '../data/index.ts'
import { softmax } from '../graph/build.ts'
import { type Graph, input } from '../graph/value.ts'
import type { Network } from '../layers/network.ts'
import { callNetwork, inputOf, outputOf, splitAfter, weightInputs } from '../layers/use.ts'
import { lowerPortably } from '../lowering/index.ts'
import { classifier, FEATURES_LAYER } from '../models/classifier.ts'
import { imageFacts, type ModelDefinition, settledOptions } from '../models/model.ts'
import type { Objective } from '../objectives/objective.ts'
import { exportModel } from '../onnx/index.ts'
import { packageVersion } from '../runs/node/machine.ts'
import type { Engine, StateArrays } from '../runtime/engine.ts'
import { noRandom } from '../training/inference.ts'
import type { TrainingState } from '../training/state.ts'
import { stepGraph } from '../training/step.ts'
import { train } from '../training/trainer.ts'
import { sizeOf } from '../util/shape.ts'
import type { ExtractorCache } from './extractor-cache.ts'

/** How long and in which batches an extractor is trained. Default: as the model is. */
export interface ExtractorSettings {
  readonly steps?: number
  readonly batchSize?: number
}

/** Steps between two keepings of an unfinished training: some tens of seconds on a slow machine. */
const KEEP_EVERY = 100

/** Raised when the classifier or its training changes in a way that its settings do not show. */
const VERSION = 1
const SEED = 1

export interface ExtractorPlan {
  /** The same for the same data and the same training. */
  readonly key: string
  readonly model: ModelDefinition
  readonly objective: Objective
  /** Length of the features. */
  readonly features: number
  readonly steps: number
  readonly batchSize: number
}

/** What of a data set decides how its extractor is made. */
export type ExtractorData = Pick<Dataset, 'hash' | 'height' | 'width' | 'channels' | 'classes'>

/** What will be trained, and the name under which it is kept. */
export function extractorPlan(data: ExtractorData, settings: ExtractorSettings = {}): ExtractorPlan {
  const { steps = classifier.defaults.steps, batchSize = classifier.defaults.batchSize } = settings
  const options = settledOptions(classifier, classifier.options.parse({}))
  const objective = classifier.objective(
    options,
    imageFacts([data.height, data.width, data.channels], { classes: data.classes.length, steps }),
  )
  const network = objective.networks.classifier!
  const layers = network.rows.map(({ name, layer }) => [name, layer.type, layer.config])
  const what = { version: VERSION, data: data.hash, seed: SEED, steps, batchSize, options, layers }
  return {
    key: createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 32),
    model: classifier,
    objective,
    features: outputOf(splitAfter(network, FEATURES_LAYER).head).shape[0]!,
    steps,
    batchSize,
  }
}

/** From `images` to the `features` of the last hidden layer and the `probabilities` of the classes. */
function extractorGraph(network: Network, batch: number): Graph {
  const images = input('images', [batch, ...inputOf(network).shape])
  const weights = weightInputs(network)
  const { head, tail } = splitAfter(network, FEATURES_LAYER)
  const call = { weights, training: false, random: noRandom }
  const { output: features } = callNetwork(head, { ...call, input: images })
  const { output: logits } = callNetwork(tail, { ...call, input: features })
  return {
    inputs: [images, ...Object.values(weights)],
    outputs: { features, probabilities: softmax(logits) },
  }
}

/** The ONNX file, for any batch size. */
function extractorFile({ objective, steps }: ExtractorPlan, data: Dataset, arrays: StateArrays): Uint8Array {
  const network = objective.networks.classifier!
  return exportModel((batch) => lowerPortably(extractorGraph(network, batch)), {
    name: 'classifier extractor',
    producer: { name: 'sparring', version: packageVersion() },
    documentation: `A classifier of ${data.name} after ${steps} steps, for measures: the features of its last hidden layer and the probabilities of its classes.`,
    metadata: { data: data.name, dataHash: data.hash, seed: String(SEED), steps: String(steps) },
    weights: Object.fromEntries(
      network.weights.map(({ name, shape }) => [name, { shape, data: arrays[name]! }]),
    ),
  })
}

/** Whether a state is one of this training. */
function fits(
  { step, arrays }: TrainingState,
  { objective, steps, batchSize }: ExtractorPlan,
  data: Dataset,
): boolean {
  const { state } = stepGraph(objective, {
    batchSize,
    columns: imageColumns([data.height, data.width, data.channels], true),
  })
  return (
    step < steps &&
    Object.keys(arrays).length === state.length &&
    state.every(({ name, shape }) => arrays[name]?.length === sizeOf(shape))
  )
}

/**
 * Trains it, from where an earlier attempt was interrupted: to the same bytes as without an interruption.
 *
 * @param options.cache  where a training that is not at its end is kept meanwhile; default: nowhere
 *
 * @returns its ONNX file and the file's SHA-256
 * @throws the reason of `signal` when it is aborted; DivergedError when training fails
 */
export async function trainExtractor(
  engine: Engine,
  data: Dataset,
  plan: ExtractorPlan,
  {
    cache,
    signal,
    onProgress,
  }: {
    readonly cache?: ExtractorCache | undefined
    readonly signal?: AbortSignal | undefined
    readonly onProgress?: ((progress: { step: number; steps: number }) => void) | undefined
  },
): Promise<{ bytes: Uint8Array; hash: string }> {
  const { objective, steps, batchSize } = plan
  let state: TrainingState | undefined
  const source = imageExamples(data)
  const kept = await cache?.readUnfinished(engine.name)
  const training = {
    objective,
    source,
    engine,
    batchSize,
    seed: SEED,
    steps,
    checkpointEvery: KEEP_EVERY,
    ...(kept && fits(kept, plan, data) ? { from: kept } : {}),
    ...(signal ? { signal } : {}),
  }
  for await (const event of train(training)) {
    // What is at its end needs no keeping.
    if (event.type === 'checkpoint' && event.state.step < steps - 1)
      await cache?.writeUnfinished(engine.name, event.state, event.shapes)
    if (event.type === 'steps') onProgress?.({ step: event.step, steps })
    if (event.type === 'end') state = event.state
  }
  signal?.throwIfAborted()
  const bytes = extractorFile(plan, data, state!.arrays)
  return { bytes, hash: createHash('sha256').update(bytes).digest('hex') }
}
