// Exported models: names, metadata, weights, the free batch size, and what is refused.
import { describe, expect, it } from 'vitest'
import * as g from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { apply, applyAll } from '../../src/graph/ops.ts'
import { constant, type Graph, input, sortNodes } from '../../src/graph/value.ts'
import { RULES } from '../../src/onnx/composites/table.ts'
import { exportModel } from '../../src/onnx/export.ts'
import { importModel } from '../../src/onnx/import.ts'
import { decodeModel, type ValueInfoProto } from '../../src/onnx/proto.ts'
import { randomStream } from '../../src/util/random.ts'
import { sizeOf } from '../../src/util/shape.ts'
import { expectClose } from './close.ts'
import { openSession } from './session.ts'

const numbers = (shape: readonly number[], purpose = 'x') => ({
  shape,
  data: randomStream(1, purpose).fillNormal(new Float32Array(sizeOf(shape))),
})
const shapeText = ({ type }: ValueInfoProto): string =>
  type!.tensorType!.shape!.dim.map(({ dimValue, dimParam }) => dimParam ?? `${dimValue}`).join('x')

/** A small convolutional generator: everything in it that depends on the batch size. */
function generator(batch: number): Graph {
  const z = input('z', [batch, 5])
  const kernel = input('g/dense/kernel', [5, 18])
  const filter = input('g/up/kernel', [2, 3, 3, 3])
  const dense = g.add(g.matMul(z, kernel), constant(new Float32Array(batch * 18).fill(0.25), [batch, 18]))
  const maps = g.reshape(dense, [batch, 2, 3, 3])
  const up = apply('ConvTranspose', [maps, filter], {
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    inputShape: [batch, 3, 6, 6],
  })
  const merged = g.reshape(g.transpose(up, [1, 0, 2, 3]), [3, batch * 36])
  const back = g.transpose(g.reshape(merged, [3, batch, 36]), [1, 0, 2])
  const shift = g.expand(constant([1, 2, 3], [1, 3, 1]), [batch, 3, 36])
  const flat = g.reshape(g.sub(g.tanh(back), shift), [batch, 108])
  const padded = g.slice(g.pad(flat, [0, 1, 0, 1]), [{ axis: 0, start: 0, end: batch }])
  return { inputs: [z, kernel, filter], outputs: { image: padded, z_again: z } }
}

