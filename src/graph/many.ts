// A graph that was made for one example, or for a few, on many of them at once; its constants are shared, not copied.
import { ShapeError } from '../util/errors.ts'
import { formatShape, type Shape, sizeOf } from '../util/shape.ts'
import * as g from './build.ts'
import { applyAll } from './ops.ts'
import { type Graph, inputName, type Node, sortNodes, type Value } from './value.ts'

/**
 * A value of the old graph for `times` copies of what it took. One axis is `times` as long as it was and holds the copies one
 * after another; of a number without axes there is a list.
 */
interface Many {
  readonly value: Value
  readonly axis: number
}

/** Operators that treat every element alike, after broadcasting. */
const ELEMENTWISE = new Set(
  (
    'Identity StopGradient StraightThrough Cast Neg Abs Sign Reciprocal Exp Log Sqrt Sin Cos Tanh Erf Sigmoid Softplus Relu ' +
    'LeakyRelu HardSigmoid Floor Ceil Round Not Add Sub Mul Div Pow Min Max Equal Less LessOrEqual Greater GreaterOrEqual And ' +
    'Or Where'
  ).split(' '),
)
const REDUCTIONS = new Set(['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin'])
/** Operators that work along the axis `axis`, each line for itself. */
const ALONG = new Set(['CumSum', 'TopK', 'GatherElements'])

const longer = (shape: Shape, axis: number, times: number): number[] =>
  shape.map((length, i) => (i === axis ? times * length : length))

class Copier {
  private readonly times: number
  private readonly found = new Map<Value, Many>()

  constructor(times: number) {
    this.times = times
  }

  give(old: Value, many: Many): void {
    this.found.set(old, many)
  }
  get = (old: Value): Many | undefined => this.found.get(old)

  /** [.., times * L, ..] to a shape of the same numbers for each copy. */
  private reshaped({ value, axis }: Many, old: Shape, target: Shape): Many {
    const before = sizeOf(old.slice(0, axis))
    let product = 1
    for (let j = 0; j < target.length; j++) {
      if (product === before) return { value: g.reshape(value, longer(target, j, this.times)), axis: j }
      product *= target[j]!
    }
    if (target.length === 0) return { value: g.reshape(value, [this.times]), axis: 0 }
    // No axis of the new shape begins where the copies do: they go to the front.
    return this.reshaped({ value: this.toFront({ value, axis }, old), axis: 0 }, old, target)
  }

  /** The same numbers with the copies outermost: [times * first, ...]. */
  private toFront({ value, axis }: Many, old: Shape): Value {
    if (axis === 0) return value
    const apart = g.reshape(value, [...old.slice(0, axis), this.times, ...old.slice(axis)])
    const perm = [axis, ...apart.shape.map((_, i) => i).filter((i) => i !== axis)]
    return g.reshape(g.transpose(apart, perm), longer(old, 0, this.times))
  }

  /** A value that is the same for all, repeated along an axis. */
  private repeated(value: Value, axis: number): Value {
    const { shape } = value
    const apart = g.reshape(value, [...shape.slice(0, axis), 1, ...shape.slice(axis)])
    const spread = g.expand(apart, [...shape.slice(0, axis), this.times, ...shape.slice(axis)])
    return g.reshape(spread, longer(shape, axis, this.times))
  }

  /** Operands side by side: all have the copies along one axis of the result, or are the same for all and broadcast. */
  private aligned(inputs: readonly Value[], output: Shape): { values: Value[]; axis: number } | undefined {
    const many = inputs.map(this.get)
    if (output.length === 0) return { values: inputs.map((value, i) => many[i]?.value ?? value), axis: 0 }
    const axes = new Set(
      many.flatMap((one, i) =>
        one && inputs[i]!.shape.length > 0 ? [one.axis + output.length - inputs[i]!.shape.length] : [],
      ),
    )
    if (axes.size > 1) return undefined
    const axis = [...axes][0] ?? 0
    const length = output[axis]!
    const values: Value[] = []
    for (const [i, value] of inputs.entries()) {
      const one = many[i]
      const own = axis - (output.length - value.shape.length)
      if (one && value.shape.length === 0) {
        if (length !== 1) return undefined
        values.push(
          g.reshape(
            one.value,
            longer(
              output.map(() => 1),
              axis,
              this.times,
            ),
          ),
        )
      } else if (one) {
        if (value.shape[own] !== length) return undefined
        values.push(one.value)
      } else values.push(own >= 0 && value.shape[own] !== 1 ? this.repeated(value, own) : value)
    }
    return { values, axis }
  }

