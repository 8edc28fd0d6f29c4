// The order of the rewrites.
import type { Graph } from '../graph/value.ts'
import { lowerConvolutions } from './convolutions.ts'
import { fuseBias, fuseTransposes } from './matrix-products.ts'
import { multiplySums } from './reductions.ts'
import { shareCommon } from './share.ts'
import { simplify } from './simplify.ts'

/** Rewrites a graph of core operators for ONNX Runtime: the same results up to float32 rounding, in less time. */
export function lower(graph: Graph): Graph {
  const passes = [
    lowerConvolutions,
    simplify,
    shareCommon,
    simplify,
    fuseTransposes,
    fuseBias,
    multiplySums,
    shareCommon,
  ]
  return passes.reduce((now, pass) => pass(now), graph)
}
