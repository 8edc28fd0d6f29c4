// The life of an audit: opens model and data, does part after part into a run folder, and can be killed and continued at any.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ImageClassifier } from '../../classifiers/classifier.ts'
import { type ClassifierOptions, openClassifier } from '../../classifiers/open-classifier.ts'
import { sha256 } from '../../data/dataset.ts'
import { engineThreads } from '../../lifecycle/engine-threads.ts'
import { withReports } from '../../measuring/reports.ts'
import { modelFacts } from '../../onnx/facts.ts'
import type { Beside } from '../../onnx/one-file.ts'
import { encodePng, marked } from '../../report/node/index.ts'
import { AUDIT, type AuditConfig, type PartRow } from '../../runs/audit.ts'
import type { AuditResult } from '../../runs/audit-result.ts'
import {
  checkNewRun,
  createRunOf,
  openControl,
  openRunOf,
  type RunWriter,
  resumeRunOf,
} from '../../runs/node/index.ts'
import { machine, packageVersion, versions } from '../../runs/node/machine.ts'
import type { Engine } from '../../runtime/engine.ts'
import { nodeEngine } from '../../runtime/node.ts'
import { DataError, messageOf } from '../../util/errors.ts'
import { SHARES } from '../../util/limits.ts'
import { memoryBytes } from '../../util/node/memory.ts'
import { assemble } from '../assemble.ts'
import { attackBytes, checkAttackMemory } from '../memory.ts'
import { openOriginal } from '../original.ts'
import { type Exhibits, type Found, sizeOfImage } from '../part.ts'
import { attacksOf, planOf } from '../plan.ts'
import { type ExhibitRequest, loadExhibits } from './exhibits.ts'
import { finishAudit, readResult } from './finish.ts'
import { usualBatch, usualEps } from './request.ts'

export interface AuditRequest {
  /** The .onnx file, and where it is from. */
  readonly model: {
    readonly bytes: Uint8Array
    readonly name: string
    readonly file: string
    /** The files beside it in which it keeps tensors. */
    readonly beside?: Beside | undefined
  }
  readonly data: Omit<ExhibitRequest, 'n' | 'labels'>
  /** A new or empty folder. */
  readonly folder: string
  readonly settings: Omit<AuditConfig['settings'], 'eps' | 'batch'> & {
    readonly eps?: number | undefined
    readonly batch?: number | undefined
  }
  readonly command: readonly string[]
  readonly signal?: AbortSignal | undefined
}

export type AuditEvent =
  | { readonly type: 'images'; readonly done: number; readonly total: number }
  | { readonly type: 'download'; readonly file: string; readonly received: number; readonly total?: number }
  | {
      readonly type: 'audit'
      readonly folder: string
      readonly config: AuditConfig
      /** Parts that were done before. */
      readonly done: number
      /** Bytes of a step of an attack; absent where it was told before, 0 where it is not known. */
      readonly memory?: number
    }
  /** A part goes on. `share`: of all work of the audit. */
  | { readonly type: 'progress'; readonly title: string; readonly share: number }
  | { readonly type: 'part'; readonly row: Pick<PartRow, 'step' | 'title' | 'finding'> }
  | { readonly type: 'paused' | 'continued' }
  | {
      readonly type: 'end'
      readonly outcome: 'finished' | 'stopped'
      readonly folder: string
      readonly result?: AuditResult
      readonly files: Readonly<Record<string, string>>
    }

/** Everything that an audit works with. */
interface Opened {
  readonly engine: Engine
  readonly bytes: Uint8Array
  readonly classifier: ImageClassifier
  readonly plain: ImageClassifier
  readonly exhibits: Exhibits
  readonly data: AuditResult['data']
}

/** The model's copy in the folder: an audit can be continued, and looked at, wherever the folder is. */
export const MODEL_COPY = 'model.onnx'

type Told = Pick<
  AuditConfig['settings'],
  'layout' | 'mean' | 'std' | 'scale' | 'image' | 'output' | 'classes'
>

/** How a file is to be read, of the settings. */
export const readingOf = ({ layout, mean, std, scale, image, output, classes }: Told): ClassifierOptions => ({
  layout,
  mean,
  std,
  scale,
  image,
  output,
  classes,
})

function classifiersOf(bytes: Uint8Array, settings: AuditRequest['settings'], beside?: Beside) {
  const told = { ...readingOf(settings), beside }
  const classifier = openClassifier(bytes, { ...told, passThrough: true })
  // Where nothing had to be passed through, both are one.
  const plain = classifier.passedThrough.length > 0 ? openClassifier(bytes, told) : classifier
  return { classifier, plain }
}