  private elementwise(node: Node): Many[] | undefined {
    const sides = this.aligned(node.inputs, node.outputs[0]!.shape)
    return (
      sides && [{ value: applyAll(node.op, sides.values, node.attributes, node.label)[0]!, axis: sides.axis }]
    )
  }

  private product(node: Node): Many[] | undefined {
    const [a, b] = node.inputs as [Value, Value]
    const [left, right] = [this.get(a), this.get(b)]
    const rank = node.outputs[0]!.shape.length
    const from = (value: Value, { axis }: Many): number => axis + rank - value.shape.length
    // Rows of the left side may be of many, and so may columns of the right one; leading axes as in elementwise operators.
    if (left && !right && from(a, left) === rank - 2)
      return [{ value: g.matMul(left.value, b), axis: rank - 2 }]
    if (right && !left && from(b, right) === rank - 1)
      return [{ value: g.matMul(a, right.value), axis: rank - 1 }]
    const axes = [left && from(a, left), right && from(b, right)].filter((axis) => axis !== undefined)
    const axis = axes[0]!
    if (axis >= rank - 2 || axes.some((other) => other !== axis)) return undefined
    const length = node.outputs[0]!.shape[axis]!
    const sides = [a, b].map((value, i) => {
      const one = [left, right][i]
      const own = axis - (rank - value.shape.length)
      if (one) return value.shape[own] === length ? one.value : undefined
      return own >= 0 && value.shape[own] !== 1 ? this.repeated(value, own) : value
    })
    return sides[0] && sides[1] ? [{ value: g.matMul(sides[0], sides[1]), axis }] : undefined
  }

  private reduction(node: Node): Many[] | undefined {
    const [x] = node.inputs as [Value]
    const { value, axis } = this.get(x)!
    const axes = node.attributes.axes as readonly number[]
    if (axes.includes(axis) && x.shape[axis] !== 1) return undefined
    const others = axes.filter((each) => each !== axis)
    const kept =
      others.length === 0 ? value : applyAll(node.op, [value], { axes: others, keepdims: 1 }, node.label)[0]!
    const old = x.shape.map((length, i) => (axes.includes(i) ? 1 : length))
    return [this.reshaped({ value: kept, axis }, old, node.outputs[0]!.shape)]
  }

