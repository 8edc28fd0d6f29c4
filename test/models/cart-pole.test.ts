// PQN learns to balance a pole; cart-pole.conformance.ts shows that it solves it.
import { expect, it } from 'vitest'
import { cartPoleReturns } from './cart-pole.ts'

it('balances a pole many times longer than by chance after a second', async () => {
  const [first, last] = await cartPoleReturns(640, 639)
  expect(first).toBeLessThan(60)
  expect(last).toBeGreaterThan(150)
}, 30_000)
