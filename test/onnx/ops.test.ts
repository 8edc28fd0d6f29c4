// Every operator of the table: exported and run by ONNX Runtime, it agrees with the float64 interpreter.
import { describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/backward.ts'
import * as g from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { apply, applyAll, OPS } from '../../src/graph/ops.ts'
import { constant, type DType, type Graph, input, type Value } from '../../src/graph/value.ts'
import { lower } from '../../src/lowering/index.ts'
import { EMIT } from '../../src/onnx/emit.ts'
import { exportModel } from '../../src/onnx/export.ts'
import { randomStream } from '../../src/util/random.ts'
import { sizeOf } from '../../src/util/shape.ts'
import { expectClose } from './close.ts'
import { openSession } from './session.ts'

interface Spec {
  readonly shape: readonly number[]
  readonly dtype?: DType
  /** Range of the numbers; default -2 to 2. Integers include the lower end only. */
  readonly from?: number
  readonly to?: number
}
interface Case {
  readonly inputs: readonly Spec[]
  readonly build: (...values: Value[]) => Value | readonly Value[]
  /** Goes through lowering first, for operators that ONNX does not have. */
  readonly lowered?: boolean
}

const real = (...shape: number[]): Spec => ({ shape })
const between = (from: number, to: number, ...shape: number[]): Spec => ({ shape, from, to })
const whole = (from: number, to: number, ...shape: number[]): Spec => ({ shape, from, to, dtype: 'int64' })
const bool = (...shape: number[]): Spec => ({ shape, from: 0, to: 2, dtype: 'bool' })

/** An operator of one input, on ordinary numbers unless told. */
const unary = (op: string, spec: Spec = real(2, 5)): Case[] => [
  { inputs: [spec], build: (x) => apply(op, [x]) },
  { inputs: [{ ...spec, shape: [] }], build: (x) => apply(op, [x]) },
]
/** An operator of two inputs, with and without broadcasting. */
const binary = (op: string, a: Spec = real(), b: Spec = a): Case[] =>
  [
    [
      [2, 3],
      [2, 3],
    ],
    [
      [2, 1, 3],
      [4, 1],
    ],
    [[], [2, 2]],
  ].map(([first, second]) => ({
    inputs: [
      { ...a, shape: first! },
      { ...b, shape: second! },
    ],
    build: (x, y) => apply(op, [x, y]),
  }))
const comparison = (op: string): Case[] => [...binary(op), ...binary(op, whole(-2, 2))]
const reduction = (op: string): Case[] => [
  { inputs: [real(2, 3, 4)], build: (x) => apply(op, [x], { axes: [1], keepdims: 0 }) },
  { inputs: [real(2, 3, 4)], build: (x) => apply(op, [x], { axes: [0, -1], keepdims: 1 }) },
  { inputs: [real(2, 3)], build: (x) => apply(op, [x], { axes: [0, 1] }) },
  { inputs: [real(2, 3)], build: (x) => apply(op, [x], { axes: [], keepdims: 0 }) },
]
const convolutions = [
  { x: [2, 3, 7, 6], kernel: [4, 3, 3, 2], attributes: {} },
  { x: [1, 2, 9, 8], kernel: [3, 2, 4, 3], attributes: { strides: [2, 3], pads: [1, 2, 0, 1] } },
  { x: [2, 4, 8, 8], kernel: [6, 2, 3, 3], attributes: { group: 2, dilations: [2, 1], pads: [1, 1, 1, 1] } },
  { x: [2, 2, 11], kernel: [3, 2, 4], attributes: { strides: [2] } },
]
const forward = (x: readonly number[], kernel: readonly number[], attributes: object): readonly number[] =>
  apply('Conv', [input('x', x), input('k', kernel)], { ...attributes }).shape

const cases: Readonly<Record<string, readonly Case[]>> = {
  Input: [{ inputs: [real(2, 3)], build: (x) => x }],
  Constant: [
    { inputs: [], build: () => constant([1.5, -2, 0], [3]) },
    { inputs: [], build: () => constant([1, -2, 2 ** 40], [3], 'int64') },
    { inputs: [], build: () => constant([1, 0], [2], 'bool') },
    { inputs: [], build: () => constant([1, -7], [2, 1], 'int32') },
    { inputs: [], build: () => constant([1 / 3], [], 'float64') },
    { inputs: [], build: () => constant([200], [1], 'uint8') },
  ],
  Identity: unary('Identity'),
  StopGradient: unary('StopGradient'),
  StraightThrough: [{ inputs: [real(3, 4), real(3, 4)], build: (x, y) => g.straightThrough(x!, y!) }],
  Cast: (
    [
      ['float32', 'int64'],
      ['float32', 'bool'],
      ['int64', 'float32'],
      ['bool', 'float32'],
      ['float32', 'float64'],
      ['float32', 'int32'],
      ['uint8', 'float32'],
    ] as const
  ).map(([dtype, to]) => ({
    inputs: [
      {
        shape: [3, 4],
        dtype,
        from: dtype === 'float32' || dtype === 'int64' ? -3 : 0,
        to: dtype === 'bool' ? 2 : 4,
      },
    ],
    build: (x) => g.cast(x, to),
  })),
  Neg: unary('Neg'),
  Abs: unary('Abs'),
  Sign: unary('Sign'),
  Reciprocal: unary('Reciprocal', between(0.5, 3, 2, 5)),
  Exp: unary('Exp'),
  Log: unary('Log', between(0.1, 4, 2, 5)),
  Sqrt: unary('Sqrt', between(0, 4, 2, 5)),
  Sin: unary('Sin'),
  Cos: unary('Cos'),
  Tanh: unary('Tanh'),
  Erf: unary('Erf'),
  Sigmoid: unary('Sigmoid', between(-20, 20, 3, 5)),
  Softplus: unary('Softplus', between(-20, 20, 3, 5)),
  Relu: unary('Relu'),
  LeakyRelu: [
    { inputs: [real(3, 4)], build: (x) => g.leakyRelu(x, 0.2) },
    { inputs: [real(3, 4)], build: (x) => apply('LeakyRelu', [x]) },
  ],
  HardSigmoid: [
    { inputs: [real(3, 4)], build: (x) => apply('HardSigmoid', [x], { alpha: 0.3, beta: 0.4 }) },
    { inputs: [real(3, 4)], build: (x) => apply('HardSigmoid', [x], { alpha: 1e38, beta: 0 }) },
  ],
  DequantizeLinear: [
    {
      inputs: [{ shape: [3, 4], from: 0, to: 255, dtype: 'uint8' }],
      build: (x) => apply('DequantizeLinear', [x, constant([1.5], [])]),
    },
  ],
  Floor: unary('Floor'),
  Ceil: unary('Ceil'),
  Round: [
    ...unary('Round'),
    { inputs: [], build: () => g.round(constant([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5], [6])) },
  ],
  Not: unary('Not', bool(2, 5)),

  Add: [...binary('Add'), ...binary('Add', whole(-4, 4))],
  Sub: [...binary('Sub'), ...binary('Sub', whole(-4, 4))],
  Mul: [...binary('Mul'), ...binary('Mul', whole(-4, 4))],
  Div: binary('Div', real(), between(0.5, 2)),
  Pow: binary('Pow', between(0.1, 2), between(-2, 2)),
  Min: binary('Min'),
  Max: binary('Max'),
  Equal: [...binary('Equal', whole(0, 2)), ...binary('Equal', bool())],
  Less: comparison('Less'),
  LessOrEqual: comparison('LessOrEqual'),
  Greater: comparison('Greater'),
  GreaterOrEqual: comparison('GreaterOrEqual'),
  And: binary('And', bool()),
  Or: binary('Or', bool()),
  Where: [
    { inputs: [bool(2, 3), real(2, 3), real(2, 3)], build: (c, a, b) => g.where(c!, a!, b!) },
    { inputs: [bool(3), real(2, 1), real()], build: (c, a, b) => g.where(c!, a!, b!) },
  ],
  MatMul: [
    { inputs: [real(3, 4), real(4, 2)], build: (a, b) => g.matMul(a!, b!) },
    { inputs: [real(2, 1, 3, 4), real(5, 4, 2)], build: (a, b) => g.matMul(a!, b!) },
  ],
  ReduceSum: reduction('ReduceSum'),
  ReduceMean: reduction('ReduceMean'),
  ReduceMax: reduction('ReduceMax'),
  ReduceMin: reduction('ReduceMin'),
  ArgMax: [
    { inputs: [real(3, 5)], build: (x) => g.argMax(x, 1) },
    { inputs: [real(3, 5)], build: (x) => g.argMax(x, 0, true) },
    { inputs: [real(3, 5)], build: (x) => apply('ArgMax', [x]) },
  ],
  TopK: [
    { inputs: [real(4, 6)], build: (x) => applyAll('TopK', [x], { k: 3 }) },
    { inputs: [real(2, 5, 3)], build: (x) => applyAll('TopK', [x], { k: 2, axis: 1 }) },
  ],
  CumSum: [
    { inputs: [real(3, 5)], build: (x) => g.cumSum(x, 1) },
    { inputs: [real(3, 5)], build: (x) => g.cumSum(x, 0, { exclusive: true }) },
    { inputs: [real(3, 5)], build: (x) => g.cumSum(x, -1, { exclusive: true, reverse: true }) },
  ],
  Reshape: [
    { inputs: [real(2, 6)], build: (x) => g.reshape(x, [3, 1, 4]) },
    { inputs: [real(1)], build: (x) => g.reshape(x, []) },
    { inputs: [real(0, 3)], build: (x) => g.reshape(x, [3, 0, 2]) },
  ],
  Transpose: [{ inputs: [real(2, 3, 4)], build: (x) => g.transpose(x, [2, 0, 1]) }],
  Expand: [
    { inputs: [real(3, 1)], build: (x) => g.expand(x, [2, 3, 4]) },
    { inputs: [real()], build: (x) => g.expand(x, [2]) },
  ],
  Concat: [
    { inputs: [real(2, 3), real(2, 1)], build: (a, b) => g.concat([a!, b!], -1) },
    { inputs: [real(2)], build: (a) => apply('Concat', [a!], { axis: 0 }) },
  ],
  Split: [
    { inputs: [real(7)], build: (x) => applyAll('Split', [x!], { axis: 0, split: [2, 1, 4] }) },
    { inputs: [real(3, 5)], build: (x) => applyAll('Split', [x!], { axis: 1, split: [2, 3] }) },
  ],
  Slice: [
    { inputs: [real(5, 6)], build: (x) => g.slice(x, [{ axis: 1, start: 1, end: 6, step: 2 }]) },
    {
      inputs: [real(5, 6)],
      build: (x) =>
        g.slice(x, [
          { axis: 0, start: -1, end: -100, step: -2 },
          { axis: -1, start: -3, end: 100 },
        ]),
    },
    { inputs: [real(4)], build: (x) => g.slice(x, []) },
    { inputs: [real(4)], build: (x) => g.slice(x, [{ axis: 0, start: 3, end: 1 }]) },
  ],
  Pad: [
    { inputs: [real(2, 3)], build: (x) => g.pad(x, [1, 0, 2, 3]) },
    { inputs: [real(4, 3)], build: (x) => g.pad(x, [-1, 0, 1, -2]) },
  ],
  Gather: [
    { inputs: [real(4, 3), whole(0, 4, 2, 2)], build: (x, i) => g.gather(x!, i!) },
    { inputs: [real(4, 3), whole(-3, 3)], build: (x, i) => g.gather(x!, i!, 1) },
  ],
  GatherElements: [
    { inputs: [real(4, 3), whole(0, 4, 2, 3)], build: (x, i) => g.gatherElements(x!, i!, 0) },
    { inputs: [real(4, 3), whole(-3, 3, 4, 5)], build: (x, i) => g.gatherElements(x!, i!, 1) },
  ],
  ScatterElements: [
    { inputs: [real(4, 3), whole(0, 4, 6, 3), real(6, 3)], build: (x, i, u) => g.scatterAdd(x!, i!, u!, 0) },
  ],
  Conv: convolutions.map(({ x, kernel, attributes }) => ({
    inputs: [real(...x), real(...kernel)],
    build: (a, b) => apply('Conv', [a!, b!], attributes),
  })),
  ConvInputGradient: convolutions.map(({ x, kernel, attributes }) => ({
    inputs: [real(...forward(x, kernel, attributes)), real(...kernel)],
    build: (dy, k) => apply('ConvInputGradient', [dy!, k!], { ...attributes, inputShape: x }),
    lowered: true,
  })),
  ConvFilterGradient: convolutions.map(({ x, kernel, attributes }) => ({
    inputs: [real(...x), real(...forward(x, kernel, attributes))],
    build: (a, dy) => apply('ConvFilterGradient', [a!, dy!], { ...attributes, kernelShape: kernel }),
    lowered: true,
  })),

  FusedMatMul: [
    {
      inputs: [real(4, 3), real(2, 4)],
      build: (a, b) => apply('FusedMatMul', [a!, b!], { transA: 1, transB: 1, alpha: 0.5 }),
    },
    {
      inputs: [real(2, 3, 4), real(2, 5, 4)],
      build: (a, b) => apply('FusedMatMul', [a!, b!], { transB: 1 }),
    },
  ],
  Gemm: [
    { inputs: [real(3, 4), real(4, 2), real(2)], build: (a, b, c) => apply('Gemm', [a!, b!, c!]) },
    {
      inputs: [real(4, 3), real(2, 4), real(3, 1)],
      build: (a, b, c) => apply('Gemm', [a!, b!, c!], { transA: 1, transB: 1, alpha: 2, beta: 0.5 }),
    },
    { inputs: [real(3, 4), real(4, 2)], build: (a, b) => apply('Gemm', [a!, b!]) },
  ],
  ConvTranspose: convolutions.map(({ x, kernel, attributes }) => ({
    inputs: [real(...forward(x, kernel, attributes)), real(...kernel)],
    build: (dy, k) => apply('ConvTranspose', [dy!, k!], { ...attributes, inputShape: x }),
  })),
  Repeat: [
    {
      inputs: [real(2, 3), real(3, 3), between(0.1, 0.2), whole(0, 5, 2)],
      build: (x, w, rate, n) =>
        g.repeat(5, [x!, n!], ([now, count]) => [
          g.tanh(g.add(now!, g.mul(g.matMul(now!, w!), rate!))),
          g.add(count!, constant([1, 2], [2], 'int64')),
        ]),
    },
    {
      // A loop in a loop, which reads from all around it; what is only handed on; a constant.
      inputs: [real(4), real(4)],
      build: (x, w) =>
        g.repeat(2, [x!, x!, w!], ([outer]) => [
          g.repeat(3, [outer!], ([inner]) => [g.sin(g.add(g.mul(inner!, w!), outer!))])[0]!,
          outer!,
          constant([1, 2, 3, 4], [4]),
        ]),
    },
    {
      inputs: [real(2, 6, 6, 1), real(3, 3, 1, 2)],
      lowered: true,
      build: (x, kernel) => {
        const loss = (images: Value): Value =>
          g.reduceSum(
            g.sin(
              g.conv(g.transpose(images, [0, 3, 1, 2]), g.transpose(kernel!, [3, 2, 0, 1]), {
                pads: [1, 1, 1, 1],
              }),
            ),
          )
        return g.repeat(4, [x!], ([now]) => [g.sub(now!, g.mul(gradients(loss(now!), [now!])[0]!, 0.05))])
      },
    },
  ],
  ScanSlices: [
    {
      inputs: [real(3, 2), real(4, 5, 3), real(4, 5, 2)],
      build: (shared, a, b) => {
        const [w, x, y] = [input('w', [3, 2]), input('x', [5, 3]), input('y', [5, 2])]
        const product = g.matMul(x, w)
        const body: Graph = {
          inputs: [w, x, y],
          outputs: { sum: g.add(product, y), w, mean: g.reduceMean(product), two: constant([2], [1]) },
        }
        return applyAll('ScanSlices', [shared!, a!, b!], { body, shared: 1 })
      },
    },
  ],
}

/** Numbers for an input: whole for all types but the real ones. */
function draw({ shape, dtype = 'float32', from = -2, to = 2 }: Spec, index: number): Float32Array {
  const numbers = randomStream(index + 1, 'ops').fillUniform(new Float32Array(sizeOf(shape)), from, to)
  return dtype.startsWith('float') ? numbers : numbers.map(Math.floor)
}

describe('exported operators', () => {
  it('have a case each, and a row in the table of the exporter', () => {
    expect(Object.keys(cases).sort()).toEqual(Object.keys(OPS).sort())
    expect([...Object.keys(EMIT), 'Input', 'Constant'].sort()).toEqual(Object.keys(OPS).sort())
  })

  for (const [op, list] of Object.entries(cases))
    it(`${op} gives in ONNX Runtime what the interpreter gives`, async () => {
      for (const { inputs, build, lowered } of list) {
        const values = inputs.map(({ shape, dtype }, i) => input(`x${i}`, shape, dtype ?? 'float32'))
        const built = build(...values)
        const results = Array.isArray(built) ? (built as readonly Value[]) : [built as Value]
        const graph: Graph = {
          inputs: values,
          outputs: Object.fromEntries(results.map((value, i) => [`y${i}`, value])),
        }
        const data = inputs.map(draw)
        const feeds = Object.fromEntries(
          inputs.map(({ shape, dtype = 'float32' }, i) => [`x${i}`, { shape, dtype, data: data[i]! }]),
        )
        const expected = interpret(graph, feeds)
        const bytes = exportModel(lowered ? lower(graph) : graph, { name: op })
        const actual = await (await openSession(bytes)).run(feeds)
        for (const name of Object.keys(graph.outputs)) expectClose(actual[name]!, expected[name]!, 2e-5)
      }
    })
})
