// Work for the newest of many: what came between is passed over.

/**
 * Hands what it is given to `work`: one at a time, the starts `pause` milliseconds apart at least, and of all that came
 * meanwhile only the newest. Other events get their turn between two.
 *
 * @param onError  told when the work fails; it goes on with the next
 */
export function newestOnly<T>(
  work: (given: T) => Promise<void>,
  pause: number,
  onError: (error: Error) => void = () => {},
): { give(given: T): void; stop(): void } {
  let next: { readonly given: T } | undefined
  let isBusy = false
  let isStopped = false
  let startedAt = Number.NEGATIVE_INFINITY
  let timer: ReturnType<typeof setTimeout> | undefined
  const start = async (): Promise<void> => {
    timer = undefined
    if (!next) return
    const { given } = next
    next = undefined
    isBusy = true
    startedAt = performance.now()
    await work(given).catch(onError)
    isBusy = false
    plan()
  }
  const plan = (): void => {
    if (!next || isBusy || isStopped || timer !== undefined) return
    timer = setTimeout(() => void start(), Math.max(0, startedAt + pause - performance.now()))
  }
  return {
    give(given) {
      next = { given }
      plan()
    },
    stop() {
      isStopped = true
      clearTimeout(timer)
      timer = undefined
    },
  }
}
