// What the shape rules refuse, and in which words.
import { describe, expect, it } from 'vitest'
import { apply, OPS } from '../../src/graph/ops.ts'
import { type Attributes, constant, type DType, input, type Value } from '../../src/graph/value.ts'
import { ShapeError, UnsupportedError } from '../../src/util/errors.ts'

const value = (shape: number[], dtype: DType = 'float32'): Value => input('x', shape, dtype)

const refused: [op: string, inputs: Value[], attributes: Attributes, message: string][] = [
  ['Exp', [value([2], 'int64')], {}, 'expects a floating-point input, got int64'],
  ['Exp', [value([2]), value([2])], {}, 'expects 1 inputs, got 2'],
  ['Concat', [], { axis: 0 }, 'expects 1 to Infinity inputs, got 0'],
  ['Add', [value([2]), value([3])], {}, 'shapes [2] and [3] do not broadcast'],
  ['Add', [value([2]), value([2], 'int64')], {}, 'expects inputs of one type, got float32 and int64'],
  ['Not', [value([2])], {}, 'expects a bool input, got float32'],
  ['And', [value([2], 'bool'), value([2])], {}, 'expects bool inputs, got bool and float32'],
  ['Where', [value([2]), value([2]), value([2])], {}, 'expects a bool condition, got float32'],
  ['MatMul', [value([2]), value([2, 2])], {}, 'expects matrices, got [2] and [2, 2]'],
  ['MatMul', [value([2, 3]), value([2, 3])], {}, 'inner lengths differ: [2, 3] times [2, 3]'],
  ['ReduceSum', [value([2, 3])], { axes: [2] }, 'axis 2 is outside a tensor of rank 2'],
  ['ReduceSum', [value([2, 3])], {}, 'attribute "axes" must be a list of integers'],
  ['CumSum', [value([2, 3])], {}, 'attribute "axis" must be a number'],
  ['CumSum', [value([2, 3])], { axis: -3 }, 'axis -3 is outside a tensor of rank 2'],
  ['TopK', [value([2, 3])], { k: 4 }, 'k must be 1 to 3 for [2, 3], got 4'],
  [
    'Split',
    [value([2, 3])],
    { axis: 1, split: [1, 1] },
    'split [1, 1] must add up to the length 3 of axis 1',
  ],
  ['Reshape', [value([2, 3])], { shape: [4, 2] }, 'cannot reshape [2, 3] (6 elements) to [4, 2] (8)'],
  ['Reshape', [value([2, 3])], { shape: [4, 1.5] }, 'cannot reshape [2, 3] to [4, 1.5]: not a shape'],
  ['Reshape', [value([2, 3])], { shape: [-1, -6] }, 'cannot reshape [2, 3] to [-1, -6]: not a shape'],
  ['Transpose', [value([2, 3])], { perm: [0, 0] }, 'perm [0, 0] does not permute the axes of [2, 3]'],
  ['Transpose', [value([2, 3])], { perm: [0] }, 'perm [0] does not permute the axes of [2, 3]'],
  ['Expand', [value([2, 3])], { shape: [3] }, 'cannot expand [2, 3] to [3]'],
  [
    'Concat',
    [value([2, 3]), value([2, 4])],
    { axis: 0 },
    'inputs must agree outside axis 0, got [2, 3] and [2, 4]',
  ],
  [
    'Slice',
    [value([2])],
    { axes: [0], starts: [0], ends: [] },
    'starts, ends, axes and steps must have one length',
  ],
  ['Slice', [value([2])], { axes: [0], starts: [0], ends: [1], steps: [0] }, 'a step of 0 is not allowed'],
  ['Pad', [value([2, 3])], { pads: [1, 1] }, 'pads needs 4 numbers for rank 2, got 2'],
  ['Pad', [value([2])], { pads: [-1, -2] }, 'pads [-1, -2] crop more than there is of [2]'],
  [
    'GatherElements',
    [value([2, 3]), value([2], 'int64')],
    { axis: 0 },
    'indices must have the rank of the data, got [2] for [2, 3]',
  ],
  [
    'GatherElements',
    [value([2, 3]), value([5, 4], 'int64')],
    { axis: 0 },
    'indices [5, 4] are longer than the data [2, 3] outside axis 0',
  ],
  [
    'ScatterElements',
    [value([2, 3]), value([1, 4], 'int64'), value([1, 4])],
    { axis: 0, reduction: 'add' },
    'indices [1, 4] are longer than the data [2, 3] outside axis 0',
  ],
  [
    'ScatterElements',
    [value([3]), value([2], 'int64'), value([1])],
    { axis: 0, reduction: 'add' },
    'indices [2] and updates [1] must have one shape',
  ],
  [
    'ScatterElements',
    [value([3]), value([2], 'int64'), value([2])],
    { axis: 0 },
    'attribute "reduction" must be \'add\', got none',
  ],
  ['Conv', [value([1, 2, 5]), value([1, 2, 3, 3])], {}, 'expects input and kernel of one rank, 3 or more'],
  [
    'Conv',
    [value([32, 64, 7, 7]), value([8, 128, 3, 3])],
    {},
    'kernel [8, 128, 3, 3] with 1 group(s) expects 128 input channels, got 64 (input [32, 64, 7, 7])',
  ],
  [
    'Conv',
    [value([1, 1, 2]), value([1, 1, 3])],
    {},
    'kernel [1, 1, 3] is larger than the padded input [1, 1, 2]',
  ],
  [
    'ConvInputGradient',
    [value([1, 1, 4]), value([1, 1, 2])],
    { inputShape: [1, 1, 6] },
    'dy [1, 1, 4] does not belong to an input of [1, 1, 6]: expected [1, 1, 5]',
  ],
  [
    'ConvFilterGradient',
    [value([1, 1, 6]), value([1, 1, 4])],
    { kernelShape: [1, 1, 2] },
    'dy [1, 1, 4] does not belong to a kernel of [1, 1, 2]: expected [1, 1, 5]',
  ],
  ['Gemm', [value([1, 2, 3]), value([3, 4])], {}, 'expects two matrices, got [1, 2, 3] and [3, 4]'],
  ['Gemm', [value([2, 3]), value([3, 4]), value([3])], {}, 'shapes [3] and [2, 4] do not broadcast'],
  ['Gemm', [value([2, 3]), value([3, 4]), value([5, 2, 4])], {}, 'C [5, 2, 4] does not broadcast to [2, 4]'],
]

