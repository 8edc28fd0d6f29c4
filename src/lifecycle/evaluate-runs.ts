// Measures the samples of trained runs, several draws of each, and keeps what was found in their folders.
import { teamRulesOf } from '../environments/index.ts'
import type { DrawFound, FoundMeasure } from '../measuring/evaluator.ts'
import type { RunEvent } from '../measuring/events.ts'
import type { ExtractorSource } from '../measuring/reported-extractor.ts'
import { withReports } from '../measuring/reports.ts'
import { openTrials } from '../measuring/trials.ts'
import { overDraws } from '../metrics/index.ts'
import type { Objective } from '../objectives/objective.ts'
import { functionOf, type KnownFunction } from '../objectives/offer.ts'
import { askedSamples } from '../pictures/fresh-samples.ts'
import { writeRecorded } from '../pictures/pictures.ts'
import { dataName, type Evaluation, type MeasureRecord } from '../runs/index.ts'
import { EVALUATION_FILE, type RunFolder } from '../runs/node/index.ts'
import type { Engine } from '../runtime/engine.ts'
import { nodeEngine } from '../runtime/node.ts'
import { frozen, type Weights } from '../training/functions.ts'
import { randomStream } from '../util/random.ts'
import { evaluatorFor } from './evaluator-for.ts'
import { openOwnRun } from './own-code.ts'
import { checkpointArrays, newestCheckpoint, recordedData, recordedObjective } from './recorded-run.ts'
import type { RunData } from './run-data.ts'

