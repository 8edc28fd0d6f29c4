// A small classifier that PyTorch trained and exported: our outputs and gradients are the ones that it measured.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/index.ts'
import * as g from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { input } from '../../src/graph/value.ts'
import { lower } from '../../src/lowering/index.ts'
import { exportModel } from '../../src/onnx/export.ts'
import { importModel } from '../../src/onnx/import.ts'
import { expectClose } from './close.ts'
import { openSession } from './session.ts'

/** Written by `bench/peers/torch-classifier.py`, which says what is in it. */
const folder = new URL('pytorch/', import.meta.url)
const bytes = readFileSync(new URL('bars.onnx', folder))
const measured = JSON.parse(readFileSync(new URL('bars.json', folder), 'utf8')) as {
  readonly classes: readonly string[]
  readonly labels: readonly number[]
  readonly images: readonly number[]
  readonly logits: readonly number[]
  readonly gradient: readonly number[]
}
const count = measured.labels.length
const classes = measured.classes.length
const image = { shape: [count, 1, 12, 12], data: Float32Array.from(measured.images) }
const read = () => importModel(bytes, { batch: count })

describe('a classifier of PyTorch', () => {
  it('has the inputs, outputs and maker that its file names', () => {
    const { graph, producer } = importModel(bytes, { batch: 3 })
    expect(graph.inputs.map(({ shape }) => shape)).toEqual([[3, 1, 12, 12]])
    expect(graph.outputs.logits!.shape).toEqual([3, classes])
    expect(JSON.stringify(producer)).toContain('pytorch')
  })

  it('gives the logits that PyTorch gives in float64, to 1e-6', () => {
    const { logits } = interpret(read().graph, { image })
    expectClose(logits!, { shape: [count, classes], data: measured.logits }, 1e-6)
  })

  it('has the gradients of the cross-entropy with respect to the images that PyTorch has, to 1e-6, relative', () => {
    const { graph } = read()
    const wanted = input('labels', [count, 1], 'int64')
    const picked = g.gatherElements(g.logSoftmax(graph.outputs.logits!), wanted, 1)
    const [gradient] = gradients(g.neg(g.reduceSum(picked)), graph.inputs)
    const result = interpret(
      { gradient: gradient! },
      { image, labels: { shape: [count, 1], data: Float64Array.from(measured.labels) } },
    )
    expect(result.gradient!.data.length).toBe(measured.gradient.length)
    const worst = Math.max(
      ...measured.gradient.map(
        (value, i) => Math.abs(value - result.gradient!.data[i]!) / Math.max(Math.abs(value), 1e-7),
      ),
    )
    expect(worst).toBeLessThan(1e-6)
  })

  it.each(['as it was read', 'lowered'])(
    'exported again %s gives in ONNX Runtime what the original file gives there',
    async (how) => {
      const { graph } = read()
      const ours = await openSession(exportModel(how === 'lowered' ? lower(graph) : graph, { name: 'bars' }))
      const original = await openSession(bytes)
      const [actual, expected] = await Promise.all([ours.run({ image }), original.run({ image })])
      expectClose(actual.logits!, expected.logits!, 1e-5)
    },
  )
})
