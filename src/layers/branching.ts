// Networks that branch at their end: a stack of layers, and several heads on top of it.
import { concat } from '../graph/build.ts'
import { checkArgument, checkArguments, listOf, NAME, SHAPE } from '../util/arguments.ts'
import { ConfigError, ShapeError } from '../util/errors.ts'
import { formatShape, type Shape } from '../util/shape.ts'
import { LAYER, type Layer } from './layer.ts'
import { type Network, sequential } from './network.ts'

/**
 * A stack of layers under several heads, each one layer: what a Keras model of several outputs is. The output joins
 * those of the heads along the last axis, in their order.
 *
 * @param options.name   prefix of all weight names, those of the heads included
 * @param options.input  shape of one example, without the batch axis
 * @param trunk          first to last
 * @param heads          layers with names of their own, whose outputs differ in the last axis only
 * @throws ConfigError for arguments that are missing or of another kind and for heads without a name or with a taken one, ShapeError for outputs that cannot be joined
 */
export function branching(
  options: { readonly name: string; readonly input: Shape },
  trunk: readonly Layer[],
  heads: readonly Layer[],
): Network {
  checkArguments('branching', options, { name: NAME, input: SHAPE })
  const { name } = options
  checkArgument(`branching "${name}"`, 'its second argument, the trunk,', trunk, listOf(LAYER))
  checkArgument(`branching "${name}"`, 'its third argument, the heads,', heads, listOf(LAYER))
  if (heads.length === 0) throw new ConfigError(`network "${name}" needs at least one head`)
  const stem = sequential(options, trunk)
  const used = new Set(stem.rows.map((row) => row.name))
  const tops = heads.map((layer) => {
    if (!layer.name) throw new ConfigError(`network "${name}": the head ${layer.type} needs a name`)
    if (used.has(layer.name)) throw new ConfigError(`network "${name}" has two layers named "${layer.name}"`)
    used.add(layer.name)
    return sequential({ name, input: stem.outputShape }, [layer])
  })
  const [first, ...others] = tops.map(({ outputShape }) => outputShape)
  const leading = formatShape(first!.slice(0, -1))
  for (const shape of others)
    if (shape.length !== first!.length || formatShape(shape.slice(0, -1)) !== leading)
      throw new ShapeError(
        `network "${name}": outputs of heads may differ in the last axis only, got ${formatShape(first!)} and ${formatShape(shape)}`,
      )
  const parts = [stem, ...tops]
  const joined = tops.reduce((sum, { outputShape }) => sum + outputShape.at(-1)!, 0)
  return {
    name,
    inputShape: stem.inputShape,
    outputShape: [...first!.slice(0, -1), joined],
    rows: parts.flatMap(({ rows }) => rows),
    weights: parts.flatMap(({ weights }) => weights),
    call(call) {
      const below = stem.call(call)
      const results = tops.map((top) => top.call({ ...call, input: below.output }))
      return {
        output: concat(
          results.map(({ output }) => output),
          first!.length,
        ),
        updates: Object.assign({}, below.updates, ...results.map(({ updates }) => updates)),
      }
    },
  }
}
