// Exported networks: ordinary ONNX files, whatever is used inside for speed.
import { expect, it } from 'vitest'
import { conv2D, dense, flatten, sequential } from '../../src/layers/index.ts'
import { decodeModel } from '../../src/onnx/proto.ts'
import { exportNetwork } from '../../src/training/inference.ts'
import { openSession } from '../onnx/session.ts'
import { normalTensor } from '../support/tensors.ts'

it('an exported network has convolutions as convolutions, no foreign operators, and takes any batch size', async () => {
  // Large enough that training would use the fast form.
  const network = sequential({ name: 'critic', input: { images: [7, 7, 128] }, output: 'logits' }, [
    conv2D({ filters: 128, kernelSize: 5, padding: 'same', activation: 'relu' }),
    flatten(),
    dense({ units: 1 }),
  ])
  const arrays = Object.fromEntries(
    network.weights.map(({ name, shape }) => [
      name,
      Float32Array.from(normalTensor(shape, name).data, (v) => v / 50),
    ]),
  )
  const bytes = exportNetwork(network, arrays, { name: 'critic' })
  const { graph, opsetImport } = decodeModel(bytes)
  expect(graph.node.map(({ opType }) => opType)).toContain('Conv')
  expect(opsetImport?.map(({ domain }) => domain ?? '')).toEqual([''])
  const session = await openSession(bytes)
  const images = normalTensor([5, 7, 7, 128], 'images')
  const all = await session.run({ images })
  const one = await session.run({
    images: { shape: [1, 7, 7, 128], data: images.data.slice(0, 7 * 7 * 128) },
  })
  expect(all.logits!.shape).toEqual([5, 1])
  expect(one.logits!.data[0]).toBeCloseTo(all.logits!.data[0]!, 4)
})
