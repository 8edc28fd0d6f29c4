// Starting and continuing runs: trains, and writes everything that happens into the run folder.
import { resolve } from 'node:path'
import { type DataSplits, loadData, namedSets } from '../data/node/index.ts'
import { COURSE } from '../metrics/index.ts'
import { contextOf } from '../models/model.ts'
import { summarize } from '../models/summary.ts'
import { type RunConfig, type RunStatus, sampleFile } from '../runs/index.ts'
import { checkNewRun, createRun, openControl, type RunWriter, resumeRun } from '../runs/node/index.ts'
import type { Engine } from '../runtime/engine.ts'
import { nodeEngine } from '../runtime/node.ts'
import type { MetricsRow } from '../training/detectors.ts'
import { DivergedError, type TrainEvent, type TrainingState, train } from '../training/trainer.ts'
import { messageOf } from '../util/errors.ts'
import { type Course, openCourse } from './course.ts'
import type { RunEvent } from './events.ts'
import { finishRun } from './finish-run.ts'
import { samplesPng } from './images.ts'
import { checkLabels } from './labels.ts'
import { machine, versions } from './machine.ts'
import { checkpointArrays, recordedData, recordedObjective } from './recorded-run.ts'
import { withReports } from './reports.ts'
import { imageForm, type RunRequest, resolveSettings } from './request.ts'
import { exampleSource } from './source.ts'

/** A named data set, or the folder's whole path, so that the run can be continued from anywhere. */
const dataNamed = (data: string): string => (Object.hasOwn(namedSets, data) ? data : resolve(data))

/** Seconds between two writes of status.json. */
const STATUS_SECONDS = 2

/** Trains, and keeps the folder's record of it. */
async function* record(
  run: RunWriter,
  data: DataSplits,
  engine: Engine,
  {
    from,
    history,
    course,
    signal,
  }: {
    from?: TrainingState | undefined
    history?: readonly MetricsRow[]
    course?: Course | undefined
    signal?: AbortSignal | undefined
  },
): AsyncGenerator<RunEvent> {
  const { settings } = run.config
  const objective = recordedObjective(run.config)
  const test = settings.validateEvery > 0 ? data.test : undefined
  const { pid } = process
  let lastStep = from?.step ?? -1
  let statusAt = 0
  let state: RunStatus['state'] = 'running'
  const status = async (now: RunStatus['state'], message?: string): Promise<void> => {
    state = now
    statusAt = performance.now()
    await run.writeStatus({ state, step: Math.max(0, lastStep), pid, ...(message ? { message } : {}) })
  }
  /** Writes one event down and tells what to pass on. */
  const keep = async (event: Exclude<TrainEvent, { type: 'end' }>): Promise<RunEvent> => {
    switch (event.type) {
      case 'steps':
        lastStep = event.step
        await run.appendMetrics(event.rows)
        await run.appendTimings([{ step: event.step, seconds: event.seconds, at: new Date().toISOString() }])
        if (performance.now() - statusAt > 1000 * STATUS_SECONDS) await status(state)
        return event
      case 'samples':
        await run.writeSample(event.step, event.latents, await samplesPng(event))
        return { type: 'samples', step: event.step, file: sampleFile(event.step, event.latents) }
      case 'validation':
        await run.appendValidation([event.row])
        return event
      case 'evaluation':
        await run.appendEvaluations([event.row])
        return { ...event, measures: COURSE.flatMap(({ measures }) => measures) }
      case 'notice':
        await run.appendEvents([event.notice])
        return event
      case 'checkpoint': {
        const tensors = Object.fromEntries(
          Object.entries(event.state.arrays).map(([name, data]) => [
            name,
            { shape: [...event.shapes[name]!], data },
          ]),
        )
        await run.writeCheckpoint({
          step: event.state.step,
          tensors,
          metadata: { model: run.config.model, seed: String(settings.seed) },
        })
        return { type: 'checkpoint', step: event.state.step }
      }
      case 'paused':
      case 'continued':
        await status(event.type === 'paused' ? 'paused' : 'running')
        return event
    }
  }
  try {
    const controls = await openControl(run.folder)
    await status('running')
    const events = train({
      objective,
      source: exampleSource(data.train),
      engine,
      batchSize: settings.batchSize,
      seed: settings.seed,
      steps: settings.steps,
      sampleEvery: settings.sampleEvery,
      checkpointEvery: settings.checkpointEvery,
      validateEvery: settings.validateEvery,
      ...(test ? { validation: exampleSource(test) } : {}),
      evaluateEvery: settings.evaluateEvery,
      ...(course ? { evaluate: course.evaluate } : {}),
      ...(from ? { from } : {}),
      ...(history ? { history } : {}),
      ...(signal ? { signal } : {}),
      controls,
    })
    let end: Extract<TrainEvent, { type: 'end' }> | undefined
    for await (const event of events) {
      if (event.type === 'end') end = event
      else yield await keep(event)
    }
    // Only now, when the memory of training is free again.
    await status(end!.reason)
    yield* finishRun(run, engine, objective, end!.state, end!.reason, data)
  } catch (error) {
    if (error instanceof DivergedError) {
      const [good] = await run.listCheckpoints()
      const diagnosis = `${error.message} ${good === undefined ? 'No checkpoint was written before.' : `The last good checkpoint is that of step ${good}.`}`
      await run.appendEvents([{ step: error.step, kind: 'diverged', severity: 'error', message: diagnosis }])
      await status('failed', diagnosis)
      throw new DivergedError(error.what, error.step, error.detail, diagnosis)
    }
    await status('failed', messageOf(error)).catch(() => {})
    throw error
  }
}

