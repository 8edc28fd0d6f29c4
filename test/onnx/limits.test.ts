// Small files that ask for much: each is refused with the limit, the node and what to do, before memory is taken.
import { describe, expect, it } from 'vitest'
import { WIRE_LIMITS } from '../../src/formats/wire.ts'
import { importModel } from '../../src/onnx/import.ts'
import { LIMITS } from '../../src/onnx/limits.ts'
import { dataTypes, type FunctionProto, type NodeProto } from '../../src/onnx/proto.ts'
import { DataError } from '../../src/util/errors.ts'
import { branch, f, info, node, stored, writeModelBytes } from './write-model.ts'

const own = (name: string, nodes: NodeProto[]): FunctionProto => ({
  name,
  domain: 'mine',
  input: ['a'],
  output: ['z'],
  attribute: [],
  attributeProto: [],
  opsetImport: [{ version: 17 }, { domain: 'mine', version: 1 }],
  node: nodes,
})
/** Nodes one after another, from `a` to `z`. */
const chain = (ops: readonly [string, string?][]): NodeProto[] =>
  ops.map(([op, domain], i) =>
    node(op, [i === 0 ? 'a' : `v${i}`], [i === ops.length - 1 ? 'z' : `v${i + 1}`], {}, domain),
  )
const withFunctions = (functions: FunctionProto[], called = functions[0]!.name!): Uint8Array =>
  writeModelBytes({
    nodes: [node(called, ['x'], ['y'], {}, 'mine')],
    inputs: [info('x', [2])],
    outputs: [info('y', undefined)],
    more: {
      opsetImport: [{ version: 17 }, { domain: 'mine', version: 1 }],
      functions,
    },
  })
/** A model of constants alone. */
const ofConstants = (nodes: NodeProto[], initializers = [] as ReturnType<typeof stored>[]): Uint8Array =>
  writeModelBytes({ nodes, outputs: [info('y', undefined)], initializers })

/** Reads a file that must be refused soon, on a busy machine too, and without much memory. */
function refusal(bytes: Uint8Array): string {
  const before = process.memoryUsage().arrayBuffers
  const start = performance.now()
  let message = ''
  try {
    importModel(bytes)
  } catch (error) {
    expect(error).toBeInstanceOf(DataError)
    message = (error as Error).message
  }
  expect(message).not.toBe('')
  expect(performance.now() - start, 'milliseconds').toBeLessThan(5000)
  expect(process.memoryUsage().arrayBuffers - before, 'bytes').toBeLessThan(512 * 2 ** 20)
  return message
}