/** Does the parts that are left, keeping the folder's record of each. */
async function* doParts(
  run: RunWriter<AuditConfig>,
  { engine, bytes, classifier, plain, exhibits, data }: Opened,
  signal: AbortSignal | undefined,
): AsyncGenerator<AuditEvent> {
  const { config } = run
  const { settings } = config
  const parts = planOf(settings, classifier, exhibits.count)
  const rows = (await run.readLog('findings')) as PartRow[]
  const found = new Map<string, object>(rows.map(({ part, value }) => [part, value as object]))
  const total = parts.reduce((sum, { work }) => sum + work, 0)
  const controls = await openControl(run.folder)
  const original = await openOriginal(engine, bytes, classifier)
  const stop = new AbortController()
  const aborted = (): void => stop.abort()
  signal?.addEventListener('abort', aborted)
  if (signal?.aborted) stop.abort()
  let done = parts.slice(0, rows.length).reduce((sum, { work }) => sum + work, 0)
  const status = (state: 'running' | 'paused' | 'finished' | 'stopped' | 'failed', message?: string) =>
    run.writeStatus({
      state,
      step: Math.max(0, found.size - 1),
      pid: process.pid,
      ...(message ? { message } : {}),
    })
  try {
    await status('running')
    for (const [step, part] of parts.entries()) {
      if (step < rows.length) continue
      for (let request = await controls.take(); request; ) {
        if (request.command === 'stop') stop.abort()
        if (request.command !== 'pause') {
          request = await controls.take()
          continue
        }
        await status('paused')
        yield { type: 'paused' }
        request = await controls.wait(stop.signal)
        await status('running')
        if (request?.command === 'continue') yield { type: 'continued' }
      }
      if (stop.signal.aborted) break
      const began = performance.now()
      const share = (within: number): number => (done + within * part.work) / total
      yield { type: 'progress', title: part.title, share: share(0) }
      const progress: number[] = []
      const work = part.run({
        settings,
        engine,
        classifier,
        plain,
        original,
        exhibits,
        found: found as Found,
        signal: stop.signal,
        onProgress: (within) => progress.push(within),
      })
      const waited = work.then(
        () => true,
        () => true,
      )
      // What a part says of itself while it goes on.
      while (!(await Promise.race([waited, new Promise((resolve) => setTimeout(resolve, 250, false))]))) {
        const request = await controls.take()
        if (request?.command === 'stop') stop.abort()
        const within = progress.at(-1)
        progress.length = 0
        if (within !== undefined) yield { type: 'progress', title: part.title, share: share(within) }
      }
      if (stop.signal.aborted) {
        await work.catch(() => {})
        break
      }
      const { finding, value, pictures = {}, texts = {} } = await work
      const { height, width, channels } = classifier.image
      for (const [name, pixels] of Object.entries(pictures)) {
        const png = await encodePng({ height, width, channels, pixels })
        const isMade = name.split('-').length > 2
        const facts = { model: config.model.sha256, seed: String(settings.seed), part: part.name }
        await run.writeFile(name, isMade ? marked(png, facts) : png)
      }
      for (const [name, text] of Object.entries(texts)) await run.writeFile(name, text)
      found.set(part.name, value)
      const row: PartRow = {
        step,
        part: part.name,
        title: part.title,
        finding,
        value: value as PartRow['value'],
      }
      await run.append('findings', [row])
      await run.append('timings', [
        { step, seconds: (performance.now() - began) / 1000, at: new Date().toISOString() },
      ])
      await run.writeCheckpoint({ step, tensors: {} })
      await status('running')
      done += part.work
      yield { type: 'part', row }
    }
    if (found.size < parts.length) {
      await status('stopped')
      yield { type: 'end', outcome: 'stopped', folder: run.folder, files: {} }
      return
    }
    const { opset, producer } = modelFacts(bytes)
    const result = assemble({
      config,
      classifier,
      exhibits,
      found,
      attacks: attacksOf(settings, classifier),
      model: {
        name: config.model.name,
        sha256: config.model.sha256,
        bytes: bytes.length,
        opset,
        producer: [producer.name, producer.version].filter(Boolean).join(' '),
      },
      data,
      version: packageVersion(),
    })
    const files = await finishAudit(run, result)
    await status('finished')
    yield { type: 'end', outcome: 'finished', folder: run.folder, result, files }
  } catch (error) {
    await status('failed', messageOf(error)).catch(() => {})
    throw error
  } finally {
    signal?.removeEventListener('abort', aborted)
    await original.close()
  }
}

/**
 * Starts an audit: opens the model, loads the images, makes the folder, and does part after part.
 *
 * @throws UnsupportedError, DataError for the model; ConfigError, DataError for settings, data and folder
 */
