// Steps after which something is due: one rule for the training and for those who check what it left.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { dueSteps, isDue } from '../../src/util/pace.ts'

it('are those that the rule names one by one', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.nat(70),
      fc.integer({ min: -1, max: 59 }),
      (steps, every, at) => {
        const last = Math.min(at, steps - 1)
        const named = Array.from({ length: last + 1 }, (_, step) => step).filter((step) =>
          isDue(step, every, steps),
        )
        expect(dueSteps(every, steps, last)).toEqual(named)
      },
    ),
  )
})
