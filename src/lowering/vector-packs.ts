// Which small vectors of a graph go through the same arithmetic and can be computed at once.
import { type Graph, type Node, sortNodes, type Value } from '../graph/value.ts'
import { sameShape, sizeOf } from '../util/shape.ts'

/** Above this many elements a vector is worth a call of its own. */
const MOST_ELEMENTS = 4096

/** Operators whose results are exactly rounded, so that they do not depend on where in an array a number stands. */
const EXACT = new Set(['Add', 'Sub', 'Mul', 'Div', 'Neg', 'Abs', 'Sqrt'])

/** How far down the arithmetic of two vectors is compared before they count as alike. */
const DEPTH = 3
/** How far down when vectors that are alike are put in order: far enough to keep apart where an optimizer's gradients come from. */
const ORDER_DEPTH = 6

/** Nodes that become one: member i takes part i of the joined vectors. */
export interface Pack {
  readonly members: readonly Node[]
  readonly operands: readonly Operand[]
}

/** One operand of all members: the same number, the results of another pack in the same order, or vectors from anywhere. */
export type Operand =
  | { readonly number: Value }
  | { readonly pack: Pack }
  | { readonly vectors: readonly Value[] }

const isNumber = ({ shape }: Value): boolean => shape.length === 0

/** Arithmetic on vectors of one length, and numbers, that are few enough. */
function isSmall({ op, inputs, outputs }: Node): boolean {
  const { shape, dtype } = outputs[0]!
  return (
    EXACT.has(op) &&
    dtype === 'float32' &&
    shape.length === 1 &&
    sizeOf(shape) <= MOST_ELEMENTS &&
    inputs.every((value) => isNumber(value) || sameShape(value.shape, shape))
  )
}

/** A text that is equal for vectors that go through the same operators, with the same numbers, down to some depth. */
function kindOf(value: Value, depth: number): string {
  const { node } = value
  if (isNumber(value)) return `#${value.id}`
  if (depth === 0) return '.'
  return isSmall(node) ? `${node.op}(${node.inputs.map((given) => kindOf(given, depth - 1)).join()})` : '.'
}

/** Who reads each value; undefined stands for the outputs of the graph. */
function readersOf(graph: Graph, nodes: readonly Node[]): Map<Value, (Node | undefined)[]> {
  const readers = new Map<Value, (Node | undefined)[]>()
  const note = (value: Value, reader: Node | undefined): void => {
    const known = readers.get(value)
    if (known) known.push(reader)
    else readers.set(value, [reader])
  }
  for (const node of nodes) for (const value of node.inputs) note(value, node)
  for (const value of Object.values(graph.outputs)) note(value, undefined)
  return readers
}

/** Whether nodes do the same and can be one: distinct, one operator, and each operand a vector or the same number. */
function areAlike(nodes: readonly Node[]): boolean {
  const [first] = nodes
  return (
    new Set(nodes).size === nodes.length &&
    nodes.every(
      (node) =>
        isSmall(node) &&
        node.op === first!.op &&
        node.inputs.every((value, at) => {
          const other = first!.inputs[at]!
          return isNumber(other) ? value === other : !isNumber(value)
        }),
    )
  )
}

/** Makes a pack of nodes and, below it, packs of their operands as far as they are alike, and notes all in `packOf`. */
function growPack(members: readonly Node[], packOf: Map<Node, Pack>): Pack | undefined {
  const known = packOf.get(members[0]!)
  if (known?.members.length === members.length && known.members.every((node, i) => node === members[i]))
    return known
  if (!areAlike(members) || members.some((node) => packOf.has(node))) return undefined
  const operands: Operand[] = []
  const pack = { members, operands }
  for (const node of members) packOf.set(node, pack)
  members[0]!.inputs.forEach((first, at) => {
    if (isNumber(first)) {
      operands.push({ number: first })
      return
    }
    const vectors = members.map(({ inputs }) => inputs[at]!)
    const below = growPack(
      vectors.map(({ node }) => node),
      packOf,
    )
    operands.push(below ? { pack: below } : { vectors })
  })
  return pack
}