  /** The rule of an operator; undefined where its operands lie so that there is none. */
  private ruled(node: Node): Many[] | undefined {
    const { op, attributes, inputs, label } = node
    if (ELEMENTWISE.has(op)) return this.elementwise(node)
    if (op === 'MatMul') return this.product(node)
    if (REDUCTIONS.has(op)) return this.reduction(node)
    const x = inputs[0]!
    const first = this.get(x)
    const others = inputs.slice(1).some((value) => this.get(value))
    const again = (given: Many, changed = attributes, axis = given.axis): Many[] =>
      applyAll(op, [given.value, ...inputs.slice(1)], changed, label).map((value) => ({ value, axis }))
    if (op === 'Concat') {
      const axis = attributes.axis as number
      const many = inputs.map(this.get)
      const common = many.find((one) => one)!.axis
      if (common === axis || many.some((one) => one && one.axis !== common)) return undefined
      const sides = inputs.map((value, i) => many[i]?.value ?? this.repeated(value, common))
      return [{ value: g.concat(sides, axis), axis: common }]
    }
    if (op === 'GatherElements') {
      const sides = this.aligned(inputs, node.outputs[0]!.shape)
      const same = inputs.every(
        (value) => value.shape[sides?.axis ?? 0] === node.outputs[0]!.shape[sides?.axis ?? 0],
      )
      if (!sides || !same || sides.axis === attributes.axis) return undefined
      const spread = sides.values.map((value, i) =>
        this.get(inputs[i]!) || value !== inputs[i] ? value : this.repeated(value, sides.axis),
      )
      return [{ value: applyAll(op, spread, attributes, label)[0]!, axis: sides.axis }]
    }
    if (op === 'Gather' && !first) {
      // Rows of a table that each copy looks up for itself.
      const at = this.get(inputs[1]!)!
      if (inputs[1]!.shape.length === 0) return undefined
      const axis = attributes.axis as number
      return [{ value: g.gather(x, at.value, axis), axis: axis + at.axis }]
    }
    if (!first || others) return undefined
    const { axis } = first
    switch (op) {
      case 'Reshape':
        return [this.reshaped(first, x.shape, attributes.shape as Shape)]
      case 'Transpose':
        return again(first, attributes, (attributes.perm as readonly number[]).indexOf(axis))
      case 'Conv':
      case 'ConvInputGradient':
        if (axis !== 0) return undefined
        return again(
          first,
          op === 'Conv'
            ? attributes
            : { ...attributes, inputShape: longer(attributes.inputShape as Shape, 0, this.times) },
        )
      case 'Expand': {
        const shape = attributes.shape as Shape
        const place = axis + shape.length - x.shape.length
        if (x.shape.length === 0 || x.shape[axis] !== shape[place]) return undefined
        return [{ value: g.expand(first.value, longer(shape, place, this.times)), axis: place }]
      }
      case 'Slice':
        return (attributes.axes as readonly number[]).includes(axis) ? undefined : again(first)
      case 'Pad': {
        const pads = attributes.pads as readonly number[]
        return pads[axis] === 0 && pads[x.shape.length + axis] === 0 ? again(first) : undefined
      }
      case 'Gather': {
        const along = attributes.axis as number
        if (along === axis) return undefined
        return again(first, attributes, axis < along ? axis : axis + inputs[1]!.shape.length - 1)
      }
      case 'ArgMax': {
        if (attributes.axis === axis) return undefined
        const kept = applyAll(op, [first.value], { ...attributes, keepdims: 1 }, label)[0]!
        const old = x.shape.map((length, i) => (i === attributes.axis ? 1 : length))
        return [this.reshaped({ value: kept, axis }, old, node.outputs[0]!.shape)]
      }
      default:
        return ALONG.has(op) && attributes.axis !== axis ? again(first) : undefined
    }
  }

  /** [times, ...shape]: the copies along an axis of their own, in front of `rank` others. */
  private stack(old: Value, rank = old.shape.length): Value {
    const one = this.get(old)!
    const front = old.shape.length === 0 ? one.value : this.toFront(one, old.shape)
    return g.reshape(front, [this.times, ...new Array<number>(rank - old.shape.length).fill(1), ...old.shape])
  }

  /** The same for a value that may be the same for all. */
  private stackAny = (old: Value): Value =>
    this.get(old) ? this.stack(old) : g.expand(g.reshape(old, [1, ...old.shape]), [this.times, ...old.shape])

  private unstacked(value: Value): Many {
    const [, first, ...rest] = value.shape
    return { value: first === undefined ? value : g.reshape(value, [this.times * first, ...rest]), axis: 0 }
  }

