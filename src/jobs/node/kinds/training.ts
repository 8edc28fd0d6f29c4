// The job that trains a model, and measures what came of it: its samples, or how it names held-out images.
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { classifyWith } from '../../../lifecycle/classify-run.ts'
import { entryOf } from '../../../lifecycle/compare-runs.ts'
import { dataSettings, splitDataOptions } from '../../../lifecycle/data-settings.ts'
import { evaluateRuns } from '../../../lifecycle/evaluate-runs.ts'
import { commonSettings, resolveSettings } from '../../../lifecycle/request.ts'
import { imagesIn } from '../../../lifecycle/run-data.ts'
import { continueRun, startRun } from '../../../lifecycle/train-run.ts'
import type { RunEvent } from '../../../measuring/events.ts'
import { MODELS, modelNamed } from '../../../models/index.ts'
import { type ModelDefinition, usualData } from '../../../models/model.ts'
import { readClassification } from '../../../pictures/classification.ts'
import { openRun } from '../../../runs/node/index.ts'
import { LOCK_FILE, lockHolder } from '../../../runs/node/lock.ts'
import type { RowRecord } from '../../../runs/study-result.ts'
import { meanOf, numbersOf, summarize } from '../../../statistics/index.ts'
import { ConfigError, DataError } from '../../../util/errors.ts'
import { checkNames, checkNumber } from '../../../util/options.ts'
import { PassingError } from '../../driver.ts'
import type { JobContext, JobKind, JobOutcome, Options } from '../../kind.ts'
import { checkData, FOLDER, isNamed, loadJobData, placeOf, placesFor } from '../data.ts'
import { filesBelow } from '../store.ts'

/** How samples are measured, as `sparring evaluate` has it. */
interface Evaluating {
  readonly count?: number
  readonly draws: number
  readonly seed: number
}

/** The options of such a job, complete. */
interface Training {
  readonly model: string
  readonly data: string
  readonly dataOptions: Options
  readonly settings: Options
  readonly evaluate?: Evaluating
  /** Other data on whose held-out images a classifier is tested. */
  readonly testOn: readonly string[]
}

/** What a study may say of a training besides its model's and its data's own settings. */
const OWN = ['model', 'data', 'evaluate', 'testOn']

/** Share of a job's progress that is the training, where samples are measured after it. */
const TRAINING_SHARE = 0.9

const trainingOf = (options: Options): Training => options as unknown as Training
const formOf = ({ settings: { imageSize, channels } }: Training): Options => ({
  ...(imageSize === undefined ? {} : { imageSize }),
  ...(channels === undefined ? {} : { channels }),
})
const withoutGaps = (options: Options): Options =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))

/** `evaluate: true`, or how. @throws ConfigError */
function evaluating(given: unknown): Evaluating | undefined {
  if (given === undefined || given === false) return undefined
  const where = 'evaluate'
  const options = (given === true ? {} : given) as Partial<Evaluating>
  checkNames(where, options, ['count', 'draws', 'seed'])
  const { count, draws = 3, seed = 1 } = options
  return {
    ...(count === undefined
      ? {}
      : { count: checkNumber(where, 'count', count, { integer: true, atLeast: 2 }) }),
    draws: checkNumber(where, 'draws', draws, { integer: true, atLeast: 1 }),
    seed: checkNumber(where, 'seed', seed, { integer: true, atLeast: 0 }),
  }
}

/** Data to test on: one name or several. @throws ConfigError */
function testing(given: unknown, { name, learnsLabels }: ModelDefinition): string[] {
  if (given === undefined) return []
  const names = (Array.isArray(given) ? given : [given]) as unknown[]
  if (names.some((each) => typeof each !== 'string'))
    throw new ConfigError(`testOn: expected the name of data, or several, got ${JSON.stringify(given)}`)
  if (names.length > 0 && !learnsLabels)
    throw new ConfigError(`testOn: ${name} names no classes, so there is nothing to test; leave it out`)
  return names as string[]
}

/** Whether a model makes samples that can be measured. */
const makesSamples = (model: ModelDefinition, options: Options): boolean =>
  model.objective(options, model.madeFor).offers?.generate !== undefined

