// The life of an audit: opens model and data, does part after part into a run folder, and can be killed and continued at any.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { sha256 } from '../../data/dataset.ts'
import { engineThreads } from '../../lifecycle/engine-threads.ts'
import { withReports } from '../../measuring/reports.ts'
import type { Beside } from '../../onnx/one-file.ts'
import { AUDIT, type AuditConfig } from '../../runs/audit.ts'
import { checkNewRun, createRunOf, openRunOf, type RunWriter, resumeRunOf } from '../../runs/node/index.ts'
import { machine, versions } from '../../runs/node/machine.ts'
import type { Engine } from '../../runtime/engine.ts'
import { nodeEngine } from '../../runtime/node.ts'
import { DataError } from '../../util/errors.ts'
import { SHARES } from '../../util/limits.ts'
import { memoryBytes } from '../../util/node/memory.ts'
import { auditBytes } from '../memory.ts'
import { sizeOfImage } from '../part.ts'
import { planOf } from '../plan.ts'
import { doParts } from './do-parts.ts'
import type { AuditEvent } from './events.ts'
import { type ExhibitRequest, loadExhibits } from './exhibits.ts'
import { finishAudit, readResult } from './finish.ts'
import { classifiersOf, MODEL_COPY } from './reading.ts'
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
    // Batches are filled up: more places than images would only cost.
    batch: batch ?? Math.min(usualBatch(sizeOfImage(classifier)), exhibits.count),
  }
  const parts = planOf(settings, classifier, exhibits.count)
  const engine = await nodeEngine(engineThreads(settings.threads))
  let run: RunWriter<AuditConfig> | undefined
  try {
    const memory = auditBytes(classifier, {
      batch: settings.batch,
      lanes: engine.lanes,
      used: process.memoryUsage.rss(),
      most: SHARES.step * memoryBytes(),
    })
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
