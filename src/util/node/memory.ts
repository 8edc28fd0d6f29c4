// How much memory this process may use.
import { totalmem } from 'node:os'

/** Bytes of the machine, or of what a container allows where that is less. */
export function memoryBytes(): number {
  // 0 and absurdly large numbers both stand for "no limit".
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}
