// Ctrl-C and its like: the first asks the work to stop, the second ends the process.
import { EXIT } from './exit-codes.ts'

/** Ctrl-C pressed once may arrive twice: from the terminal, and again from a package manager in between. */
const SAME_PRESS_MS = 300

/** Ctrl-C, `kill`, and a terminal that was closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
type Signal = (typeof SIGNALS)[number]

/** Receives signals; the process, or a stand-in in tests. */
export interface SignalSource {
  on(signal: Signal, listener: () => void): unknown
  off(signal: Signal, listener: () => void): unknown
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

/** Watches for these signals until the returned function is called. */
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
  for (const signal of SIGNALS) signals.on(signal, listener)
  return () => {
    for (const signal of SIGNALS) signals.off(signal, listener)
  }
}
