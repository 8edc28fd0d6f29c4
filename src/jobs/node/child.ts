// A process that does jobs, one after the other, for the process that started it.
import { messageOf } from '../../util/errors.ts'
import { isFinal } from '../driver.ts'
import type { KindTable } from '../kind.ts'
import { execute } from './execute.ts'
import { storeAt } from './open-store.ts'
import { BEAT, type ChildStart, type FromChild, type ToChild } from './protocol.ts'

// Ctrl-C goes to all processes of a terminal: whoever started this one tells it to stop.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
// Without its parent nobody would hear of the result. What is done of the job is on the disk.
process.on('disconnect', () => process.exit(0))

const tell = (message: FromChild): void => {
  process.send?.(message)
}
const start = JSON.parse(process.argv[2]!) as ChildStart
const { KINDS: kinds } = (await import(start.kinds)) as { readonly KINDS: KindTable }
const store = await storeAt(start.store)
let stop: AbortController | undefined
setInterval(() => tell({ type: 'beat' }), BEAT)

process.on('message', async (message: ToChild) => {
  if (message.type === 'stop') {
    stop?.abort()
    return
  }
  const { job, folder, needsFolder, keepFolder } = message
  stop = new AbortController()
  const { signal } = stop
  try {
    await execute(job, {
      store,
      kinds,
      folder,
      needsFolder,
      keepFolder,
      signal,
      onProgress: (share) => tell({ type: 'progress', share }),
    })
    tell({ type: 'done' })
  } catch (error) {
    tell({
      type: 'failed',
      name: error instanceof Error ? error.name : 'Error',
      message: messageOf(error),
      final: isFinal(error),
      stopped: signal.aborted,
    })
  } finally {
    stop = undefined
  }
})
tell({ type: 'ready' })
