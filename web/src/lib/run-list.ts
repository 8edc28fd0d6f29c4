// The list of runs: what a text finds in it, and what may be done with its runs.
import type { RunCard } from '../../../src/server/protocol.ts'

/** The runs that have every word of a text in their name, kind, model, data or state, or in `seed 7`. */
export function found(runs: readonly RunCard[], text: string): readonly RunCard[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return runs.filter(({ name, recipe = '', model = '', data = '', state, seed }) => {
    const all = `${name} ${recipe} ${model} ${data} ${state} seed ${seed ?? ''}`.toLowerCase()
    return words.every((word) => all.includes(word))
  })
}

/** Whether a run can stand in a comparison: trainings can. */
export const canBeCompared = ({ recipe }: RunCard): boolean => recipe === 'training'