export async function* startAudit(request: AuditRequest): AsyncGenerator<AuditEvent> {
  await checkNewRun(request.folder)
  const { name, file, beside } = request.model
  const { classifier, plain } = classifiersOf(request.model.bytes, request.settings, beside)
  const bytes = classifier.original ?? request.model.bytes
  const { n, norm, eps, batch, labels } = request.settings
  const { exhibits, record } = yield* withReports<AuditEvent, Awaited<ReturnType<typeof loadExhibits>>>(
    (report) =>
      loadExhibits(
        {
          ...request.data,
          n,
          labels,
          signal: request.signal,
          onProgress: (progress) => report({ type: 'download', ...progress }),
          onImages: (progress) => report({ type: 'images', ...progress }),
        },
        classifier,
      ),
  )
  const settings: AuditConfig['settings'] = {
    ...request.settings,
    n: exhibits.count,
    eps: eps ?? usualEps(norm, classifier.image.channels),
    batch: batch ?? usualBatch(sizeOfImage(classifier)),
  }
  const memory = attackBytes(classifier, settings.batch)
  checkAttackMemory(memory, settings.batch, SHARES.step * memoryBytes())
  const parts = planOf(settings, classifier, exhibits.count)
  const engine = await nodeEngine(engineThreads(settings.threads))
  let run: RunWriter<AuditConfig> | undefined
  try {
    const { data, options, dataDir } = request.data
    const isPath = existsSync(data)
    run = await createRunOf(AUDIT, request.folder, {
      format: 1,
      recipe: 'audit',
      model: { name, file, sha256: await sha256(request.model.bytes), copy: await sha256(bytes) },
      data: {
        name: isPath ? resolve(data) : data,
        ...(dataDir === undefined ? {} : { folder: resolve(dataDir) }),
        ...(options && Object.keys(options).length > 0
          ? { options: options as AuditConfig['data']['options'] }
          : {}),
        hash: record.hash,
      },
      settings,
      parts: parts.map(({ title }) => title),
      command: [...request.command],
      createdAt: new Date().toISOString(),
      versions: versions(engine.name),
      machine: machine(),
    })
    await run.writeFile(MODEL_COPY, bytes)
    yield { type: 'audit', folder: run.folder, config: run.config, done: 0, memory }
    yield* doParts(run, { engine, bytes, classifier, plain, exhibits, data: record }, request.signal)
  } finally {
    await engine.close()
    await run?.close()
  }
}

/**
 * Continues an interrupted audit with the part that was not done, to the same bytes as if it had never stopped. A finished one
 * gets its result and report made anew.
 *
 * @throws DataError when the folder holds no audit, or its model or data have changed
 */
export async function* continueAudit(
  folder: string,
  {
    signal,
    dataDir,
    threads,
  }: { signal?: AbortSignal; dataDir?: string | undefined; threads?: number | undefined } = {},
): AsyncGenerator<AuditEvent> {
  const run = await resumeRunOf(AUDIT, folder)
  let engine: Engine | undefined
  try {
    const { config } = run
    const bytes = await run.readFile(MODEL_COPY)
    if (!bytes || (await sha256(bytes)) !== config.model.copy)
      throw new DataError(
        `${MODEL_COPY} in ${run.folder} is ${bytes ? 'not the model that the audit began with' : 'missing'}: put ${config.model.name} back under that name, or audit it again`,
      )
    const { classifier, plain } = classifiersOf(bytes, config.settings)
    const { name, folder: recorded, options } = config.data
    const { n, labels } = config.settings
    const { exhibits, record } = await loadExhibits(
      { data: name, dataDir: dataDir ?? recorded, options, n, labels, signal },
      classifier,
    )
    if (record.hash !== config.data.hash)
      throw new DataError(
        `the data "${name}" has changed since the audit began: expected hash ${config.data.hash.slice(0, 12)}, got ${record.hash.slice(0, 12)}. Restore it, or audit the model again`,
      )
    const checkpoint = await run.latestCheckpoint()
    const done = checkpoint?.step ?? -1
    await run.truncateAfter(done)
    const rows = await run.readLog('findings')
    if (rows.length !== done + 1)
      throw new DataError(
        `findings.jsonl in ${run.folder} has ${rows.length} lines, expected ${done + 1}: audit the model again`,
      )
    engine = await nodeEngine(engineThreads(threads ?? config.settings.threads))
    yield { type: 'audit', folder: run.folder, config, done: done + 1 }
    yield* doParts(run, { engine, bytes, classifier, plain, exhibits, data: record }, signal)
  } finally {
    await engine?.close()
    await run.close()
  }
}

/** The report of an audit made anew from audit.json. @throws DataError when the audit has not ended */
export async function reportAudit(
  folder: string,
): Promise<{ files: Record<string, string>; problems: string[] }> {
  const run = await openRunOf(AUDIT, folder)
  return { files: await finishAudit(run, await readResult(run)), problems: [] }
}
