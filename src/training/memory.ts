// How much memory a step takes, told from its graph before anything of it is made.
import type { Columns } from '../data/source.ts'
import { bytesOf, type Graph, sortNodes, type Value } from '../graph/value.ts'
import { ConfigError } from '../util/errors.ts'
import { formatSize } from '../util/format.ts'
import { formatShape } from '../util/shape.ts'

/**
 * Bytes that are in use at the worst moment of a run of a graph, when nodes are computed in their order and every array
 * goes after its last reader: inputs, outputs and what lies between. What a kernel needs for itself comes on top.
 */
export function peakBytes({ inputs, outputs }: Graph): number {
  const results = Object.values(outputs)
  const order = sortNodes(results)
  const lastReader = new Map<Value, number>()
  order.forEach(({ inputs: read }, at) => {
    for (const value of read) lastReader.set(value, at)
  })
  // Inputs are somebody else's and stay; results stay as well.
  const kept = new Set<Value>([...inputs, ...results])
  const goes = new Map<number, number>()
  let now = inputs.reduce((sum, value) => sum + bytesOf(value), 0)
  let peak = now
  order.forEach(({ op, outputs: made, inputs: read, attributes }, at) => {
    // What a loop needs for one pass beside what it is given, which is there already.
    const own = attributes.body
      ? peakBytes(attributes.body as Graph) - read.reduce((sum, value) => sum + bytesOf(value), 0)
      : 0
    peak = Math.max(peak, now + own)
    if (op !== 'Input')
      for (const value of made) {
        const bytes = bytesOf(value)
        now += bytes
        const last = lastReader.get(value) ?? at
        if (!kept.has(value)) goes.set(last, (goes.get(last) ?? 0) + bytes)
      }
    peak = Math.max(peak, now)
    now -= goes.get(at) ?? 0
  })
  return peak
}

/**
 * @param most  bytes that a step may take
 * @throws ConfigError when it takes more, with what makes it smaller
 */
export function checkMemory(
  graph: Graph,
  most: number,
  { batchSize, columns }: { readonly batchSize: number; readonly columns: Columns },
): void {
  const bytes = peakBytes(graph)
  if (bytes <= most) return
  const [first] = Object.values(columns)
  throw new ConfigError(
    `a step of ${batchSize} examples ${first ? `${formatShape(first.shape)} ` : ''}takes about ${formatSize(bytes)} of memory, expected at most the ${formatSize(most)} that one may take here; choose a smaller --batch-size or --image-size, or a smaller model`,
  )
}
