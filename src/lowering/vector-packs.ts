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

/** Nodes that become one: member i of each pack takes part i of the joined vectors. */
export interface Pack {
  readonly members: readonly Node[]
}

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

/** The same operand of every member, when it is one number for all of them. */
export function sharedNumber(values: readonly Value[]): Value | undefined {
  const first = values[0]!
  return isNumber(first) && values.every((value) => value === first) ? first : undefined
}

/** Operand number `at` of every member. */
export const operand = ({ members }: Pack, at: number): Value[] => members.map(({ inputs }) => inputs[at]!)

/** Whether nodes do the same and can be one: distinct, one operator, and each operand a vector or the same number. */
function areAlike(nodes: readonly Node[]): boolean {
  const [first] = nodes
  if (!nodes.every((node) => isSmall(node) && node.op === first!.op) || new Set(nodes).size < nodes.length)
    return false
  return first!.inputs.every((_, at) => {
    const values = operand({ members: nodes }, at)
    return sharedNumber(values) !== undefined || !values.some(isNumber)
  })
}

/** A pack and, below it, packs of its operands as far as they are alike, none of whose members is taken. */
function growPacks(members: readonly Node[], isTaken: (node: Node) => boolean): Pack[] {
  const packs: Pack[] = []
  const mine = new Set<Node>()
  const grow = (nodes: readonly Node[]): void => {
    if (!areAlike(nodes) || nodes.some((node) => isTaken(node) || mine.has(node))) return
    const pack = { members: nodes }
    packs.push(pack)
    for (const node of nodes) mine.add(node)
    nodes[0]!.inputs.forEach((_, at) => {
      grow(operand(pack, at).map(({ node }) => node))
    })
  }
  grow(members)
  return packs
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

/** How many operators packs save: those of all members but one, less those that join operands and split results. */
function savedBy(packs: readonly Pack[], readers: ReadonlyMap<Value, readonly (Node | undefined)[]>): number {
  const inside = new Set(packs.flatMap(({ members }) => members))
  const joined = new Set<string>()
  let saved = 0
  for (const pack of packs) {
    saved += pack.members.length - 1
    pack.members[0]!.inputs.forEach((_, at) => {
      const values = operand(pack, at)
      if (sharedNumber(values) === undefined && !values.every(({ node }) => inside.has(node)))
        joined.add(values.map(({ id }) => id).join())
    })
    const leaves = pack.members.some(({ outputs }) =>
      readers.get(outputs[0]!)?.some((reader) => reader === undefined || !inside.has(reader)),
    )
    if (leaves) saved--
  }
  return saved - joined.size
}

/** Things by a key, the groups and each group's members in the order in which they come. */
function groupBy<T>(things: readonly T[], keyOf: (thing: T) => string): T[][] {
  const groups = new Map<string, T[]>()
  for (const thing of things) {
    const group = groups.get(keyOf(thing))
    if (group) group.push(thing)
    else groups.set(keyOf(thing), [thing])
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
  for (const group of groupBy(ends, ({ outputs }) => kindOf(outputs[0]!, DEPTH))) {
    const members = groupBy(group, ({ outputs }) => kindOf(outputs[0]!, ORDER_DEPTH)).flat()
    const packs = growPacks(members, (node) => found.packOf.has(node))
    if (savedBy(packs, readers) <= 0) continue
    const packOf = new Map(found.packOf)
    for (const pack of packs) for (const node of pack.members) packOf.set(node, pack)
    const order = orderOf(nodes, packOf)
    if (order) found = { packOf, order }
  }
  return found
}
