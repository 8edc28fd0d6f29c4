// Facts about the operators that only move elements.
import { bool, int, type KernelCases } from './kernel-case.ts'

const rows = [
  [1, 2, 3],
  [4, 5, 6],
]

export const MOVEMENT_CASES: KernelCases = {
  Reshape: [
    {
      name: 'keeps the order',
      inputs: [rows],
      attributes: { shape: [3, 1, 2] },
      expected: [[[1, 2]], [[3, 4]], [[5, 6]]],
    },
    { name: 'makes a scalar', inputs: [[[7]]], attributes: { shape: [] }, expected: 7 },
  ],
  Transpose: [
    {
      name: 'swaps rows and columns',
      inputs: [rows],
      attributes: { perm: [1, 0] },
      expected: [
        [1, 4],
        [2, 5],
        [3, 6],
      ],
    },
    {
      name: 'turns three axes round',
      inputs: [
        [
          [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
        ],
      ], // [1, 3, 2]
      attributes: { perm: [2, 0, 1] },
      expected: [[[1, 3, 5]], [[2, 4, 6]]],
    },
  ],
  Expand: [
    {
      name: 'repeats axes of length 1',
      inputs: [[[1], [2]]],
      attributes: { shape: [2, 3] },
      expected: [
        [1, 1, 1],
        [2, 2, 2],
      ],
    },
    {
      name: 'adds axes in front',
      inputs: [[1, 2]],
      attributes: { shape: [2, 1, 2] },
      expected: [[[1, 2]], [[1, 2]]],
    },
    {
      name: 'keeps the type',
      inputs: [bool(1)],
      attributes: { shape: [2] },
      expected: [1, 1],
      dtype: 'bool',
    },
  ],
  Concat: [
    {
      name: 'joins rows',
      inputs: [rows, [[7, 8, 9]]],
      attributes: { axis: 0 },
      expected: [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ],
    },
    {
      name: 'joins columns of several inputs',
      inputs: [rows, [[7], [8]], [[9], [0]]],
      attributes: { axis: -1 },
      expected: [
        [1, 2, 3, 7, 9],
        [4, 5, 6, 8, 0],
      ],
    },
    { name: 'passes one input through', inputs: [[1, 2]], attributes: { axis: 0 }, expected: [1, 2] },
    { name: 'skips empty inputs', inputs: [{ empty: [0] }, [1]], attributes: { axis: 0 }, expected: [1] },
  ],
  Split: [
    {
      name: 'gives the first piece of an axis first',
      inputs: [rows],
      attributes: { axis: 1, split: [2, 1] },
      expected: [
        [1, 2],
        [4, 5],
      ],
    },
    {
      name: 'may give an empty piece',
      inputs: [[1, 2]],
      attributes: { axis: 0, split: [0, 2] },
      expected: [],
    },
  ],
  Slice: [
    {
      name: 'takes a range of every named axis',
      inputs: [rows],
      attributes: { axes: [1, 0], starts: [1, 1], ends: [3, 2], steps: [1, 1] },
      expected: [[5, 6]],
    },
    {
      name: 'counts negative bounds from the end and clamps the others',
      inputs: [[0, 1, 2, 3, 4]],
      attributes: { axes: [-1], starts: [-3], ends: [1000] },
      expected: [2, 3, 4],
    },
    {
      name: 'runs backwards',
      inputs: [[0, 1, 2, 3, 4]],
      attributes: { axes: [0], starts: [-1], ends: [-1000], steps: [-2] },
      expected: [4, 2, 0],
    },
    {
      name: 'of an empty range is empty',
      inputs: [[0, 1, 2]],
      attributes: { axes: [0], starts: [2], ends: [1], steps: [1] },
      expected: [],
    },
  ],
  Pad: [
    {
      name: 'adds zeros at both ends',
      inputs: [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      attributes: { pads: [1, 0, 0, 2] },
      expected: [
        [0, 0, 0, 0],
        [1, 2, 0, 0],
        [3, 4, 0, 0],
      ],
    },
    {
      name: 'crops where pads are negative',
      inputs: [rows],
      attributes: { pads: [0, -1, -1, 1] },
      expected: [[2, 3, 0]],
    },
    {
      name: 'crops all of it when the pads say so',
      inputs: [[1, 2]],
      attributes: { pads: [-3, 4] },
      expected: [0, 0, 0],
    },
  ],
  Gather: [
    {
      name: 'takes rows, also from the end',
      inputs: [
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        int([-1, 0, 0]),
      ],
      attributes: { axis: 0 },
      expected: [
        [5, 6],
        [1, 2],
        [1, 2],
      ],
    },
    {
      name: 'puts the axes of the indices in the place of the axis',
      inputs: [rows, int([[0], [2]])],
      attributes: { axis: -1 },
      expected: [
        [[1], [3]],
        [[4], [6]],
      ],
    },
    { name: 'by a scalar drops the axis', inputs: [rows, int(1)], expected: [4, 5, 6] },
  ],
  GatherElements: [
    {
      name: 'takes one element for each index, also from the end',
      inputs: [
        rows,
        int([
          [2, 0],
          [-1, -3],
        ]),
      ],
      attributes: { axis: 1 },
      expected: [
        [3, 1],
        [6, 4],
      ],
    },
    {
      name: 'works on the first axis',
      inputs: [rows, int([[1, 0, -1]])],
      attributes: { axis: 0 },
      expected: [[4, 2, 6]],
    },
  ],
  ScatterElements: [
    {
      name: 'adds updates up, also of one place',
      inputs: [
        rows,
        int([
          [0, 0, -1],
          [1, 1, 1],
        ]),
        [
          [10, 20, 30],
          [1, 2, 3],
        ],
      ],
      attributes: { axis: 1, reduction: 'add' },
      expected: [
        [31, 2, 33],
        [4, 11, 6],
      ],
    },
    {
      name: 'works on the first axis with fewer indices than data',
      inputs: [rows, int([[1, -1]]), [[10, 20]]],
      attributes: { axis: 0, reduction: 'add' },
      expected: [
        [1, 2, 3],
        [14, 25, 6],
      ],
    },
  ],
}
