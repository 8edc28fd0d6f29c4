// Softplus of many numbers becomes operators that run on several threads, with the same values.
import { describe, expect, it } from 'vitest'
import * as g from '../../src/graph/build.ts'
import { input } from '../../src/graph/value.ts'
import { splitSoftplus } from '../../src/lowering/softplus.ts'
import { exportModel } from '../../src/onnx/export.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { countOps, graphOf } from './nodes.ts'

/** 65,536 numbers over all of what float32 can hold: dense around zero, then huge ones of either sign. */
const numbers = Float32Array.from({ length: 65_536 }, (_, i) => {
  const at = (i - 32_768) / 32_768
  return i % 16 === 0 ? 3e38 * at : 120 * at
})

describe('splitSoftplus', () => {
  it('leaves few numbers alone', () => {
    expect(countOps(splitSoftplus(graphOf(g.softplus(input('x', [128, 500])))))).toEqual({ Softplus: 1 })
  })

  it('gives the same values in float32, for any size of number, and keeps NaN', async () => {
    const x = input('x', [64, 1024])
    const split = splitSoftplus(graphOf(g.softplus(x)))
    expect(countOps(split)).toEqual({ Abs: 1, Sigmoid: 1, Log: 1, Relu: 1, Sub: 1 })
    const engine = await nodeEngine({ threads: 1 })
    const model = await engine.load(exportModel(split, { name: 'softplus' }))
    const data = Float32Array.from(numbers)
    data[5] = Number.NaN
    const { y } = await model.run({ x: { shape: [64, 1024], data } })
    await engine.close()
    expect(y!.data[5]).toBeNaN()
    data.forEach((number, i) => {
      if (i === 5) return
      const expected = Math.max(number, 0) + Math.log1p(Math.exp(-Math.abs(number)))
      expect(Math.abs(Number(y!.data[i]) - expected)).toBeLessThanOrEqual(2e-7 * Math.max(1, expected))
    })
  })
})