export interface EvaluateOptions {
  /** Samples of a draw; default 10,000, or as many as images were held out; for known modes as the literature has it. */
  readonly count?: number | undefined
  /** How often fresh samples are drawn; default 3. */
  readonly draws?: number | undefined
  /** Names what is drawn at random; default 1. */
  readonly seed?: number | undefined
  /** Where the data's files are now, if they were moved. */
  readonly dataDir?: string | undefined
  /** Another cache or training of the classifier, for tests. */
  readonly extractor?: ExtractorSource | undefined
  /** Threads of the runtime; default: one per core. */
  readonly threads?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export type EvaluateEvent =
  | Extract<RunEvent, { type: 'images' | 'extractor' }>
  /** A draw is being measured; `draw` counts from 1. `what`: the run's samples, or real images. */
  | {
      readonly type: 'evaluating'
      readonly folder: string
      readonly what: 'samples' | 'floor'
      readonly draw: number
      readonly draws: number
    }
  | { readonly type: 'evaluated'; readonly folder: string; readonly evaluation: Evaluation }

/** The draws of one measure as a record. */
function recordOf(draws: readonly DrawFound[], floors: readonly DrawFound[], at: number): MeasureRecord {
  const found = draws.map(({ measures }) => measures[at]!.result)
  const { name, label, better, format, ofReal } = draws[0]!.measures[at]!
  const { n, estimator, ...rest } = overDraws(found, 'draws of samples')
  const same = ({ name: other }: FoundMeasure): boolean => other === name
  const real = floors.flatMap(({ measures }) => measures.filter(same).map(({ result }) => result))
  const record = {
    name,
    label,
    better,
    format,
    ...rest,
    draws: found.map(({ value }) => value),
    n: { ...n },
    estimator,
  }
  if (real.length === 0) return ofReal === undefined ? record : { ...record, floor: { value: ofReal } }
  const { n: _, estimator: __, caveat: ___, ...floor } = overDraws(real, 'draws of real images')
  return { ...record, floor }
}

const meanShares = (draws: readonly DrawFound[]): number[] =>
  draws[0]!.shares.map(
    (_, label) => draws.reduce((sum, { shares }) => sum + shares[label]!, 0) / draws.length,
  )

/** Of each class the samples that were asked to be of it, over all draws, and how many are named so. */
function conditionalOf(
  draws: readonly DrawFound[],
  classes: readonly string[],
): Pick<Evaluation, 'conditional'> {
  const counted = draws.flatMap(({ conditional }) => conditional ?? [])
  if (counted.length === 0) return {}
  const total = (kind: 'asked' | 'right', label: number): number =>
    counted.reduce((sum, draw) => sum + draw[kind][label]!, 0)
  return {
    conditional: {
      classes: [...classes],
      asked: classes.map((_, label) => total('asked', label)),
      right: classes.map((_, label) => total('right', label)),
    },
  }
}

/** How runs of one kind of data are measured. */
interface OpenMeasuring {
  readonly count: number
  readonly seed: number
  readonly reference: { readonly words: string; readonly hash: string }
  /** What is measured, where it is no samples. */
  readonly of?: { readonly what: string; readonly beside: string }
  /** Only where samples are classified. */
  readonly extractor?: Evaluation['extractor'] | undefined
  readonly classes: readonly string[]
  readonly realShares: readonly number[]
  measure(weights: Weights, objective: Objective, draw: number): Promise<DrawFound>
  floor(draw: number): Promise<DrawFound>
  close(): Promise<void>
  /** Draws of what stands beside, taken when first wanted. */
  readonly floors: DrawFound[]
}

interface OpenContext extends EvaluateOptions {
  readonly run: RunFolder
  readonly objective: Objective
  readonly engine: Engine
}

/** Ways to measure a run, by the function that it must offer. */
interface Measuring {
  readonly offer: KnownFunction
  /** Runs of which this is the same share what is opened. */
  key(context: Pick<OpenContext, 'run' | 'objective'>): string
  open(context: OpenContext): AsyncGenerator<EvaluateEvent, OpenMeasuring>
}

/** Samples, beside real examples. */
const bySamples: Measuring = {
  offer: 'generate',
  key: ({ run }) => run.config.data.hash,
  async *open({ run, engine, dataDir, signal, extractor: source, count, seed }) {
    const loaded = yield* withReports<EvaluateEvent, RunData>((report) =>
      recordedData(run.config, {
        dataDir,
        signal,
        onImages: (progress) => report({ type: 'images', ...progress }),
      }),
    )
    const { evaluator, extractor } = yield* evaluatorFor(engine, loaded, { source, signal, count, seed })
    return {
      ...evaluator,
      async measure(weights, objective, draw) {
        const random = randomStream(evaluator.seed, 'evaluate', draw)
        const { values, asked } = await askedSamples(weights, objective, { count: evaluator.count, random })
        return evaluator.measure(values, asked)
      },
      close: async () => void (await extractor?.close()),
      floors: [],
    }
  },
}

/** Whole episodes of a team, beside agents who choose by chance. */
const byTrials: Measuring = {
  offer: 'decide',
  key: ({ objective }) => JSON.stringify(functionOf(objective, 'decide').task),
  async *open({ objective, count, seed }) {
    const { name, options } = functionOf(objective, 'decide').task!
    const trials = openTrials(teamRulesOf(name, options), { count, seed })
    return {
      ...trials,
      of: { what: 'trials', beside: 'by chance' },
      classes: [],
      realShares: [],
      measure: (weights, measured, draw) => trials.measure(weights, functionOf(measured, 'decide'), draw),
      close: async () => {},
      floors: [],
    }
  },
}

const MEASURING: readonly Measuring[] = [bySamples, byTrials]

/** @throws ConfigError when nothing that a run offers can be measured */
function measuringOf(objective: Objective): Measuring {
  const found = MEASURING.find(({ offer }) => objective.offers?.[offer])
  if (!found) functionOf(objective, 'generate')
  return found!
}

async function* evaluateOne(
  run: RunFolder,
  engine: Engine,
  opened: OpenMeasuring,
  draws: number,
): AsyncGenerator<EvaluateEvent> {
  const { folder, config } = run
  const objective = recordedObjective(config)
  const checkpoint = await newestCheckpoint(run)
  const weights = frozen(engine, checkpointArrays(checkpoint, run.config, objective))
  const { count, seed, floors, reference, of, extractor } = opened
  const found: DrawFound[] = []
  for (let draw = 0; draw < draws; draw++) {
    yield { type: 'evaluating', folder, what: 'samples', draw: draw + 1, draws }
    found.push(await opened.measure(weights, objective, draw))
  }
  while (floors.length < draws) {
    yield { type: 'evaluating', folder, what: 'floor', draw: floors.length + 1, draws }
    floors.push(await opened.floor(floors.length))
  }
  const evaluation: Evaluation = {
    format: 1,
    at: new Date().toISOString(),
    step: checkpoint.step,
    protocol: { count, draws, seed, reference: reference.words, ...(of ? { of } : {}) },
    data: { name: dataName(config.data), hash: config.data.hash, referenceHash: reference.hash },
    ...(extractor ? { extractor } : {}),
    measures: found[0]!.measures.map((_, at) => recordOf(found, floors.slice(0, draws), at)),
    ...(opened.classes.length > 0
      ? {
          histogram: {
            classes: [...opened.classes],
            fake: meanShares(found),
            real: [...opened.realShares],
          },
        }
      : {}),
    ...conditionalOf(found, config.data.classes ?? []),
  }
  await run.writeFile(EVALUATION_FILE, `${JSON.stringify(evaluation, null, 2)}\n`)
  await writeRecorded(run)
  yield { type: 'evaluated', folder, evaluation }
}

/**
 * Measures the newest weights of runs, writes `evaluation.json` into each folder, and makes its report anew. Runs of one data set share its
 * real images, its extractor and the measures of real against real.
 *
 * @throws DataError for folders that hold no run or no checkpoint, and for data that is gone, has changed, has no
 *         labels or nothing held out; ConfigError for models that make no images and for counts that the data cannot give
 */
export async function* evaluateRuns(
  folders: readonly string[],
  { draws = 3, threads, ...options }: EvaluateOptions = {},
): AsyncGenerator<EvaluateEvent> {
  // All of them before any work.
  const runs = await Promise.all(folders.map((folder) => openOwnRun(folder)))
  for (const run of runs) {
    measuringOf(recordedObjective(run.config))
    await newestCheckpoint(run)
  }
  const open = new Map<string, OpenMeasuring>()
  const engine = await nodeEngine(threads === undefined ? {} : { threads })
  try {
    for (const run of runs) {
      const objective = recordedObjective(run.config)
      const measuring = measuringOf(objective)
      const key = `${measuring.offer} ${measuring.key({ run, objective })}`
      let opened = open.get(key)
      if (!opened) {
        opened = yield* measuring.open({ run, objective, engine, ...options })
        open.set(key, opened)
      }
      yield* evaluateOne(run, engine, opened, draws)
    }
  } finally {
    for (const opened of open.values()) await opened.close()
    await engine.close()
  }
}
