// A run folder as seen by the one process that makes it.
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { encodeSafetensors, type Tensor } from '../../formats/safetensors.ts'
import { ConfigError, DataError } from '../../util/errors.ts'
import { FILES } from '../../util/limits.ts'
import { readText } from '../../util/node/read-file.ts'
import type { RunHead } from '../head.ts'
import { checkpointFile, parseCheckpointName, parseSampleName, sampleFile } from '../layout.ts'
import { formatLines, keepUntil, parseLines } from '../lines.ts'
import { type LogName, type LogRows, logNamed, stepLogs } from '../logs.ts'
import type { RunConfig, RunStatus, SampleKind } from '../schema.ts'
import {
  append as appendBytes,
  diskError,
  doing,
  isMissing,
  isTemporary,
  jsonBytes,
  syncFile,
  syncFolder,
  writeAtomic,
  writeBytes,
} from './disk.ts'
import { isUnfinishedLock, type Lock } from './lock.ts'
import { DIGESTS, digestKeeper } from './log-digests.ts'
import {
  CONFIG_FILE,
  entriesOf,
  type FolderOptions,
  type RunFolder,
  runError,
  STATUS_FILE,
} from './run-folder.ts'

/** A checkpoint to be written. `step` is the last step it contains; it is added to the metadata. */
export interface Checkpoint {
  step: number
  tensors: Readonly<Record<string, Tensor>>
  metadata?: Readonly<Record<string, string>>
}

/** The run folder with everything that whoever makes the run writes. Hold it from `createRun` or `resumeRun` to `close`. */
export interface RunWriter<Config extends RunHead = RunConfig> extends RunFolder<Config> {
  /**
   * Adds rows to a log of the training, a line each, in one write; all of them or, on failure, none.
   *
   * @throws ConfigError when there is no such log, or it is not one of the training's; DataError when a row is not what the
   *   log holds, and so could not be read again
   */
  append<Name extends LogName>(log: Name, rows: Readonly<LogRows[Name]>): Promise<void>
  append(log: string, rows: readonly object[]): Promise<void>
  /**
   * Makes the folder what it was when `step` had been done: drops later log lines and torn ones, later samples
   * and later checkpoints. -1 drops all. May be repeated after an interruption.
   *
   * @param mended  logs, by file, whose text up to that step was put right
   */
  truncateAfter(step: number, mended?: Readonly<Record<string, string>>): Promise<void>
  writeSample(step: number, kind: SampleKind, png: Uint8Array): Promise<void>
  /**
   * Writes `checkpoints/step-....safetensors`, which then survives a power cut together with the log lines and sample
   * sheets before it, and removes all but the newest `keep` checkpoints. Its metadata keeps length and hash of the logs.
   *
   * @throws DataError when the disk is full; the checkpoints before are still there
   */
  writeCheckpoint(checkpoint: Checkpoint): Promise<void>
  /** A state other than running or paused survives a power cut, together with everything that was written before it. */
  /** Removes a file that `writeFile` wrote; one that is not there is no fault. */
  removeFile(name: string): Promise<void>
  writeStatus(status: Omit<RunStatus, 'updatedAt'>): Promise<void>
  /** Gives the lock back. */
  close(): Promise<void>
}

export interface RunOptions extends FolderOptions {
  /** Checkpoints kept. Default 3 */
  keep?: number
}

