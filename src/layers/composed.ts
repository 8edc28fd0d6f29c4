// Several networks that are one: called with operators between them, weights by the names that they have.
import { input as inputValue } from '../graph/value.ts'
import { ConfigError } from '../util/errors.ts'
import type { RandomSource } from './layer.ts'
import type { Network, NetworkCall } from './network.ts'
import { checkInputs, type NamedValues, type Port, type Ports } from './ports.ts'
import { weightInputs } from './use.ts'

/** Asked for nothing, in inference mode. */
const noRandom = {} as RandomSource

/**
 * Calls a part, and gives its outputs by name.
 *
 * @param tap  is told what goes into every layer of it
 */
export type CallPart = (part: Network, inputs: NamedValues, tap?: NetworkCall['tap']) => NamedValues

/** @throws ConfigError when two parts have a layer, and so weights, of one name */
function checkRows(name: string, parts: readonly Network[]): void {
  const rows = parts.flatMap(({ rows: own }) => own.map((row) => row.name))
  const twice = rows.find((row, at) => rows.indexOf(row) < at)
  if (twice !== undefined)
    throw new ConfigError(
      `network "${name}": expected parts whose layers have names of their own, got two layers named "${twice}"; give one another name`,
    )
}

/**
 * One network of several. Its parts are named as it is, so that their weights are `name/layer/weight` as those of any network.
 *
 * @param name    of the whole and of every part
 * @param inputs  of the whole
 * @param parts   in the order in which summaries show their layers
 * @param build   writes the outputs; called anew for every use
 * @throws ConfigError for parts of another name, and when two of them have a layer of one name
 */
export function composed(
  name: string,
  inputs: Ports,
  parts: readonly Network[],
  build: (inputs: NamedValues, call: CallPart) => NamedValues,
): Network {
  const stranger = parts.find((part) => part.name !== name)
  if (stranger)
    throw new ConfigError(`network "${name}": expected parts of that name, got "${stranger.name}"`)
  checkRows(name, parts)
  const call = ({ inputs: given, weights, tap, ...mode }: NetworkCall) => {
    checkInputs(name, inputs, given)
    const updates: Record<string, NamedValues[string]> = {}
    const outputs = build(given, (part, own, listen) => {
      const result = part.call({
        ...mode,
        inputs: own,
        // A second call moves the moving statistics on from where the first left them.
        weights: { ...weights, ...updates },
        tap(layer, value) {
          tap?.(layer, value)
          listen?.(layer, value)
        },
      })
      Object.assign(updates, result.updates)
      return result.outputs
    })
    return { outputs, updates }
  }
  const traced = call({
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([port, { shape, dtype }]) => [
        port,
        inputValue(port, [1, ...shape], dtype),
      ]),
    ),
    weights: weightInputs(...parts),
    training: false,
    random: noRandom,
  }).outputs
  return {
    name,
    inputs,
    outputs: Object.fromEntries(
      Object.entries(traced).map(([port, { shape, dtype }]): [string, Port] => [
        port,
        { shape: shape.slice(1), ...(dtype === 'int64' ? { dtype } : {}) },
      ]),
    ),
    rows: parts.flatMap(({ rows }) => rows),
    weights: parts.flatMap(({ weights }) => weights),
    call,
  }
}
