// Import rules of matrix products.
import * as g from '../../graph/build.ts'
import type { Value } from '../../graph/value.ts'
import { sizeOf } from '../../util/shape.ts'
import { type Call, float, int, operand, operands, type Rule, refuse, text } from './call.ts'

/** A product of tensors of any rank; vectors are matrices of one row or column. */
function matrixProduct(a: Value, b: Value): Value {
  const left = a.shape.length === 1 ? g.reshape(a, [1, a.shape[0]!]) : a
  const right = b.shape.length === 1 ? g.reshape(b, [b.shape[0]!, 1]) : b
  const y = g.matMul(left, right)
  const shape = [...y.shape]
  if (b.shape.length === 1) shape.splice(-1, 1)
  if (a.shape.length === 1) shape.splice(b.shape.length === 1 ? -1 : -2, 1)
  return g.reshape(y, shape)
}

const scaled = (x: Value, factor: number): Value => (factor === 1 ? x : g.mul(x, factor))
const turned = (call: Call, name: string, x: Value): Value =>
  int(call, name, 0) === 1 ? g.transposeLast(x) : x

/** The product of operands with named axes: shared and kept ones in front, summed ones last. */
function einsum(call: Call): Value {
  const equation = text(call, 'equation', '').replaceAll(' ', '')
  const values = operands(call)
  const [left = '', right] = equation.split('->')
  const terms = left.split(',')
  const letters = [...left.replaceAll(',', '')]
  const output =
    right ??
    [...new Set(letters)]
      .filter((l) => letters.indexOf(l) === letters.lastIndexOf(l))
      .sort()
      .join('')
  const repeats = [...terms, output].some((term) => new Set(term).size !== term.length)
  if (values.length > 2 || terms.length !== values.length || equation.includes('.') || repeats)
    refuse(`Einsum "${equation}"`, 'one or two operands without repeated letters and dots are')

  const lengths = new Map<string, number>()
  terms.forEach((term, i) => {
    for (const [axis, letter] of [...term].entries()) lengths.set(letter, values[i]!.shape[axis]!)
  })
  /** Sums out what only this operand has, and brings its axes into the order of `letters`. */
  const arrange = (index: number, wanted: readonly string[]): Value => {
    const term = [...terms[index]!]
    const kept = term.filter((letter) => wanted.includes(letter))
    const axes = term.flatMap((letter, axis) => (wanted.includes(letter) ? [] : [axis]))
    return g.transpose(
      g.reduceSum(values[index]!, { axes }),
      wanted.filter((letter) => kept.includes(letter)).map((letter) => kept.indexOf(letter)),
    )
  }
  const out = [...output]
  if (values.length === 1) return arrange(0, out)

  const inBoth = (letter: string): boolean => terms[0]!.includes(letter) && terms[1]!.includes(letter)
  const batch = out.filter(inBoth)
  const summed = [...lengths.keys()].filter((letter) => inBoth(letter) && !output.includes(letter))
  const only = (index: number): string[] => out.filter((l) => terms[index]!.includes(l) && !inBoth(l))
  const size = (list: readonly string[]): number => sizeOf(list.map((letter) => lengths.get(letter)!))
  const flat = (value: Value, ...parts: string[][]): Value => g.reshape(value, parts.map(size))
  const a = flat(arrange(0, [...batch, ...only(0), ...summed]), batch, only(0), summed)
  const b = flat(arrange(1, [...batch, ...summed, ...only(1)]), batch, summed, only(1))
  const made = [...batch, ...only(0), ...only(1)]
  const product = g.reshape(
    g.matMul(a, b),
    made.map((letter) => lengths.get(letter)!),
  )
  return g.transpose(
    product,
    out.map((letter) => made.indexOf(letter)),
  )
}

export const PRODUCTS: Readonly<Record<string, Rule>> = {
  MatMul: (call) => matrixProduct(operand(call, 0), operand(call, 1)),
  Gemm: (call) => {
    const product = g.matMul(
      turned(call, 'transA', operand(call, 0)),
      turned(call, 'transB', operand(call, 1)),
    )
    const y = scaled(product, float(call, 'alpha', 1))
    const c = call.inputs[2]
    return c ? g.add(y, scaled(c, float(call, 'beta', 1))) : y
  },
  Einsum: einsum,
}

/** Operators of ONNX Runtime's own domain. */
export const MICROSOFT: Readonly<Record<string, Rule>> = {
  FusedMatMul: (call) => {
    if (int(call, 'transBatchA', 0) === 1 || int(call, 'transBatchB', 0) === 1) refuse('transBatchA')
    const product = matrixProduct(
      turned(call, 'transA', operand(call, 0)),
      turned(call, 'transB', operand(call, 1)),
    )
    return scaled(product, float(call, 'alpha', 1))
  },
}
