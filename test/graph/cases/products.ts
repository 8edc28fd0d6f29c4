// Facts about matrix products and convolutions, worked out by hand.
import type { KernelCases } from './kernel-case.ts'

const a = [
  [1, 2, 3],
  [4, 5, 6],
]
const b = [
  [1, 0],
  [0, 1],
  [10, 100],
]
const ab = [
  [31, 302],
  [64, 605],
]
const bTransposed = [
  [1, 0, 10],
  [0, 1, 100],
]
const aTransposed = [
  [1, 4],
  [2, 5],
  [3, 6],
]

export const PRODUCT_CASES: KernelCases = {
  MatMul: [
    { name: 'multiplies matrices', inputs: [a, b], expected: ab },
    {
      name: 'sums over an inner axis longer than its blocks of four',
      inputs: [[[1, 2, 3, 4, 5, 6]], [[1], [10], [100], [1000], [10000], [100000]]],
      expected: [[654321]],
    },
    {
      name: 'multiplies stacks',
      inputs: [
        [a, a],
        [
          b,
          [
            [1, 0],
            [1, 0],
            [1, 0],
          ],
        ],
      ],
      expected: [
        ab,
        [
          [6, 0],
          [15, 0],
        ],
      ],
    },
    {
      name: 'broadcasts stacks',
      inputs: [
        [[[[2]]], [[[3]]]],
        [[[10]], [[100]]],
      ],
      expected: [
        [[[20]], [[200]]],
        [[[30]], [[300]]],
      ],
    },
    {
      name: 'over nothing gives zeros',
      inputs: [{ empty: [2, 0] }, { empty: [0, 1] }],
      expected: [[0], [0]],
    },
  ],
  FusedMatMul: [
    { name: 'is a matrix product', inputs: [a, b], expected: ab },
    {
      name: 'reads transposed operands and scales',
      inputs: [aTransposed, bTransposed],
      attributes: { transA: 1, transB: 1, alpha: 10 },
      expected: [
        [310, 3020],
        [640, 6050],
      ],
    },
    {
      name: 'transposes inside stacks',
      inputs: [[a, a], [bTransposed]],
      attributes: { transB: 1 },
      expected: [ab, ab],
    },
  ],
  Gemm: [
    { name: 'is a matrix product', inputs: [a, b], expected: ab },
    {
      name: 'adds a row',
      inputs: [a, b, [1000, 2000]],
      expected: [
        [1031, 2302],
        [1064, 2605],
      ],
    },
    {
      name: 'scales and transposes',
      inputs: [aTransposed, bTransposed, [[1], [2]]],
      attributes: { transA: 1, transB: 1, alpha: 10, beta: -1 },
      expected: [
        [309, 3019],
        [638, 6048],
      ],
    },
  ],
}

const image = [
  [
    [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ],
  ],
]
const corner = [
  [
    [
      [1, 10],
      [100, 1000],
    ],
  ],
]

export const CONVOLUTION_CASES: KernelCases = {
  Conv: [
    {
      name: 'slides without flipping the kernel',
      inputs: [image, corner],
      expected: [
        [
          [
            [5421, 6532],
            [8754, 9865],
          ],
        ],
      ],
    },
    {
      name: 'reads zeros outside, begins and ends apart',
      inputs: [[[[1, 2, 3]]], [[[1, 10, 100]]]],
      attributes: { pads: [2, 0] },
      expected: [[[100, 210, 321]]],
    },
    {
      name: 'steps by strides',
      inputs: [[[[1, 2, 3, 4, 5]]], [[[1, 10]]]],
      attributes: { strides: [2] },
      expected: [[[21, 43]]],
    },
    {
      name: 'spreads the kernel by dilations',
      inputs: [[[[1, 2, 3, 4, 5]]], [[[1, 10]]]],
      attributes: { dilations: [3] },
      expected: [[[41, 52]]],
    },
    {
      name: 'sums over channels and keeps examples apart',
      inputs: [
        [
          [[1], [2]],
          [[3], [4]],
        ],
        [
          [[1], [10]],
          [[100], [1000]],
        ],
      ],
      expected: [
        [[21], [2100]],
        [[43], [4300]],
      ],
    },
    {
      name: 'keeps groups apart',
      inputs: [
        [[[1], [2], [3], [4]]],
        [
          [[1], [10]],
          [[100], [1000]],
        ],
      ],
      attributes: { group: 2 },
      expected: [[[21], [4300]]],
    },
    {
      name: 'works in three dimensions',
      inputs: [[[[[[1, 2]], [[3, 4]]]]], [[[[[1, 10]], [[100, 1000]]]]]],
      expected: [[[[[4321]]]]],
    },
  ],
  ConvInputGradient: [
    {
      name: 'spreads the kernel over the input',
      inputs: [
        [
          [
            [
              [1, 0],
              [0, 2],
            ],
          ],
        ],
        corner,
      ],
      attributes: { inputShape: [1, 1, 3, 3] },
      expected: [
        [
          [
            [1, 10, 0],
            [100, 1002, 20],
            [0, 200, 2000],
          ],
        ],
      ],
    },
    {
      name: 'leaves zeros where a strided convolution did not read',
      inputs: [[[[1, 2]]], [[[1, 10]]]],
      attributes: { strides: [3], inputShape: [1, 1, 6] },
      expected: [[[1, 10, 0, 2, 20, 0]]],
    },
    {
      name: 'drops what falls on padding',
      inputs: [[[[1, 2, 3]]], [[[1, 10, 100]]]],
      attributes: { pads: [2, 0], inputShape: [1, 1, 3] },
      expected: [[[100 + 20 + 3, 200 + 30, 300]]],
    },
  ],
  ConvFilterGradient: [
    {
      name: 'correlates the input with dy',
      inputs: [
        image,
        [
          [
            [
              [1, 0],
              [0, 100],
            ],
          ],
        ],
      ],
      attributes: { kernelShape: [1, 1, 2, 2] },
      expected: [
        [
          [
            [501, 602],
            [804, 905],
          ],
        ],
      ],
    },
    {
      name: 'sums over examples and steps by strides',
      inputs: [
        [[[1, 2, 3, 4]], [[5, 6, 7, 8]]],
        [[[1, 10]], [[100, 1000]]],
      ],
      attributes: { strides: [2], kernelShape: [1, 1, 2] },
      expected: [[[1 + 30 + 500 + 7000, 2 + 40 + 600 + 8000]]],
    },
  ],
  ConvTranspose: [
    {
      name: 'turns every element into a scaled kernel',
      inputs: [[[[1, 2]]], [[[1, 10, 100]]]],
      attributes: { strides: [2], inputShape: [1, 1, 5] },
      expected: [[[1, 10, 102, 20, 200]]],
    },
    {
      name: 'maps output channels back to input channels',
      inputs: [
        [[[1], [2]]],
        [
          [[1], [10], [100]],
          [[1000], [10000], [100000]],
        ],
      ],
      attributes: { inputShape: [1, 3, 1] },
      expected: [[[2001], [20010], [200100]]],
    },
  ],
}
