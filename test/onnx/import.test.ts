// Models written by others: free axes, old and odd forms, shape arithmetic, and what is refused.
import { describe, expect, it } from 'vitest'
import { interpret } from '../../src/graph/interpreter.ts'
import { sortNodes } from '../../src/graph/value.ts'
import { importModel } from '../../src/onnx/import.ts'
import { dataTypes, type TensorProto } from '../../src/onnx/proto.ts'
import { ConfigError, DataError, UnsupportedError } from '../../src/util/errors.ts'
import { openSession } from './session.ts'
import { branch, f, info, node, stored, writeModelBytes } from './write-model.ts'

const numbers = (bytes: Uint8Array, feeds: Record<string, { shape: number[]; data: Float32Array }> = {}) => {
  const { graph } = importModel(bytes)
  return Object.fromEntries(
    Object.entries(interpret(graph, feeds)).map(([name, { data }]) => [name, Array.from(data)]),
  )
}
const fed = (data: number[], shape = [data.length]) => ({ shape, data: Float32Array.from(data) })
/** A model of one tensor that is its output. */
const ofTensor = (proto: Omit<TensorProto, 'name'>) =>
  writeModelBytes({
    nodes: [node('Identity', ['x'], ['y'])],
    outputs: [info('y', undefined)],
    initializers: [{ ...proto, name: 'x' }],
  })

