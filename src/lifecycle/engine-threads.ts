// How many threads a training's engine gets on this machine.
import { availableParallelism } from 'node:os'
import type { EngineOptions } from '../runtime/engine.ts'
import { ConfigError } from '../util/errors.ts'
import { THREADS } from '../util/limits.ts'

/**
 * Options for an engine of so many threads; 0 lets it choose.
 *
 * @throws ConfigError for more than this machine can make use of
 */
export function engineThreads(threads: number, cores = availableParallelism()): EngineOptions {
  const most = Math.max(THREADS.free, THREADS.perCore * cores)
  if (threads > most)
    throw new ConfigError(
      `--threads ${threads}: expected at most ${most} on this machine of ${cores} ${cores === 1 ? 'core' : 'cores'}; more only wait for each other. Choose fewer, or 0 for one per core`,
    )
  return threads > 0 ? { threads } : {}
}