/**
 * Starts a run: checks the request, loads the data, makes the folder and trains.
 *
 * @throws ConfigError for settings, DataError for data and files, DivergedError when training fails
 */
export async function* startRun(request: RunRequest): AsyncGenerator<RunEvent> {
  const { model, common, options } = resolveSettings(request.model, request.settings)
  await checkNewRun(request.folder)
  const form = imageForm(common)
  if (form.imageSize) {
    // A size that the model cannot take is refused before thousands of images are read.
    const { height, width } = form.imageSize
    model.objective(options, [height, width, form.channels ?? model.imageShape[2]!], {
      ...contextOf(model),
      steps: common.steps,
    })
  }
  const data = yield* withReports<RunEvent, DataSplits>((report) =>
    loadData(request.data, {
      ...form,
      ...(request.dataDir ? { dataDir: request.dataDir } : {}),
      ...(request.signal ? { signal: request.signal } : {}),
      onProgress: (progress) => report({ type: 'download', ...progress }),
      onImages: (progress) => report({ type: 'images', ...progress }),
    }),
  )
  const { train: dataset, test } = data
  const { height, width, channels, preparation, labels } = dataset
  const classes = labels && dataset.classes
  const measured = common.validateEvery > 0 || common.evaluateEvery > 0 ? test : undefined
  if (model.classes !== undefined) checkLabels(model.name, { train: dataset, test: measured })
  const objective = model.objective(options, [height, width, channels], {
    steps: common.steps,
    ...(classes ? { classes: classes.length } : {}),
  })
  const engine = await nodeEngine(common.threads > 0 ? { threads: common.threads } : {})
  let run: RunWriter | undefined
  let course: Course | undefined
  try {
    const { extractor: source, signal } = request
    course = yield* openCourse(engine, common.evaluateEvery, data, objective, {
      source,
      signal,
    })
    const config: RunConfig = {
      format: 1,
      model: model.name,
      command: [...request.command],
      createdAt: new Date().toISOString(),
      settings: { ...common, ...options } as RunConfig['settings'],
      data: {
        name: dataNamed(request.data),
        hash: dataset.hash,
        count: dataset.count,
        height,
        width,
        channels,
        ...(classes ? { classes: [...classes] } : {}),
        ...(preparation === undefined ? {} : { preparation }),
        ...(measured ? { test: { hash: measured.hash, count: measured.count } } : {}),
        ...(request.dataDir ? { folder: resolve(request.dataDir) } : {}),
      },
      versions: versions(engine.name),
      machine: machine(),
      metrics: objective.metrics.map((metric) => ({ ...metric })),
      networks: Object.values(objective.networks).map(
        (network) => structuredClone(summarize(network)) as RunConfig['networks'][number],
      ),
    }
    run = await createRun(request.folder, config)
    yield { type: 'run', folder: run.folder, config }
    yield* record(run, data, engine, { course, signal })
  } finally {
    await course?.close()
    await engine.close()
    await run?.close()
  }
}

export interface ContinueOptions {
  readonly signal?: AbortSignal | undefined
  /** Threads of the runtime; default: as the run was started. */
  readonly threads?: number | undefined
  /** Where the data's files, or the folder that is the data, are now, if they were moved. */
  readonly dataDir?: string | undefined
}

/**
 * Continues an interrupted run from its newest good checkpoint, bit for bit as if it had never stopped. What was
 * logged after that checkpoint is made again. A finished run only gets its pictures and report made anew.
 *
 * @throws DataError when the folder holds no run, its checkpoints are all damaged or its data has changed
 */
export async function* continueRun(
  folder: string,
  { signal, threads, dataDir }: ContinueOptions = {},
): AsyncGenerator<RunEvent> {
  const run = await resumeRun(folder)
  let engine: Engine | undefined
  let course: Course | undefined
  try {
    const data = yield* withReports<RunEvent, DataSplits>((report) =>
      recordedData(run.config, {
        dataDir,
        signal,
        onImages: (progress) => report({ type: 'images', ...progress }),
      }),
    )
    const wanted = threads ?? run.config.settings.threads
    engine = await nodeEngine(wanted > 0 ? { threads: wanted } : {})
    course = yield* openCourse(
      engine,
      run.config.settings.evaluateEvery,
      data,
      recordedObjective(run.config),
      { signal },
    )
    const found = await run.latestCheckpoint()
    const step = found?.step ?? -1
    await run.truncateAfter(step)
    yield {
      type: 'run',
      folder: run.folder,
      config: run.config,
      resumedFrom: step,
      ...(found && found.skipped.length > 0 ? { skipped: found.skipped } : {}),
    }
    yield* record(run, data, engine, {
      from: found ? { step, arrays: checkpointArrays(found) } : undefined,
      history: await run.readMetrics(),
      course,
      signal,
    })
  } finally {
    await course?.close()
    await engine?.close()
    await run.close()
  }
}
