// The order of the rewrites.
import type { Graph } from '../graph/value.ts'
import { repeatChannels } from './channel-multipliers.ts'
import { joinChoices } from './choices.ts'
import type { ChooseForms } from './convolution.ts'
import { lowerConvolutions } from './convolutions.ts'
import { multiplyRows } from './depthwise.ts'
import { shareWayBack } from './example-scales.ts'
import { fastConvolutions } from './fast-convolutions.ts'
import { flipKernels } from './flipped-kernels.ts'
import { joinVectors } from './join-vectors.ts'
import { multiplyKernels } from './kernel-products.ts'
import { carryLayout } from './layout.ts'
import { lowerLoops } from './loops.ts'
import { multiplyMasks } from './masks.ts'
import { fuseBias, fuseTransposes } from './matrix-products.ts'
import { multiplySums } from './reductions.ts'
import { shareCommon } from './share.ts'
import { simplify } from './simplify.ts'
import { splitSoftplus } from './softplus.ts'
import { dropTrailingOnes } from './trailing-ones.ts'
import { sumWholeMaps } from './whole-maps.ts'

type Pass = (graph: Graph) => Graph
const run = (graph: Graph, passes: readonly Pass[]): Graph => passes.reduce((now, pass) => pass(now), graph)

/** What both ways share once the convolutions are chosen: no work twice, no transposes inside. */
const tidy: readonly Pass[] = [lowerConvolutions, simplify, shareCommon, carryLayout, simplify]

/** Rewrites that can be left out, to measure what they bring. */
const OPTIONAL = {
  joinChoices,
  shareWayBack,
  sumWholeMaps,
  repeatChannels,
  flipKernels,
  multiplyRows,
  multiplyKernels,
  carryLayout,
  multiplyMasks,
  fuseTransposes,
  fuseBias,
  multiplySums,
  splitSoftplus,
  dropTrailingOnes,
  joinVectors,
}
export type OptionalPass = keyof typeof OPTIONAL

export interface LoweringOptions {
  /** How convolutions are computed; default: by a model of the cost. See `fastConvolutions`. */
  readonly chooseForms?: ChooseForms
  /** Rewrites to leave out; default none. Results are the same, only slower. */
  readonly without?: readonly OptionalPass[]
}

/** Rewrites a graph of core operators for ONNX Runtime: the same results up to float32 rounding, in less time. */
export function lower(graph: Graph, options: LoweringOptions = {}): Graph {
  const { chooseForms, without = [] } = options
  const left = new Set<Pass>(without.map((name) => OPTIONAL[name]))
  const passes: Pass[] = [
    (now) => lowerLoops(now, (body) => lower(body, options)),
    simplify,
    joinChoices,
    shareWayBack,
    sumWholeMaps,
    (now) => fastConvolutions(now, chooseForms),
    repeatChannels,
    flipKernels,
    multiplyRows,
    multiplyKernels,
    ...tidy,
    multiplyMasks,
    fuseTransposes,
    fuseBias,
    multiplySums,
    splitSoftplus,
    dropTrailingOnes,
    simplify,
    shareCommon,
    joinVectors,
  ]
  return run(
    graph,
    passes.filter((pass) => !left.has(pass)),
  )
}

/**
 * Rewrites a graph of core operators for files that others read: ONNX' own operators, convolutions as convolutions,
 * nothing that depends on the batch size.
 */
export const lowerPortably = (graph: Graph): Graph =>
  run(graph, [(now) => lowerLoops(now, lowerPortably), simplify, ...tidy, fuseBias, shareCommon])
