// Operators of the domain ai.onnx.ml: what scikit-learn's linear models and scalers are written in.
import { describe, expect, it } from 'vitest'
import { interpret } from '../../src/graph/interpreter.ts'
import { RULES } from '../../src/onnx/composites/table.ts'
import { importModel } from '../../src/onnx/import.ts'
import { randomStream } from '../../src/util/random.ts'
import { expectClose } from './close.ts'
import { openSession } from './session.ts'
import { fs, type Given, info, node, writeModelBytes } from './write-model.ts'

const x = { shape: [4, 3], data: randomStream(1, 'learned').fillUniform(new Float32Array(12), -2, 2) }
const coefficients = fs([0.1, -0.2, 0.3, 1, 0.5, -1, 2, 0, -0.4])
const intercepts = fs([0.1, 0.2, -0.3])
const labels: Given = (name) => ({ name, type: 7, ints: [0, 1, 2] })

/** By operator, attributes of nodes. */
const CASES: Readonly<Record<string, readonly Readonly<Record<string, Given>>[]>> = {
  LinearClassifier: ['NONE', 'SOFTMAX', 'LOGISTIC'].map((transform) => ({
    coefficients,
    intercepts,
    classlabels_ints: labels,
    multi_class: 1,
    post_transform: transform,
  })),
  Normalizer: ['L1', 'L2', 'MAX'].map((norm) => ({ norm })),
  Scaler: [
    { offset: fs([0.1, 0.2, 0.3]), scale: fs([1, 2, 3]) },
    { offset: fs([0.5]), scale: fs([2]) },
  ],
}

describe('operators of scikit-learn', () => {
  it('have a case each', () => {
    expect(Object.keys(CASES).sort()).toEqual(Object.keys(RULES['ai.onnx.ml']!).sort())
  })

  for (const [op, list] of Object.entries(CASES))
    it(`${op} gives what ONNX Runtime gives`, async () => {
      for (const attributes of list) {
        const outputs = op === 'LinearClassifier' ? ['label', 'y'] : ['y']
        const bytes = writeModelBytes({
          nodes: [node(op, ['x'], outputs, attributes, 'ai.onnx.ml')],
          inputs: [info('x', ['N', 3])],
          outputs: [info('y', ['N', 3])],
          more: {
            opsetImport: [
              { domain: '', version: 17 },
              { domain: 'ai.onnx.ml', version: 1 },
            ],
          },
        })
        const { graph } = importModel(bytes, { batch: 4 })
        const expected = await (await openSession(bytes)).run({ x })
        expectClose(interpret(graph, { x }).y!, expected.y!, 1e-5)
      }
    })
})
