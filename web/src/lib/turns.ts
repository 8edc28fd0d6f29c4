// Runs of the studio that listen in turns: a browser opens six connections to a server at most, and a comparison has many runs.
import type { RunUpdate } from '../../../src/server/protocol.ts'
import { api } from './api.ts'
import { type RunSource, servedRun } from './source.ts'

/** Connections that all runs share; the others stay free for pictures and other pages. */
const SLOTS = 2
/** Milliseconds: the longest turn, and the pauses between two turns of a run. */
const TURN = 2000
const PAUSE = { live: 800, still: 5000, failed: 2000 }

let free = SLOTS
const waiting: (() => void)[] = []

const enter = (): Promise<void> => {
  if (free === 0) return new Promise((go) => waiting.push(go))
  free--
  return Promise.resolve()
}

const leave = (): void => {
  const next = waiting.shift()
  if (next) next()
  else free++
}

type Outcome = {
  readonly news?: RunUpdate
  readonly id?: string
  readonly reset?: true
  readonly failed?: true
}

/** What the server has to say from a cursor on, once: its first message, which may tell only what is known. */
function listenOnce(name: string, cursor: string): { outcome: Promise<Outcome>; stop: () => void } {
  const events = new EventSource(api.eventsUrl(name, cursor))
  let finish: (outcome: Outcome) => void = () => {}
  const outcome = new Promise<Outcome>((resolve) => {
    finish = resolve
  })
  const end = (found: Outcome): void => {
    clearTimeout(timer)
    events.close()
    finish(found)
  }
  const timer = setTimeout(() => end({}), TURN)
  events.addEventListener('update', (event) =>
    end({ news: JSON.parse(event.data) as RunUpdate, id: event.lastEventId }),
  )
  events.addEventListener('reset', () => end({ reset: true }))
  events.onerror = () => end({ failed: true })
  return { outcome, stop: () => end({}) }
}

/** A run of the studio's server whose news come about once a second, over a connection shared with others. */
export const runInTurns = (name: string): RunSource => ({
  ...servedRun(name),
  follow(cursor, on) {
    let last = cursor
    let ended = false
    let isLive = true
    let timer: ReturnType<typeof setTimeout> | undefined
    let stop = (): void => {}
    const known = { status: '', samples: '' }

    /** News without what was known before. */
    const fresh = (news: RunUpdate): RunUpdate => {
      const kept: Record<string, unknown> = { ...news }
      for (const part of ['status', 'samples'] as const) {
        const text = JSON.stringify(news[part])
        if (text === known[part]) delete kept[part]
        else if (text !== undefined) known[part] = text
      }
      return kept
    }

    const turn = async (): Promise<void> => {
      await enter()
      if (ended) return leave()
      const listening = listenOnce(name, last)
      stop = listening.stop
      const { news, id, reset, failed } = await listening.outcome
      leave()
      if (ended) return
      on.link(!failed)
      if (failed) void api.info().catch(() => {})
      if (reset) {
        ended = true
        on.reset()
        return
      }
      if (news) {
        last = id || last
        if (news.status) isLive = ['running', 'paused'].includes(news.status.state)
        const added = fresh(news)
        if (Object.keys(added).length > 0) on.update(added)
      }
      const pause = failed ? PAUSE.failed : isLive && !document.hidden ? PAUSE.live : PAUSE.still
      timer = setTimeout(() => void turn(), pause)
    }
    void turn()
    return () => {
      ended = true
      clearTimeout(timer)
      stop()
    }
  },
})
