// The model conditional-dcgan: its networks, and that it learns classes.
import { describe, expect, it } from 'vitest'
import { before } from '../../src/layers/index.ts'
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
    expect(shapes(discriminator)).toEqual(expect.arrayContaining([[50], [14, 14, 64], [7, 7, 128], [1]]))
  })

  it('have as many parameters as their layers say', () => {
    const [norm, code] = [(n: number) => 4 * n, 500]
    expect(generator!.total).toBe(code + 150 * 6272 + norm(6272) + 25 * 128 * 64 + norm(64) + 25 * 64 + 1)
    expect(discriminator!.total).toBe(
      code + 25 * 64 + 64 + 25 * 64 * 128 + 128 + (6272 + 50) * 256 + 256 + 256 + 1,
    )
  })

  it('have features of images alone before the label enters', () => {
    expect(Object.keys(before(networks.discriminator!, 'flatten').inputs)).toEqual(['images'])
    expect(Object.keys(before(networks.discriminator!, 'dense').inputs)).toEqual(['images', 'label'])
  })

  it('need classes, and images whose sides are divisible by 4', () => {
    expect(() => model.objective(options, imageFacts([28, 28, 1]))).toThrow(ConfigError)
    expect(() => model.objective(options, imageFacts([30, 28, 1], { classes: 2 }))).toThrow('divisible by 4')
  })
})
