// Starting and continuing runs: trains, and writes everything that happens into the run folder.
import { resolve } from 'node:path'
import { checkLabels } from '../data/labels.ts'
import type { RunEvent } from '../measuring/events.ts'
import { trainingProbe } from '../measuring/probe.ts'
import { withReports } from '../measuring/reports.ts'
import { featureSource } from '../models/fine-tuned.ts'
import { imageFacts } from '../models/model.ts'
import { summarize } from '../models/summary.ts'
import { metricsOf, type Objective } from '../objectives/objective.ts'
import { classInputOf } from '../objectives/offer.ts'
import { sheetMaker } from '../pictures/sheets.ts'
import { type EventRow, LOGS, MAP_SIDE, PLANE_POINTS, planeEvery, type RunConfig } from '../runs/index.ts'
import { checkNewRun, createRun, openControl, type RunWriter, resumeRun } from '../runs/node/index.ts'
import { machine, versions } from '../runs/node/machine.ts'
import type { Engine, StateArrays } from '../runtime/engine.ts'
import { nodeEngine } from '../runtime/node.ts'
import { alarmsOf, type MetricsRow } from '../training/detectors.ts'
import { checkMemory } from '../training/memory.ts'
import type { TrainingState } from '../training/state.ts'
import { stepGraph } from '../training/step.ts'
import { train } from '../training/trainer.ts'
import { challenge } from '../training/watchers/challenge.ts'
import { evaluation } from '../training/watchers/evaluation.ts'
import { plane } from '../training/watchers/plane.ts'
import { samples } from '../training/watchers/samples.ts'
import { validation } from '../training/watchers/validation.ts'
import { SHARES } from '../util/limits.ts'
import { memoryBytes } from '../util/node/memory.ts'
import { evaluatedBy, openCourse } from './course.ts'
import type { Course } from './course-of-run.ts'
import { engineThreads } from './engine-threads.ts'
import { finishRun } from './finish-run.ts'
import { arraysOf, originFile, readOrigin, writeOrigin } from './origin.ts'
import { readOwnCode } from './own-code.ts'
import { type MovedFiles, prepared } from './prepared.ts'
import { recordRun } from './record-run.ts'
import {
  checkpointArrays,
  checkpointState,
  checkRecord,
  type MovedData,
  recordedData,
  recordedObjective,
} from './recorded-run.ts'
import { remakeSheets } from './remake-sheets.ts'
import { checkRemembered } from './remembered.ts'
import { imageForm, labelsOf, type RunRequest, resolveSettings } from './request.ts'
import { planResume } from './resume-plan.ts'
import { imagesIn, loadRunData, modelData, type RunData } from './run-data.ts'

/** What probes the features of a training now and then. @throws ConfigError, DataError when there are none, or no labels */
const probeOf = (
  engine: Engine,
  objective: Objective,
  { model }: Pick<RunConfig, 'model'>,
  data: RunData,
): ReturnType<typeof trainingProbe> => {
  const { train } = imagesIn(data)
  const imageShape = [train.height, train.width, train.channels]
  return trainingProbe(engine, featureSource({ model, objective, imageShape }, {}).features, train)
}

