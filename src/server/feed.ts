// News of a run for any number of pages: its logs are read once per beat, however many pages watch.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunHead, RunStatus, SampleEntry } from '../runs/index.ts'
import {
  formatCursor,
  parseCursor,
  type RunFolder,
  readTail,
  START,
  STATUS_FILE,
} from '../runs/node/index.ts'

/** A server-sent event. */
export interface Message {
  readonly event: 'update' | 'reset'
  /** JSON of a `RunUpdate`. */
  readonly data: string
  /** A cursor. */
  readonly id: string
}

export interface Listener {
  /** Sends a message; while the promise is open, the listener gets no other and later catches up. */
  send(message: Message): Promise<void>
}

interface Entry {
  readonly listener: Listener
  cursor: string
  /** What it was told last of status and samples. */
  status: string
  samples: string
  busy: boolean
}

/** Milliseconds between two readings: a training reports twice a second or so. */
const BEAT = 500
/** Milliseconds after which status and samples are read even though their files did not change: its process may be gone. */
const LONGEST = 5000

/** Lines of JSON objects as the inside of a JSON list: nothing is parsed. */
const asList = (lines: string): string => `[${lines.trimEnd().replaceAll('\n', ',')}]`

export interface Feed {
  /**
   * Tells a listener what happens from `cursor` on.
   *
   * @returns ends it
   */
  follow(listener: Listener, cursor: string): () => void
  /** Pages that listen. */
  readonly listeners: number
}

/** The news of one run. Without listeners nothing is read. */
export function runFeed(run: RunFolder<RunHead>): Feed {
  const entries = new Set<Entry>()
  let timer: NodeJS.Timeout | undefined
  let last: { status: string; samples: string } = { status: '', samples: '' }
  let looked = { at: Number.NEGATIVE_INFINITY, changed: '' }

  /** Reads status and list of samples, where they may be others than before. */
  const look = async (): Promise<void> => {
    const times = await Promise.all(
      [STATUS_FILE, 'samples'].map(
        async (name) => (await stat(join(run.folder, name)).catch(() => undefined))?.mtimeMs,
      ),
    )
    const changed = times.join(' ')
    if (changed === looked.changed && performance.now() - looked.at < LONGEST) return
    looked = { at: performance.now(), changed }
    const [status, samples] = await Promise.all([run.readStatus(), run.listSamples()])
    last = {
      status: JSON.stringify(status satisfies RunStatus),
      samples: JSON.stringify(samples satisfies SampleEntry[]),
    }
  }

  /** One message for all that stand at one cursor. */
  const news = async (cursor: string): Promise<{ kind: 'reset' } | { cursor: string; parts: string[] }> => {
    const tail = await readTail(run, parseCursor(cursor, run.logs) ?? START)
    if (!tail) return { kind: 'reset' }
    const parts = Object.entries(tail.lines).map(([log, lines]) => `"${log}":${asList(lines)}`)
    return { cursor: formatCursor(tail.cursor, run.logs), parts }
  }

  const tell = async (entry: Entry, message: Message): Promise<void> => {
    entry.busy = true
    try {
      await entry.listener.send(message)
    } catch {
      entries.delete(entry) // It went away.
    } finally {
      entry.busy = false
    }
  }

  const beat = async (): Promise<void> => {
    const waiting = [...entries].filter(({ busy }) => !busy)
    if (waiting.length > 0) {
      await look()
      for (const cursor of new Set(waiting.map((entry) => entry.cursor))) {
        const found = await news(cursor)
        for (const entry of waiting.filter((other) => other.cursor === cursor)) {
          if ('kind' in found) {
            entries.delete(entry)
            void tell(entry, { event: 'reset', data: '{}', id: '' })
            continue
          }
          const parts = [
            ...found.parts,
            ...(entry.status === last.status ? [] : [`"status":${last.status}`]),
            ...(entry.samples === last.samples ? [] : [`"samples":${last.samples}`]),
          ]
          Object.assign(entry, { cursor: found.cursor, ...last })
          if (parts.length > 0)
            void tell(entry, { event: 'update', data: `{${parts.join(',')}}`, id: found.cursor })
        }
      }
    }
  }

  const plan = (): void => {
    timer = setTimeout(() => {
      // A disk that fails for a moment is asked again at the next beat.
      beat()
        .catch(() => {})
        .finally(() => {
          timer = undefined
          if (entries.size > 0) plan()
        })
    }, BEAT)
    timer.unref()
  }

  return {
    get listeners() {
      return entries.size
    },
    follow(listener, cursor) {
      const entry: Entry = { listener, cursor, status: '', samples: '', busy: false }
      entries.add(entry)
      if (!timer) plan()
      return () => {
        entries.delete(entry)
      }
    },
  }
}
