// Two-dimensional convolutions as matrix products in the layout [height, width, n, c], where that is faster.
import { convGeometry } from '../graph/conv-shape.ts'
import type { Attributes, Graph } from '../graph/value.ts'
import type { Shape } from '../util/shape.ts'
import type { Convolution, ConvolutionForms } from './convolution.ts'
import { cheapest } from './convolution-costs.ts'
import { rewrite } from './rewrite.ts'

/** How to compute a convolution; undefined for the direct form. */
export type ChooseForms = (shapes: Convolution) => ConvolutionForms | undefined

/**
 * Uses another form for every float32 convolution for which one is expected to be faster than ONNX Runtime's own.
 *
 * @param choose  default: by a model of the cost
 */
export function fastConvolutions(
  graph: Graph,
  choose: ChooseForms = (shapes) => cheapest(shapes)?.forms(),
): Graph {
  const known = new Map<string, ConvolutionForms | undefined>()
  const formsOf = (
    x: Shape,
    kernel: Shape,
    y: Shape,
    attributes: Attributes,
  ): ConvolutionForms | undefined => {
    const shapes = { x, kernel, y, geometry: convGeometry(attributes, x.length - 2) }
    const key = JSON.stringify(shapes)
    if (!known.has(key)) known.set(key, choose(shapes))
    return known.get(key)
  }
  return rewrite(graph, ({ op, attributes, outputs }, [a, b]) => {
    const y = outputs[0]!
    if (y.dtype !== 'float32') return undefined
    if (op === 'Conv') {
      const forms = formsOf(a!.shape, b!.shape, y.shape, attributes)
      return forms && [forms.forward(a!, b!)]
    }
    if (op === 'ConvInputGradient') {
      const forms = formsOf(y.shape, b!.shape, a!.shape, attributes)
      return forms && [forms.inputGradient(a!, b!)]
    }
    if (op === 'ConvFilterGradient') {
      const forms = formsOf(a!.shape, y.shape, b!.shape, attributes)
      return forms && [forms.filterGradient(a!, b!)]
    }
    return undefined
  })
}
