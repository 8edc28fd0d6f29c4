// Kernel of Repeat: a sub-graph run on what it left before.
import type { Graph } from '../value.ts'
import type { Kernel } from './kernel.ts'

export const LOOPS: Readonly<Record<string, Kernel>> = {
  Repeat: ({ inputs, attributes, run }) => {
    const body = attributes.body as Graph
    const count = attributes.carried as number
    const data = inputs.map((given) => given.data)
    const captured = data.slice(count)
    let carried = data.slice(0, count)
    for (let pass = 0; pass < (attributes.times as number); pass++)
      carried = run(body, [...carried, ...captured])
    // A body may hand an input on, or give one value twice.
    return carried.map((result) => result.slice())
  },
}
