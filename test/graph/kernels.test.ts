// Every reference kernel against facts; every operator has a kernel and at least one fact.
import { describe, expect, it } from 'vitest'
import { interpret } from '../../src/graph/interpreter.ts'
import { KERNELS } from '../../src/graph/kernels/table.ts'
import { apply, OPS } from '../../src/graph/ops.ts'
import { input } from '../../src/graph/value.ts'
import { sizeOf } from '../../src/util/shape.ts'
import { shapeOf, tensor } from '../support/tensors.ts'
import { ELEMENTWISE_CASES } from './cases/elementwise.ts'
import type { CaseInput, KernelCase } from './cases/kernel-case.ts'
import { MOVEMENT_CASES } from './cases/movement.ts'
import { CONVOLUTION_CASES, PRODUCT_CASES } from './cases/products.ts'
import { REDUCTION_CASES } from './cases/reductions.ts'

/** Operators whose facts do not fit the table, with the file that holds them. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  Repeat: 'repeat.test.ts',
  ScanSlices: 'scan-slices.test.ts',
}

const CASES: Readonly<Record<string, readonly KernelCase[]>> = {
  ...ELEMENTWISE_CASES,
  ...REDUCTION_CASES,
  ...MOVEMENT_CASES,
  ...PRODUCT_CASES,
  ...CONVOLUTION_CASES,
}
const computing = Object.keys(OPS).filter((op) => op !== 'Input' && op !== 'Constant')

describe('the table of kernels', () => {
  it('has a kernel for every operator that computes, and for nothing else', () => {
    expect(Object.keys(KERNELS).sort()).toEqual([...computing].sort())
  })

  it('has facts for every operator, and for nothing else', () => {
    expect([...Object.keys(CASES), ...Object.keys(ELSEWHERE)].sort()).toEqual([...computing].sort())
    for (const [op, cases] of Object.entries(CASES)) expect(cases.length, op).toBeGreaterThan(0)
  })
})

function readInput(given: CaseInput, position: number) {
  const name = `input${position}`
  if (typeof given === 'number' || Array.isArray(given))
    return { value: input(name, shapeOf(given)), feed: tensor(given) }
  const typed = given as Exclude<CaseInput, number | readonly unknown[]>
  return 'of' in typed
    ? { value: input(name, shapeOf(typed.of), typed.dtype), feed: tensor(typed.of) }
    : {
        value: input(name, typed.empty, typed.dtype),
        feed: { shape: typed.empty, data: new Float64Array(0) },
      }
}

/** Equal numbers, NaN like NaN, or close to them. A zero has no sign here. */
function expectNumbers(found: Float64Array, expected: ArrayLike<number>, tolerance: number): void {
  expect(found.length).toBe(expected.length)
  found.forEach((number, i) => {
    const wanted = expected[i]!
    const same = number === wanted || (Number.isNaN(number) && Number.isNaN(wanted))
    const near = Number.isFinite(wanted) && Math.abs(number - wanted) <= tolerance * Math.abs(wanted)
    if (!same && !near) expect.fail(`element ${i}: expected ${wanted}, got ${number}`)
  })
}

describe.each(Object.entries(CASES))('%s', (op, cases) => {
  it.each([...cases])('$name', ({ inputs, attributes, expected, dtype = 'float32', tolerance = 0 }) => {
    const read = inputs.map(readInput)
    const output = apply(
      op,
      read.map(({ value }) => value),
      attributes,
    )
    const feeds = Object.fromEntries(read.map(({ feed }, i) => [`input${i}`, feed]))
    const { data, shape } = interpret({ output }, feeds).output!
    const wanted = tensor(expected)
    expect(output.dtype).toBe(dtype)
    expect(shape).toEqual(output.shape)
    expect(data).toBeInstanceOf(Float64Array)
    expect(data).toHaveLength(sizeOf(output.shape))
    if (sizeOf(shape) > 0) expect(shape).toEqual(wanted.shape)
    expectNumbers(data, wanted.data, tolerance)
  })

  it('does not write to its inputs and gives an array of its own', () => {
    const { inputs, attributes } = cases[0]!
    const read = inputs.map(readInput)
    const data = read.map(({ feed }) => Float64Array.from(feed.data))
    const output = apply(
      op,
      read.map(({ value }) => value),
      attributes,
    )
    const [found] = KERNELS[op]!({
      inputs: read.map(({ value, feed }, i) => ({ dtype: value.dtype, shape: feed.shape, data: data[i]! })),
      attributes: output.node.attributes,
      outputs: [output],
      run: () => expect.fail('no sub-graph here'),
    })
    found!.fill(Number.NaN)
    for (const [i, { feed }] of read.entries()) expect(data[i]).toEqual(feed.data)
  })
})