async function understand(
  { model: named, data: given, evaluate, testOn, ...rest }: Options,
  hashes: Parameters<JobKind['understand']>[1],
): ReturnType<JobKind['understand']> {
  if (typeof named !== 'string')
    throw new ConfigError(
      `a training needs a model: expected one of ${MODELS.map(({ name }) => name).join(', ')}, got ${JSON.stringify(named)}`,
    )
  const model = modelNamed(named)
  const data = (given as string | undefined) ?? usualData(model)
  const { options: dataOptions, settings: asked } = splitDataOptions(data, rest)
  // One thread for each: as many trainings run at once as there are cores.
  const { common, options } = resolveSettings(model, { threads: 1, ...asked })
  const training: Training = {
    model: named,
    data: isNamed(data) ? data : FOLDER,
    dataOptions,
    settings: withoutGaps({ ...common, ...options }),
    testOn: testing(testOn, model).map((name) => (isNamed(name) ? name : FOLDER)),
    ...(evaluating(evaluate) && makesSamples(model, options) ? { evaluate: evaluating(evaluate)! } : {}),
  }
  const form = formOf(training)
  const others = testing(testOn, model)
  const tests = await Promise.all(
    others.map(async (other, at) => [
      testRole(at),
      await hashes.of({ data: other, options: {}, form }, 'test'),
    ]),
  )
  return {
    options: training as unknown as Options,
    data: {
      train: await hashes.of({ data, options: dataOptions, form }, 'train'),
      ...Object.fromEntries(tests),
    },
    places: Object.assign(
      placesFor(data, 'train'),
      ...others.map((other, at) => placesFor(other, testRole(at))),
    ),
    ...(training.evaluate
      ? { needs: { extractor: { kind: 'extractor', options: { data, dataOptions, form } } } }
      : {}),
  }
}

const testRole = (at: number): string => `test${at + 1}`

/** Starts the run, or goes on with it. What is there and cannot be used is made anew: it is nobody's but this job's. */
async function* trainingEvents(
  { job, folder, signal }: JobContext,
  { model, data, dataOptions, settings }: Training,
): AsyncGenerator<RunEvent> {
  if (existsSync(join(folder, 'config.json'))) {
    try {
      const run = await openRun(folder)
      const { state } = await run.readStatus()
      if (state === 'finished') return
      yield* continueRun(folder, { signal, dataDir: placesDir(job, data) })
      return
    } catch (error) {
      if (!(error instanceof DataError) || signal.aborted) throw error
    }
  }
  await rm(folder, { recursive: true, force: true })
  yield* startRun({
    model,
    data: placeOf(job, data, 'train'),
    dataDir: job.places.dataDir,
    dataOptions,
    folder,
    settings,
    command: ['sparring', 'train', model, '--seed', String(settings.seed)],
    signal,
  })
}

const placesDir = ({ places }: JobContext['job'], data: string): string | undefined =>
  data === FOLDER ? places.train : places.dataDir

/** Trains to the end. Returns why it did not come there, where that is its result. */
async function train(context: JobContext, training: Training): Promise<string | undefined> {
  const { job, progress, checkpoint } = context
  const share = training.evaluate ? TRAINING_SHARE : 1
  try {
    for await (const event of trainingEvents(context, training)) {
      if (event.type === 'run') checkData(job, 'train', event.config.data.hash)
      if (event.type === 'steps') progress((share * (event.step + 1)) / Number(training.settings.steps))
      if (event.type === 'checkpoint') await checkpoint()
      if (event.type === 'result' && event.result.outcome === 'stopped')
        throw new PassingError('it was stopped')
    }
    return undefined
  } catch (error) {
    if (error instanceof Error && error.name === 'DivergedError') return error.message
    throw error
  }
}

