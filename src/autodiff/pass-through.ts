// Gradients through what has none of its own: steps, comparisons and whole numbers get a smooth stand-in, backwards only.
import * as g from '../graph/build.ts'
import { applyAll } from '../graph/ops.ts'
import { constant, type Graph, type Node, sortNodes, type Value } from '../graph/value.ts'

/** An operator whose derivative is zero or missing, and what gradients do there. */
export interface Flat {
  /** Of the graph, and as the file has it where it came from one. */
  readonly node: Node
  /** What stands for it when gradients are passed through; undefined where nothing does. */
  readonly standIn: string | undefined
}

export interface PassThroughOptions {
  /** Which nodes with a derivative of zero are passed through; default all. What follows from them is passed through too. */
  readonly where?: (node: Node) => boolean
}

export interface PassedThrough {
  /** Gives what the graph gives, to the bit. */
  readonly graph: Graph
  /** Nodes of the old graph, in its order. */
  readonly flat: readonly Flat[]
}

const isFloat = ({ dtype }: Value): boolean => dtype === 'float32' || dtype === 'float64'

/** Operators on whole numbers and truth values that stand-ins take part in as they are. */
const MOVING = new Set(
  'Identity Reshape Transpose Expand Concat Slice Pad Gather GatherElements Neg Abs Add Sub Mul Min Max Where'.split(
    ' ',
  ),
)

const asFloat = (value: Value): Value => (isFloat(value) ? value : g.cast(value, 'float32'))

/** 1 where two numbers are equal, falling to 0 at a distance of 1. */
const nearness = (a: Value, b: Value): Value => g.relu(g.sub(1, g.abs(g.sub(a, b))))

/** The mean place under a softmax: where the largest number is, if it is by far the largest. */
function meanPlace(x: Value, { axis = 0, keepdims = 1 }: { axis?: number; keepdims?: number }): Value {
  const length = x.shape[axis]!
  const places = constant(
    Float64Array.from({ length }, (_, i) => i),
    x.shape.map((_, i) => (i === axis ? length : 1)),
    x.dtype,
  )
  return g.reduceSum(g.mul(g.softmax(x, axis), places), { axes: [axis], keepdims: keepdims === 1 })
}

interface StandIn {
  readonly words: string
  /** From the inputs, or what stands for them, as floating-point numbers. */
  readonly of: (inputs: readonly [Value, ...Value[]], node: Node) => Value
}
const identity: StandIn = { words: 'taken as the identity', of: ([x]) => x }
const sigmoid = (words: string, of: (a: Value, b: Value) => Value): StandIn => ({
  words: `taken as a sigmoid of ${words}`,
  of: ([a, b]) => g.sigmoid(of(a, b!)),
})

/** By operator, what stands for it. */
const STAND_INS: Readonly<Record<string, StandIn>> = {
  Round: identity,
  Floor: identity,
  Ceil: identity,
  Cast: identity,
  Sign: { words: 'taken as the identity between -1 and 1', of: ([x]) => g.max(g.min(x, 1), -1) },
  Greater: sigmoid('the difference', (a, b) => g.sub(a, b)),
  GreaterOrEqual: sigmoid('the difference', (a, b) => g.sub(a, b)),
  Less: sigmoid('the difference', (a, b) => g.sub(b, a)),
  LessOrEqual: sigmoid('the difference', (a, b) => g.sub(b, a)),
  Equal: { words: 'taken as 1 less the distance', of: ([a, b]) => nearness(a, b!) },
  Not: { words: 'taken as 1 less the number', of: ([x]) => g.sub(1, x) },
  And: { words: 'taken as the smaller', of: ([a, b]) => g.min(a, b!) },
  Or: { words: 'taken as the larger', of: ([a, b]) => g.max(a, b!) },
  ArgMax: {
    words: 'taken as the mean place under a softmax',
    of: ([x], { attributes }) => meanPlace(x, attributes as { axis?: number; keepdims?: number }),
  },
}

/** Whether a node turns floating-point numbers that may vary into something without a derivative. */
const isFlat = ({ op, inputs, outputs }: Node): boolean =>
  op in STAND_INS && inputs.some(isFloat) && (op !== 'Cast' || !isFloat(outputs[0]!))

