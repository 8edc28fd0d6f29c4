// The model conditional-dcgan: its networks, and that it learns classes.
import { describe, expect, it } from 'vitest'
import { before } from '../../src/layers/index.ts'
import { featureSource } from '../../src/models/fine-tuned.ts'
import { imageFacts, modelNamed } from '../../src/models/index.ts'
import { summarize } from '../../src/models/summary.ts'
import { ConfigError } from '../../src/util/errors.ts'

const model = modelNamed('conditional-dcgan')
const options = model.options.parse({})

describe('the networks of conditional-dcgan', () => {
  const { networks } = model.objective(options, model.madeFor)
  const [generator, discriminator] = Object.values(networks).map(summarize)

  it('take a label beside their other input, and double and halve the size of images', () => {
    expect(generator!.inputs).toEqual({ z: [100], label: [] })
    expect(discriminator!.inputs).toEqual({ images: [28, 28, 1], label: [] })
    const shapes = (layers: typeof generator) => layers!.layers.map(({ outputShape }) => outputShape.slice(1))
    expect(shapes(generator)).toEqual(expect.arrayContaining([[50], [7, 7, 128], [14, 14, 64], [28, 28, 1]]))
    expect(shapes(discriminator)).toEqual(expect.arrayContaining([[14, 14, 64], [7, 7, 128], [6272], [1]]))
  })

  it('have as many parameters as their layers say', () => {
    const norm = (n: number) => 4 * n
    const sliding = (from: number, to: number) => 25 * from * to + to
    expect(generator!.total).toBe(
      500 +
        151 * 12_544 +
        norm(12_544) +
        sliding(256, 128) +
        norm(128) +
        sliding(128, 64) +
        norm(64) +
        sliding(64, 1),
    )
    expect(discriminator!.total).toBe(10 * 6272 + sliding(1, 64) + sliding(64, 128) + 6272 + 1)
  })

  it('judge features of images alone, so that these can be classified', () => {
    const { network, layer } = featureSource(
      {
        model: 'conditional-dcgan',
        objective: model.objective(options, model.madeFor),
        imageShape: [28, 28, 1],
      },
      {},
    )
    expect([network.name, layer]).toEqual(['discriminator', 'judged'])
    expect(before(network, 'judged').outputs.features!.shape).toEqual([6272])
    expect(Object.keys(before(network, 'judged').inputs)).toEqual(['images'])
  })

  it('need classes, and images whose sides are divisible by 4', () => {
    expect(() => model.objective(options, imageFacts([28, 28, 1]))).toThrow(ConfigError)
    expect(() => model.objective(options, imageFacts([30, 28, 1], { classes: 2 }))).toThrow('divisible by 4')
  })
})