describe('a small file', () => {
  it('that calls functions of functions is refused once they are too many nodes', () => {
    const levels = Array.from({ length: 30 }, (_, i) =>
      own(`F${i}`, chain(Array.from({ length: 2 }, () => (i === 29 ? ['Neg'] : [`F${i + 1}`, 'mine'])))),
    )
    const bytes = withFunctions(levels)
    expect(bytes.length).toBeLessThan(3500)
    expect(refusal(bytes)).toContain('more than 131,072 nodes, the limit')
  })

  it('whose function calls itself, directly or through others, is told the cycle', () => {
    expect(refusal(withFunctions([own('F', chain([['F', 'mine']]))]))).toBe(
      'function F calls itself (mine:F → mine:F); ONNX forbids that, the file is damaged',
    )
    const ring = ['A', 'B', 'C'].map((name, i, all) => own(name, chain([[all[(i + 1) % 3]!, 'mine']])))
    expect(refusal(withFunctions(ring))).toContain('(mine:A → mine:B → mine:C → mine:A)')
  })

  it('of a chain of functions deeper than any stack is refused', () => {
    const deep = Array.from({ length: 5000 }, (_, i) =>
      own(`F${i}`, chain([i === 4999 ? ['Neg'] : [`F${i + 1}`, 'mine']])),
    )
    expect(refusal(withFunctions(deep))).toContain('more than 64 deep, the limit')
  })

  it('of sixty large constants is refused at the one that is too much', () => {
    const many = Array.from({ length: 60 }, (_, i) =>
      node('ConstantOfShape', ['s'], [i === 59 ? 'y' : `c${i}`]),
    )
    const bytes = ofConstants(many, [stored('s', [2 ** 22], [1], 'int64')])
    expect(bytes.length).toBeLessThan(4000)
    expect(refusal(bytes)).toContain(
      'ConstantOfShape "the_ConstantOfShape": a constant of 4,194,304 numbers is too large',
    )
    const ranges = Array.from({ length: 60 }, (_, i) =>
      node('Range', ['a', 'b', 'd'], [i === 59 ? 'y' : `c${i}`]),
    )
    const numbers = [0, 2 ** 22, 1].map((n, i) => stored('abd'[i]!, [n], [], 'int64'))
    expect(refusal(ofConstants(ranges, numbers))).toContain('a range of 4,194,304 numbers is too large')
  })

  it('whose shapes have no end is refused: products beyond counting, and more axes than a tensor has', () => {
    const huge = stored('s', [2 ** 40, 2 ** 40], [2], 'int64')
    expect(refusal(ofConstants([node('ConstantOfShape', ['s'], ['y'])], [huge]))).toContain(
      'the shape [1099511627776, 1099511627776]',
    )
    const expanded = ofConstants([node('Expand', ['c', 's'], ['y'])], [huge, stored('c', [1])])
    expect(refusal(expanded)).toContain('Expand "the_Expand"')
    const axes = ofConstants(
      [node('ConstantOfShape', ['s'], ['y'])],
      [stored('s', new Array(65).fill(1), [65], 'int64')],
    )
    expect(refusal(axes)).toContain('the constant has 65 axes, the limit is 64')
    const input = writeModelBytes({
      nodes: [node('Relu', ['x'], ['y'])],
      inputs: [info('x', [2 ** 31, 2 ** 31])],
      outputs: [info('y', undefined)],
    })
    expect(refusal(input)).toContain('input "x" would have the shape [2147483648, 2147483648]')
  })

  it('that sums up an expanded constant, or multiplies large ones, is left to the runtime', () => {
    const bytes = ofConstants(
      [node('Expand', ['c', 's'], ['wide']), node('ReduceSum', ['wide'], ['y'], { keepdims: 0 })],
      [stored('c', [1]), stored('s', [2 ** 30], [1], 'int64')],
    )
    expect(importModel(bytes).graph.outputs.y!.node.op).toBe('ReduceSum')
    const needed = ofConstants(
      [
        node('Expand', ['c', 's'], ['wide']),
        node('ReduceSum', ['wide'], ['size']),
        node('ConstantOfShape', ['size'], ['y']),
      ],
      [stored('c', [1], [1], 'int64'), stored('s', [2 ** 30], [1], 'int64')],
    )
    expect(refusal(needed)).toContain('the shape takes more operations to compute')
  })

  it('that resizes, pads, pools or multiplies over far too many places is refused', () => {
    const of = (nodes: NodeProto[], initializers = [] as ReturnType<typeof stored>[]) =>
      writeModelBytes({
        nodes,
        inputs: [info('x', [1, 1, 1000, 2000])],
        outputs: [info('y', undefined)],
        initializers,
      })
    const sizes = stored('sizes', [1, 1, 30_000, 30_000], [4], 'int64')
    expect(refusal(of([node('Resize', ['x', '', '', 'sizes'], ['y'])], [sizes]))).toContain(
      'the weights of a resized axis of 30,000,000 numbers is too large',
    )
    const pads = stored('pads', [0, 0, 0, 2 ** 30, 0, 0, 0, 0], [8], 'int64')
    expect(refusal(of([node('Pad', ['x', 'pads'], ['y'], { mode: 'edge' })], [pads]))).toContain(
      'Pad "the_Pad"',
    )
    expect(refusal(of([node('MaxPool', ['x'], ['y'], { kernel_shape: [1, 2000] })]))).toContain(
      'the window of a pooling is 2,000, the limit is 1,024',
    )
    expect(refusal(of([node('LRN', ['x'], ['y'], { size: 2 ** 30 })]))).toContain('the limit is 1,024')
    expect(refusal(of([node('ReduceProd', ['x'], ['y'], { axes: [3] })]))).toContain(
      'is 2,000, the limit is 1,024',
    )
    const repeats = stored('repeats', [2 ** 20, 2 ** 20, 1, 1], [4], 'int64')
    expect(refusal(of([node('Tile', ['x', 'repeats'], ['y'])], [repeats]))).toContain('Tile "the_Tile"')
  })

  it('of branches within branches is refused before the stack ends', () => {
    const within = (depth: number): NodeProto =>
      depth === 0
        ? node('Neg', ['x'], ['y'])
        : node('If', ['c'], ['y'], {
            then_branch: branch({
              name: 'b',
              node: [within(depth - 1)],
              input: [],
              output: [info('y', undefined)],
            }),
          })
    const bytes = writeModelBytes({
      nodes: [within(200)],
      inputs: [info('x', [1])],
      outputs: [info('y', undefined)],
      initializers: [stored('c', [1], [], 'bool')],
    })
    expect(refusal(bytes)).toContain('nested more than 64 deep')
  })

  it('may create as much as real models do: masks, folded weights and many nodes', () => {
    const layers = Array.from({ length: 2000 }, (_, i) => [
      node('Add', [i === 0 ? 'x' : `v${i - 1}`, 'w'], [`t${i}`]),
      node('LeakyRelu', [`t${i}`], [i === 1999 ? 'y' : `v${i}`], { alpha: f(0.1) }),
    ]).flat()
    const bytes = writeModelBytes({
      nodes: [node('ConstantOfShape', ['s'], ['mask']), node('Transpose', ['raw'], ['w']), ...layers],
      inputs: [info('x', [1, 4])],
      outputs: [info('y', undefined)],
      initializers: [stored('s', [2048, 2048], [2], 'int64'), stored('raw', [1, 2, 3, 4], [4, 1])],
    })
    expect(importModel(bytes).graph.outputs.y!.shape).toEqual([1, 4])
    expect(LIMITS.made).toBeGreaterThan(2048 * 2048)
  })
})

