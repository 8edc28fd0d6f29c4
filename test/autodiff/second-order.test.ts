// The gradient of a gradient penalty, through every kind of layer, against differences in float64.
import { describe, expect, it } from 'vitest'
import { expectDerivatives } from '../support/differences.ts'
import { CRITICS, penaltyOf } from './critics.ts'

describe('the gradient of a penalty on slopes agrees with differences', () => {
  it.each([...CRITICS])('through $name', (critic) => {
    const [check] = expectDerivatives((inputs) => penaltyOf(critic, inputs), critic.at, { orders: 1 })
    expect(Math.abs(check!.numeric), 'the case must not be flat').toBeGreaterThan(1e-2)
  })
})