  /** With the copies along an axis of their own, where they stand in the way of an operator that works along theirs. */
  private stacked(node: Node): Many[] | undefined {
    const { op, attributes, inputs, label } = node
    const [x] = inputs as [Value]
    const made = (values: readonly Value[], changed = attributes): Many[] =>
      applyAll(op, values, changed, label).map((value) => this.unstacked(value))
    if (ELEMENTWISE.has(op) || op === 'MatMul') {
      const rank = node.outputs[0]!.shape.length
      return made(inputs.map((value) => (this.get(value) ? this.stack(value, rank) : value)))
    }
    const axis = ((attributes.axis as number | undefined) ?? 0) + 1
    const axes = (attributes.axes as readonly number[] | undefined)?.map((each) => each + 1)
    if (op === 'Concat' || op === 'GatherElements')
      return made(inputs.map(this.stackAny), { ...attributes, axis })
    if (!this.get(x) || inputs.slice(1).some((value) => this.get(value))) return undefined
    const given = [this.stack(x), ...inputs.slice(1)]
    if (REDUCTIONS.has(op) || op === 'Slice') return made(given, { ...attributes, axes })
    if (op === 'ArgMax' || op === 'TopK' || op === 'CumSum' || op === 'Gather')
      return made(given, { ...attributes, axis })
    if (op === 'Pad') {
      const pads = attributes.pads as readonly number[]
      const rank = x.shape.length
      return made(given, { pads: [0, ...pads.slice(0, rank), 0, ...pads.slice(rank)] })
    }
    if (op !== 'Expand') return undefined
    const shape = attributes.shape as Shape
    return made([this.stack(x, shape.length)], { shape: [this.times, ...shape] })
  }

  /** One copy of a value, as the old graph has it. */
  private copyOf(old: Value, i: number): Value {
    const one = this.get(old)
    if (!one) return old
    const length = old.shape.length === 0 ? 1 : old.shape[one.axis]!
    const part = g.slice(one.value, [{ axis: one.axis, start: i * length, end: (i + 1) * length }])
    return g.reshape(part, old.shape)
  }

  /** Each copy for itself, side by side afterwards: right for every operator, and slow. */
  private oneByOne(node: Node): Many[] {
    const all = Array.from({ length: this.times }, (_, i) =>
      applyAll(
        node.op,
        node.inputs.map((value) => this.copyOf(value, i)),
        node.attributes,
        node.label,
      ),
    )
    return node.outputs.map((old, k) => ({
      value: g.concat(
        all.map((outputs) => (old.shape.length === 0 ? g.reshape(outputs[k]!, [1]) : outputs[k]!)),
        0,
      ),
      axis: 0,
    }))
  }

  copy(node: Node): void {
    const made = this.ruled(node) ?? this.stacked(node) ?? this.oneByOne(node)
    node.outputs.forEach((value, i) => void this.found.set(value, made[i]!))
  }

  /** All copies of an output, outermost first. */
  result(old: Value): Value {
    const one = this.get(old)
    if (!one)
      return old.shape.length === 0 ? g.expand(g.reshape(old, [1]), [this.times]) : this.repeated(old, 0)
    return old.shape.length === 0 ? one.value : this.toFront(one, old.shape)
  }
}

/**
 * The outputs of a graph on `times` examples (or groups of them, where the graph takes groups), as if it had been asked about
 * each alone: what is computed over the first axis of an input in the graph does not reach across.
 *
 * Nodes that depend on no given value are shared with the graph. Where an operator cannot take all at once, it stands there once
 * for each.
 *
 * @param values  by the names of inputs, each with a first axis `times` as long as in the graph; inputs that are not named stay
 * @returns outputs by name, their first axis `times` as long: [times * first, ...]; [times] for a number without axes
 * @throws ShapeError when a value does not have such a shape
 */
export function onMany(
  graph: Graph,
  values: Readonly<Record<string, Value>>,
  times: number,
): Record<string, Value> {
  const copier = new Copier(times)
  for (const port of graph.inputs) {
    const name = inputName(port)!
    const value = values[name]
    if (!value) continue
    const wanted = longer(port.shape, 0, times)
    if (value.dtype !== port.dtype || port.shape.length === 0 || `${value.shape}` !== `${wanted}`)
      throw new ShapeError(
        `input "${name}" for ${times} is ${port.dtype} ${formatShape(wanted)}, got ${value.dtype} ${formatShape(value.shape)}`,
      )
    copier.give(port, { value, axis: 0 })
  }
  for (const node of sortNodes(Object.values(graph.outputs)))
    if (node.inputs.some((value) => copier.get(value))) copier.copy(node)
  return Object.fromEntries(
    Object.entries(graph.outputs).map(([name, value]) => [name, copier.result(value)]),
  )
}
