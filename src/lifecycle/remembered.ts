// Whether what a source remembers fits into this machine and into a checkpoint, asked before any of it is made.
import type { Examples, Source } from '../data/source.ts'
import { ConfigError } from '../util/errors.ts'
import { flagOf } from '../util/flag.ts'
import { formatCount, formatSize } from '../util/format.ts'
import { FILES, SHARES } from '../util/limits.ts'
import { memoryBytes } from '../util/node/memory.ts'

/** Of a checkpoint, what networks and slots of optimizers may take beside it. */
const BESIDE = 0.1

/**
 * @param machine  bytes of memory that there are
 * @throws ConfigError telling how many things would fit
 */
export function checkRemembered(source: Source | Examples, machine = memoryBytes()): void {
  const remembers = 'open' in source ? source.remembers : undefined
  if (!remembers) return
  const { count, bytes, what, option } = remembers
  const [here, kept] = [SHARES.remembered * machine, (1 - BESIDE) * FILES.checkpoint.bytes]
  const most = Math.floor(Math.min(here, kept) / bytes)
  if (count <= most) return
  const why =
    here < kept
      ? `the ${formatSize(here)} that it may take of the ${formatSize(machine)} of this machine`
      : `the ${formatSize(kept)} that it may take of a checkpoint, which holds it too`
  // Two digits, never above what fits.
  const digit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, most))) - 1)
  throw new ConfigError(
    `${flagOf(option)} ${count}: a memory of ${formatCount(count)} ${what} takes ${formatSize(count * bytes)}, expected at most ${why}; choose ${flagOf(option)} ${Math.floor(most / digit) * digit} or less`,
  )
}
