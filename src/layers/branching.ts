// Networks that branch at their end: a stack of layers, and several heads on top of it.
import { concat } from '../graph/build.ts'
import { checkArgument, checkArguments, listOf, NAME } from '../util/arguments.ts'
import { ConfigError, ShapeError } from '../util/errors.ts'
import { formatShape, sameShape } from '../util/shape.ts'
import { LAYER, type Layer } from './layer.ts'
import { type Network, network } from './network.ts'
import { INPUT, inputPort, OPTIONAL_NAME, type SequentialOptions } from './short-form.ts'

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
  options: SequentialOptions,
  trunk: readonly Layer[],
  heads: readonly Layer[],
): Network {
  checkArguments('branching', options, { name: NAME, input: INPUT, output: OPTIONAL_NAME })
  const { name, output = 'output' } = options
  checkArgument(`branching "${name}"`, 'its second argument, the trunk,', trunk, listOf(LAYER))
  checkArgument(`branching "${name}"`, 'its third argument, the heads,', heads, listOf(LAYER))
  if (heads.length === 0) throw new ConfigError(`network "${name}" needs at least one head`)
  for (const { name: own, type } of heads)
    if (!own) throw new ConfigError(`network "${name}": the head ${type} needs a name`)
  const [input, shape] = inputPort(options.input)
  return network(name, { [input]: shape }, (given, apply) => {
    const below = apply(trunk, given[input]!)
    const tops = heads.map((head) => apply(head, below))
    const [first, ...others] = tops.map((top) => top.shape.slice(1))
    for (const other of others)
      if (other.length !== first!.length || !sameShape(other.slice(0, -1), first!.slice(0, -1)))
        throw new ShapeError(
          `network "${name}": outputs of heads may differ in the last axis only, got ${formatShape(first!)} and ${formatShape(other)}`,
        )
    return { [output]: concat(tops, first!.length) }
  })
}
