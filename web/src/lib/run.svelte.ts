// A run as a page holds it: read once, then kept up to date by its news.

import type { LogInfo } from '../../../src/runs/log-info.ts'
import type { LogRows } from '../../../src/runs/logs.ts'
import type { RunRecord } from '../../../src/runs/record.ts'
import type { EventRow, MetricsRow, RunStatus, SampleEntry } from '../../../src/runs/schema.ts'
import type { Columns, RunSnapshot, RunUpdate } from '../../../src/server/protocol.ts'
import { ApiError } from './api.ts'
import type { RunSource } from './source.ts'

/** Columns as rows; null is a number that was not finite. */
function rowsOf(columns: Columns): MetricsRow[] {
  const names = Object.keys(columns)
  return columns.step.map((_, i) => {
    const row: MetricsRow = { step: 0 }
    for (const name of names) row[name] = columns[name]![i] ?? Number.NaN
    return row
  })
}

/** News carry null for numbers that were not finite. */
function finished(rows: readonly object[], { isNumeric }: LogInfo): readonly object[] {
  if (isNumeric)
    for (const row of rows as Record<string, number>[]) for (const name in row) row[name] ??= Number.NaN
  return rows
}

/** What a snapshot or an update holds of a log. */
const partOf = <Part>(holder: object, { name }: LogInfo): Part | undefined =>
  (holder as Record<string, Part>)[name]

export class LiveRun {
  readonly source: RunSource
  /** Undefined until it was read. */
  snapshot = $state.raw<RunSnapshot>()
  status = $state.raw<RunStatus>()
  samples = $state.raw<readonly SampleEntry[]>([])
  events = $state.raw<readonly EventRow[]>([])
  /** Why it cannot be shown. */
  problem = $state<string>()
  /** Whether there is no such run: it may come to be, so `open` may be called again. */
  missing = $state(false)
  /** Whether news arrive. */
  linked = $state(true)
  /** Counts changes of the logs below, which are too long to be watched themselves: read it where they are used. */
  version = $state(0)
  /** The rows of every log that pages get, by its name. Undefined until they were read. */
  rows: LogRows | undefined
  #stop: (() => void) | undefined
  #closed = false
  /** The logs that news may be of. */
  #logs: readonly LogInfo[] = []

  /** @param isExpected  the run will come to be: it is read when `open` is called. Default false */
  constructor(source: RunSource, { isExpected = false }: { isExpected?: boolean } = {}) {
    this.source = source
    if (isExpected) this.missing = true
    else void this.open()
  }

  /** Reads the run, and follows it. What is wrong is told by `problem`. */
  async open(): Promise<void> {
    try {
      const snapshot = await this.source.snapshot()
      if (this.#closed) return
      this.#logs = snapshot.logs.filter(({ pages }) => pages === 'live')
      this.rows = Object.fromEntries(
        this.#logs.map((log) => {
          const part = partOf<Columns | readonly object[]>(snapshot, log)!
          return [log.name, 'step' in part ? rowsOf(part) : [...part]]
        }),
      ) as unknown as LogRows
      this.events = snapshot.events ?? []
      this.samples = snapshot.samples
      this.status = snapshot.status
      this.snapshot = snapshot
      this.problem = undefined
      this.missing = false
      this.version++
      this.#stop?.()
      this.#stop = this.source.follow(snapshot.cursor, {
        update: (news) => this.#take(news),
        reset: () => void this.open(),
        link: (isUp) => {
          this.linked = isUp
        },
      })
    } catch (error) {
      this.missing = error instanceof ApiError && error.status === 404
      this.problem = (error as Error).message
    }
  }

  #take(news: RunUpdate): void {
    for (const log of this.#logs)
      for (const row of finished(partOf<object[]>(news, log) ?? [], log))
        partOf<object[]>(this.rows!, log)!.push(row)
    if (news.events) this.events = [...this.rows!.events]
    if (news.samples) this.samples = news.samples
    if (news.status) this.status = news.status
    this.version++
  }

  /** The record that charts and summaries take. Read `version` to be told of changes. */
  get record(): RunRecord | undefined {
    if (!this.snapshot || !this.status || !this.rows) return undefined
    return {
      config: this.snapshot.config,
      status: this.status,
      ...this.rows,
      events: [...this.events],
      samples: [...this.samples],
    }
  }

  /** Logs that have rows and no view of their own. Read `version` to be told of changes. */
  get plainLogs(): { readonly info: LogInfo; readonly rows: readonly object[] }[] {
    const { rows } = this
    if (!rows) return []
    return this.#logs
      .filter(({ ownView }) => !ownView)
      .map((info) => ({ info, rows: partOf<object[]>(rows, info) ?? [] }))
      .filter((log) => log.rows.length > 0)
  }

  close(): void {
    this.#closed = true
    this.#stop?.()
  }
}
