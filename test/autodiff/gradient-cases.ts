// One or more differentiable expressions per operator, each at a point where it is smooth.
import * as g from '../../src/graph/build.ts'
import { apply } from '../../src/graph/ops.ts'
import type { Attributes, Tensor, Value } from '../../src/graph/value.ts'
import { literal, normalTensor, tensor, tensorOf, uniformTensor } from '../support/tensors.ts'

export interface GradientCase {
  /** Completes "is right to second order ...". */
  readonly name: string
  readonly f: (inputs: Readonly<Record<string, Value>>) => Value
  readonly at: Readonly<Record<string, Tensor>>
}

const x34 = normalTensor([3, 4], 'x')
const positive = uniformTensor([3, 4], 'positive', 0.5, 2)
/** Numbers at least 0.3 from zero and from each other. */
const apart = tensor([
  [-1.7, 0.4, 2.2, -0.9],
  [1.3, -2.5, 0.8, 3.1],
  [-0.5, 1.8, -3.3, 2.7],
])
const nearby = tensorOf(
  [3, 4],
  Array.from(apart.data, (n, i) => n + (i % 3 === 0 ? 0.2 : -0.25)),
)
const row = normalTensor([1, 4], 'row')
const column = normalTensor([3, 1], 'column')

/** Squares what a linear operator gives, so that there is a second derivative to check. */
const curved =
  (f: (x: Value) => Value): ((x: Value) => Value) =>
  (x) =>
    g.mul(f(x), f(g.sin(x)))

const unary = (f: (x: Value) => Value, at: Tensor, name = 'of one input'): GradientCase => ({
  name,
  f: ({ x }) => f(x!),
  at: { x: at },
})
const binary = (f: (a: Value, b: Value) => Value, a: Tensor, b: Tensor, name: string): GradientCase => ({
  name,
  f: ({ a, b }) => f(a!, b!),
  at: { a, b },
})
const broadcasts = (f: (a: Value, b: Value) => Value, a: Tensor, b: Tensor): GradientCase[] => [
  binary(f, a, b, 'of two inputs of one shape'),
  binary(f, a, tensorOf([4], b.data.subarray(4, 8)), 'of a matrix and a row'),
  binary(
    f,
    tensorOf([3, 1], a.data.subarray(0, 3)),
    tensorOf([4], b.data.subarray(4, 8)),
    'of a column and a row',
  ),
  binary(f, tensorOf([], a.data.subarray(5, 6)), b, 'of a scalar and a matrix'),
]

const reductions = (f: typeof g.reduceSum, at: Tensor): GradientCase[] => [
  unary(
    curved((x) => f(x)),
    at,
    'over all axes',
  ),
  unary(
    curved((x) => f(x, { axes: [0] })),
    at,
    'over the first axis',
  ),
  unary(
    curved((x) => f(x, { axes: [-1], keepdims: true })),
    at,
    'over the last axis, kept',
  ),
]

/** The three forms of a convolution, with a geometry. */
const convolution = (
  name: string,
  input: number[],
  kernel: number[],
  output: number[],
  attributes: Attributes,
): Record<'Conv' | 'ConvInputGradient' | 'ConvFilterGradient', GradientCase> => {
  const x = normalTensor(input, 'conv/x')
  const k = normalTensor(kernel, 'conv/k')
  const y = normalTensor(output, 'conv/y')
  return {
    Conv: { name, f: ({ x, k }) => g.conv(g.sin(x!), k!, attributes), at: { x, k } },
    ConvInputGradient: {
      name,
      f: ({ k, y }) => g.convInputGradient(g.sin(y!), k!, { ...attributes, inputShape: input }),
      at: { k, y },
    },
    ConvFilterGradient: {
      name,
      f: ({ x, y }) => g.convFilterGradient(g.sin(x!), y!, { ...attributes, kernelShape: kernel }),
      at: { x, y },
    },
  }
}
const convolutions = [
  convolution('in two dimensions', [2, 3, 5, 4], [2, 3, 3, 2], [2, 2, 3, 3], {}),
  convolution('in one dimension with stride and dilation', [2, 2, 11], [3, 2, 3], [2, 3, 4], {
    strides: [2],
    dilations: [2],
    pads: [1, 0],
  }),
  convolution('in groups with asymmetric pads', [1, 4, 5, 6], [4, 2, 3, 3], [1, 4, 3, 3], {
    group: 2,
    strides: [2, 2],
    pads: [0, 1, 2, 0],
  }),
  convolution('in three dimensions', [1, 2, 4, 3, 5], [2, 2, 2, 3, 2], [1, 2, 2, 3, 3], {
    strides: [2, 1, 2],
    pads: [0, 1, 0, 0, 1, 1],
  }),
]

