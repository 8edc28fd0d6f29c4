// Facts about the operators that work element by element; numbers to 17 digits are from tables or arbitrary precision.
import { bool, int, type KernelCase, type KernelCases } from './kernel-case.ts'

const ulps = 4e-16
const { POSITIVE_INFINITY: inf, NaN: nan } = Number

/** Both operands broadcast: a column with a row. */
const binary = (name: string, a: number[], b: number[], expected: number[][]): KernelCase => ({
  name,
  inputs: [a.map((n) => [n]), b],
  expected,
})
const compares = (expected: number[], nans: number): KernelCase[] => [
  {
    name: 'compares numbers',
    inputs: [
      [1, 2, 3],
      [2, 2, 2],
    ],
    expected,
    dtype: 'bool',
  },
  { name: 'compares integers', inputs: [int([1, 2, 3]), int(2)], expected, dtype: 'bool' },
  { name: 'knows that NaN is like nothing', inputs: [[nan], [nan]], expected: [nans], dtype: 'bool' },
]
const truths = [[1], [0]]

export const ELEMENTWISE_CASES: KernelCases = {
  Identity: [
    { name: 'copies', inputs: [[[1, -2]]], expected: [[1, -2]] },
    { name: 'keeps the type', inputs: [bool([1, 0])], expected: [1, 0], dtype: 'bool' },
  ],
  StopGradient: [
    { name: 'copies', inputs: [[[1, -2]]], expected: [[1, -2]] },
    { name: 'keeps the type', inputs: [int([3])], expected: [3], dtype: 'int64' },
  ],
  StraightThrough: [
    {
      name: 'is its first input',
      inputs: [[[1, -2]], [[0.9, -1.8]]],
      expected: [[1, -2]],
    },
  ],
  Cast: [
    {
      name: 'truncates to integers',
      inputs: [[2.9, -2.9, -0.5, 3]],
      attributes: { to: 'int64' },
      expected: [2, -2, 0, 3],
      dtype: 'int64',
    },
    {
      name: 'makes everything but zero true',
      inputs: [[0, 0.1, -3, nan]],
      attributes: { to: 'bool' },
      expected: [0, 1, 1, 1],
      dtype: 'bool',
    },
    {
      name: 'makes true one',
      inputs: [bool([1, 0])],
      attributes: { to: 'float32' },
      expected: [1, 0],
      dtype: 'float32',
    },
  ],

  Neg: [
    { name: 'negates', inputs: [[1, -2, inf]], expected: [-1, 2, -inf] },
    { name: 'has no negative zero among integers', inputs: [int([0, 7])], expected: [0, -7], dtype: 'int64' },
  ],
  Abs: [{ name: 'drops the sign', inputs: [[-1.5, 0, 2]], expected: [1.5, 0, 2] }],
  Sign: [{ name: 'is -1, 0 or 1', inputs: [[-0.1, 0, 7]], expected: [-1, 0, 1] }],
  Reciprocal: [{ name: 'is one over x', inputs: [[4, -0.5, 0]], expected: [0.25, -2, inf] }],
  Exp: [
    { name: 'knows e', inputs: [[0, 1, -1]], expected: [1, Math.E, 0.36787944117144233], tolerance: ulps },
  ],
  Log: [
    { name: 'is natural', inputs: [[1, Math.E, 10, 0]], expected: [0, 1, Math.LN10, -inf], tolerance: ulps },
    { name: 'of a negative number is NaN', inputs: [[-1]], expected: [nan] },
  ],
  Sqrt: [{ name: 'is the square root', inputs: [[4, 2, 0, -1]], expected: [2, Math.SQRT2, 0, nan] }],
  Sin: [
    {
      name: 'knows 30 degrees',
      inputs: [[0, Math.PI / 6, 1]],
      expected: [0, 0.5, 0.8414709848078965],
      tolerance: ulps,
    },
  ],
  Cos: [
    {
      name: 'knows 60 degrees',
      inputs: [[0, Math.PI / 3, 1]],
      expected: [1, 0.5, 0.5403023058681398],
      tolerance: ulps,
    },
  ],
  Tanh: [
    { name: 'saturates', inputs: [[0, 1, -800]], expected: [0, 0.7615941559557649, -1], tolerance: ulps },
  ],
  Erf: [
    {
      name: 'is accurate to 1e-15 on both sides of its two formulas',
      inputs: [[1e-5, 0.1, 0.5, 1, 1.5, 1.9999, 2, 2.5, 3, 4, 5]],
      expected: [
        1.1283791670579e-5, 0.1124629160182849, 0.52049987781304652, 0.84270079294971489, 0.96610514647531076,
        0.99532019790702941, 0.99532226501895271, 0.99959304798255499, 0.99997790950300136,
        0.99999998458274209, 0.99999999999846256,
      ],
      tolerance: 1e-15,
    },
    {
      name: 'is odd, and one at infinity',
      inputs: [[0, -0.7, -2.5, -7, inf, nan, 1e-300]],
      expected: [0, -0.67780119383741844, -0.99959304798255499, -1, 1, nan, 1.1283791670955126e-300],
      tolerance: 1e-15,
    },
  ],
  Sigmoid: [
    {
      name: 'does not overflow',
      inputs: [[0, 1, -1, 800, -800, -700]],
      expected: [0.5, 0.7310585786300049, 0.2689414213699951, 1, 0, 9.8596765437597708e-305],
      tolerance: 1e-15,
    },
  ],
  Softplus: [
    {
      name: 'is log(1 + exp(x)) without overflow or cancellation',
      inputs: [[0, 1, -40, 800, -800]],
      expected: [Math.LN2, 1.3132616875182228, 4.248354255291589e-18, 800, 0],
      tolerance: ulps,
    },
  ],
  Relu: [{ name: 'cuts at zero', inputs: [[-1, 0, 2, nan]], expected: [0, 0, 2, nan] }],
  LeakyRelu: [
    {
      name: 'has a slope below zero',
      inputs: [[-10, 0, 2]],
      attributes: { alpha: 0.25 },
      expected: [-2.5, 0, 2],
    },
    { name: 'has the slope .01 by default', inputs: [[-100, 3]], expected: [-1, 3] },
  ],
  HardSigmoid: [
    {
      name: 'is a line between 0 and 1',
      inputs: [[-2, -1, 0, 1, 5]],
      attributes: { alpha: 0.25, beta: 0.5 },
      expected: [0, 0.25, 0.5, 0.75, 1],
    },
    {
      name: 'is a step where it is steep',
      inputs: [[-1e-30, 0, 1e-30]],
      attributes: { alpha: 1e38, beta: 0 },
      expected: [0, 0, 1],
    },
  ],
  DequantizeLinear: [
    {
      name: 'scales bytes',
      inputs: [
        {
          of: [
            [0, 1],
            [2, 255],
          ],
          dtype: 'uint8',
        },
        0.5,
      ],
      expected: [
        [0, 0.5],
        [1, 127.5],
      ],
    },
  ],
  Floor: [{ name: 'rounds down', inputs: [[1.7, -1.2, 3]], expected: [1, -2, 3] }],
  Ceil: [{ name: 'rounds up', inputs: [[1.2, -1.7, 3]], expected: [2, -1, 3] }],
  Round: [
    {
      name: 'takes ties to the even number',
      inputs: [[0.5, 1.5, 2.5, -0.5, -1.5, -2.5]],
      expected: [0, 2, 2, 0, -2, -2],
    },
    {
      name: 'otherwise takes the nearest',
      inputs: [[0.49999999999999994, 1.2, -1.7, 2 ** 53 - 1, inf, -inf, nan]],
      expected: [0, 1, -2, 2 ** 53 - 1, inf, -inf, nan],
    },
  ],
  Not: [{ name: 'turns truth round', inputs: [bool([0, 1])], expected: [1, 0], dtype: 'bool' }],

  Add: [
    binary(
      'broadcasts',
      [1, 2],
      [10, 20, 30],
      [
        [11, 21, 31],
        [12, 22, 32],
      ],
    ),
    { name: 'takes scalars', inputs: [1, [[1, 2]]], expected: [[2, 3]] },
    { name: 'of nothing is nothing', inputs: [{ empty: [0, 2] }, [1, 1]], expected: [] },
  ],
  Sub: [
    binary(
      'broadcasts',
      [1, 2],
      [10, 20],
      [
        [-9, -19],
        [-8, -18],
      ],
    ),
  ],
  Mul: [
    binary(
      'broadcasts',
      [1, -2],
      [10, 0.5],
      [
        [10, 0.5],
        [-20, -1],
      ],
    ),
  ],
  Div: [
    binary(
      'broadcasts',
      [1, 3],
      [2, 4],
      [
        [0.5, 0.25],
        [1.5, 0.75],
      ],
    ),
    { name: 'follows IEEE at zero', inputs: [[1, -1, 0], 0], expected: [inf, -inf, nan] },
    {
      name: 'of integers truncates toward zero',
      inputs: [int([7, -7, 7, -7, 1, 0]), int([2, 2, -2, -2, 2, -5])],
      expected: [3, -3, -3, 3, 0, 0],
      dtype: 'int64',
    },
    {
      name: 'of large integers does not round up',
      inputs: [int([2 ** 53 - 1, 2 ** 53 - 3]), int([2 ** 52, 2 ** 53 - 2])],
      expected: [1, 0],
      dtype: 'int64',
    },
  ],
  Pow: [
    binary(
      'broadcasts',
      [2, 9],
      [0.5, 3],
      [
        [Math.SQRT2, 8],
        [3, 729],
      ],
    ),
    { name: 'of a negative base needs an integer power', inputs: [-2, [2, 3, 0.5]], expected: [4, -8, nan] },
  ],
  Min: [
    binary(
      'broadcasts',
      [1, 3],
      [2, nan],
      [
        [1, nan],
        [2, nan],
      ],
    ),
  ],
  Max: [
    binary(
      'broadcasts',
      [1, 3],
      [2, nan],
      [
        [2, nan],
        [3, nan],
      ],
    ),
  ],
  Equal: compares([0, 1, 0], 0),
  Less: compares([1, 0, 0], 0),
  LessOrEqual: compares([1, 1, 0], 0),
  Greater: compares([0, 0, 1], 0),
  GreaterOrEqual: compares([0, 1, 1], 0),
  And: [
    {
      name: 'is true for two truths',
      inputs: [bool(truths), bool([1, 0])],
      expected: [
        [1, 0],
        [0, 0],
      ],
      dtype: 'bool',
    },
  ],
  Or: [
    {
      name: 'is true for one truth',
      inputs: [bool(truths), bool([1, 0])],
      expected: [
        [1, 1],
        [1, 0],
      ],
      dtype: 'bool',
    },
  ],
  Where: [
    {
      name: 'broadcasts all three inputs',
      inputs: [bool([1, 0, 1]), [[10], [20]], [[[1, 2, 3]], [[4, 5, 6]]]],
      expected: [
        [
          [10, 2, 10],
          [20, 2, 20],
        ],
        [
          [10, 5, 10],
          [20, 5, 20],
        ],
      ],
    },
    {
      name: 'does not mix in what was not chosen',
      inputs: [bool([1, 0]), [1, nan], [nan, 2]],
      expected: [1, 2],
    },
  ],
}
