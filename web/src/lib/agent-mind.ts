// The network of an agent at work in the page: what it makes of what is seen, and on what that hangs.
import type { Observation } from '../../../src/environments/spaces.ts'
import { openWebModel, type WebModel } from '../../../src/runtime/web.ts'
import type { RunParts } from '../../../src/server/protocol.ts'
import type { Think } from './agent-play.ts'
import type { RunSource } from './source.ts'

export type AgentParts = NonNullable<RunParts['agent']>

/** Numbers `[rows, ...]` as rows. */
const rowsOf = <Row>(data: Float32Array, rows: number, made: (part: Float32Array) => Row): Row[] =>
  Array.from({ length: rows }, (_, i) =>
    made(data.slice((i * data.length) / rows, ((i + 1) * data.length) / rows)),
  )

export interface Mind {
  readonly think: Think
  close(): Promise<void>
}

/** Opens the network with the newest weights. */
export async function openMind(
  source: RunSource,
  { network, actions }: AgentParts,
  shape: readonly number[],
): Promise<Mind> {
  const [bytes, options] = await Promise.all([source.network(network), source.runtime()])
  const model: WebModel = await openWebModel(bytes, { ...options, backend: 'wasm' })
  return {
    async think(seen: Observation) {
      const made = await model.run({ observation: { data: seen, shape: [1, ...shape] } })
      const data = (name: string): Float32Array | undefined => made[name]?.data as Float32Array | undefined
      const probabilities = data('probabilities')
      return {
        values: Array.from(data('values')!),
        ...(probabilities
          ? { probabilities: rowsOf(probabilities, actions.length, (part) => Array.from(part)) }
          : {}),
        saliency: rowsOf(data('saliency')!, actions.length, (part) => part),
      }
    },
    close: () => model.close(),
  }
}
