// What drivers tell, to be waited for.
import type { JobEvent } from '../../jobs/driver.ts'

export interface EventQueue {
  push(event: JobEvent): void
  /** All since the last time; waits for the first of them, or for so many milliseconds. */
  take(wait: number): Promise<JobEvent[]>
}

export function eventQueue(): EventQueue {
  let events: JobEvent[] = []
  let wake: (() => void) | undefined
  return {
    push(event) {
      events.push(event)
      wake?.()
    },
    async take(wait) {
      if (events.length === 0)
        await new Promise<void>((done) => {
          const timer = setTimeout(done, wait)
          wake = () => {
            clearTimeout(timer)
            done()
          }
        })
      wake = undefined
      const taken = events
      events = []
      return taken
    },
  }
}
