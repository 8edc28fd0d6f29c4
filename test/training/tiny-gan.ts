// A GAN of a few dozen weights and the data it is trained on, for tests of training.

import { imageColumns } from '../../src/data/examples.ts'
import type { Columns, Examples } from '../../src/data/source.ts'
import { batchNormalization, dense, dropout, flatten, reshape } from '../../src/layers/index.ts'
import { sequential } from '../../src/layers/network.ts'
import { type GanOptions, gan } from '../../src/objectives/gan.ts'
import type { Objective } from '../../src/objectives/objective.ts'
import { type Optimizer, sgd } from '../../src/optimizers/index.ts'
import { randomStream } from '../../src/util/random.ts'
import { type Shape, sizeOf } from '../../src/util/shape.ts'

export interface TinyGanOptions extends Pick<GanOptions, 'latent' | 'fakes' | 'updates'> {
  /** Made for each player; default gradient descent. */
  readonly optimizer?: () => Optimizer
  /** Widths of the hidden layers of generator and discriminator; default 4 and 3. */
  readonly widths?: readonly [number, number]
  /** Height, width and channels of an image; default 2 x 2 x 1. */
  readonly imageShape?: Shape
}

/** Both networks have every kind of layer of the chapter's MLP GAN. Generator drops 1/4, discriminator 1/2. */
export function tinyGan({
  optimizer = () => sgd({ learningRate: 0.25 }),
  widths: [hidden, features] = [4, 3],
  imageShape = [2, 2, 1],
  ...rest
}: TinyGanOptions = {}): Objective {
  return gan({
    fakes: 'inference', // As the chapter's models, which it stands for.
    ...rest,
    name: 'tiny-gan',
    generator: sequential({ name: 'generator', input: [3] }, [
      dense({ units: hidden, activation: 'relu' }),
      batchNormalization(),
      dropout({ rate: 0.25 }),
      dense({ units: sizeOf(imageShape), activation: 'sigmoid' }),
      reshape({ targetShape: imageShape }),
    ]),
    discriminator: sequential({ name: 'discriminator', input: imageShape }, [
      flatten(),
      dropout({ rate: 0.5 }),
      dense({ units: features, activation: 'relu' }),
      dense({ units: 1, activation: 'sigmoid' }),
    ]),
    generatorOptimizer: optimizer(),
    discriminatorOptimizer: optimizer(),
  })
}

/** Examples of this shape, and labels. */
export const columnsOf = (shape: Shape): Columns => imageColumns(shape, true)

/** Examples that are all different; their labels are 0, 1, 2 in turn. */
export function randomSource(count: number, shape: Shape = [2, 2, 1], name = 'examples'): Examples {
  const size = sizeOf(shape)
  const pixels = randomStream(9, name).fillUniform(new Float32Array(count * size))
  return {
    count,
    columns: columnsOf(shape),
    fill(column, indices, out) {
      indices.forEach((index, i) => {
        if (column === 'images')
          (out as Float32Array).set(pixels.subarray(index * size, (index + 1) * size), i * size)
        else out[i] = BigInt(index % 3)
      })
    },
  }
}

/** The numbers of all examples, one after the other. */
export function imagesOf(examples: Examples): Float32Array<ArrayBuffer> {
  const all = new Float32Array(examples.count * sizeOf(examples.columns.images!.shape))
  examples.fill(
    'images',
    Uint32Array.from({ length: examples.count }, (_, i) => i),
    all,
  )
  return all
}
