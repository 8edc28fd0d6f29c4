// Kernel of ScanSlices: one run of a sub-graph for each slice.
import { sizeOf } from '../../util/shape.ts'
import type { Graph } from '../value.ts'
import type { Kernel } from './kernel.ts'

export const SCANS: Readonly<Record<string, Kernel>> = {
  ScanSlices: ({ inputs, attributes, outputs, run }) => {
    const body = attributes.body as Graph
    const shared = (attributes.shared as number | undefined) ?? 0
    const length = inputs.at(-1)!.shape[0]!
    const results = outputs.map(({ shape }) => new Float64Array(sizeOf(shape)))
    for (let i = 0; i < length; i++) {
      const slices = inputs.map(({ data, shape }, position) => {
        if (position < shared) return data
        const size = sizeOf(shape.slice(1))
        return data.subarray(i * size, (i + 1) * size)
      })
      run(body, slices).forEach((data, output) => {
        results[output]!.set(data, i * data.length)
      })
    }
    return results
  },
}