describe('a malformed operator is refused', () => {
  it.each(refused)('%s', (op, inputs, attributes, message) => {
    const make = () => apply(op, inputs, attributes)
    expect(make).toThrow(ShapeError)
    expect(make).toThrow(`${op}: ${message}`)
  })

  it('with the label of the node in the message', () => {
    expect(() => apply('Add', [value([2]), value([3])], {}, 'block1/add')).toThrow(
      'Add "block1/add": shapes [2] and [3] do not broadcast',
    )
  })

  it('when it is not in the table', () => {
    expect(() => apply('Strange', [], {}, 'here')).toThrow(UnsupportedError)
    expect(() => apply('Strange', [], {}, 'here')).toThrow('operator Strange "here" is not in the table')
  })

  it('when inputs and constants are made as if they were operators', () => {
    expect(() => apply('Input', [])).toThrow('inputs are made with input()')
    expect(() => apply('Constant', [])).toThrow('constants are made with constant()')
  })

  it('when a constant does not fill its shape', () => {
    expect(() => constant([1, 2, 3], [2, 2])).toThrow('constant of shape [2, 2] needs 4 numbers, got 3')
  })
})

describe('the table of operators', () => {
  it('says of every operator whether it is core or lowered, and how many inputs it takes', () => {
    for (const [op, { arity, level }] of Object.entries(OPS)) {
      expect(['core', 'lowered'], op).toContain(level)
      expect(arity[0], op).toBeLessThanOrEqual(arity[1])
    }
    const lowered = Object.keys(OPS).filter((op) => OPS[op]!.level === 'lowered')
    expect(lowered.sort()).toEqual([
      'ConvTranspose',
      'DequantizeLinear',
      'FusedMatMul',
      'Gemm',
      'HardSigmoid',
      'ScanSlices',
      'Split',
    ])
  })
})
