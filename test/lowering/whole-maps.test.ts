// Depthwise convolutions that find one place: sums of products, the same numbers.
import { expect, it } from 'vitest'
import * as g from '../../src/graph/build.ts'
import { type Graph, input } from '../../src/graph/value.ts'
import { sumWholeMaps } from '../../src/lowering/whole-maps.ts'
import { countOps, expectKept } from './nodes.ts'

function threeForms(
  x: readonly number[],
  kernel: readonly number[],
  attributes: Readonly<Record<string, number | readonly number[]>>,
): Graph {
  const [images, weights] = [input('x', x), input('kernel', kernel)]
  const forward = g.conv(images, weights, attributes)
  const dy = input('dy', forward.shape)
  return {
    inputs: [images, weights, dy],
    outputs: {
      forward,
      dx: g.convInputGradient(dy, weights, { ...attributes, inputShape: x }),
      dk: g.convFilterGradient(images, dy, { ...attributes, kernelShape: kernel }),
    },
  }
}

it.each([
  ['over the whole map', [2, 3, 5, 4], [3, 1, 5, 4], { group: 3, strides: [1, 1] }],
  ['over most of it, the next step leading out', [2, 3, 6, 5], [3, 1, 5, 4], { group: 3, strides: [2, 2] }],
] as const)('a kernel %s meets it in one product', (_, x, kernel, attributes) => {
  const graph = threeForms(x, kernel, attributes)
  const found = sumWholeMaps(graph)
  expectKept(graph, found)
  const ops = countOps(found)
  expect([ops.Conv, ops.ConvInputGradient, ops.ConvFilterGradient]).toEqual([undefined, undefined, undefined])
})

it.each([
  ['several places', [2, 3, 5, 5], [3, 1, 3, 3], { group: 3 }],
  ['zeros around', [2, 3, 3, 3], [3, 1, 5, 5], { group: 3, pads: [1, 1, 1, 1] }],
  ['holes', [2, 3, 5, 5], [3, 1, 3, 3], { group: 3, dilations: [2, 2] }],
  ['all channels in each filter', [2, 3, 5, 5], [3, 3, 5, 5], {}],
  ['two filters a channel', [2, 3, 5, 5], [6, 1, 5, 5], { group: 3 }],
] as const)('one of %s stays as it is', (_, x, kernel, attributes) => {
  expect(countOps(sumWholeMaps(threeForms(x, kernel, attributes)))).toEqual({
    Conv: 1,
    ConvInputGradient: 1,
    ConvFilterGradient: 1,
  })
})
