// What reading one model has taken so far: nodes, numbers and operations, held against the limits.
import type { Node, Value } from '../graph/value.ts'
import { DataError } from '../util/errors.ts'
import { formatCount } from '../util/format.ts'
import { formatShape, type Shape, sizeOf } from '../util/shape.ts'
import { LIMITS } from './limits.ts'

/** `[1, 2, 3, ...]` where a shape has more axes than anybody reads. */
const shown = (shape: Shape): string =>
  shape.length <= 16 ? formatShape(shape) : `[${shape.slice(0, 16).join(', ')}, ...] (${shape.length} axes)`

/** @throws DataError unless these are lengths of axes, not too many, of a tensor that can be counted */
export function checkShape(shape: Shape, what: string): void {
  if (shape.length > LIMITS.rank)
    throw new DataError(`${what} has ${formatCount(shape.length)} axes, the limit is ${LIMITS.rank}`)
  if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0))
    throw new DataError(`${what} would have the shape ${shown(shape)}, which is none; the file is damaged`)
  // Lengths beside a 0 count too: reductions take the 0 away.
  if (!(shape.reduce((size, length) => size * Math.max(length, 1), 1) <= LIMITS.elements))
    throw new DataError(
      `${what} would have the shape ${shown(shape)}, which is more than the ${formatCount(LIMITS.elements)} numbers a tensor may have; give smaller free axes, or export the model for smaller inputs`,
    )
}

/** Operators whose every element takes a function call or two in the interpreter. */
const SLOW = new Set([
  'Exp',
  'Log',
  'Sin',
  'Cos',
  'Tanh',
  'Erf',
  'Sigmoid',
  'Softplus',
  'Pow',
  'Gather',
  'Concat',
])

/** About how many elementary operations the interpreter needs for a node. */
function workOf({ op, inputs, outputs }: Node): number {
  if (op === 'Constant') return 0
  const sizes = inputs.map(({ shape }) => sizeOf(shape))
  const out = outputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  const moved = sizes.reduce((sum, size) => sum + size, out) + 64
  if (SLOW.has(op)) return moved + 8 * out
  if (op === 'MatMul') return moved + out * (inputs[0]!.shape.at(-1) ?? 1)
  // Both forms of a convolution visit every weight of a filter for every place that it is laid on.
  const perFilter = (): number => sizes[1]! / Math.max(inputs[1]!.shape[0] ?? 1, 1)
  if (op === 'Conv') return moved + 4 * out * perFilter()
  if (op === 'ConvInputGradient') return moved + 4 * sizes[0]! * perFilter()
  return moved
}

/** The limits of one model, and how much of them is used. All methods throw DataError with what is too much. */
export class Budget {
  readonly #fileBytes: number
  #nodes = 0
  #made = 0
  #work = 0
  /** Operations that each node needs when it is computed from constants; infinite where it reads an input. */
  readonly #costs = new WeakMap<Node, number>()

  constructor(fileBytes: number) {
    this.#fileBytes = fileBytes
  }

  /** Counts nodes before they are made or read. */
  addNodes(count: number): void {
    this.#nodes += count
    if (this.#nodes > LIMITS.nodes)
      throw new DataError(
        `with functions expanded and operators taken apart the model has more than ${formatCount(LIMITS.nodes)} nodes, the limit; it is damaged, or made to fill the memory`,
      )
  }

  /** Counts numbers of a constant before there is memory for them. */
  addNumbers(count: number, what: string): void {
    const most = LIMITS.made + this.#fileBytes
    if (!(this.#made + count <= most))
      throw new DataError(
        `${what} of ${formatCount(count)} numbers is too large: reading this file may make ${formatCount(most)} (${formatCount(LIMITS.made)} and one for each of its bytes), and ${formatCount(this.#made)} are made; the file is damaged, or made to fill the memory`,
      )
    this.#made += count
  }

  /** @throws DataError when something is taken apart into too many places */
  checkUnrolled(count: number, what: string): void {
    if (!(count <= LIMITS.unrolled))
      throw new DataError(
        `${what} is ${formatCount(count)}, the limit is ${formatCount(LIMITS.unrolled)}; export the model with a smaller one`,
      )
  }

  /** Whether a constant of this size that takes so much work is computed ahead; if so, counts it. */
  takeWork(work: number, size: number): boolean {
    const share = work <= LIMITS.smallWork ? 1 : 0.75
    const fits =
      work <= LIMITS.work &&
      this.#work + work <= share * (LIMITS.totalWork + 2 * this.#fileBytes) &&
      this.#made + size <= share * (LIMITS.made + this.#fileBytes)
    if (!fits) return false
    this.#work += work
    this.#made += size
    return true
  }

  /**
   * Counts and checks what a value was made of since the last time, and tells how many operations it takes to compute;
   * infinitely many when it depends on what is fed when the model runs. Of parts that are used several times each use
   * counts, which is more than it takes.
   */
  costOf({ node }: Value): number {
    const stack = [node]
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!
      const waiting = this.#costs.has(top)
        ? []
        : top.inputs.filter((operand) => !this.#costs.has(operand.node))
      if (waiting.length > 0) {
        for (const operand of waiting) stack.push(operand.node)
        continue
      }
      stack.pop()
      if (this.#costs.has(top)) continue
      this.addNodes(1)
      for (const { shape } of top.outputs) checkShape(shape, 'a tensor')
      const cost = top.op === 'Input' ? Number.POSITIVE_INFINITY : workOf(top)
      this.#costs.set(
        top,
        top.inputs.reduce((sum, operand) => sum + this.#costs.get(operand.node)!, cost),
      )
    }
    return this.#costs.get(node)!
  }
}
