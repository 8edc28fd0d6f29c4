// How often an optimizer has updated the same networks: what its schedules are counted by.
import { descentsOf, type Phase } from '../objectives/phase.ts'
import type { Optimizer } from '../optimizers/optimizer.ts'

export interface UpdateCounts {
  /** The number of an optimizer, in the order in which they first learn: part of the names of its slots. */
  indexOf(optimizer: Optimizer): number
  /** Counts one update within the step; gives its number over the whole training, from 1, by step. */
  take(optimizer: Optimizer, networks: readonly string[]): (step: number) => number
  /** The number that the next update would have, without counting it. */
  next(optimizer: Optimizer, networks: readonly string[]): (step: number) => number
}

/** Counts the updates of a step. An optimizer counts those of the same networks. */
export function updatesPerStep(phases: readonly Phase[]): UpdateCounts {
  const optimizers: Optimizer[] = []
  const indexOf = (optimizer: Optimizer): number => {
    if (!optimizers.includes(optimizer)) optimizers.push(optimizer)
    return optimizers.indexOf(optimizer)
  }
  const keyOf = (optimizer: Optimizer, networks: readonly string[]): string =>
    `${indexOf(optimizer)}/${[...networks].sort().join('+')}`
  const perStep = new Map<string, number>()
  for (const { optimizer, updates, repeats = 1 } of descentsOf(phases)) {
    const key = keyOf(optimizer, updates)
    perStep.set(key, (perStep.get(key) ?? 0) + repeats)
  }
  const made = new Map<string, number>()
  const numberOf = (key: string): ((step: number) => number) => {
    const [each, position] = [perStep.get(key) ?? 0, made.get(key) ?? 0]
    return (step) => step * each + position + 1
  }
  return {
    indexOf,
    take(optimizer, networks) {
      const key = keyOf(optimizer, networks)
      const number = numberOf(key)
      made.set(key, (made.get(key) ?? 0) + 1)
      return number
    },
    next: (optimizer, networks) => numberOf(keyOf(optimizer, networks)),
  }
}
