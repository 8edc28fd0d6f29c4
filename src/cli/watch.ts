// Runs work whose events are drawn as they come, and stops it cleanly at the first Ctrl-C.
import { InterruptedError } from './exit-codes.ts'
import { onInterrupt } from './interrupt.ts'
import type { Session } from './session.ts'

export interface Watched<Event, Result> {
  /** As messages call it: `the audit`. */
  readonly name: string
  /** Said until the first event comes. */
  readonly first: string
  /** Begins the work; the signal asks it to stop. */
  start(signal: AbortSignal): AsyncGenerator<Event>
  /** Draws an event. What is not undefined is what the work ends with. */
  draw(event: Event): Result | undefined
  /** The answer to the first Ctrl-C. */
  stopping(): string
  /** Whether there is anything by now that is kept when the work is stopped. */
  hasBegun(): boolean
}

/** @throws InterruptedError when it was stopped before there was anything to keep */
export async function watch<Event, Result>(
  { terminal, style }: Pick<Session, 'terminal' | 'style'>,
  { name, first, start, draw, stopping, hasBegun }: Watched<Event, Result>,
): Promise<Result> {
  const controller = new AbortController()
  const restore = (): void => terminal.close()
  process.once('exit', restore)
  const release = onInterrupt({
    stop() {
      terminal.print(style.warn(`${stopping()}; press Ctrl-C again to quit at once`))
      controller.abort()
    },
    quit: restore,
  })
  try {
    terminal.status(() => style.faint(`${first} ...`))
    for await (const event of start(controller.signal)) {
      const result = draw(event)
      if (result !== undefined) return result
    }
    throw new Error(`${name} ended without a result`)
  } catch (error) {
    if (controller.signal.aborted && !hasBegun())
      throw new InterruptedError(`stopped before ${name} began; nothing was written`)
    throw error
  } finally {
    restore()
    release()
    process.off('exit', restore)
  }
}
