// Callbacks as events: what work reports, passed on while it goes on.

/** Turns a callback's reports into events, while the work goes on. */
export async function* withReports<Report, Result>(
  work: (report: (event: Report) => void) => Promise<Result>,
): AsyncGenerator<Report, Result> {
  const queue: Report[] = []
  let wake = (): void => {}
  let done = false
  const result = work((event) => {
    queue.push(event)
    wake()
  }).finally(() => {
    done = true
    wake()
  })
  result.catch(() => {})
  while (!done || queue.length > 0) {
    const next = queue.shift()
    if (next !== undefined) yield next
    else
      await new Promise<void>((resolve) => {
        wake = resolve
        if (done) resolve()
      })
  }
  return await result
}
