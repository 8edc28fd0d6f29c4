// What stands for data that nobody has looked at: all that can be asked of data, answered by what cannot be wrong.
import { DIGIT_CLASSES } from '../data/digits.ts'
import type { DataHashes } from './kind.ts'
import { canonicalJson } from './request.ts'

/**
 * Data is taken for digits, held-out ones too, with whatever other classes are named. Each has a hash of its own all the same, lest two
 * jobs seem one.
 *
 * @param named  classes that jobs name
 */
export function unseenData(named: readonly string[]): DataHashes {
  const classes = [...new Set([...DIGIT_CLASSES, ...named])]
  return {
    of: async (wanted, part) => canonicalJson([wanted, part]),
    about: async (wanted) => ({
      count: 60_000,
      imageShape: [28, 28, 1],
      classes,
      heldOut: canonicalJson([wanted, 'test']),
    }),
  }
}
