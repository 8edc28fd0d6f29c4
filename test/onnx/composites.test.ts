// Every composite operator: ONNX Runtime on the original model agrees with the interpreter on the imported graph.
import { describe, expect, it } from 'vitest'
import { interpret } from '../../src/graph/interpreter.ts'
import type { DType } from '../../src/graph/value.ts'
import { RULES } from '../../src/onnx/composites/table.ts'
import { importModel } from '../../src/onnx/import.ts'
import { dataTypes } from '../../src/onnx/proto.ts'
import { elementTypes } from '../../src/onnx/tensor-proto.ts'
import { randomStream } from '../../src/util/random.ts'
import { sizeOf } from '../../src/util/shape.ts'
import { expectClose } from './close.ts'
import { openSession } from './session.ts'
import { f, fs, type Given, info, node, stored, t, writeModelBytes } from './write-model.ts'

interface Fed {
  readonly shape: readonly number[]
  readonly dtype?: DType
  readonly from?: number
  readonly to?: number
  /** Known to the file instead of fed: an initializer with these numbers. */
  readonly data?: readonly number[]
  /** Its type in the file where that is none of ours: read as int32. */
  readonly stored?: 'int8'
}
interface Case {
  readonly inputs: readonly (Fed | undefined)[]
  readonly attributes?: Readonly<Record<string, Given>>
  /** Operator sets to try; default [17]. */
  readonly opsets?: readonly number[]
  readonly outputs?: number
  /** One for all, or one for each. */
  readonly outputType?: DType | readonly DType[]
  readonly tolerance?: number
}

const real = (...shape: number[]): Fed => ({ shape })
const between = (from: number, to: number, ...shape: number[]): Fed => ({ shape, from, to })
const whole = (from: number, to: number, ...shape: number[]): Fed => ({ shape, from, to, dtype: 'int64' })
const bool = (...shape: number[]): Fed => ({ shape, from: 0, to: 2, dtype: 'bool' })
const list = (...data: number[]): Fed => ({ shape: [data.length], dtype: 'int64', data })
const reals = (...data: number[]): Fed => ({ shape: [data.length], data })
const one = (data: number, dtype: DType = 'float32'): Fed => ({ shape: [], dtype, data: [data] })

const byte = (...shape: number[]): Fed => ({ shape, from: 0, to: 256, dtype: 'uint8' })
const bytes = (...data: number[]): Fed => ({ shape: [data.length], dtype: 'uint8', data })
const signed = (shape: readonly number[], ...data: number[]): Fed => ({
  shape,
  dtype: 'int32',
  stored: 'int8',
  data,
})
/** x, its scale and zero point, and those of the result. */
const quantised = (x: Fed, scale: number): Case => ({
  inputs: [x, one(0.02), one(120, 'uint8'), one(scale), one(3, 'uint8')],
  outputType: 'uint8',
})
const quantisedPair: Case[] = [
  {
    inputs: [
      ...[byte(2, 3), one(0.02), one(120, 'uint8')],
      ...[byte(2, 3), one(0.03), one(110, 'uint8')],
      ...[one(0.07), one(100, 'uint8')],
    ],
    outputType: 'uint8',
  },
]

