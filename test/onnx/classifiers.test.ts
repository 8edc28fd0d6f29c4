// Classifiers trained and exported by another framework: our outputs and gradients are the ones it measured.
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/index.ts'
import * as g from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { input } from '../../src/graph/value.ts'
import { lower } from '../../src/lowering/index.ts'
import { exportModel } from '../../src/onnx/export.ts'
import { importModel } from '../../src/onnx/import.ts'
import { unless } from '../support/unless.ts'
import { expectClose } from './close.ts'
import { openSession } from './session.ts'

const shared = new URL('../../../shared/', import.meta.url)
const models = new URL('models/', shared)
const mnist = new URL('data/mnist/', shared)
const absent = [models, mnist].some((folder) => !existsSync(folder))

const count = 4
const bytesOf = (name: string): Uint8Array => readFileSync(new URL(`${name}.onnx`, models))
const unpacked = (file: string): Uint8Array => gunzipSync(readFileSync(new URL(file, mnist)))
const images = () => ({
  shape: [count, 1, 28, 28],
  data: Float32Array.from(
    unpacked('t10k-images-idx3-ubyte.gz').subarray(16, 16 + count * 784),
    (n) => n / 255,
  ),
})
const labels = (): number[] => Array.from(unpacked('t10k-labels-idx1-ubyte.gz').subarray(8, 8 + count))

interface Measured {
  readonly outputs_first4: readonly number[][]
  readonly cross_entropy_input_gradient_first4: readonly number[][]
}
const measured = (name: string): Measured =>
  JSON.parse(readFileSync(new URL(`${name}.json`, models), 'utf8')) as Measured

unless(absent && 'the folders shared/models and shared/data/mnist are not there').describe(
  'classifiers of another framework',
  () => {
    for (const name of ['natural', 'pgd', 'noise050']) {
      it(`${name}: outputs on four test images agree to 1e-5`, () => {
        const { graph } = importModel(bytesOf(name), { batch: count })
        const { output } = interpret(graph, { image: images() })
        expect(output!.shape).toEqual([count, 10])
        measured(name)
          .outputs_first4.flat()
          .forEach((value, i) => {
            expect(Math.abs(output!.data[i]! - value)).toBeLessThan(1e-5)
          })
      })

      it(`${name}: gradients of the cross-entropy with respect to the images agree to 1e-6, relative`, () => {
        const { graph } = importModel(bytesOf(name), { batch: count })
        const wanted = input('labels', [count, 1], 'int64')
        const picked = g.gatherElements(g.logSoftmax(graph.outputs.output!), wanted, 1)
        const [gradient] = gradients(g.neg(g.reduceSum(picked)), graph.inputs)
        const result = interpret(
          { gradient: gradient! },
          { image: images(), labels: { shape: [count, 1], data: Float64Array.from(labels()) } },
        )
        const expected = measured(name).cross_entropy_input_gradient_first4.flat()
        expect(result.gradient!.data.length).toBe(expected.length)
        const worst = Math.max(
          ...expected.map(
            (value, i) => Math.abs(value - result.gradient!.data[i]!) / Math.max(Math.abs(value), 1e-7),
          ),
        )
        expect(worst).toBeLessThan(1e-6)
      })
    }

    for (const name of ['natural', 'pgd', 'noise050', 'saturated', 'rounded'])
      for (const how of ['as it was read', 'lowered'])
        it(`${name}: exported again ${how}, ONNX Runtime gives what it gives on the original file`, async () => {
          const { graph } = importModel(bytesOf(name), { batch: count })
          const ours = await openSession(exportModel(how === 'lowered' ? lower(graph) : graph, { name }))
          const original = await openSession(bytesOf(name))
          const [actual, expected] = await Promise.all([
            ours.run({ image: images() }),
            original.run({ image: images() }),
          ])
          expectClose(actual.output!, expected.output!, 1e-5)
        })
  },
)
