// Facts about sums, extremes, their positions and running sums.
import { int, type KernelCase, type KernelCases } from './kernel-case.ts'

const { POSITIVE_INFINITY: inf, NaN: nan } = Number

// [2, 3, 2]
const box = [
  [
    [1, 2],
    [3, 4],
    [5, 6],
  ],
  [
    [7, 8],
    [9, 10],
    [11, 12],
  ],
]

const reduces = (all: number, middle: number[][], outer: number[][]): KernelCase[] => [
  {
    name: 'over all axes gives a scalar',
    inputs: [box],
    attributes: { axes: [0, 1, 2], keepdims: 0 },
    expected: all,
  },
  { name: 'over a middle axis', inputs: [box], attributes: { axes: [1], keepdims: 0 }, expected: middle },
  {
    name: 'keeps reduced axes by default, also counted from the back',
    inputs: [box],
    attributes: { axes: [-1, 0] },
    expected: [outer],
  },
]

const rows = [
  [1, 2, 3],
  [10, 20, 30],
]

export const REDUCTION_CASES: KernelCases = {
  ReduceSum: [
    ...reduces(
      78,
      [
        [9, 12],
        [27, 30],
      ],
      [[18], [26], [34]],
    ),
    {
      name: 'of nothing is zero',
      inputs: [{ empty: [0, 2] }],
      attributes: { axes: [0] },
      expected: [[0, 0]],
    },
    {
      name: 'keeps integers',
      inputs: [int([1, 2])],
      attributes: { axes: [0] },
      expected: [3],
      dtype: 'int64',
    },
  ],
  ReduceMean: [
    ...reduces(
      6.5,
      [
        [3, 4],
        [9, 10],
      ],
      [[4.5], [6.5], [8.5]],
    ),
    {
      name: 'of integers truncates',
      inputs: [int([-1, -2])],
      attributes: { axes: [0] },
      expected: [-1],
      dtype: 'int64',
    },
  ],
  ReduceMax: [
    ...reduces(
      12,
      [
        [5, 6],
        [11, 12],
      ],
      [[8], [10], [12]],
    ),
    { name: 'passes NaN on', inputs: [[1, nan, 2]], attributes: { axes: [0], keepdims: 0 }, expected: nan },
    {
      name: 'works below zero',
      inputs: [[-3, -2, -inf]],
      attributes: { axes: [0], keepdims: 0 },
      expected: -2,
    },
  ],
  ReduceMin: [
    ...reduces(
      1,
      [
        [1, 2],
        [7, 8],
      ],
      [[1], [3], [5]],
    ),
    { name: 'works above zero', inputs: [[3, 2, inf]], attributes: { axes: [0], keepdims: 0 }, expected: 2 },
  ],
  ArgMax: [
    {
      name: 'takes the first of several maxima',
      inputs: [
        [
          [1, 5, 5],
          [7, 7, 0],
        ],
      ],
      attributes: { axis: 1, keepdims: 0 },
      expected: [1, 0],
      dtype: 'int64',
    },
    {
      name: 'works along the first axis, which it keeps',
      inputs: [
        [
          [1, 5, -5],
          [7, 2, -4],
        ],
      ],
      attributes: { axis: 0 },
      expected: [[1, 0, 1]],
      dtype: 'int64',
    },
    {
      name: 'works along a middle axis',
      inputs: [box],
      attributes: { axis: -2, keepdims: 0 },
      expected: [
        [2, 2],
        [2, 2],
      ],
      dtype: 'int64',
    },
  ],
  TopK: [
    {
      name: 'gives the largest in falling order',
      inputs: [
        [
          [1, 5, 3],
          [7, 7, 8],
        ],
      ],
      attributes: { axis: 1, k: 2 },
      expected: [
        [5, 3],
        [8, 7],
      ],
    },
    {
      name: 'works down',
      inputs: [
        [
          [1, 5, 3],
          [7, 7, 8],
        ],
      ],
      attributes: { axis: 0, k: 1 },
      expected: [[7, 7, 8]],
    },
  ],
  CumSum: [
    {
      name: 'runs along an axis',
      inputs: [rows],
      attributes: { axis: 1 },
      expected: [
        [1, 3, 6],
        [10, 30, 60],
      ],
    },
    {
      name: 'runs down',
      inputs: [rows],
      attributes: { axis: -2 },
      expected: [
        [1, 2, 3],
        [11, 22, 33],
      ],
    },
    {
      name: 'can leave out the element itself',
      inputs: [rows],
      attributes: { axis: 1, exclusive: 1 },
      expected: [
        [0, 1, 3],
        [0, 10, 30],
      ],
    },
    {
      name: 'can run from the end',
      inputs: [rows],
      attributes: { axis: 1, reverse: 1 },
      expected: [
        [6, 5, 3],
        [60, 50, 30],
      ],
    },
    {
      name: 'can do both',
      inputs: [rows],
      attributes: { axis: 1, exclusive: 1, reverse: 1 },
      expected: [
        [5, 3, 0],
        [50, 30, 0],
      ],
    },
  ],
}