const unary = (input: Fed = real(3, 4), attributes: Case['attributes'] = {}, opsets = [17]): Case[] => [
  { inputs: [input], attributes, opsets },
]
const binary = (a: Fed = real(), b: Fed = a, outputType: DType = 'float32'): Case[] => [
  {
    inputs: [
      { ...a, shape: [2, 3] },
      { ...b, shape: [3] },
    ],
    outputType,
  },
]
const reduction = (input: Fed = real(2, 3, 4)): Case[] => [
  { inputs: [input], attributes: { axes: [1], keepdims: 0 }, opsets: [11] },
  { inputs: [input], attributes: { axes: [0, -1] }, opsets: [11] },
  { inputs: [input], attributes: { keepdims: 0 }, opsets: [11] },
  { inputs: [input, list(-2)], opsets: [18] },
  { inputs: [input], opsets: [18], attributes: { keepdims: 1 } },
]
const variadic: Case[] = [{ inputs: [real(2, 3), real(3), real(2, 1)] }, { inputs: [real(2, 3)] }]
const image = real(2, 3, 7, 8)
const poolings: Case[] = [
  { inputs: [image], attributes: { kernel_shape: [2, 3] } },
  { inputs: [image], attributes: { kernel_shape: [3, 2], strides: [2, 3], pads: [1, 0, 1, 1] } },
  { inputs: [image], attributes: { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 } },
  {
    inputs: [image],
    attributes: { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1, pads: [1, 1, 0, 0] },
  },
  { inputs: [image], attributes: { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' } },
  { inputs: [image], attributes: { kernel_shape: [4, 3], strides: [1, 2], auto_pad: 'SAME_LOWER' } },
  { inputs: [image], attributes: { kernel_shape: [2, 2], strides: [2, 2], auto_pad: 'VALID' } },
  { inputs: [real(2, 3, 9)], attributes: { kernel_shape: [3], strides: [2], pads: [1, 1] } },
  {
    inputs: [real(1, 2, 4, 5, 4)],
    attributes: { kernel_shape: [2, 2, 3], strides: [1, 2, 1] },
    opsets: [10],
  },
]
const softmaxes: Case[] = [
  { inputs: [real(2, 3, 4)], opsets: [11, 13] },
  { inputs: [real(2, 3, 4)], attributes: { axis: 0 }, opsets: [11, 13] },
  { inputs: [real(2, 3, 4)], attributes: { axis: -2 }, opsets: [11, 13] },
  { inputs: [between(-90, 90, 4, 5)], opsets: [11, 13] },
]
const resizings: Case[] = [
  ...['asymmetric', 'half_pixel', 'pytorch_half_pixel', 'align_corners'].flatMap((mode): Case[] =>
    ['nearest', 'linear', 'cubic'].map((how) => ({
      inputs: [real(1, 2, 4, 5), undefined, reals(1, 1, 2, 1.6)],
      attributes: { mode: how, coordinate_transformation_mode: mode },
    })),
  ),
  ...['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'].map(
    (nearest): Case => ({
      inputs: [real(1, 1, 4, 6), undefined, undefined, list(1, 1, 6, 3)],
      attributes: { mode: 'nearest', nearest_mode: nearest },
    }),
  ),
  {
    inputs: [real(1, 2, 5, 6), undefined, undefined, list(1, 2, 3, 9)],
    attributes: { mode: 'cubic', exclude_outside: 1, cubic_coeff_a: f(-0.5) },
  },
  { inputs: [real(1, 2, 3, 3), undefined, reals(2, 3)], attributes: { axes: [2, 3] }, opsets: [18, 21] },
  { inputs: [real(1, 2, 3, 3), reals(1, 1, 2, 3)], opsets: [10] },
  { inputs: [real(1, 2, 3, 3), reals(1, 1, 2, 2)], attributes: { mode: 'linear' }, opsets: [10] },
]
const reflectable = real(2, 4, 5)
const pads: Case[] = [
  { inputs: [reflectable], attributes: { pads: [0, 1, 2, 1, 0, 1] }, opsets: [10] },
  { inputs: [reflectable], attributes: { pads: [0, 1, 2, 1, 0, 1], value: f(1.5) }, opsets: [10] },
  { inputs: [reflectable, list(0, 1, -1, 1, 0, 1), one(-2)] },
  { inputs: [reflectable, list(1, 2, 0, 1), one(3), list(0, -1)], opsets: [18] },
  ...['reflect', 'edge'].map(
    (mode): Case => ({ inputs: [reflectable, list(0, 2, 3, 0, 1, 2)], attributes: { mode } }),
  ),
  { inputs: [reflectable, list(1, 2, 3, 1, 1, 2)], attributes: { mode: 'wrap' }, opsets: [19] },
]
const channels = real(2, 4, 3, 5)
const perChannel = [between(0.5, 2, 4), real(4), real(4), between(0.2, 2, 4)]
const transposed = (attributes: Case['attributes'], kernel = [3, 2, 4, 3], bias = false): Case => ({
  inputs: [real(2, 3, 5, 4), real(...kernel), ...(bias ? [real(2)] : [])],
  attributes: attributes ?? {},
})

/** Cases by domain and operator; every rule of the importer must have one. */
const cases: Readonly<Record<string, readonly Case[]>> = {
  Abs: unary(),
  Neg: unary(),
  Sign: unary(),
  Reciprocal: unary(between(0.5, 2, 3)),
  Exp: unary(),
  Log: unary(between(0.1, 3, 4)),
  Sqrt: unary(between(0, 3, 4)),
  Sin: unary(),
  Cos: unary(),
  Tan: unary(between(-1, 1, 5)),
  Tanh: unary(),
  Erf: unary(),
  Sigmoid: unary(),
  Softplus: unary(),
  Relu: unary(),
  Floor: unary(),
  Ceil: unary(),
  Round: unary(between(-4, 4, 9)),
  Not: [{ inputs: [bool(4)], outputType: 'bool' }],
  Add: binary(),
  Sub: binary(),
  Mul: binary(),
  Div: binary(real(), between(0.5, 2)),
  Pow: [...binary(between(0.2, 2)), { inputs: [real(2, 3), one(2, 'int64')] }],
  Mod: [
    { inputs: [whole(-9, 9, 12), one(4, 'int64')], outputType: 'int64' },
    { inputs: [whole(-9, 9, 12), one(-4, 'int64')], outputType: 'int64' },
    { inputs: [whole(-9, 9, 12), one(4, 'int64')], attributes: { fmod: 1 }, outputType: 'int64' },
    { inputs: [between(-9, 9, 12), one(2.5)], attributes: { fmod: 1 } },
  ],
  Equal: binary(whole(0, 2), whole(0, 2), 'bool'),
  Less: binary(real(), real(), 'bool'),
  LessOrEqual: binary(real(), real(), 'bool'),
  Greater: binary(real(), real(), 'bool'),
  GreaterOrEqual: binary(real(), real(), 'bool'),
  And: binary(bool(), bool(), 'bool'),
  Or: binary(bool(), bool(), 'bool'),
  Xor: binary(bool(), bool(), 'bool'),
  Where: [{ inputs: [bool(2, 3), real(3), real(2, 1)] }],
  Identity: unary(),
  LeakyRelu: [...unary(), ...unary(real(4), { alpha: f(0.3) })],
  Cast: [
    { inputs: [real(4)], attributes: { to: elementTypes.int32 }, outputType: 'int32' },
    { inputs: [bool(4)], attributes: { to: elementTypes.float32 } },
  ],
  CastLike: [{ inputs: [whole(-3, 3, 4), real(1)], opsets: [19] }],
  Min: variadic,
  Max: variadic,
  Sum: variadic,
  Mean: variadic,
  ArgMax: [{ inputs: [real(3, 5)], attributes: { axis: -1 }, outputType: 'int64' }],
  ArgMin: [{ inputs: [real(3, 5)], attributes: { axis: 0, keepdims: 0 }, outputType: 'int64' }],
  CumSum: [
    { inputs: [real(3, 4), one(1, 'int64')] },
    { inputs: [real(3, 4), one(-2, 'int64')], attributes: { exclusive: 1, reverse: 1 } },
  ],
  Reshape: [
    { inputs: [real(2, 3, 4), list(0, -1)] },
    { inputs: [real(2, 3, 4), list(4, 1, 6)] },
    { inputs: [real(1), { ...list(), shape: [0] }] },
  ],
  Transpose: [{ inputs: [real(2, 3, 4)] }, { inputs: [real(2, 3, 4)], attributes: { perm: [1, 2, 0] } }],
  Expand: [{ inputs: [real(3, 1), list(2, 1, 4)] }, { inputs: [real(3, 4), list(1)] }],
  Concat: [{ inputs: [real(2, 3), real(2, 1)], attributes: { axis: -1 } }],
  Slice: [
    { inputs: [real(5, 6)], attributes: { starts: [1, -3], ends: [1000, -1], axes: [0, 1] }, opsets: [9] },
    { inputs: [real(5, 6)], attributes: { starts: [1], ends: [3] }, opsets: [9] },
    { inputs: [real(5, 6), list(4, -1), list(-(2 ** 62), 0), list(0, 1), list(-2, -1)] },
    { inputs: [real(5, 6), list(1), list(2 ** 62)] },
  ],
  Gather: [
    { inputs: [real(4, 3), whole(-3, 3, 2)], attributes: { axis: 1 } },
    { inputs: [real(4, 3, 2), one(-2, 'int64')], attributes: { axis: -2 } },
    { inputs: [real(4), one(3, 'int64')] },
  ],
  GatherElements: [{ inputs: [real(4, 3), whole(0, 4, 2, 3)] }],
  ScatterElements: [
    { inputs: [real(4, 3), whole(0, 4, 2, 3), real(2, 3)], attributes: { reduction: 'add' }, opsets: [18] },
  ],

  Clip: [
    { inputs: [real(3, 4)], attributes: { min: f(-0.5), max: f(1) }, opsets: [7] },
    { inputs: [real(3, 4)], attributes: { max: f(0.3) }, opsets: [10] },
    { inputs: [real(3, 4), one(-0.5), one(1)] },
    { inputs: [real(3, 4), undefined, one(0.5)] },
    { inputs: [real(3, 4)] },
  ],
  Elu: [...unary(between(-9, 9, 9)), ...unary(real(4), { alpha: f(0.3) })],
  Selu: unary(between(-9, 9, 9)),
  Celu: [...unary(between(-9, 9, 9)), ...unary(real(4), { alpha: f(0.4) })],
  PRelu: [{ inputs: [real(2, 3, 4), real(3, 1)] }],
  ThresholdedRelu: [...unary(), ...unary(real(5), { alpha: f(0.5) })],
  HardSigmoid: [...unary(between(-5, 5, 9)), ...unary(real(4), { alpha: f(0.4), beta: f(0.3) })],
  HardSwish: unary(between(-5, 5, 9)),
  Gelu: [...unary(between(-5, 5, 9), {}, [20]), ...unary(between(-5, 5, 9), { approximate: 'tanh' }, [20])],
  Mish: unary(between(-5, 5, 9), {}, [18]),
  Softsign: unary(),
  Softmax: softmaxes,
  LogSoftmax: softmaxes,
  Dropout: [{ inputs: [real(3)], opsets: [7, 11] }, { inputs: [real(3), one(0.5), one(0, 'bool')] }],

  BatchNormalization: [
    { inputs: [channels, ...perChannel], opsets: [7, 9, 14, 15] },
    { inputs: [real(3, 4), ...perChannel], attributes: { epsilon: f(0.1) } },
  ],
  InstanceNormalization: [{ inputs: [channels, real(4), real(4)], attributes: { epsilon: f(0.01) } }],
  LayerNormalization: [
    { inputs: [real(2, 3, 4), real(4), real(4)], outputs: 3 },
    { inputs: [real(2, 3, 4), real(3, 4)], attributes: { axis: 1 } },
  ],
  GroupNormalization: [
    { inputs: [channels, real(2), real(2)], attributes: { num_groups: 2 }, opsets: [18] },
    { inputs: [channels, real(4), real(4)], attributes: { num_groups: 2, epsilon: f(0.1) }, opsets: [21] },
  ],
  MeanVarianceNormalization: [
    { inputs: [channels], tolerance: 1e-4 },
    { inputs: [channels], attributes: { axes: [0, 1] }, opsets: [13], tolerance: 1e-4 },
  ],
  LpNormalization: [{ inputs: [real(3, 4)] }, { inputs: [real(3, 4)], attributes: { p: 1, axis: 0 } }],

  MaxPool: [
    ...poolings,
    { inputs: [image], attributes: { kernel_shape: [3, 2], dilations: [2, 3], pads: [1, 1, 1, 1] } },
  ],
  AveragePool: [
    ...poolings,
    ...poolings.map((one) => ({ ...one, attributes: { ...one.attributes, count_include_pad: 1 } })),
    {
      inputs: [image],
      attributes: { kernel_shape: [3, 2], dilations: [2, 3], pads: [1, 1, 1, 1] },
      opsets: [19],
    },
  ],
  GlobalMaxPool: [{ inputs: [image] }],
  GlobalAveragePool: [{ inputs: [image] }, { inputs: [real(2, 3, 5)] }],
  LRN: [
    { inputs: [between(0, 9, 1, 6, 3, 3)], attributes: { size: 3, alpha: f(0.1), beta: f(0.6), bias: f(2) } },
    { inputs: [between(0, 9, 1, 6, 3, 3)], attributes: { size: 5 } },
  ],

  Conv: [
    { inputs: [real(2, 3, 7, 6), real(4, 3, 3, 2)] },
    {
      inputs: [real(2, 3, 7, 6), real(4, 3, 3, 2), real(4)],
      attributes: { strides: [2, 1], pads: [1, 0, 2, 1] },
    },
    {
      inputs: [real(2, 4, 7, 6), real(4, 2, 3, 2), real(4)],
      attributes: { group: 2, auto_pad: 'SAME_UPPER', strides: [2, 2] },
    },
    {
      inputs: [real(2, 3, 7, 6), real(4, 3, 2, 2)],
      attributes: { auto_pad: 'SAME_LOWER', kernel_shape: [2, 2] },
    },
    { inputs: [real(1, 2, 9), real(3, 2, 3)], attributes: { dilations: [2] } },
  ],
  ConvTranspose: [
    transposed({}),
    transposed({ strides: [2, 3], pads: [1, 0, 0, 1] }, [3, 2, 4, 3], true),
    transposed({ strides: [2, 3], pads: [1, 1, 1, 1], output_padding: [1, 2] }),
    transposed({ strides: [2, 2], output_shape: [10, 8] }),
    transposed({ strides: [2, 2], auto_pad: 'SAME_UPPER' }),
    transposed({ strides: [2, 2], auto_pad: 'SAME_LOWER' }, [3, 2, 3, 4]),
    transposed({ dilations: [2, 3], strides: [2, 1], output_padding: [1, 0] }),
    transposed({ group: 3, strides: [2, 1], pads: [0, 2, 1, 0] }, [3, 1, 3, 3]),
    { inputs: [real(1, 3, 6), real(3, 2, 4), real(2)], attributes: { strides: [2], pads: [1, 1] } },
  ],

  MatMul: [
    { inputs: [real(2, 3), real(3, 4)] },
    { inputs: [real(3), real(3, 4)] },
    { inputs: [real(2, 2, 3), real(3)] },
    { inputs: [real(3), real(5, 3, 2)] },
    { inputs: [real(3), real(3)] },
  ],
  Gemm: [
    { inputs: [real(2, 3), real(3, 4), real(4)], opsets: [7, 13] },
    {
      inputs: [real(3, 2), real(4, 3), real(2, 1)],
      attributes: { transA: 1, transB: 1, alpha: f(0.5), beta: f(2) },
    },
    { inputs: [real(2, 3), real(3, 4)] },
  ],
  Einsum: [
    { inputs: [real(2, 3, 4), real(2, 4, 5)], attributes: { equation: 'bij,bjk->bik' } },
    { inputs: [real(2, 3, 4, 5), real(2, 6, 4, 5)], attributes: { equation: 'bqhd, bkhd -> bhqk' } },
    { inputs: [real(3, 4), real(4)], attributes: { equation: 'ij,j' } },
    { inputs: [real(3), real(4)], attributes: { equation: 'i,j->ji' } },
    { inputs: [real(2, 3, 4)], attributes: { equation: 'abc->ca' } },
    { inputs: [real(3, 4), real(3, 4)], attributes: { equation: 'ij,ij->' } },
  ],

  ReduceSum: [
    ...reduction().slice(0, 3),
    { inputs: [real(2, 3), list(1)], opsets: [13] },
    { inputs: [real(2, 3)], attributes: { noop_with_empty_axes: 1 }, opsets: [13] },
  ],
  ReduceMean: reduction(),
  ReduceMax: reduction(),
  ReduceMin: reduction(),
  ReduceL1: reduction(),
  ReduceL2: reduction(),
  ReduceSumSquare: reduction(),
  ReduceLogSum: reduction(between(0.1, 2, 2, 3, 4)),
  ReduceLogSumExp: [
    ...reduction(),
    { inputs: [between(80, 120, 2, 5)], attributes: { axes: [1] }, opsets: [11] },
  ],
  ReduceProd: reduction(),

  Constant: [
    { inputs: [], attributes: { value: t(stored('', [1, 2, 3])) } },
    { inputs: [], attributes: { value_float: f(1.5) } },
    { inputs: [], attributes: { value_floats: fs([1.5, 2]) } },
    { inputs: [], attributes: { value_int: 3 }, outputType: 'int64' },
    { inputs: [], attributes: { value_ints: [3, -4] }, outputType: 'int64' },
  ],
  Shape: [
    { inputs: [real(2, 3, 4)], outputType: 'int64' },
    { inputs: [real(2, 3, 4)], attributes: { start: -2, end: 2 }, outputType: 'int64' },
  ],
  Size: [{ inputs: [real(2, 3, 4)], outputType: 'int64' }],
  ConstantOfShape: [
    { inputs: [list(2, 3)] },
    { inputs: [list(2)], attributes: { value: t(stored('', [7], [1], 'int64')) }, outputType: 'int64' },
  ],
  Range: [
    { inputs: [one(1), one(4.5), one(0.5)] },
    { inputs: [one(5, 'int64'), one(-2, 'int64'), one(-2, 'int64')], outputType: 'int64' },
  ],

  Squeeze: [
    { inputs: [real(1, 3, 1)], opsets: [11, 13] },
    { inputs: [real(1, 3, 1)], attributes: { axes: [-1] }, opsets: [11] },
    { inputs: [real(1, 3, 1), list(0)] },
  ],
  Unsqueeze: [
    { inputs: [real(2, 3)], attributes: { axes: [0, -1] }, opsets: [11] },
    { inputs: [real(2, 3), list(3, 1)] },
  ],
  Flatten: [
    { inputs: [real(2, 3, 4)] },
    { inputs: [real(2, 3, 4)], attributes: { axis: 0 } },
    { inputs: [real(2, 3, 4)], attributes: { axis: 3 } },
    { inputs: [real(2, 3, 4)], attributes: { axis: -1 } },
  ],
  Split: [
    { inputs: [real(2, 7)], attributes: { axis: 1, split: [3, 4] }, outputs: 2, opsets: [11] },
    { inputs: [real(6, 2)], outputs: 3, opsets: [11, 13] },
    { inputs: [real(2, 7), list(2, 1, 4)], attributes: { axis: -1 }, outputs: 3 },
    { inputs: [real(7, 2)], attributes: { num_outputs: 3 }, outputs: 3, opsets: [18] },
  ],
  Tile: [{ inputs: [real(2, 3), list(2, 3)] }],
  DepthToSpace: [
    { inputs: [real(2, 8, 2, 3)], attributes: { blocksize: 2 } },
    { inputs: [real(2, 8, 2, 3)], attributes: { blocksize: 2, mode: 'CRD' } },
  ],
  SpaceToDepth: [{ inputs: [real(2, 2, 4, 6)], attributes: { blocksize: 2 } }],
  Pad: pads,
  Resize: resizings,
  Upsample: [
    { inputs: [real(1, 2, 3, 4)], attributes: { scales: fs([1, 1, 2, 3]) }, opsets: [7] },
    { inputs: [real(1, 2, 3, 4), reals(1, 1, 2, 2)], attributes: { mode: 'linear' }, opsets: [9] },
  ],
  TopK: [
    { inputs: [real(3, 5), list(2)], outputs: 2, outputType: ['float32', 'int64'] },
    {
      inputs: [real(5, 3), list(3)],
      attributes: { axis: 0, largest: 0 },
      outputs: 2,
      outputType: ['float32', 'int64'],
    },
  ],

  QuantizeLinear: [
    { inputs: [real(3, 4), one(0.02), one(100, 'uint8')], outputType: 'uint8' },
    { inputs: [real(3, 4), one(0.01)], outputType: 'uint8' },
    {
      inputs: [real(2, 3, 2), reals(0.1, 0.01, 0.5), bytes(3, 0, 128)],
      attributes: { axis: -2 },
      outputType: 'uint8',
    },
  ],
  DequantizeLinear: [
    { inputs: [byte(3, 4), one(0.02), one(100, 'uint8')] },
    { inputs: [byte(3, 4), one(0.02)] },
    { inputs: [signed([2, 3], -128, 127, 3, 0, -5, 7), reals(0.1, 0.2, 0.3), signed([3], 1, -2, 3)] },
  ],
  DynamicQuantizeLinear: [
    { inputs: [real(3, 4)], outputs: 3, outputType: ['uint8', 'float32', 'uint8'] },
    { inputs: [between(1, 2, 3, 4)], outputs: 3, outputType: ['uint8', 'float32', 'uint8'] },
    { inputs: [between(0, 0, 2)], outputs: 3, outputType: ['uint8', 'float32', 'uint8'] },
  ],
  ConvInteger: [
    {
      inputs: [byte(1, 2, 5, 5), byte(3, 2, 3, 3), one(7, 'uint8'), one(120, 'uint8')],
      attributes: { pads: [1, 1, 1, 1] },
      outputType: 'int32',
    },
    { inputs: [byte(1, 2, 5, 5), byte(3, 2, 3, 3)], outputType: 'int32' },
  ],
  MatMulInteger: [
    { inputs: [byte(2, 3), byte(3, 4), one(5, 'uint8'), one(130, 'uint8')], outputType: 'int32' },
    { inputs: [byte(2, 3), byte(3, 4), one(5, 'uint8'), bytes(1, 2, 3, 4)], outputType: 'int32' },
  ],
  QLinearConv: [
    {
      inputs: [
        ...[byte(1, 2, 5, 5), one(0.02), one(120, 'uint8')],
        ...[byte(3, 2, 3, 3), one(0.03), one(110, 'uint8')],
        ...[one(0.21), one(100, 'uint8')],
        { shape: [3], dtype: 'int32', data: [500, -2000, 9] },
      ],
      outputType: 'uint8',
    },
    {
      inputs: [
        ...[byte(1, 2, 5, 5), one(0.02), one(120, 'uint8')],
        ...[signed([2, 2, 1, 1], 3, -7, 100, -90), reals(0.03, 0.01), signed([2], 0, 0)],
        ...[one(0.11), one(100, 'uint8')],
      ],
      outputType: 'uint8',
    },
  ],
  QLinearMatMul: [
    {
      inputs: [
        ...[byte(2, 3), one(0.02), one(120, 'uint8')],
        ...[byte(3, 4), one(0.03), one(110, 'uint8')],
        ...[one(0.17), one(100, 'uint8')],
      ],
      outputType: 'uint8',
    },
  ],
  'com.microsoft QuantizeLinear': [
    { inputs: [real(3, 4), one(0.02), one(100, 'uint8')], outputType: 'uint8' },
  ],
  'com.microsoft DequantizeLinear': [{ inputs: [byte(3, 4), one(0.02), one(100, 'uint8')] }],
  'com.microsoft QGemm': [
    {
      inputs: [
        ...[byte(2, 3), one(0.02), one(120, 'uint8')],
        ...[byte(3, 4), one(0.03), one(110, 'uint8')],
        ...[{ shape: [4], dtype: 'int32', data: [500, -2000, 9, 0] } as const, one(0.17), one(100, 'uint8')],
      ],
      outputType: 'uint8',
    },
    {
      inputs: [
        ...[byte(2, 3), one(0.02), one(120, 'uint8')],
        ...[signed([2, 3], 1, -2, 3, 70, -80, 9), reals(0.03, 0.01), signed([2], 0, 0)],
      ],
      attributes: { transB: 1, alpha: f(0.5) },
    },
  ],
  'com.microsoft QLinearAdd': quantisedPair,
  'com.microsoft QLinearMul': quantisedPair,
  'com.microsoft QLinearSigmoid': [quantised(byte(3, 4), 0.004)],
  'com.microsoft QLinearGlobalAveragePool': [quantised(byte(2, 3, 4, 4), 0.02)],
  'com.microsoft QLinearAveragePool': [
    {
      ...quantised(byte(2, 3, 5, 5), 0.02),
      attributes: { kernel_shape: [2, 2], strides: [2, 2] },
      // Sums that lie between two numbers are rounded up here and down there.
      tolerance: 0.03,
    },
  ],
  'com.microsoft QLinearConcat': [
    {
      inputs: [
        ...[one(0.03), one(100, 'uint8')],
        ...[byte(2, 3), one(0.02), one(120, 'uint8')],
        ...[byte(2, 2), one(0.04), one(90, 'uint8')],
      ],
      attributes: { axis: 1 },
      outputType: 'uint8',
    },
  ],

  'com.microsoft FusedMatMul': [
    { inputs: [real(4, 2), real(3, 4)], attributes: { transA: 1, transB: 1, alpha: f(0.5) } },
    { inputs: [real(2, 3), real(3)] },
  ],
}

const draw = ({ shape, dtype = 'float32', from = -2, to = 2, data }: Fed, index: number): Float64Array => {
  if (data) return Float64Array.from(data)
  const numbers = randomStream(index + 5, 'cases').fillUniform(new Float32Array(sizeOf(shape)), from, to)
  return Float64Array.from(dtype === 'float32' ? numbers : numbers.map(Math.floor))
}

async function check(key: string, given: Case, opset: number): Promise<void> {
  const [op, domain = ''] = key.split(' ').reverse() as [string, string?]
  const { inputs, attributes = {}, outputs = 1, outputType = 'float32', tolerance = 2e-5 } = given
  const all = inputs.flatMap((input, i) =>
    input ? [{ ...input, name: `x${i}`, numbers: draw(input, i) }] : [],
  )
  const fed = all.filter(({ data }) => !data)
  const names = Array.from({ length: outputs }, (_, i) => `y${i}`)
  const typeOf = (i: number): DType => (typeof outputType === 'string' ? outputType : outputType[i]!)
  const bytes = writeModelBytes({
    opset,
    nodes: [
      node(
        op,
        inputs.map((input, i) => (input ? `x${i}` : '')),
        names,
        attributes,
        domain,
      ),
    ],
    inputs: fed.map(({ name, shape, dtype }) => info(name, shape, dtype)),
    outputs: names.map((name, i) => info(name, undefined, typeOf(i))),
    initializers: all
      .filter(({ data }) => data)
      .map(({ name, shape, dtype, numbers, stored: type }) =>
        type
          ? { name, dims: shape, dataType: dataTypes[type], int32Data: [...numbers] }
          : stored(name, numbers, shape, dtype),
      ),
    more: {
      opsetImport: [
        { domain: '', version: opset },
        { domain: 'com.microsoft', version: 1 },
      ],
    },
  })
  const feeds = Object.fromEntries(
    fed.map(({ name, shape, dtype = 'float32', numbers }) => [name, { shape, dtype, data: numbers }]),
  )
  const where = `${key}, operator set ${opset}, ${JSON.stringify(given)}`
  try {
    const imported = importModel(bytes)
    expect(imported.outputs.map(({ dtype }) => dtype)).toEqual(names.map((_, i) => typeOf(i)))
    const computed = interpret(imported.graph, feeds)
    const actual = await (await openSession(bytes)).run(feeds)
    for (const name of names) expectClose(computed[name]!, actual[name]!, tolerance)
  } catch (error) {
    throw new Error(`${where}: ${error}`, { cause: error })
  }
}

describe('imported operators', () => {
  it('have a case each', () => {
    const rules = Object.entries(RULES).flatMap(([domain, table]) =>
      domain === 'ai.onnx' || domain === 'ai.onnx.ml'
        ? []
        : Object.keys(table).map((op) => (domain ? `${domain} ${op}` : op)),
    )
    expect(Object.keys(cases).sort()).toEqual(rules.sort())
  })

  for (const [key, list] of Object.entries(cases))
    it(`${key} gives what ONNX Runtime gives`, async () => {
      for (const given of list) for (const opset of given.opsets ?? [17]) await check(key, given, opset)
    })
})
