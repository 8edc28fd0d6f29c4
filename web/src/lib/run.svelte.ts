// A run as a page holds it: read once, then kept up to date by its news.

import type {
  EventRow,
  MetricsRow,
  RunRecord,
  RunStatus,
  SampleEntry,
  TimingRow,
} from '../../../src/runs/schema.ts'
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
function finished(rows: readonly MetricsRow[]): readonly MetricsRow[] {
  for (const row of rows) for (const name in row) row[name] ??= Number.NaN
  return rows
}

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
  metrics: MetricsRow[] = []
  validation: MetricsRow[] = []
  evaluations: MetricsRow[] = []
  timings: TimingRow[] = []
  #stop: (() => void) | undefined
  #closed = false

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
      this.metrics = rowsOf(snapshot.metrics)
      this.validation = rowsOf(snapshot.validation)
      this.evaluations = rowsOf(snapshot.evaluations)
      this.timings = [...snapshot.timings]
      this.events = snapshot.events
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
    for (const log of ['metrics', 'validation', 'evaluations'] as const)
      if (news[log]) for (const row of finished(news[log])) this[log].push(row)
    if (news.timings) for (const row of news.timings) this.timings.push(row)
    if (news.events) this.events = [...this.events, ...news.events]
    if (news.samples) this.samples = news.samples
    if (news.status) this.status = news.status
    this.version++
  }

  /** The record that charts and summaries take. Read `version` to be told of changes. */
  get record(): RunRecord | undefined {
    if (!this.snapshot || !this.status) return undefined
    const { metrics, validation, evaluations, timings } = this
    return {
      config: this.snapshot.config,
      status: this.status,
      metrics,
      validation,
      evaluations,
      timings,
      events: [...this.events],
      samples: [...this.samples],
    }
  }

  close(): void {
    this.#closed = true
    this.#stop?.()
  }
}