const positions = literal(
  [
    [2, 0, -1],
    [1, 1, 0],
  ],
  'int64',
)

export const CASES: Readonly<Record<string, readonly GradientCase[]>> = {
  Identity: [unary(curved(g.identity), x34)],
  StraightThrough: [unary((x) => g.straightThrough(g.exp(x), g.exp(x)), x34)],
  Cast: [unary((x) => g.cast(g.square(g.cast(x, 'float64')), 'float32'), x34, 'between real types')],
  Neg: [unary(curved(g.neg), x34)],
  Abs: [unary(curved(g.abs), apart)],
  Reciprocal: [unary(g.reciprocal, apart)],
  Exp: [unary(g.exp, x34)],
  Log: [unary(g.log, positive)],
  Sqrt: [unary(g.sqrt, positive)],
  Sin: [unary(g.sin, x34)],
  Cos: [unary(g.cos, x34)],
  Tanh: [unary(g.tanh, x34)],
  Erf: [unary(g.erf, x34)],
  Sigmoid: [unary(g.sigmoid, x34)],
  Softplus: [unary(g.softplus, x34)],
  Relu: [unary(curved(g.relu), apart)],
  LeakyRelu: [
    unary(
      curved((x) => g.leakyRelu(x, 0.2)),
      apart,
      'with a slope',
    ),
    unary(
      curved((x) => apply('LeakyRelu', [x])),
      apart,
      'with the default slope',
    ),
  ],

  Add: broadcasts((a, b) => g.square(g.add(a, b)), x34, positive),
  Sub: broadcasts((a, b) => g.square(g.sub(a, b)), x34, positive),
  Mul: [
    ...broadcasts(g.mul, x34, positive),
    unary((x) => g.mul(x, g.mul(x, x)), x34, 'of a value with itself'),
  ],
  Div: [...broadcasts(g.div, x34, positive), ...broadcasts(g.div, x34, apart)],
  Pow: [
    ...broadcasts(g.pow, positive, x34),
    unary((x) => g.pow(x, 3), apart, 'of negative numbers to an odd power'),
    unary((x) => g.pow(x, 4), apart, 'of negative numbers to an even power'),
    unary((x) => g.pow(2, x), x34, 'of a constant base'),
  ],
  Min: broadcasts((a, b) => g.min(g.sin(a), g.mul(g.sin(b), 0.4)), apart, nearby),
  Max: broadcasts((a, b) => g.max(g.sin(a), g.mul(g.sin(b), 0.4)), apart, nearby),
  Where: [
    binary(
      (a, b) => g.where(g.less(a, b), g.square(a), g.exp(b)),
      apart,
      nearby,
      'chosen by a comparison of the inputs',
    ),
    binary(
      (a, b) => g.where(literal([[1], [0], [1]], 'bool'), g.square(a), g.exp(b)),
      row,
      column,
      'when all three broadcast',
    ),
  ],

  MatMul: [
    binary(g.matMul, normalTensor([3, 4], 'a'), normalTensor([4, 2], 'b'), 'of matrices'),
    binary(g.matMul, normalTensor([2, 3, 4], 'a'), normalTensor([2, 4, 2], 'b'), 'of stacks'),
    binary(
      g.matMul,
      normalTensor([2, 1, 3, 4], 'a'),
      normalTensor([3, 4, 2], 'b'),
      'of stacks that broadcast',
    ),
    binary(g.matMul, normalTensor([3, 4], 'a'), normalTensor([5, 4, 2], 'b'), 'of a matrix and a stack'),
  ],

  ReduceSum: reductions(g.reduceSum, x34),
  ReduceMean: reductions(g.reduceMean, positive),
  ReduceMax: reductions(g.reduceMax, apart),
  ReduceMin: reductions(g.reduceMin, apart),
  CumSum: [
    unary(
      curved((x) => g.cumSum(x, 1)),
      x34,
      'along the last axis',
    ),
    unary(
      curved((x) => g.cumSum(x, 0, { exclusive: true })),
      x34,
      'without the element itself',
    ),
    unary(
      curved((x) => g.cumSum(x, 1, { reverse: true })),
      x34,
      'from the end',
    ),
    unary(
      curved((x) => g.cumSum(x, -2, { reverse: true, exclusive: true })),
      x34,
      'both',
    ),
  ],

  Reshape: [
    unary(
      curved((x) => g.reshape(x, [2, 1, 6])),
      x34,
    ),
  ],
  Transpose: [
    unary(
      curved((x) => g.transpose(x, [1, 0])),
      x34,
      'of a matrix',
    ),
    unary(
      curved((x) => g.transpose(x, [2, 0, 1])),
      normalTensor([2, 3, 4], 'x'),
      'that turns three axes round',
    ),
  ],
  Expand: [
    unary(
      curved((x) => g.expand(x, [2, 3, 4])),
      column,
      'of a column to a stack',
    ),
    unary(
      curved((x) => g.expand(x, [2, 2])),
      tensor(0.7),
      'of a scalar',
    ),
  ],
  Concat: [
    binary(
      (a, b) => g.square(g.concat([a, g.sin(b), a], 0)),
      x34,
      normalTensor([2, 4], 'b'),
      'on the first axis',
    ),
    binary((a, b) => g.square(g.concat([a, b], -1)), x34, column, 'on the last axis'),
  ],
  Slice: [
    unary(
      curved((x) => g.slice(x, [{ axis: 1, start: 1, end: 3 }])),
      x34,
      'of one axis',
    ),
    unary(
      curved((x) =>
        g.slice(x, [
          { axis: 0, start: -2, end: 99 },
          { axis: 1, start: 0, end: 4, step: 2 },
        ]),
      ),
      x34,
      'of two axes with a step',
    ),
    unary(
      curved((x) => g.slice(x, [{ axis: 1, start: -1, end: -99, step: -3 }])),
      x34,
      'that runs backwards',
    ),
  ],
  Pad: [
    unary(
      curved((x) => g.pad(x, [1, 0, 2, 3])),
      x34,
      'with zeros',
    ),
    unary(
      curved((x) => g.pad(x, [-1, 2, 0, -1])),
      x34,
      'with crops',
    ),
  ],
  Gather: [
    unary(
      curved((x) => g.gather(x, positions, 0)),
      x34,
      'of rows, some twice, some from the end',
    ),
    unary(
      curved((x) => g.gather(x, literal([3, 0, 3], 'int64'), 1)),
      x34,
      'of columns',
    ),
    unary(
      curved((x) => g.gather(x, literal(-1, 'int64'), 0)),
      x34,
      'by a scalar',
    ),
  ],
  GatherElements: [
    unary(
      curved((x) => g.gatherElements(x, positions, 0)),
      x34,
      'on the first axis',
    ),
    unary(
      curved((x) => g.gatherElements(x, positions, -1)),
      x34,
      'on the last axis',
    ),
  ],
  ScatterElements: [
    binary(
      (a, b) => g.square(g.scatterAdd(a, positions, g.sin(b), 0)),
      x34,
      normalTensor([2, 3], 'updates'),
      'with two updates of one place',
    ),
    binary(
      (a, b) => g.square(g.scatterAdd(a, positions, g.sin(b), 1)),
      x34,
      normalTensor([2, 3], 'updates'),
      'on the last axis',
    ),
  ],

  Conv: convolutions.map(({ Conv }) => Conv),
  ConvInputGradient: convolutions.map(({ ConvInputGradient }) => ConvInputGradient),
  ConvFilterGradient: convolutions.map(({ ConvFilterGradient }) => ConvFilterGradient),
}