/** The writing half of a run whose lock is held. */
export function runWriter<Config extends RunHead>(
  run: RunFolder<Config>,
  lock: Lock,
  options: RunOptions,
): RunWriter<Config> {
  const { folder } = run
  const { keep = 3, write = writeBytes } = options
  const digests = digestKeeper()
  const logs = stepLogs(run.logs)
  const exact = logs.filter((log) => log.exact).map(({ file }) => file)
  /** Files that were written but not flushed, relative to the folder. */
  const unflushed = new Set<string>()

  /** Changes the folder, if it still is this run. */
  async function changing<T>(action: string, work: () => Promise<T>): Promise<T> {
    if (await lock.isLost())
      throw new DataError(
        `${action}: the run in ${folder} was taken by another process while this one trained it; let that one go on`,
      )
    try {
      return await work()
    } catch (error) {
      throw await runError(folder, action, error)
    }
  }
  const append = async (name: string, rows: readonly object[]): Promise<void> => {
    const log = logNamed(run.logs, name)
    const { file } = log
    if (!logs.includes(log))
      throw new ConfigError(
        `cannot add to ${file}: it is no log of a training; expected one of ${logs.map((one) => one.name).join(', ')}`,
      )
    if (rows.length === 0) return
    const text = formatLines(rows)
    // Whoever wrote them: a line that cannot be read again would make all of the run unreadable.
    parseLines(text, `new rows for ${file}`, log.read)
    const bytes = new TextEncoder().encode(text)
    await changing(`cannot add to ${join(folder, file)}`, () => appendBytes(join(folder, file), bytes, write))
    digests.add(file, bytes)
    unflushed.add(file)
  }
  const remove = (file: string): Promise<void> => {
    unflushed.delete(file)
    return doing(`cannot remove ${join(folder, file)}`, rm(join(folder, file), { force: true }))
  }
  /** Lets everything that was written survive a power cut: the files' bytes, then the folders that name them. */
  async function flush(): Promise<void> {
    const folders = new Set([folder])
    for (const file of unflushed) {
      await syncFile(join(folder, file))
      folders.add(dirname(join(folder, file)))
    }
    for (const each of folders) await syncFolder(each)
    unflushed.clear()
  }

  /** Removes the oldest checkpoints; a power cut may have brought some back. */
  async function prune(): Promise<void> {
    const steps = await run.listCheckpoints()
    for (const old of steps.slice(Math.max(1, keep))) await remove(checkpointFile(old))
  }

  async function truncateLog(file: string, step: number, mended: string | undefined): Promise<void> {
    const path = join(folder, file)
    let text: string
    try {
      text = await readText(path, FILES.log)
    } catch (error) {
      if (isMissing(error)) return
      throw diskError(`cannot read ${path}`, error)
    }
    const kept = mended ?? keepUntil(text, step, path)
    const bytes = new TextEncoder().encode(kept)
    digests.restart(file, bytes)
    unflushed.add(file)
    if (kept !== text)
      await changing(`cannot shorten ${path}`, () =>
        writeAtomic(path, bytes, { durable: true, within: folder, write }),
      )
  }

  return {
    ...run,
    append,

    async writeFile(name, content) {
      await run.writeFile(name, content)
      unflushed.add(name)
    },

    removeFile: (name) => changing(`cannot remove ${name} of ${folder}`, () => remove(name)),

    async truncateAfter(step, mended = {}) {
      for (const { file } of logs) await truncateLog(file, step, mended[file])
      // In the folder itself others may be writing, e.g. a report: only unfinished records of ours go.
      const records = [CONFIG_FILE, STATUS_FILE, ...logs.map(({ file }) => file)].map((name) => `.${name}.`)
      for (const name of await entriesOf(folder)) {
        const unfinished = isTemporary(name) && records.some((record) => name.startsWith(record))
        if (unfinished || isUnfinishedLock(name)) await remove(name)
      }
      for (const name of await entriesOf(join(folder, 'samples'))) {
        const sheet = parseSampleName(name)
        if (isTemporary(name) || (sheet?.step ?? -1) > step) await remove(`samples/${name}`)
        // The process that wrote it may have ended before it was flushed.
        else if (sheet) unflushed.add(sheet.file)
      }
      for (const name of await entriesOf(join(folder, 'checkpoints')))
        if (isTemporary(name) || (parseCheckpointName(name) ?? -1) > step) await remove(`checkpoints/${name}`)
      await prune()
    },

    async writeSample(step, kind, png) {
      const file = sampleFile(step, kind)
      const path = join(folder, file)
      await changing(`cannot write ${path}`, () => writeAtomic(path, png, { within: folder, write }))
      unflushed.add(file)
    },

    async writeCheckpoint({ step, tensors, metadata = {} }) {
      const file = checkpointFile(step)
      const logs = digests.text(exact)
      const bytes = await encodeSafetensors(tensors, { ...metadata, step: String(step), [DIGESTS]: logs })
      const before = (await run.listCheckpoints()).filter((other) => other !== step)
      const last = before[0]
      const comfort =
        last === undefined
          ? 'there is no earlier checkpoint'
          : `the last good one, ${checkpointFile(last)}, is still there`
      await changing(`the checkpoint of step ${step} was not written to ${folder}, ${comfort}`, async () => {
        await flush()
        await writeAtomic(join(folder, file), bytes, { durable: true, within: folder, write })
      })
      await prune()
    },

    async writeStatus(status) {
      const path = join(folder, STATUS_FILE)
      const bytes = jsonBytes({ ...status, updatedAt: new Date().toISOString() })
      const durable = status.state !== 'running' && status.state !== 'paused'
      await changing(`cannot write ${path}`, async () => {
        if (durable) await flush()
        await writeAtomic(path, bytes, { durable, within: folder, write })
      })
    },

    close: lock.release,
  }
}
