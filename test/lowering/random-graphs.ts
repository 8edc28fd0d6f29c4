// Random graphs for property tests: a recipe of small integers, and the graph that it describes.
import fc from 'fast-check'
import { gradients } from '../../src/autodiff/backward.ts'
import * as g from '../../src/graph/build.ts'
import { constant, type Graph, input, type Value } from '../../src/graph/value.ts'
import { broadcastShapes, type Shape, sizeOf } from '../../src/util/shape.ts'

/** One operation: which, on which of the values so far, and a number that decides its details. */
export interface Instruction {
  readonly op: number
  readonly a: number
  readonly b: number
  readonly detail: number
}
export type Recipe = readonly Instruction[]

export interface RandomGraphOptions {
  /** Leaves out what jumps or bends, so that rounding cannot change a result by much; default false. */
  readonly smooth?: boolean
  /** Values that could become larger than this are squashed; default 1e4. */
  readonly limit?: number
}

/** A value with a bound of its absolute value, for inputs in [-1, 1]. */
interface Bounded {
  readonly value: Value
  readonly bound: number
}

const LEAVES: readonly Shape[] = [[4, 3], [3], [1, 3], [4, 1], [3, 5], [2, 4, 3], [], [4, 4]]
/** Halves and wholes: folding them rounds nothing, so that comparisons come out the same. */
const NUMBERS = [0, 1, -1, 2, -0.5, 0.25]
const MOST_ELEMENTS = 600

const pick = <T>(list: readonly T[], index: number): T => list[index % list.length]!

/** From two operands, a detail and all values so far to a new value, if they fit. */
type Operation = (a: Bounded, b: Bounded, detail: number, all: readonly Bounded[]) => Bounded | undefined

const fits = (a: Shape, b: Shape): boolean => {
  try {
    return sizeOf(broadcastShapes(a, b)) <= MOST_ELEMENTS
  } catch {
    return false
  }
}
const unary =
  (f: (x: Value) => Value, bound: (x: number) => number = (x) => x): Operation =>
  (a) => ({ value: f(a.value), bound: bound(a.bound) })
const binary =
  (f: (x: Value, y: Value) => Value, bound: (x: number, y: number) => number): Operation =>
  (a, b) =>
    fits(a.value.shape, b.value.shape)
      ? { value: f(a.value, b.value), bound: bound(a.bound, b.bound) }
      : undefined
const sum = (x: number, y: number): number => x + y

/** A number as a scalar, as a filled array of the shape of `like`, or as an expanded scalar. */
function numberLike(number: number, like: Value, form: number): Value {
  const filled = constant(new Float64Array(sizeOf(like.shape)).fill(number), like.shape)
  return pick([constant([number], []), filled, g.expand(constant([number], []), like.shape)], form)
}
const withNumber =
  (f: (x: Value, c: Value) => Value, bound: (x: number, c: number) => number, numbers = NUMBERS): Operation =>
  (a, _b, detail) => {
    const number = pick(numbers, detail)
    const other = numberLike(number, a.value, Math.floor(detail / 8))
    const [x, y] = (detail >> 6) % 2 === 0 || numbers !== NUMBERS ? [a.value, other] : [other, a.value]
    return { value: f(x, y), bound: bound(a.bound, Math.abs(number)) }
  }
const reduction =
  (f: (x: Value, options: g.Reduction) => Value, grows: boolean): Operation =>
  (a, _b, detail) => {
    const axes = a.value.shape.flatMap((_, axis) => ((detail >> (axis + 1)) % 2 === 1 ? [axis] : []))
    const count = axes.reduce((product, axis) => product * a.value.shape[axis]!, 1)
    const value = f(a.value, { axes, keepdims: detail % 2 === 1 })
    return { value, bound: grows ? a.bound * count : a.bound }
  }

/** The first way, beginning with one that `detail` picks, in which two values can be multiplied as matrices. */
function productOf(a: Bounded, b: Bounded, detail: number): Bounded | undefined {
  if (a.value.shape.length < 2 || b.value.shape.length < 2) return undefined
  for (let way = 0; way < 4; way++) {
    const [turnA, turnB] = [(way + detail) % 2 === 1, ((way + detail) >> 1) % 2 === 1]
    const x = turnA ? g.transposeLast(a.value) : a.value
    const y = turnB ? g.transposeLast(b.value) : b.value
    if (x.shape.at(-1) !== y.shape.at(-2) || !fits(x.shape.slice(0, -2), y.shape.slice(0, -2))) continue
    return { value: g.matMul(x, y), bound: a.bound * b.bound * x.shape.at(-1)! }
  }
  return undefined
}

/** A product with the first partner that fits, beginning with `b`. */
const product: Operation = (a, b, detail, all) =>
  [b, ...all].map((partner) => productOf(a, partner, detail)).find((made) => made !== undefined)

/** A product of matrices plus a row, on either side: what a dense layer does. */
const dense: Operation = (a, b, detail, all) => {
  const { shape } = a.value
  const rows = { ...a, value: g.reshape(a.value, [sizeOf(shape.slice(0, -1)), shape.at(-1) ?? 1]) }
  const matrices = [b, ...all].filter(({ value }) => value.shape.length === 2)
  const made = matrices.map((matrix) => productOf(rows, matrix, detail)).find((found) => found !== undefined)
  const columns = made?.value.shape.at(-1)
  const row = [...all]
    .reverse()
    .find(({ value }) => value.shape.at(-1) === columns && sizeOf(value.shape) === columns)
  if (!made || !row) return made
  const value = detail % 2 === 0 ? g.add(made.value, row.value) : g.add(row.value, made.value)
  return { value, bound: made.bound + row.bound }
}

