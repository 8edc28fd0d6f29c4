// What carries jobs to those who do them: the contract of all drivers, which test/contracts/driver.ts holds.
import type { Job } from './request.ts'

/** What happens to a job. Its result is in the store before it is told to be finished. */
export type JobEvent =
  | { readonly type: 'started'; readonly id: string; readonly attempt: number; readonly worker: string }
  | { readonly type: 'progress'; readonly id: string; readonly share: number }
  | { readonly type: 'finished'; readonly id: string; readonly attempt: number }
  /** An attempt came to nothing. `final`: it is not tried again. */
  | {
      readonly type: 'failed'
      readonly id: string
      readonly attempt: number
      readonly message: string
      readonly final: boolean
    }
  /** Something about the driver itself, e.g. that nobody takes its jobs. */
  | { readonly type: 'remark'; readonly message: string }

export interface Driver {
  /** Of what it is, in words: `2 processes of this machine`. */
  readonly words: string
  /** Jobs at once as far as it is known: what the time left is reckoned with. */
  atOnce(): number
  /**
   * Takes a job. One that it has already is not taken twice.
   *
   * @throws DataError when it cannot be taken
   */
  submit(job: Job): Promise<void>
  /** Asks those who work to stop where the jobs can go on; resolves when they have, or need not be waited for. */
  stop(): Promise<void>
  /** Gives everything back. Jobs that were taken elsewhere go on there. */
  close(): Promise<void>
}

export interface DriverOptions {
  readonly onEvent: (event: JobEvent) => void
}

/** Attempts and waits. */
export interface RetryPolicy {
  /** Attempts in all. */
  readonly attempts: number
  /** Milliseconds before the second attempt; doubled for each after it. */
  readonly backoff: number
}

export const RETRY: RetryPolicy = { attempts: 4, backoff: 1000 }

/** Milliseconds to wait after so many attempts. */
export const waitAfter = (attempt: number, { backoff }: RetryPolicy = RETRY): number =>
  backoff * 2 ** (attempt - 1)

/** Errors that another attempt cannot change, by name: a job is a pure function of its request. */
const FINAL = new Set(['ConfigError', 'DataError', 'UnsupportedError', 'ShapeError'])

/** What of the system may be otherwise in a moment: a full disk, a server that is restarted. */
const PASSING = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EMFILE'])

const codesOf = (error: unknown): string[] =>
  error instanceof Error ? [String((error as { code?: unknown }).code ?? ''), ...codesOf(error.cause)] : []

/** A failure of the moment: another attempt may go well. */
export class PassingError extends Error {
  override readonly name = 'PassingError'
}

/** Whether an error is the job's own, so that no other attempt is made. */
export const isFinal = (error: unknown): boolean =>
  error instanceof Error && FINAL.has(error.name) && !codesOf(error).some((code) => PASSING.has(code))