describe('bytes that are not quite the wire format', () => {
  const message = (...bytes: (number | readonly number[])[]): Uint8Array => Uint8Array.from(bytes.flat())
  const varint = (n: number): number[] => (n < 128 ? [n] : [128 | (n & 127), ...varint(Math.floor(n / 128))])
  const text = (s: string): number[] => [...new TextEncoder().encode(s)]
  const part = (field: number, body: readonly number[]): number[] => [
    ...varint(field * 8 + 2),
    ...varint(body.length),
    ...body,
  ]
  const graphOf = (...body: number[][]): Uint8Array =>
    message(part(7, [...body.flat(), ...part(12, part(1, text('y')))]), part(8, [0x10, 17]))

  it('are refused with their fault: lengths, varints, groups, wire types, texts', () => {
    expect(refusal(message(0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f))).toContain('behind the end of the data')
    expect(refusal(message(0x3a, new Array(11).fill(0xff)))).toContain('not a complete ONNX model')
    expect(refusal(message(0x3a, 0x80))).toContain('not a complete ONNX model')
    expect(refusal(message(new Array(100_000).fill(0x0b)))).toContain(
      'it has groups, which ONNX does not know',
    )
    expect(refusal(message(0x3f))).toContain('not a complete ONNX model')
    expect(refusal(graphOf(part(1, part(1, [0xc3, 0x28]))))).toContain('not a complete ONNX model')
    const doubleDims = [0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]
    expect(refusal(graphOf(part(5, doubleDims)))).toContain('field "dims" has wire type 1, expected 0')
    const overlapping = part(5, [0x0a, 1, 0x80, 1])
    expect(refusal(graphOf(overlapping))).toContain('field "dims" should end at byte')
  })

  it('are refused when they are a great many empty parts', () => {
    const empty = new Uint8Array(2 * (WIRE_LIMITS.parts + 10))
    for (let i = 0; i < empty.length; i += 2) empty[i] = 0x0a
    const graph = part(7, [])
    expect(graph).toEqual([0x3a, 0])
    const bytes = new Uint8Array([0x3a, ...varint(empty.length), ...empty])
    expect(refusal(bytes)).toContain('it has more than 1048576 parts, the limit')
  })

  it('may have documentation that is not UTF-8', () => {
    const bytes = writeModelBytes({
      nodes: [node('Identity', ['x'], ['y'])],
      outputs: [info('y', undefined)],
      initializers: [{ dims: [1], dataType: dataTypes.float, floatData: [1], name: 'x' }],
    })
    const model = importModel(Uint8Array.from([...bytes, 0x32, 2, 0xc3, 0x28]))
    expect(model.documentation).toBe('\ufffd(')
  })
})
