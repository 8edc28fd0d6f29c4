// Work for the newest of many: what came between is passed over.

/**
 * A function that hands what it is given to `work`: one at a time, the starts `pause` milliseconds apart at least, and of
 * all that came meanwhile only the newest.
 *
 * @param work  must not reject
 */
export function newestOnly<T>(
  work: (given: T) => Promise<void>,
  pause: number,
): { give(given: T): void; stop(): void } {
  let next: { readonly given: T } | undefined
  let isBusy = false
  let startedAt = Number.NEGATIVE_INFINITY
  let timer: ReturnType<typeof setTimeout> | undefined
  const start = async (): Promise<void> => {
    timer = undefined
    if (!next || isBusy) return
    const { given } = next
    next = undefined
    isBusy = true
    startedAt = performance.now()
    await work(given)
    isBusy = false
    plan()
  }
  const plan = (): void => {
    if (!next || isBusy || timer !== undefined) return
    timer = setTimeout(() => void start(), Math.max(0, startedAt + pause - performance.now()))
  }
  return {
    give(given) {
      next = { given }
      plan()
    },
    stop() {
      next = undefined
      clearTimeout(timer)
      timer = undefined
    },
  }
}
