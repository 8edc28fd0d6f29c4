// Mutations of ONNX models as models: nodes, attributes, tensors and shapes, written as a valid file again.
// @ts-check
import { RULES } from '../../../dist/onnx/composites/table.js'
import { decodeModel, encodeModel } from '../../../dist/onnx/proto.js'
import { mutateBytes, pick } from './mutate.mjs'

/** @typedef {import('./mutate.mjs').Random} Random */

const OPS = Object.keys(/** @type {Record<string, object>} */ (RULES)[''] ?? {}).concat('If', 'Loop')
const INTS = [
  -(2 ** 63),
  -(2 ** 31),
  -3,
  -2,
  -1,
  0,
  1,
  2,
  3,
  4,
  5,
  64,
  65,
  1000,
  4096,
  65536,
  2 ** 22,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 40,
  2 ** 62,
]
const FLOATS = [0, -1, 1, 0.5, 1e-30, 3e38, Number.NaN, Number.POSITIVE_INFINITY, -0.1]
const NAMES = [
  ...[
    'axis',
    'axes',
    'perm',
    'kernel_shape',
    'strides',
    'pads',
    'dilations',
    'group',
    'mode',
    'to',
    'value',
    'alpha',
  ],
  ...[
    'keepdims',
    'blocksize',
    'equation',
    'auto_pad',
    'output_shape',
    'num_groups',
    'value_ints',
    'size',
    'shape',
  ],
]

/** @param {Random} random */
const int = (random) => (random.integer(3) ? random.integer(6) - 1 : pick(random, INTS))

/** Changes one attribute in place. @param {any} attribute @param {Random} random */
function mutateAttribute(attribute, random) {
  if (attribute.ints?.length > 0 && random.integer(4)) {
    const ints = [...attribute.ints]
    const how = random.integer(4)
    if (how === 0) ints.push(int(random))
    else if (how === 1) ints.pop()
    else ints[random.integer(ints.length)] = int(random)
    attribute.ints = ints
  } else if (attribute.i !== undefined && random.integer(4)) attribute.i = int(random)
  else if (attribute.f !== undefined && random.integer(4)) attribute.f = pick(random, FLOATS)
  else if (attribute.t && random.integer(4)) mutateTensor(attribute.t, random)
  else if (attribute.g && random.integer(4)) mutateGraph(attribute.g, random)
  else if (attribute.s && random.integer(4))
    attribute.s = mutateBytes(new Uint8Array(attribute.s), random, attribute.s)
  else if (random.integer(2)) attribute.name = pick(random, NAMES)
  else attribute.type = pick(random, [0, 1, 2, 3, 4, 5, 6, 7, 8])
}

/** @param {any} tensor @param {Random} random */
function mutateTensor(tensor, random) {
  const how = random.integer(5)
  if (how === 0) tensor.dims = [...tensor.dims, pick(random, [1, 1, 0, 2])]
  else if (how === 1 && tensor.dims.length > 0) {
    tensor.dims = [...tensor.dims]
    tensor.dims[random.integer(tensor.dims.length)] = int(random)
  } else if (how === 2) tensor.dataType = 1 + random.integer(16)
  else if (tensor.rawData?.length > 0) {
    const raw = new Uint8Array(tensor.rawData)
    // Whole int64 or float32 numbers stay whole: shapes and scales get interesting values.
    const view = new DataView(raw.buffer)
    if (tensor.dataType === 7)
      view.setBigInt64(8 * random.integer(Math.max(raw.length / 8, 1) | 0), BigInt(int(random)), true)
    else if (tensor.dataType === 1)
      view.setFloat32(4 * random.integer((raw.length / 4) | 0), pick(random, FLOATS), true)
    else raw[random.integer(raw.length)] = random.integer(256)
    tensor.rawData = raw
  }
}

/** @param {any} graph @param {Random} random */
function mutateGraph(graph, random) {
  const nodes = [...graph.node]
  graph.node = nodes
  const names = [...graph.input, ...(graph.initializer ?? [])]
    .map(({ name }) => name)
    .concat(nodes.flatMap(({ output }) => output))
  const at = random.integer(Math.max(nodes.length, 1))
  const node = nodes[at]
  const how = random.integer(10)
  if (how <= 1 && graph.initializer?.length > 0) mutateTensor(pick(random, graph.initializer), random)
  else if (how === 2 && graph.input.length > 0) {
    const dims = pick(random, /** @type {any[]} */ (graph.input)).type?.tensorType?.shape?.dim
    if (dims?.length > 0) dims[random.integer(dims.length)].dimValue = int(random)
    if (dims && random.integer(3) === 0) dims.push({ dimValue: 1 })
  } else if (!node) return
  else if (how === 3) node.opType = pick(random, OPS)
  else if (how === 4 && names.length > 0) {
    const input = [...node.input]
    node.input = input
    if (random.integer(3) === 0) input.splice(random.integer(input.length + 1), random.integer(2))
    else input[random.integer(input.length + 1)] = pick(random, [...names, ''])
  } else if (how === 5 && names.length > 0) {
    // A new node behind it, that the outputs read.
    const made = {
      ...node,
      opType: pick(random, OPS),
      input: [pick(random, node.output), pick(random, names)],
      output: ['new'],
    }
    nodes.splice(at + 1, 0, made)
    if (graph.output.length > 0) graph.output = [{ ...graph.output[0], name: 'new' }]
  } else if (how === 6) nodes.splice(at, 1)
  else if (node.attribute?.length > 0 && random.integer(5))
    mutateAttribute(pick(random, node.attribute), random)
  else {
    const value = random.integer(2)
      ? { type: 2, i: int(random) }
      : { type: 7, ints: [int(random), int(random)] }
    node.attribute = [...(node.attribute ?? []), { name: pick(random, NAMES), ...value }]
  }
}

/**
 * @param {import('./mutate.mjs').Bytes} bytes @param {Random} random @param {Uint8Array} other
 * @param {readonly Uint8Array[]} [tokens]
 * @returns {import('./mutate.mjs').Bytes}
 */
export function mutateOnnx(bytes, random, other, tokens = []) {
  if (random.integer(3) === 0) return mutateBytes(bytes, random, other, tokens)
  try {
    const model = /** @type {any} */ (structuredClone(decodeModel(bytes)))
    for (let i = random.integer(3); i >= 0; i--) {
      const how = random.integer(12)
      if (how === 0)
        model.opsetImport = [
          { domain: '', version: pick(random, [7, 8, 10, 11, 12, 13, 17, 18, 20, 21, 26]) },
        ]
      else if (how === 1 && model.functions?.length > 0) {
        const called = pick(random, /** @type {any[]} */ (model.functions))
        const body = { node: called.node, input: [], output: [] }
        mutateGraph(body, random)
        called.node = body.node
      } else mutateGraph(model.graph, random)
    }
    return new Uint8Array(encodeModel(model))
  } catch {
    return mutateBytes(bytes, random, other, tokens)
  }
}