/** Measures samples, unless that was done before. */
async function evaluate(context: JobContext, wanted: Evaluating): Promise<void> {
  const { job, folder, signal, progress, filesOf } = context
  if (await (await openRun(folder)).readEvaluation()) return
  const cacheDir = await filesOf('extractor')
  const { data, settings } = trainingOf(job.request.options)
  for await (const event of evaluateRuns([folder], {
    ...wanted,
    threads: Number(settings.threads),
    dataDir: placesDir(job, data),
    extractor: { cacheDir },
    signal,
  })) {
    signal.throwIfAborted()
    if (event.type === 'evaluating')
      progress(TRAINING_SHARE + ((1 - TRAINING_SHARE) * (event.draw - 1)) / event.draws)
  }
}

const accuracyRow = (name: string, label: string, accuracy: number): RowRecord => {
  const found = meanOf([accuracy], 'runs')
  return { name, label, format: 'percent', better: 'higher', values: [found], runs: [[found]] }
}

/** How held-out images are named: of its own data, and of others. */
async function accuracies({ job, folder, signal }: JobContext, training: Training): Promise<RowRecord[]> {
  const run = await openRun(folder)
  const [step = -1] = await run.listCheckpoints()
  const own = await readClassification(run, step)
  const rows = own ? [accuracyRow('accuracy', 'Accuracy on held-out images', own.accuracy)] : []
  for (const [at, data] of training.testOn.entries()) {
    const role = testRole(at)
    const wanted = { data, options: {}, form: formOf(training), role, part: 'test' as const }
    const { test } = imagesIn(await loadJobData(job, wanted, signal))
    const found = await classifyWith(folder, test!, { threads: Number(training.settings.threads) })
    const name = data === FOLDER ? basename(job.places[role] ?? role) : data
    rows.push(accuracyRow(`accuracy.${name}`, `Accuracy on ${name}, held-out images`, found.accuracy))
  }
  return rows
}

/** What is kept of a run: all but its lock, what was asked of its process, and older checkpoints. */
async function keptFiles(folder: string): Promise<string[]> {
  const names = await filesBelow(
    folder,
    (name) => name.startsWith('.') || name.startsWith(LOCK_FILE) || name === 'control.jsonl',
  )
  const newest = names.filter((name) => name.startsWith('checkpoints/')).at(-1)
  return names.filter((name) => !name.startsWith('checkpoints/') || name === newest)
}

export const trainingKind: JobKind = {
  name: 'training',
  called: 'a training',
  leavesRun: true,

  optionNames({ model: named }) {
    const model = MODELS.find(({ name }) => name === named)
    return [
      ...OWN,
      ...Object.keys(commonSettings.shape),
      ...Object.keys(model?.options.shape ?? {}),
      ...dataSettings.map(({ name }) => name),
    ]
  },

  understand,

  work(options) {
    const { model, settings } = trainingOf(options)
    const { steps, seed: _, sampleEvery: __, checkpointEvery: ___, ...rest } = settings
    return {
      amount: Number(steps),
      unit: 'steps',
      pace: `training ${model} ${JSON.stringify(Object.entries(rest).sort())}`,
    }
  },

  async run(context): Promise<JobOutcome> {
    const { job, folder } = context
    const training = trainingOf(job.request.options)
    const holder = await lockHolder(folder).catch(() => undefined)
    if (holder)
      throw new PassingError(
        `process ${holder.pid} on ${holder.host} is still at it; its turn must end before another begins`,
      )
    const failure = await train(context, training)
    if (failure !== undefined)
      return {
        found: { measures: [], training: [], estimators: [], failure },
        files: await keptFiles(folder),
      }
    if (training.evaluate) await evaluate(context, training.evaluate)
    const rows = await accuracies(context, training)
    const entry = await entryOf(folder)
    const { measures, training: trained, times, protocol, estimators } = numbersOf(entry)
    // The weights of the end, rather than those of the last time it was validated.
    const held = rows.length > 0 ? measures.filter(({ name }) => name !== 'heldOut.accuracy') : measures
    return {
      found: {
        measures: [...rows, ...held],
        training: trained,
        ...(protocol ? { protocol: protocol as never } : {}),
        estimators: estimators as never,
      },
      times,
      seconds: summarize(entry.record).seconds ?? 0,
      files: await keptFiles(folder),
    }
  },
}
