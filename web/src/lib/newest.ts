// Work that keeps up with a pointer: while one piece is under way, only the newest wish is kept.

export interface Newest<T> {
  /** Asks for `work(value)`; wishes that were not begun are forgotten. */
  ask(value: T): void
  /** Nothing more is begun. */
  stop(): void
}

export function newest<T>(
  work: (value: T) => Promise<void>,
  onError: (error: Error) => void = () => {},
): Newest<T> {
  let waiting: { readonly value: T } | undefined
  let isBusy = false
  let isStopped = false
  const go = async (): Promise<void> => {
    isBusy = true
    while (waiting && !isStopped) {
      const { value } = waiting
      waiting = undefined
      await work(value).catch(onError)
      // The browser's turn: work that never waits for anything would keep it from events.
      await new Promise((resolve) => setTimeout(resolve))
    }
    isBusy = false
  }
  return {
    ask(value) {
      waiting = { value }
      if (!isBusy && !isStopped) void go()
    },
    stop() {
      isStopped = true
    },
  }
}
