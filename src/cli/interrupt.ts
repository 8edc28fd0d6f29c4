// Ctrl-C: the first asks the work to stop, the second ends the process.
import { EXIT } from './exit-codes.ts'

/** Ctrl-C pressed once may arrive twice: from the terminal, and again from a package manager in between. */
const SAME_PRESS_MS = 300

/** Receives signals; the process, or a stand-in in tests. */
export interface SignalSource {
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown
  off(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown
}

export interface InterruptOptions {
  /** Called once, at the first signal. */
  stop(): void
  /** Called before the process ends at the second. */
  quit(): void
  readonly signals?: SignalSource
  readonly exit?: (code: number) => void
  /** Milliseconds of a steady clock. */
  readonly now?: () => number
}

/** Watches SIGINT and SIGTERM until the returned function is called. */
export function onInterrupt({
  stop,
  quit,
  signals = process,
  exit = process.exit,
  now = () => performance.now(),
}: InterruptOptions): () => void {
  let first: number | undefined
  const listener = (): void => {
    if (first === undefined) {
      first = now()
      stop()
    } else if (now() - first > SAME_PRESS_MS) {
      quit()
      exit(EXIT.interrupted)
    }
  }
  signals.on('SIGINT', listener)
  signals.on('SIGTERM', listener)
  return () => {
    signals.off('SIGINT', listener)
    signals.off('SIGTERM', listener)
  }
}