/** Nodes and packs in an order in which each comes after what it reads; undefined when packs wait for each other. */
function orderOf(
  nodes: readonly Node[],
  packOf: ReadonlyMap<Node, Pack>,
): readonly (Node | Pack)[] | undefined {
  const order: (Node | Pack)[] = []
  const state = new Map<Node | Pack, 'open' | 'done'>()
  const unit = (node: Node): Node | Pack => packOf.get(node) ?? node
  const operandsOf = (one: Node | Pack): (Node | Pack)[] =>
    ('members' in one ? one.members.flatMap(({ inputs }) => inputs) : one.inputs).map(({ node }) =>
      unit(node),
    )
  for (const node of nodes) {
    const stack: { one: Node | Pack; operands: (Node | Pack)[] }[] = []
    const enter = (one: Node | Pack): void => {
      state.set(one, 'open')
      stack.push({ one, operands: operandsOf(one) })
    }
    if (!state.has(unit(node))) enter(unit(node))
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const next = top.operands.pop()
      if (next === undefined) {
        state.set(top.one, 'done')
        order.push(top.one)
        stack.pop()
      } else if (state.get(next) === 'open') return undefined
      else if (!state.has(next)) enter(next)
    }
  }
  return order
}

/** A text that is equal for the same values in the same order. */
export const keyOf = (values: readonly Value[]): string => values.map(({ id }) => id).join()

/** How many operators packs save: those of all members but one, less those that join operands and split results. */
function savedBy(packOf: ReadonlyMap<Node, Pack>, readers: ReturnType<typeof readersOf>): number {
  const joined = new Set<string>()
  let saved = 0
  for (const { members, operands } of new Set(packOf.values())) {
    saved += members.length - 1
    for (const operand of operands) if ('vectors' in operand) joined.add(keyOf(operand.vectors))
    const readAlone = members.some(({ outputs }) =>
      readers.get(outputs[0]!)?.some((reader) => !reader || !packOf.has(reader)),
    )
    if (readAlone) saved--
  }
  return saved - joined.size
}

/** Things by a key, the groups and each group's members in the order in which they come. */
function groupBy<T>(things: readonly T[], nameOf: (thing: T) => string): T[][] {
  const groups = new Map<string, T[]>()
  for (const thing of things) {
    const name = nameOf(thing)
    const group = groups.get(name)
    if (group) group.push(thing)
    else groups.set(name, [thing])
  }
  return [...groups.values()]
}

/** What to join, in an order in which every node and every pack comes after what it reads. */
export interface Packing {
  readonly packOf: ReadonlyMap<Node, Pack>
  readonly order: readonly (Node | Pack)[]
}

/** Finds vectors at the end of their arithmetic that are alike, and what they are computed from, as far as joining saves. */
export function findPacks(graph: Graph): Packing {
  const nodes = sortNodes(Object.values(graph.outputs))
  const readers = readersOf(graph, nodes)
  const ends = nodes.filter(
    (node) => isSmall(node) && !readers.get(node.outputs[0]!)?.some((reader) => reader && isSmall(reader)),
  )
  let found: Packing = { packOf: new Map(), order: nodes }
  let saved = 0
  for (const group of groupBy(ends, ({ outputs }) => kindOf(outputs[0]!, DEPTH))) {
    if (group.length === 1) continue
    const packOf = new Map(found.packOf)
    growPack(groupBy(group, ({ outputs }) => kindOf(outputs[0]!, ORDER_DEPTH)).flat(), packOf)
    const saving = savedBy(packOf, readers)
    const order = saving > saved ? orderOf(nodes, packOf) : undefined
    if (!order) continue
    found = { packOf, order }
    saved = saving
  }
  return found
}