describe('importModel', () => {
  it('tells the inputs, outputs, tensors, producer and metadata of a file', () => {
    const bytes = writeModelBytes({
      nodes: [node('MatMul', ['x', 'w'], ['y'])],
      inputs: [info('x', ['N', 2])],
      outputs: [info('y', ['N', 3])],
      initializers: [stored('w', [1, 2, 3, 4, 5, 6], [2, 3])],
      more: { metadataProps: [{ key: 'seed', value: '4' }], docString: 'a product', producerVersion: '9' },
    })
    const model = importModel(bytes, { batch: 5 })
    expect(model.inputs).toEqual([
      { name: 'x', shape: [5, 2], dtype: 'float32', type: 'float', free: [{ axis: 0, symbol: 'N' }] },
    ])
    expect(model.outputs).toEqual([{ name: 'y', shape: [5, 3], dtype: 'float32' }])
    expect([...model.initializers.keys()]).toEqual(['w'])
    expect(model.metadata).toEqual({ seed: '4' })
    expect(model.producer).toEqual({ name: 'another', version: '9' })
    expect([model.opset, model.documentation]).toEqual([17, 'a product'])
  })

  it('binds free axes by symbol or place, and names the one that is not given', () => {
    const bytes = writeModelBytes({
      nodes: [node('Relu', ['image'], ['y'])],
      inputs: [info('image', ['batch', 3, 'height', 0])],
      outputs: [info('y', undefined)],
    })
    const model = importModel(bytes, { dimensions: { height: 4, 'image.3': 6, batch: 2 } })
    expect(model.inputs[0]!.shape).toEqual([2, 3, 4, 6])
    expect(() => importModel(bytes)).toThrow(
      `axis 2 of input "image" is free ("height"): give its length, e.g. dimensions: { 'height': 28 }`,
    )
    expect(() => importModel(bytes, { dimensions: { height: 4 } })).toThrow(`{ 'image.3': 28 }`)
    expect(() => importModel(bytes, { dimensions: { height: 0, 'image.3': 6 } })).toThrow(ConfigError)
  })

  it('takes initializers that are listed as inputs for constants', () => {
    const bytes = writeModelBytes({
      opset: 8,
      nodes: [node('Add', ['x', 'b'], ['y'])],
      inputs: [info('x', [2]), info('b', [2])],
      outputs: [info('y', [2])],
      initializers: [stored('b', [10, 20])],
    })
    expect(importModel(bytes).inputs.map(({ name }) => name)).toEqual(['x'])
    expect(numbers(bytes, { x: fed([1, 2]) })).toEqual({ y: [11, 22] })
  })

  it('does arithmetic on shapes when it reads', async () => {
    // x.view(x.size(0), -1) as exporters write it
    const bytes = writeModelBytes({
      nodes: [
        node('Shape', ['x'], ['shape']),
        node('Gather', ['shape', 'zero'], ['size'], { axis: 0 }),
        node('Unsqueeze', ['size', 'axes'], ['sizes']),
        node('Concat', ['sizes', 'rest'], ['target'], { axis: 0 }),
        node('Reshape', ['x', 'target'], ['y']),
      ],
      inputs: [info('x', ['N', 3, 4])],
      outputs: [info('y', undefined)],
      initializers: [
        stored('zero', [0], [], 'int64'),
        stored('axes', [0], [1], 'int64'),
        stored('rest', [-1], [1], 'int64'),
      ],
    })
    const { graph } = importModel(bytes, { batch: 2 })
    expect(graph.outputs.y!.shape).toEqual([2, 12])
    expect(sortNodes([graph.outputs.y!]).map(({ op }) => op)).toEqual(['Input', 'Reshape'])
  })

  it('follows the branch of a condition that is known', () => {
    const graphOf = (name: string, opType: string) => ({
      name,
      node: [node(opType, ['x'], [name])],
      input: [],
      output: [info(name, undefined)],
    })
    const bytes = writeModelBytes({
      nodes: [
        node('Shape', ['x'], ['shape']),
        node('ReduceProd', ['shape'], ['size'], { keepdims: 0 }),
        node('Equal', ['size', 'four'], ['condition']),
        node('If', ['condition'], ['y'], {
          then_branch: branch(graphOf('negative', 'Neg')),
          else_branch: branch(graphOf('same', 'Identity')),
        }),
      ],
      inputs: [info('x', ['N'])],
      outputs: [info('y', undefined)],
      initializers: [stored('four', [4], [], 'int64')],
    })
    const valuesAt = (batch: number) => {
      const x = fed(Array.from({ length: batch }, (_, i) => i + 1))
      return Array.from(interpret(importModel(bytes, { batch }).graph, { x }).y!.data)
    }
    expect(valuesAt(4)).toEqual([-1, -2, -3, -4])
    expect(valuesAt(2)).toEqual([1, 2])
  })

  it('reads functions that the file defines, with their attributes', async () => {
    const leaky = node('LeakyRelu', ['a'], ['b'])
    const bytes = writeModelBytes({
      nodes: [node('Twice', ['x'], ['y'], { slope: f(0.5) }, 'mine')],
      inputs: [info('x', [2])],
      outputs: [info('y', [2])],
      more: {
        opsetImport: [{ version: 17 }, { domain: 'mine', version: 1 }],
        functions: [
          {
            name: 'Twice',
            domain: 'mine',
            input: ['a'],
            output: ['c'],
            attribute: ['slope'],
            attributeProto: [],
            opsetImport: [{ version: 17 }],
            node: [
              { ...leaky, attribute: [{ name: 'alpha', type: 1, refAttrName: 'slope' }] },
              node('Add', ['b', 'b'], ['c']),
            ],
          },
        ],
      },
    })
    const feeds = { x: fed([-2, 3]) }
    expect(numbers(bytes, feeds)).toEqual({ y: [-2, 6] })
    expect((await (await openSession(bytes)).run(feeds)).y!.data).toEqual([-2, 6])
  })

  it('widens half floats and small integers, and reads numbers in typed fields', () => {
    const halves = new Uint8Array(Uint16Array.from([0x3c00, 0xc000, 0x3555, 0x0001, 0x7c00]).buffer)
    expect(numbers(ofTensor({ dims: [5], dataType: dataTypes.float16, rawData: halves })).y).toEqual([
      1,
      -2,
      0.333251953125,
      2 ** -24,
      Number.POSITIVE_INFINITY,
    ])
    const brain = new Uint8Array(Uint16Array.from([0x3f80, 0xc040]).buffer)
    expect(numbers(ofTensor({ dims: [2], dataType: dataTypes.bfloat16, rawData: brain })).y).toEqual([1, -3])
    expect(numbers(ofTensor({ dims: [2], dataType: dataTypes.float, floatData: [0.5, -1] })).y).toEqual([
      0.5, -1,
    ])
    expect(numbers(ofTensor({ dims: [2], dataType: dataTypes.double, doubleData: [0.1, -1] })).y).toEqual([
      0.1, -1,
    ])
    expect(numbers(ofTensor({ dims: [2], dataType: dataTypes.int64, int64Data: [2 ** 53, -7] })).y).toEqual([
      2 ** 53,
      -7,
    ])
    expect(
      numbers(ofTensor({ dims: [2], dataType: dataTypes.int8, rawData: Uint8Array.of(255, 1) })).y,
    ).toEqual([-1, 1])
    expect(numbers(ofTensor({ dims: [], dataType: dataTypes.uint16, int32Data: [65535] })).y).toEqual([65535])
    expect(
      importModel(ofTensor({ dims: [1], dataType: dataTypes.double, doubleData: [1] })).outputs[0]!.dtype,
    ).toBe('float64')
  })

  it('names the operator, its domain and the node it does not know', () => {
    const bytes = (domain: string) =>
      writeModelBytes({
        nodes: [node('Frobnicate', ['x'], ['y'], {}, domain)],
        inputs: [info('x', [1])],
        outputs: [info('y', [1])],
        more: { opsetImport: [{ version: 17 }, ...(domain ? [{ domain, version: 1 }] : [])] },
      })
    expect(() => importModel(bytes(''))).toThrow(UnsupportedError)
    expect(() => importModel(bytes(''))).toThrow(
      'operator Frobnicate of domain ai.onnx (node "the_Frobnicate") is not among those this library reads',
    )
    expect(() => importModel(bytes('com.example'))).toThrow('operator Frobnicate of domain com.example')
    expect(() => importModel(bytes('constructor'))).toThrow('of domain constructor')
  })

  it('says in which node a setting or a shape is not supported', () => {
    const pool = writeModelBytes({
      nodes: [node('MaxPool', ['x'], ['y', 'indices'], { kernel_shape: [2, 2] })],
      inputs: [info('x', [1, 1, 4, 4])],
      outputs: [info('y', undefined)],
    })
    expect(() => importModel(pool)).toThrow('MaxPool "the_MaxPool": the second output (indices) of MaxPool')
    const product = writeModelBytes({
      nodes: [node('Add', ['x', 'y'], ['z'])],
      inputs: [info('x', [2]), info('y', [3])],
      outputs: [info('z', undefined)],
    })
    expect(() => importModel(product)).toThrow('Add "the_Add"')
    const dynamic = writeModelBytes({
      nodes: [node('Reshape', ['x', 'shape'], ['y'])],
      inputs: [info('x', [2]), info('shape', [1], 'int64')],
      outputs: [info('y', undefined)],
    })
    expect(() => importModel(dynamic)).toThrow('"shape" is computed while the model runs')
  })

  it('refuses operator sets it does not know, tensors in other files and types it does not compute with', () => {
    const of = (opset: number) =>
      writeModelBytes({
        opset,
        nodes: [node('Relu', ['x'], ['y'])],
        inputs: [info('x', [1])],
        outputs: [info('y', [1])],
      })
    expect(() => importModel(of(6))).toThrow('written for operator set 6, this library reads 7 to 26')
    expect(() => importModel(of(99))).toThrow('written for operator set 99')
    const external = ofTensor({
      dims: [4],
      dataType: dataTypes.float,
      dataLocation: 1,
      externalData: [{ key: 'location', value: 'weights.bin' }],
    })
    expect(() => importModel(external)).toThrow(
      'tensor "x": its numbers are in another file ("weights.bin"); give that file too, or save the model as one file',
    )
    expect(() => importModel(ofTensor({ dims: [1], dataType: dataTypes.string }))).toThrow(
      'tensor "x": element type string is not one',
    )
  })

  it('calls every truncation of a file damaged, and other bytes no model', () => {
    const bytes = writeModelBytes({
      nodes: [node('Add', ['x', 'b'], ['y'])],
      inputs: [info('x', [2])],
      outputs: [info('y', [2])],
      initializers: [stored('b', [10, 20])],
    })
    for (let length = 0; length < bytes.length; length++)
      expect(() => importModel(bytes.subarray(0, length)), `${length} of ${bytes.length} bytes`).toThrow(
        DataError,
      )
    expect(() => importModel(new TextEncoder().encode('<html>not found</html>'))).toThrow(DataError)
    expect(() => importModel(Uint8Array.from({ length: 3000 }, (_, i) => (i * 89) % 256))).toThrow(DataError)
  })

  it('calls a file damaged whose tensors or names do not fit', () => {
    expect(() => importModel(ofTensor({ dims: [3], dataType: dataTypes.float, floatData: [1] }))).toThrow(
      'tensor "x": shape [3] needs 3 numbers, the file holds 1; the file is damaged',
    )
    expect(() => importModel(ofTensor({ dims: [-3], dataType: dataTypes.float, floatData: [1] }))).toThrow(
      DataError,
    )
    const dangling = writeModelBytes({
      nodes: [node('Relu', ['missing'], ['y'])],
      outputs: [info('y', [1])],
    })
    expect(() => importModel(dangling)).toThrow(
      'Relu "the_Relu" reads "missing", which nothing before it computes',
    )
    for (const op of [
      'Add',
      'Concat',
      'Max',
      'Mean',
      'Gather',
      'ScatterElements',
      'Conv',
      'Gemm',
      'InstanceNormalization',
    ]) {
      const few = writeModelBytes({
        nodes: [
          node(op, op === 'Max' ? [] : ['x'], ['y'], {
            axis: 0,
            ...(op === 'ScatterElements' ? { reduction: 'add' } : {}),
          }),
        ],
        inputs: [info('x', [1])],
        outputs: [info('y', [1])],
      })
      if (op !== 'Concat' && op !== 'Mean')
        expect(() => importModel(few), op).toThrow(/is missing|expects .* inputs/)
    }
    const halfAxis = writeModelBytes({
      opset: 18,
      nodes: [node('ReduceProd', ['x', 'axes'], ['y'])],
      inputs: [info('x', [2, 2])],
      outputs: [info('y', undefined)],
      initializers: [stored('axes', [0.5])],
    })
    expect(() => importModel(halfAxis)).toThrow('"axes" holds 0.5, expected whole numbers')
    const unmade = writeModelBytes({ nodes: [], outputs: [info('y', [1])] })
    expect(() => importModel(unmade)).toThrow('output "y" is not computed by any node')
  })
})
