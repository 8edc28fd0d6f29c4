// Kernels of the operators that work element by element, with broadcasting.
import type { DType } from '../value.ts'
import { erf } from './erf.ts'
import { broadcastTo, isInteger, type Kernel, kernel } from './kernel.ts'

const unary = (f: (x: number) => number): Kernel => kernel((_output, _attributes, x) => x.data.map(f))

const binary = (choose: (dtype: DType) => (a: number, b: number) => number): Kernel =>
  kernel((output, _attributes, a, b) => {
    const f = choose(a.dtype)
    const right = broadcastTo(b!, output.shape)
    return broadcastTo(a, output.shape).map((x, i) => f(x, right[i]!))
  })
const same = (f: (a: number, b: number) => number): Kernel => binary(() => f)
const compare = (f: (a: number, b: number) => boolean): Kernel => binary(() => (a, b) => Number(f(a, b)))

/** To the nearest integer, ties to the even one. */
export function roundHalfEven(x: number): number {
  const below = Math.floor(x)
  const rest = x - below
  if (rest === 0.5) return below % 2 === 0 ? below : below + 1
  return rest < 0.5 ? below : Math.ceil(x)
}

/** Toward zero, without a negative zero. */
const truncate = (x: number): number => Math.trunc(x) + 0

/** The exponential is taken of negative numbers only: it cannot overflow. */
const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)))

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))

export const ELEMENTWISE: Readonly<Record<string, Kernel>> = {
  Identity: unary((x) => x),
  StopGradient: unary((x) => x),
  StraightThrough: unary((x) => x),
  Cast: kernel(({ dtype }, _attributes, x) => {
    if (dtype === 'bool') return x.data.map((n) => Number(n !== 0))
    return isInteger(dtype) ? x.data.map(truncate) : x.data.slice()
  }),

  Neg: kernel(({ dtype }, _attributes, x) => x.data.map(isInteger(dtype) ? (n) => 0 - n : (n) => -n)),
  Abs: unary(Math.abs),
  Sign: unary(Math.sign),
  Reciprocal: unary((x) => 1 / x),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Sqrt: unary(Math.sqrt),
  Sin: unary(Math.sin),
  Cos: unary(Math.cos),
  Tanh: unary(Math.tanh),
  Erf: unary(erf),
  Sigmoid: unary(sigmoid),
  Softplus: unary(softplus),
  Relu: unary((x) => Math.max(x, 0)),
  LeakyRelu: kernel((_output, attributes, x) => {
    const alpha = (attributes.alpha as number | undefined) ?? 0.01
    return x.data.map((n) => (n < 0 ? alpha * n : n))
  }),
  HardSigmoid: kernel((_output, { alpha, beta }, x) =>
    x.data.map((n) => Math.max(0, Math.min(1, (alpha as number) * n + (beta as number)))),
  ),
  DequantizeLinear: kernel((_output, _attributes, x, scale) => x.data.map((n) => n * scale!.data[0]!)),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Round: unary(roundHalfEven),
  Not: unary((x) => 1 - x),

  Add: same((a, b) => a + b),
  Sub: same((a, b) => a - b),
  Mul: same((a, b) => a * b),
  Div: binary((dtype) => (isInteger(dtype) ? (a, b) => truncate(a / b) : (a, b) => a / b)),
  Pow: same((a, b) => a ** b),
  Min: same(Math.min),
  Max: same(Math.max),
  Equal: compare((a, b) => a === b),
  Less: compare((a, b) => a < b),
  LessOrEqual: compare((a, b) => a <= b),
  Greater: compare((a, b) => a > b),
  GreaterOrEqual: compare((a, b) => a >= b),
  And: same(Math.min),
  Or: same(Math.max),
  Where: kernel((output, _attributes, condition, a, b) => {
    const yes = broadcastTo(a!, output.shape)
    const no = broadcastTo(b!, output.shape)
    return broadcastTo(condition, output.shape).map((chosen, i) => (chosen !== 0 ? yes[i]! : no[i]!))
  }),
}
