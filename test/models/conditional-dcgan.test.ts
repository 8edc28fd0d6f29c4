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
    expect(shapes(generator)).toEqual(expect.arrayContaining([[50], [7, 7, 32], [14, 14, 16], [28, 28, 1]]))
    expect(shapes(discriminator)).toEqual(expect.arrayContaining([[14, 14, 16], [7, 7, 32], [1568], [1]]))
  })

  it('have as many parameters as their layers say', () => {
    const norm = (n: number) => 4 * n
    const sliding = (from: number, to: number) => 25 * from * to + to
    expect(generator!.total).toBe(
      500 +
        151 * 3136 +
        norm(3136) +
        sliding(64, 32) +
        norm(32) +
        sliding(32, 16) +
        norm(16) +
        sliding(16, 1),
    )
    expect(discriminator!.total).toBe(10 * 1568 + sliding(1, 16) + sliding(16, 32) + 1568 + 1)
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
    expect(before(network, 'judged').outputs.features!.shape).toEqual([1568])
    expect(Object.keys(before(network, 'judged').inputs)).toEqual(['images'])
  })

  it('play for the loss of R3GAN with rates of their own, and for any other with those of its paper', () => {
    const settled = (given: object) => model.settle!(model.options.parse(given))
    expect(settled({})).toMatchObject({
      objective: 'r3gan',
      condition: 'projection',
      ...{ learningRate: 1e-3, discriminatorRate: 1e-3, finalRate: 0.01, penalty: 0.05 },
    })
    expect(settled({ learningRate: 3e-4 })).toMatchObject({ learningRate: 3e-4, discriminatorRate: 3e-4 })
    expect(settled({ objective: 'hinge' })).toMatchObject({ objective: 'hinge', finalRate: 1 })
    expect(settled({ objective: 'hinge' })).not.toMatchObject({ learningRate: 1e-3 })
  })

  it('need classes, and images whose sides are divisible by 4', () => {
    expect(() => model.objective(options, imageFacts([28, 28, 1]))).toThrow(ConfigError)
    expect(() => model.objective(options, imageFacts([30, 28, 1], { classes: 2 }))).toThrow('divisible by 4')
  })
})
