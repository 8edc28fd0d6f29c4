// Two-dimensional convolutions as matrix products in the layout [height, width, n, c], where that is faster.
import { convGeometry } from '../graph/conv-shape.ts'
import { type Graph, type Node, sortNodes, type Value } from '../graph/value.ts'
import type { ChooseForms, ConvolutionForm, ConvolutionForms } from './convolution.ts'
import { type ConvolutionUse, chooseForAll } from './convolution-costs.ts'
import { fixedValues } from './fixed.ts'
import { rewrite } from './rewrite.ts'

/** The convolution that a node computes a form of; undefined for other nodes, and for types that stay direct. */
function useOf(
  { op, inputs: [a, b], outputs: [y], attributes }: Node,
  fixed: ReadonlySet<Value>,
): ConvolutionUse | undefined {
  if (y!.dtype !== 'float32') return undefined
  const use = (form: ConvolutionForm, x: Value, kernel: Value, result: Value): ConvolutionUse => {
    const geometry = convGeometry(attributes, x.shape.length - 2)
    return {
      form,
      shapes: { x: x.shape, kernel: kernel.shape, y: result.shape, geometry, fixed: fixed.has(kernel) },
    }
  }
  if (op === 'Conv') return use(op, a!, b!, y!)
  if (op === 'ConvInputGradient') return use(op, y!, b!, a!)
  if (op === 'ConvFilterGradient') return use(op, a!, y!, b!)
  return undefined
}

function write(form: ConvolutionForm, forms: ConvolutionForms, [a, b]: readonly Value[]): Value {
  if (form === 'Conv') return forms.forward(a!, b!)
  return form === 'ConvInputGradient' ? forms.inputGradient(a!, b!) : forms.filterGradient(a!, b!)
}

/**
 * Uses another form for every float32 convolution for which one is expected to be faster than ONNX Runtime's own.
 *
 * @param chooseForms  default: by a model of the cost of all convolutions of the graph
 */
export function fastConvolutions(graph: Graph, chooseForms?: ChooseForms): Graph {
  const fixed = fixedValues(graph)
  const uses = sortNodes(Object.values(graph.outputs)).flatMap((node) => useOf(node, fixed) ?? [])
  const choose = chooseForms ?? chooseForAll(uses)
  /** One set of constants for all forms of equal convolutions. */
  const known = new Map<string, ConvolutionForms | undefined>()
  return rewrite(graph, (node, inputs) => {
    const use = useOf(node, fixed)
    if (!use) return undefined
    const key = JSON.stringify(use.shapes)
    if (!known.has(key)) known.set(key, choose(use.shapes))
    const forms = known.get(key)
    return forms && [write(use.form, forms, inputs)]
  })
}
