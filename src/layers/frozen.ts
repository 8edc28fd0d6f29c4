// Networks that do not learn: their weights stand still, and they are always in inference mode.
import type { Network, NetworkWeight } from './network.ts'

const still = (weight: NetworkWeight): NetworkWeight => ({ ...weight, trainable: false })

/** The same network, called in inference mode whatever is asked, none of whose weights is trainable. */
export const frozenNetwork = (network: Network): Network => ({
  ...network,
  rows: network.rows.map((row) => ({ ...row, weights: row.weights.map(still) })),
  weights: network.weights.map(still),
  call: (call) => ({ outputs: network.call({ ...call, training: false }).outputs, updates: {} }),
})
