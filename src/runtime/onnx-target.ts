// What ONNX Runtime is given for a graph or a step: lowered for it, as the bytes of a model.
import type { Graph } from '../graph/value.ts'
import { type LoweringOptions, lower } from '../lowering/lower.ts'
import { exportModel } from '../onnx/export.ts'
import { exportProgram } from '../onnx/scan-program.ts'
import type { CompileOptions, Step } from './engine.ts'

/** A graph of one batch size. */
export const graphModel = (
  graph: Graph,
  { name, lowering }: { readonly name: string; readonly lowering?: LoweringOptions | undefined },
): Uint8Array => exportModel(lower(graph, lowering), { name })

/** A step as a model that runs any number of them in one call. */
export function stepModel(
  { name, graph, state, perStep, shared = [], outputs }: Step,
  { inspect, lowering }: CompileOptions & { readonly lowering?: LoweringOptions | undefined } = {},
): Uint8Array {
  const lowered = lower(graph, lowering)
  inspect?.(lowered)
  return exportProgram({ name, step: lowered, state, perStep, shared, outputs })
}