const transposition: Operation = (a, _b, detail) => {
  const left = a.value.shape.map((_, axis) => axis)
  const perm: number[] = []
  for (let code = detail; left.length > 0; code = Math.floor(code / 3))
    perm.push(...left.splice(code % left.length, 1))
  return { value: g.transpose(a.value, perm), bound: a.bound }
}

const reshaping: Operation = (a, _b, detail) => {
  const { shape } = a.value
  const shapes: Shape[] = [
    [sizeOf(shape)],
    [1, ...shape],
    [...shape, 1],
    shape.filter((length) => length !== 1),
    [...shape].reverse(),
    [sizeOf(shape.slice(0, -1)), shape.at(-1) ?? 1],
  ]
  const target = pick(shapes, detail)
  return target.length > 4 ? undefined : { value: g.reshape(a.value, target), bound: a.bound }
}

const expansion: Operation = (a, _b, detail) => {
  const { shape } = a.value
  const wide = shape.map((length) => (length === 1 ? 4 : length))
  const target = pick([wide, [2, ...wide], [1, ...shape], shape], detail)
  if (target.length > 4 || sizeOf(target) > MOST_ELEMENTS) return undefined
  return { value: g.expand(a.value, target), bound: a.bound }
}

const SMOOTH: readonly Operation[] = [
  unary(g.tanh, () => 1),
  unary(g.sigmoid, () => 1),
  unary(g.softplus, (x) => x + 1),
  unary(g.neg),
  unary((x) => g.neg(g.neg(x))),
  unary(g.identity),
  unary(g.square, (x) => x * x),
  unary(
    (x) => g.sqrt(g.add(g.square(x), 1)),
    (x) => x + 1,
  ),
  binary(g.add, sum),
  binary(g.add, sum),
  binary(g.sub, sum),
  binary(g.mul, (x, y) => x * y),
  binary(
    (x, y) => g.mul(g.neg(x), g.neg(y)),
    (x, y) => x * y,
  ),
  binary((x, y) => g.add(x, g.neg(y)), sum),
  binary(
    (x, y) => g.div(x, g.add(g.square(y), 1)),
    (x) => x,
  ),
  withNumber(g.add, sum),
  withNumber(g.sub, sum),
  withNumber(g.mul, (x, c) => x * Math.max(1, c)),
  withNumber(g.div, (x) => 4 * x, [1, -1, 2, 0.25]),
  reduction(g.reduceSum, true),
  reduction(g.reduceMean, false),
  reduction(g.reduceSum, true),
  product,
  product,
  product,
  dense,
  dense,
  transposition,
  transposition,
  reshaping,
  reshaping,
  expansion,
  expansion,
]
const BENT: readonly Operation[] = [
  unary(g.relu),
  unary(g.abs),
  unary((x) => g.leakyRelu(x, 0.25)),
  binary(g.max, Math.max),
  binary(g.min, Math.max),
  binary((x, y) => g.where(g.greater(x, y), x, y), Math.max),
  binary((x, y) => g.where(g.less(x, 0), g.expand(y, broadcastShapes(x.shape, y.shape)), x), Math.max),
  reduction(g.reduceMax, false),
]

/**
 * The graph of a recipe: its last values, and the gradients of their sum with respect to all inputs, because the
 * graphs that are lowered in earnest are mostly gradients.
 */
export function graphOfRecipe(
  recipe: Recipe,
  { smooth = false, limit = 1e4 }: RandomGraphOptions = {},
): Graph {
  const operations = smooth ? SMOOTH : [...SMOOTH, ...BENT]
  const leaves = LEAVES.map((shape, i) => input(`x${i}`, shape))
  const values: Bounded[] = leaves.map((value) => ({ value, bound: 1 }))
  for (const { op, a, b, detail } of recipe) {
    // Later values are picked more often, so that recipes grow deep.
    const operand = (index: number): Bounded => pick(values.slice(index % 2 === 0 ? -4 : 0), index >> 1)
    const made = pick(operations, op)(operand(a), operand(b), detail, values)
    if (!made || sizeOf(made.value.shape) > MOST_ELEMENTS) continue
    values.push(made.bound > limit ? { value: g.tanh(made.value), bound: 1 } : made)
  }
  const last = values.slice(-3).map(({ value }) => value)
  const loss = last.map((value) => g.reduceMean(g.tanh(value))).reduce((x, y) => g.add(x, y))
  const slopes = gradients(loss, leaves)
  return {
    inputs: leaves,
    outputs: Object.fromEntries([
      ...last.map((value, i) => [`y${i}`, value]),
      ...slopes.map((value, i) => [`d${i}`, value]),
    ]),
  }
}

const index = fc.nat({ max: 1023 })

/** Recipes of up to `length` operations. */
export const recipes = (length = 14): fc.Arbitrary<Recipe> =>
  fc.array(fc.record({ op: index, a: index, b: index, detail: index }), { minLength: 3, maxLength: length })