describe('exportModel', () => {
  it('keeps the names of inputs and outputs and notes the shape of every value', () => {
    const x = input('x', [2, 3])
    const graph = { inputs: [x], outputs: { 'first/output': g.exp(g.neg(x)), second: g.abs(x) } }
    const { graph: written } = decodeModel(exportModel(graph, { name: 'small' }))
    expect(written.name).toBe('small')
    expect(written.input.map(({ name }) => name)).toEqual(['x'])
    expect(written.output.map(({ name }) => name)).toEqual(['first/output', 'second'])
    expect(written.valueInfo!.map((info) => [info.name, shapeText(info)])).toEqual([['Neg_0', '2x3']])
  })

  it('writes producer, documentation and metadata', () => {
    const x = input('x', [1])
    const model = decodeModel(
      exportModel(
        { inputs: [x], outputs: { y: g.exp(x) } },
        {
          name: 'noted',
          metadata: { seed: '7', data: 'digits' },
          producer: { name: 'sparring', version: '0.1.0' },
          documentation: 'What it is.',
        },
      ),
    )
    expect(model.metadataProps).toEqual([
      { key: 'seed', value: '7' },
      { key: 'data', value: 'digits' },
    ])
    expect([model.producerName, model.producerVersion]).toEqual(['sparring', '0.1.0'])
    expect(model.docString).toBe('What it is.')
    expect(model.opsetImport).toEqual([{ domain: '', version: 21 }])
  })

  it('writes a stopped gradient as Identity, and no file that is read makes one', () => {
    const x = input('x', [2])
    const bytes = exportModel({ inputs: [x], outputs: { y: g.exp(g.stopGradient(x)) } }, { name: 'stopped' })
    expect(decodeModel(bytes).graph.node.map(({ opType }) => opType)).toEqual(['Identity', 'Exp'])
    const { graph } = importModel(bytes)
    expect(sortNodes(Object.values(graph.outputs)).map(({ op }) => op)).toEqual(['Input', 'Identity', 'Exp'])
    for (const table of Object.values(RULES)) expect(table).not.toHaveProperty('StopGradient')
  })

  it("asks for ONNX Runtime's operators only when one is used", () => {
    const a = input('a', [2, 2])
    const graph = { inputs: [a], outputs: { y: apply('FusedMatMul', [a, a], { transA: 1 }) } }
    expect(decodeModel(exportModel(graph, { name: 'fused' })).opsetImport).toEqual([
      { domain: '', version: 21 },
      { domain: 'com.microsoft', version: 1 },
    ])
  })

  it('copies outputs that are inputs, constants or another output', async () => {
    const x = input('x', [2])
    const one = constant([1, 1], [2])
    const sum = g.add(x, one)
    const graph = { inputs: [x], outputs: { same: x, one, sum, again: sum } }
    const session = await openSession(exportModel(graph, { name: 'copies' }))
    const result = await session.run({ x: { shape: [2], data: [3, 4] } })
    expect(Object.fromEntries(Object.entries(result).map(([name, { data }]) => [name, data]))).toEqual({
      same: [3, 4],
      one: [1, 1],
      sum: [4, 5],
      again: [4, 5],
    })
  })

  it('writes equal lists and constants once, but keeps 0 and -0 apart', () => {
    const x = input('x', [2, 3])
    const sums = [0, 1, 2].map(() => g.reduceSum(x, { axes: [1] }))
    const zeros = g.mul(g.mul(x, constant([0], [])), g.mul(constant([-0], []), constant([0], [])))
    const graph = { inputs: [x], outputs: { a: sums[0]!, b: sums[1]!, c: sums[2]!, zeros } }
    const { initializer } = decodeModel(exportModel(graph, { name: 'shared' })).graph
    expect(initializer!.map(({ name }) => name)).toEqual(['ints_1', 'Constant', 'Constant_1'])
  })

  it('puts weights in the place of inputs', async () => {
    const graph = generator(4)
    const weights = {
      'g/dense/kernel': numbers([5, 18], 'kernel'),
      'g/up/kernel': numbers([2, 3, 3, 3], 'filter'),
      'd/unused': numbers([1]),
    }
    const bytes = exportModel(graph, { name: 'generator', weights })
    expect(decodeModel(bytes).graph.input.map(({ name }) => name)).toEqual(['z'])
    expect(decodeModel(bytes).graph.initializer!.map(({ name }) => name)).toContain('g/dense/kernel')
    expect(() =>
      exportModel(graph, { name: 'generator', weights: { 'g/dense/kernel': numbers([18, 5]) } }),
    ).toThrow('weight "g/dense/kernel" has shape [18, 5], the graph expects [5, 18]')
  })

  it('takes any batch size when the graph is given as a function of it', async () => {
    const weights = {
      'g/dense/kernel': numbers([5, 18], 'kernel'),
      'g/up/kernel': numbers([2, 3, 3, 3], 'filter'),
    }
    const bytes = exportModel(generator, { name: 'generator', weights })
    const { graph } = decodeModel(bytes)
    expect(graph.input.map(shapeText)).toEqual(['Nx5'])
    expect(graph.output.map(shapeText)).toEqual(['Nx110', 'Nx5'])
    expect(graph.valueInfo!.map(shapeText)).toContain('3x36*N')
    const session = await openSession(bytes)
    for (const batch of [1, 2, 7]) {
      const z = numbers([batch, 5], `z${batch}`)
      const result = await session.run({ z })
      const expected = interpret(generator(batch), { z, ...weights })
      expectClose(result.image!, expected.image!, 1e-5)
      expectClose(result.z_again!, expected.z_again!, 0)
    }
  })

  it('reads multiples of the batch size while the model runs, also in loops', async () => {
    const build = (batch: number): Graph => {
      const x = input('x', [4, batch])
      const ones = g.expand(constant([1, 2, 3], [1, 3]), [2 * batch, 3])
      const row = input('row', [batch])
      const body: Graph = { inputs: [row], outputs: { twice: g.expand(row, [2, batch]) } }
      const twice = applyAll('ScanSlices', [x], { body })[0]!
      // What is carried, what is captured and what is made inside have the batch in their shapes.
      const [repeated] = g.repeat(3, [x], ([now]) => [
        g.mul(g.add(now!, g.expand(g.reduceSum(now!, { axes: [0], keepdims: true }), [4, batch])), x),
      ])
      return {
        inputs: [x],
        outputs: {
          ones: g.identity(ones),
          twice,
          flat: g.reshape(twice, [2, 4 * batch]),
          repeated: repeated!,
        },
      }
    }
    const bytes = exportModel(build, { name: 'multiples', batchName: 'B' })
    expect(decodeModel(bytes).graph.output.map(shapeText)).toEqual(['2*Bx3', '4x2xB', '2x4*B', '4xB'])
    const session = await openSession(bytes)
    for (const batch of [1, 5]) {
      const x = numbers([4, batch])
      const [actual, expected] = [await session.run({ x }), interpret(build(batch), { x })]
      for (const name of ['ones', 'twice', 'flat']) expectClose(actual[name]!, expected[name]!, 0)
      expectClose(actual.repeated!, expected.repeated!, 1e-5)
    }
  })

  it('says what stands against a free batch size', () => {
    const plusOne = (batch: number): Graph => {
      const x = input('x', [batch, 2])
      return { inputs: [x], outputs: { y: g.pad(x, [0, 0, 1, 0]) } }
    }
    expect(() => exportModel(plusOne, { name: 'x' })).toThrow('which is no multiple of the batch size')
    const mean = (batch: number): Graph => {
      const x = input('x', [batch, 2])
      return { inputs: [x], outputs: { y: g.mul(x, 1 / batch) } }
    }
    expect(() => exportModel(mean, { name: 'x' })).toThrow('depends on the batch size in its numbers')
    const unrolled = (batch: number): Graph => {
      const x = input('x', [batch, 2])
      let y = x
      for (let i = 0; i < batch; i++) y = g.exp(y)
      return { inputs: [x], outputs: { y } }
    }
    expect(() => exportModel(unrolled, { name: 'x' })).toThrow('3 nodes at batch size 2 and 4 at 3')
  })

  it('keeps names inside nested loops apart from those outside', async () => {
    const x = input('x', [2, 3, 4])
    const row = (): Graph => {
      const v = input('x', [4])
      return { inputs: [v], outputs: { y: g.reduceSum(g.exp(v)) } }
    }
    const matrix = (): Graph => {
      const m = input('x', [3, 4])
      return { inputs: [m], outputs: { y: applyAll('ScanSlices', [g.exp(m)], { body: row() })[0]! } }
    }
    const graph = { inputs: [x], outputs: { y: applyAll('ScanSlices', [x], { body: matrix() })[0]! } }
    const session = await openSession(exportModel(graph, { name: 'nested' }))
    const feeds = { x: numbers([2, 3, 4]) }
    expectClose((await session.run(feeds)).y!, interpret(graph, feeds).y!, 1e-5)
  })

  it('gives every node a name of its own, also where a file named one as a value of ours is called', async () => {
    const x = input('x', [2])
    // Exported files name their nodes so, and what is computed of them is called by operator and number.
    const named = applyAll('Exp', [x], {}, 'Neg_1')[0]!
    const graph = { inputs: [x], outputs: { y: g.exp(g.neg(g.exp(g.neg(named)))) } }
    const bytes = exportModel(graph, { name: 'named' })
    const names = decodeModel(bytes).graph!.node!.map(({ name }) => name)
    expect(names).toContain('Neg_1')
    expect(new Set(names).size).toBe(names.length)
    const feeds = { x: numbers([2]) }
    expectClose((await (await openSession(bytes)).run(feeds)).y!, interpret(graph, feeds).y!, 1e-5)
  })

  it('refuses what has no name, two names, or no ONNX operator', () => {
    const [x, twin] = [input('x', [1]), input('x', [1])]
    const hidden = input('hidden', [1])
    const graph = (outputs: Graph['outputs'], inputs = [x]): Graph => ({ inputs, outputs })
    const write = (given: Graph) => () => exportModel(given, { name: 'bad' })
    expect(write(graph({ y: g.add(x, twin) }, [x, twin]))).toThrow('two inputs of the graph are called "x"')
    expect(write(graph({ x: g.exp(x) }))).toThrow('output "x" has a name that another input')
    expect(write(graph({ y: g.add(x, hidden) }))).toThrow('depend on input "hidden", which is not in')
    const dy = input('dy', [1, 1, 2, 2])
    const k = input('k', [1, 1, 2, 2])
    const gradient = g.convInputGradient(dy, k, { inputShape: [1, 1, 3, 3] })
    expect(write(graph({ y: gradient }, [dy, k]))).toThrow(
      'ConvInputGradient has no ONNX operator: lower the graph (lowering/) before it is exported',
    )
  })
})
