// Optimizers by name, as configurations and the command line give them.
import { checkChoice } from '../util/options.ts'
import { adam, adamW } from './adam.ts'
import type { Optimizer } from './optimizer.ts'
import { radam } from './radam.ts'
import { rmsprop } from './rmsprop.ts'
import { sgd } from './sgd.ts'

export const OPTIMIZERS = { sgd, rmsprop, adam, adamW, radam }

export type OptimizerName = keyof typeof OPTIMIZERS

/**
 * The optimizer of this name with these options.
 *
 * @throws ConfigError for an unknown name or option
 */
export function optimizerOf(name: string, options: Readonly<Record<string, unknown>> = {}): Optimizer {
  const table: Readonly<Record<string, (options: object) => Optimizer>> = OPTIMIZERS
  return checkChoice('optimizer', 'name', name, table)(options)
}
