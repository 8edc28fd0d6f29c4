// Processes of this machine that do jobs: as many at once as one likes, each started when it is first needed.
import { type ChildProcess, fork } from 'node:child_process'
import type { Job } from '../request.ts'
import { type ChildStart, type FromChild, SILENCE, type ToChild } from './protocol.ts'

/** The process as JavaScript: beside this file once built; from the sources (tests) the built one. */
const built = (file: string): URL =>
  import.meta.url.endsWith('.ts')
    ? new URL(`../../../dist/jobs/node/${file}.js`, import.meta.url)
    : new URL(`./${file}.js`, import.meta.url)

/** Kinds of jobs as the processes know them. */
export const OWN_KINDS = built('kinds').href

/** A job did not get its result. */
export class AttemptError extends Error {
  override readonly name = 'AttemptError'
  /** Whether no other attempt would change it. */
  readonly final: boolean
  /** Whether it was asked to stop. */
  readonly stopped: boolean

  constructor(message: string, { final, stopped }: { readonly final: boolean; readonly stopped: boolean }) {
    super(message)
    this.final = final
    this.stopped = stopped
  }
}

export interface PoolOptions {
  /** Address of the store. */
  readonly store: string
  /** Module with `KINDS`. Default: ours */
  readonly kinds?: string | undefined
  /** Milliseconds without a sign of life after which a process is ended. For tests */
  readonly silence?: number | undefined
}

export interface Places {
  readonly folder: string
  readonly needsFolder: string
  readonly keepFolder: boolean
}

export interface Pool {
  /**
   * Does a job in a process that has nothing else to do.
   *
   * @throws AttemptError
   */
  run(job: Job, places: Places, options?: { readonly onProgress?: (share: number) => void }): Promise<void>
  /** Asks all jobs to stop where they can go on. */
  stop(): void
  /** Ends all processes at once. */
  close(): Promise<void>
}

interface Child {
  readonly process: ChildProcess
  heard: number
  /** What becomes of the job it has. */
  settle:
    | ((message: Exclude<FromChild, { type: 'ready' | 'beat' }> | { type: 'gone'; why: string }) => void)
    | undefined
}

/** Milliseconds that processes get to end by themselves. */
const GRACE = 3000

export function openPool({ store, kinds = OWN_KINDS, silence = SILENCE }: PoolOptions): Pool {
  const idle: Child[] = []
  const all = new Set<Child>()
  let stopping = false

  function start(): Child {
    const argument = JSON.stringify({ store, kinds } satisfies ChildStart)
    const child: Child = {
      // Node's own flags are for the program: an inspector's port, for one, is taken.
      process: fork(built('child'), [argument], { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] }),
      heard: Date.now(),
      settle: undefined,
    }
    let said = ''
    child.process.stderr!.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2000)
    })
    child.process.on('message', (message: FromChild) => {
      child.heard = Date.now()
      if (message.type !== 'ready' && message.type !== 'beat') child.settle?.(message)
    })
    const gone = (why: string): void => {
      all.delete(child)
      const at = idle.indexOf(child)
      if (at >= 0) idle.splice(at, 1)
      child.settle?.({ type: 'gone', why })
    }
    child.process.on('error', (error) => gone(error.message))
    // Its last words may still be on their way.
    child.process.on('exit', async (code, signal) => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      const last = said.trim().split('\n').at(-1)
      gone(`its process ended with ${signal ?? `exit code ${code}`}${last ? `: ${last}` : ''}`)
    })
    all.add(child)
    return child
  }

  const watch = setInterval(
    () => {
      for (const child of all)
        if (child.settle && Date.now() - child.heard > silence) child.process.kill('SIGKILL')
    },
    Math.min(silence, 5000),
  )
  watch.unref()

  return {
    run(job, places, { onProgress } = {}) {
      if (stopping) return Promise.reject(new AttemptError('it was stopped', { final: false, stopped: true }))
      const child = idle.pop() ?? start()
      child.heard = Date.now()
      return new Promise((resolve, reject) => {
        child.settle = (message) => {
          if (message.type === 'progress') {
            onProgress?.(message.share)
            return
          }
          child.settle = undefined
          if (message.type === 'gone')
            reject(new AttemptError(message.why, { final: false, stopped: stopping }))
          else {
            idle.push(child)
            if (message.type === 'done') resolve()
            else reject(new AttemptError(message.message, message))
          }
        }
        child.process.send({ type: 'run', job, ...places } satisfies ToChild, (error) => {
          if (error) child.settle?.({ type: 'gone', why: error.message })
        })
      })
    },
    stop() {
      stopping = true
      for (const child of all)
        if (child.settle) child.process.send({ type: 'stop' } satisfies ToChild, () => {})
    },
    async close() {
      stopping = true
      clearInterval(watch)
      await Promise.all(
        [...all].map(async ({ process: child }) => {
          if (child.exitCode !== null || child.signalCode !== null) return
          const ended = new Promise((resolve) => child.once('exit', resolve))
          // Without its channel it ends by itself.
          if (child.connected) child.disconnect()
          const timer = setTimeout(() => child.kill('SIGKILL'), GRACE)
          await ended
          clearTimeout(timer)
        }),
      )
    },
  }
}
