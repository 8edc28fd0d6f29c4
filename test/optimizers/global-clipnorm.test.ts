// Clipping by the norm of all gradients together.
import { expect, it } from 'vitest'
import { interpret } from '../../src/graph/interpreter.ts'
import { input } from '../../src/graph/value.ts'
import { globalClipnorm, sgd } from '../../src/optimizers/index.ts'

const clipped = (rows: readonly number[][], norm: number): number[] => {
  const inputs = rows.map((row, i) => input(`g${i}`, [row.length]))
  const all = globalClipnorm(sgd(), norm).together!(inputs)
  const found = interpret(
    { inputs, outputs: Object.fromEntries(all.map((value, i) => [`o${i}`, value])) },
    Object.fromEntries(
      rows.map((row, i) => [`g${i}`, { shape: [row.length], data: Float64Array.from(row) }]),
    ) as never,
  ) as unknown as Record<string, { data: Float64Array }>
  return Object.values(found).flatMap(({ data }) => Array.from(data))
}

it('scales all gradients alike where their norm is larger, and leaves smaller ones and zeros alone', () => {
  // The norm of 3, 4 and 12 is 13.
  for (const [norm, wanted] of [
    [6.5, [1.5, 2, 6]],
    [13.1, [3, 4, 12]],
  ] as const)
    for (const [i, x] of clipped([[3, 4], [12]], norm).entries()) expect(x).toBeCloseTo(wanted[i]!, 9)
  expect(clipped([[0, 0], [0]], 1)).toEqual([0, 0, 0])
})
it('keeps what the optimizer is, and refuses a norm that is none', () => {
  expect(globalClipnorm(sgd(), 2).config).toEqual({ ...sgd().config, globalClipnorm: 2 })
  expect(() => globalClipnorm(sgd(), 0)).toThrow('norm')
})