/** Trains, keeps the folder's record of it, and makes what is made at the end. */
async function* trainInto(
  run: RunWriter,
  data: RunData,
  engine: Engine,
  {
    from,
    initial,
    history,
    told,
    course,
    signal,
  }: {
    from?: TrainingState | undefined
    initial?: StateArrays | undefined
    history?: readonly MetricsRow[]
    told?: readonly EventRow[]
    course?: Course | undefined
    signal?: AbortSignal | undefined
  },
): AsyncGenerator<RunEvent> {
  const { settings } = run.config
  const objective = recordedObjective(run.config)
  const controls = await openControl(run.folder)
  const events = train({
    objective,
    source: data.source,
    engine,
    batchSize: settings.batchSize,
    seed: settings.seed,
    steps: settings.steps,
    checkpointEvery: settings.checkpointEvery,
    watchers: [
      samples({
        every: settings.sampleEvery,
        real: data.examples,
        modes: data.modes,
        classify: course?.classify,
        told,
      }),
      validation({ every: settings.validateEvery, examples: data.heldOut }),
      plane({
        // A training that draws no samples is not looked at either.
        every: settings.sampleEvery === 0 ? 0 : planeEvery(settings.steps),
        ...{
          count: PLANE_POINTS.made,
          arrows: PLANE_POINTS.arrows,
          shown: PLANE_POINTS.real,
          side: MAP_SIDE,
        },
        real: data.examples,
        modes: data.modes,
      }),
      ...(settings.probeEvery
        ? [
            evaluation({
              every: Number(settings.probeEvery),
              log: LOGS.features.name,
              measure: await probeOf(engine, objective, run.config, data),
            }),
          ]
        : []),
      ...(course
        ? [evaluation({ every: settings.evaluateEvery, log: course.log, measure: course.evaluate })]
        : []),
      challenge({ source: data.source, batchSize: settings.batchSize }),
    ],
    from,
    initial,
    history,
    ...(signal ? { signal } : {}),
    mostBytes: SHARES.step * memoryBytes(),
    controls,
  })
  yield* recordRun(run, {
    events,
    from: from?.step ?? -1,
    sheet: sheetMaker(data.examples),
    finish: ({ state, reason }) => finishRun(run, engine, objective, state, reason, data),
  })
}

/**
 * Starts a run: checks the request, loads the data, makes the folder and trains.
 *
 * @throws ConfigError for settings, DataError for data and files, DivergedError when training fails
 */
export async function* startRun(request: RunRequest): AsyncGenerator<RunEvent> {
  const resolved = await prepared(resolveSettings(request.model, request.settings))
  const { model, common, options } = resolved
  const threads = engineThreads(common.threads)
  await checkNewRun(request.folder)
  const form = imageForm(common)
  const madeFor = model.madeFor.columns.images?.shape
  if (form.imageSize && madeFor) {
    // A size that the model cannot take is refused before thousands of images are read.
    const { height, width } = form.imageSize
    const { classes } = model.madeFor
    model.objective(
      options,
      imageFacts([height, width, form.channels ?? madeFor[2]!], { classes, steps: common.steps }),
    )
  }
  const data =
    modelData(resolved, request.data) ??
    (yield* withReports<RunEvent, RunData>((report) =>
      loadRunData(request.data, {
        ...form,
        labels: labelsOf(common),
        unlabelled: model.unlabelled?.(options),
        ...(request.dataDir ? { dataDir: request.dataDir } : {}),
        options: request.dataOptions,
        ...(request.signal ? { signal: request.signal } : {}),
        onProgress: (progress) => report({ type: 'download', ...progress }),
        onImages: (progress) => report({ type: 'images', ...progress }),
      }),
    ))
  const measures = common.validateEvery > 0 || common.evaluateEvery > 0
  const checkLabelled = (learns: boolean | undefined): void => {
    if (!learns || !data.images) return
    const { train, test } = data.images
    checkLabels(model.name, { train, test: measures ? test : undefined })
  }
  checkLabelled(model.learnsLabels)
  const facts = { ...data.facts, steps: common.steps, batchSize: common.batchSize }
  const objective = model.objective(options, facts)
  checkLabelled(classInputOf(objective.offers?.generate ?? {}) !== undefined)
  checkRemembered(data.source)
  // The same is looked at again when the step is lowered; here no folder has been made for it yet.
  const step = { batchSize: common.batchSize, columns: facts.columns }
  checkMemory(stepGraph(objective, step).graph, SHARES.step * memoryBytes(), step)
  const { origin } = request
  const begun = origin?.weights && (await originFile(origin.weights))
  const engine = await nodeEngine(threads)
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
      recipe: 'training',
      model: model.name,
      ...(request.code ? { code: { ...request.code } } : {}),
      command: [...request.command],
      createdAt: new Date().toISOString(),
      settings: { ...common, ...options } as RunConfig['settings'],
      data: {
        ...data.record,
        ...(measures && data.test ? { test: data.test } : {}),
        ...(request.dataDir && !data.record.parts ? { folder: resolve(request.dataDir) } : {}),
      },
      ...(origin ? { origin: { ...origin.record, ...(begun ? { weights: begun.hash } : {}) } } : {}),
      versions: versions(engine.name),
      machine: machine(),
      metrics: metricsOf(objective),
      alarms: alarmsOf(objective, common),
      networks: Object.values(objective.networks).map(
        (network) => structuredClone(summarize(network)) as RunConfig['networks'][number],
      ),
      ...(evaluatedBy(objective) === 'returns' ? { evaluated: 'returns' as const } : {}),
    }
    // What cannot be probed is refused before there is a folder.
    if (common.probeEvery) await probeOf(engine, objective, config, data)
    run = await createRun(request.folder, config)
    if (begun) await writeOrigin(run, begun.bytes)
    yield { type: 'run', folder: run.folder, config }
    yield* trainInto(run, data, engine, {
      initial: origin?.weights && arraysOf(origin.weights),
      course,
      signal,
    })
  } finally {
    await course?.close()
    await engine.close()
    await run?.close()
  }
}