/** Nodes that depend on an input. */
function varying(nodes: readonly Node[]): Set<Node> {
  const found = new Set<Node>()
  for (const node of nodes)
    if (node.op === 'Input' || node.inputs.some((value) => found.has(value.node))) found.add(node)
  return found
}

/**
 * Whole numbers and truth values that only choose (the condition of a Where, an index) need no stand-in: the gradient of what
 * is chosen is right without. Those that become numbers again do.
 */
function becomesNumber(nodes: readonly Node[]): Set<Node> {
  const needed = new Set<Node>()
  for (const node of [...nodes].reverse()) {
    const output = node.outputs[0]!
    const passesOn = isFloat(output) ? node.op === 'Cast' : needed.has(node)
    if (!passesOn) continue
    node.inputs.forEach((value, i) => {
      const chooses = (node.op === 'Where' && i === 0) || (node.op.startsWith('Gather') && i === 1)
      if (!isFloat(value) && !chooses) needed.add(value.node)
    })
  }
  return needed
}

/**
 * Backward-pass differentiable approximation: the graph computes what it did, while gradients go through stand-ins.
 * Steps (Round, Floor, Ceil) are taken as the identity, comparisons as sigmoids. Numbers that become whole or truth values on
 * the way and numbers again are followed. What a choice is made by keeps no gradient: the gradient of what is chosen is right.
 *
 * @source Athalye et al. 2018, arXiv:1802.00420 (BPDA); Bengio et al. 2013, arXiv:1308.3432 (straight-through)
 */
export function passThrough(graph: Graph, { where = () => true }: PassThroughOptions = {}): PassedThrough {
  const nodes = sortNodes(Object.values(graph.outputs))
  const varies = varying(nodes)
  const needed = becomesNumber(nodes)
  const flat: Flat[] = []
  /** Values of the new graph by those of the old one. */
  const replaced = new Map<Value, Value>()
  const now = (value: Value): Value => replaced.get(value) ?? value
  /** What stands for whole numbers and truth values of the old graph. */
  const standing = new Map<Value, Value>()
  const stands = (value: Value): Value => standing.get(value) ?? asFloat(now(value))

  for (const node of nodes) {
    if (!varies.has(node) || node.op === 'Input') continue
    const [output] = node.outputs as readonly [Value]
    const inputs = node.inputs.map(now)
    const made = node.inputs.some((value, i) => inputs[i] !== value)
      ? applyAll(node.op, inputs, node.attributes, node.label)
      : node.outputs
    node.outputs.forEach((value, i) => void replaced.set(value, made[i]!))
    const standIn = STAND_INS[node.op]
    if (isFlat(node)) {
      const counts = isFloat(output) || needed.has(node)
      if (counts) flat.push({ node, standIn: where(node) ? standIn!.words : undefined })
      if (!counts || !where(node)) continue
      const through = standIn!.of(node.inputs.map(stands) as [Value, ...Value[]], node)
      if (isFloat(output)) replaced.set(output, g.straightThrough(made[0]!, through))
      else standing.set(output, through)
      continue
    }
    if (!node.inputs.some((value) => standing.has(value))) continue
    if (isFloat(output)) {
      // Whole numbers become numbers again.
      if (node.op === 'Cast')
        replaced.set(output, g.straightThrough(made[0]!, g.cast(stands(node.inputs[0]!), output.dtype)))
    } else if (standIn) standing.set(output, standIn.of(node.inputs.map(stands) as [Value, ...Value[]], node))
    else if (MOVING.has(node.op)) {
      const operands = node.inputs.map((value, i) =>
        (node.op === 'Where' && i === 0) || (node.op.startsWith('Gather') && i === 1)
          ? now(value)
          : stands(value),
      )
      standing.set(output, applyAll(node.op, operands, node.attributes, node.label)[0]!)
    }
  }
  return {
    graph: {
      inputs: graph.inputs,
      outputs: Object.fromEntries(Object.entries(graph.outputs).map(([name, value]) => [name, now(value)])),
    },
    flat,
  }
}
