// A count that follows another one, but only so often, and only while the page can be seen.

/**
 * @param read          the count to follow, a state
 * @param milliseconds  least time between two changes
 * @returns `current`, a state. To be called while a component is made
 */
export function paced(read: () => number, milliseconds: number): { readonly current: number } {
  let current = $state(read())
  let at = Number.NEGATIVE_INFINITY
  let timer: ReturnType<typeof setTimeout> | undefined
  const take = (): void => {
    timer = undefined
    if (document.hidden) return
    at = performance.now()
    current = read()
  }
  $effect(() => {
    read()
    timer ??= setTimeout(take, Math.max(0, at + milliseconds - performance.now()))
  })
  $effect(() => {
    document.addEventListener('visibilitychange', take)
    return () => {
      document.removeEventListener('visibilitychange', take)
      clearTimeout(timer)
    }
  })
  return {
    get current() {
      return current
    },
  }
}