/** What a run says of what it went on without. */
const lossNotice = (step: number, lost: readonly string[]): EventRow => ({
  step: Math.max(0, step),
  kind: 'records-lost',
  severity: 'warning',
  message: `continued without what could not be made again: ${lost.join('; ')}`,
})

export interface ContinueOptions {
  readonly signal?: AbortSignal | undefined
  /** Threads of the runtime; default: as the run was started. */
  readonly threads?: number | undefined
  /** Where the data's files, or the folder that is the data, are now, if they were moved; of several sets that of the first, or a list. */
  readonly dataDir?: MovedData | undefined
  /** Where files are now that options of the run name, by option, such as `rom`. Default: as recorded. */
  readonly files?: MovedFiles | undefined
  /** Go on although something is lost that cannot be made again. Default false */
  readonly acceptLosses?: boolean | undefined
}

/**
 * Continues an interrupted run from its newest good checkpoint, bit for bit as if it had never stopped. What was
 * logged after that checkpoint is made again. Where logs or sheets before it are damaged, they are put right, or the run
 * goes on from an earlier checkpoint. A finished run only gets its pictures and report made anew.
 *
 * @throws DataError when the folder holds no run, its checkpoints are all damaged, its data has changed, or something is lost
 *   that cannot be made again
 */
export async function* continueRun(
  folder: string,
  { signal, threads, dataDir, files, acceptLosses }: ContinueOptions = {},
): AsyncGenerator<RunEvent> {
  const run = await resumeRun(folder)
  let engine: Engine | undefined
  let course: Course | undefined
  try {
    // Before anything is loaded for it: the record may be anybody's.
    await readOwnCode(run.config)
    const objective = recordedObjective(run.config)
    checkRecord(run.config, objective)
    const options = engineThreads(threads ?? run.config.settings.threads)
    const { checkpoint, logs, sheets, ...records } = await planResume(run, objective, { acceptLosses })
    if (checkpoint) checkpointArrays(checkpoint, run.config, objective)
    const data = yield* withReports<RunEvent, RunData>((report) =>
      recordedData(run.config, {
        dataDir,
        files,
        signal,
        onImages: (progress) => report({ type: 'images', ...progress }),
      }),
    )
    checkRemembered(data.source)
    engine = await nodeEngine(options)
    const { evaluateEvery } = run.config.settings
    course = yield* openCourse(engine, evaluateEvery, data, objective, { signal })
    const step = checkpoint?.step ?? -1
    // In this order: the checkpoint of a sheet may be one that goes.
    await remakeSheets(run, engine, objective, sheets, sheetMaker(data.examples))
    await run.truncateAfter(step, logs)
    if (records.lost.length > 0 && acceptLosses) await run.append('events', [lossNotice(step, records.lost)])
    yield { type: 'run', folder: run.folder, config: run.config, resumedFrom: step, ...records }
    yield* trainInto(run, data, engine, {
      from: checkpoint && checkpointState(checkpoint),
      initial: checkpoint ? undefined : await readOrigin(run),
      history: await run.readLog('metrics'),
      told: await run.readLog('events'),
      course,
      signal,
    })
  } finally {
    await course?.close()
    await engine?.close()
    await run.close()
  }
}
