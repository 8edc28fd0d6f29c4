// Two networks of three dense layers for points of the plane: the patient on which one sees a generator lose modes.
import { z } from 'zod'
import { dense, leakyReLU } from '../layers/index.ts'
import { type Network, sequential } from '../layers/network.ts'
import { logitsOf } from '../losses/index.ts'
import { ConfigError } from '../util/errors.ts'
import { formatShape, type Shape, sameShape } from '../util/shape.ts'
import { defineModel } from './model.ts'
import { pairOf, pairOptions, settledPair } from './pair-options.ts'

export interface PointsNetworkOptions {
  /** Units of each of the three hidden layers; default 128. */
  readonly units?: number
}

/** Latents [n, latentDim] to points [n, 2]. 35,458 parameters by default. */
export const pointsGenerator = ({
  units = 128,
  latentDim = 16,
}: PointsNetworkOptions & { readonly latentDim?: number } = {}): Network =>
  sequential({ name: 'generator', input: { z: [latentDim] }, output: 'points' }, [
    ...Array.from({ length: 3 }, () => dense({ units, activation: 'relu' })),
    dense({ units: 2 }),
  ])

/** Points, or several packed together [n, 2 pack], to the probability [n, 1] that they are real. 33,537 parameters by default. */
export const pointsDiscriminator = (
  example: Shape = [2],
  { units = 128 }: PointsNetworkOptions = {},
): Network =>
  sequential({ name: 'discriminator', input: { points: example }, output: 'probability' }, [
    ...Array.from({ length: 3 }, () => [dense({ units }), leakyReLU({ negativeSlope: 0.2 })]).flat(),
    dense({ units: 1, activation: 'sigmoid' }),
  ])

const options = z.object({
  latentDim: z.number().int().min(1).max(65_536).default(16).describe('length of the latent vector'),
  units: z.number().int().min(1).max(4096).default(128).describe('units of each of the three hidden layers'),
  ...pairOptions.shape,
})

const settle = ({
  latentDim,
  units,
  objective = 'non-saturating',
  ...given
}: z.output<typeof options>): z.output<typeof options> => ({
  latentDim,
  units,
  ...settledPair('mlp-points', { objective, ...given }, [2]),
})

/** Long enough to see how it ends, short enough to wait for it; the alarm for lost modes is heard from step 500 on. */
const SHORT = { steps: 6000, sampleEvery: 500 }

/** A plain GAN unless told another objective. */
export const mlpPoints = defineModel({
  name: 'mlp-points',
  description:
    'a GAN of dense layers for points of the plane, such as --data ring: see a generator lose modes, and cures',
  defaults: { steps: 20_000, batchSize: 256, sampleEvery: 1000, checkpointEvery: 2000 },
  data: 'ring',
  examples: [
    {
      title: 'See a collapse: eight clusters',
      what: 'A plain GAN on points of eight clusters. Its generator runs from one cluster to the next and never holds all of them.',
      settings: { objective: 'non-saturating', ...SHORT },
    },
    {
      title: 'See a cure: R3GAN on the same clusters',
      what: 'The same data and networks, playing for another loss with penalties on the slopes of the discriminator. Compare the two runs.',
      settings: { objective: 'r3gan', ...SHORT },
    },
  ],
  madeFor: {
    columns: { points: { shape: [2], dtype: 'float32' }, labels: { shape: [], dtype: 'int64' } },
    classes: 8,
  },
  options,
  settle,
  objective(given, { columns, classes, steps }) {
    const { latentDim, units, objective = 'non-saturating', ...settings } = settle(given)
    if (columns.points?.shape.length !== 1 || columns.points.shape[0] !== 2) {
      const got = Object.entries(columns).map(([name, { shape }]) => `${name} ${formatShape(shape)}`)
      throw new ConfigError(
        `mlp-points learns points [2], the data has ${got.join(', ') || 'no columns'}; choose --data ring, or a model made for this data`,
      )
    }
    const pair = pairOf(
      {
        name: 'mlp-points',
        generator: (length) => pointsGenerator({ units, latentDim: length }),
        latentDim,
        discriminator: (example) => pointsDiscriminator(example, { units }),
        latent: { distribution: 'normal' },
        classes,
        steps,
      },
      { ...settings, objective },
    )
    // One that judges points beside something else, such as their latents, or names classes too, is not asked about a place of the plane.
    const { inputs, outputs } = pair.networks.discriminator!
    const [taken, ...others] = [...Object.values(inputs), ...Object.values(outputs).slice(1)]
    const judgesPoints = others.length === 0 && sameShape(taken!.shape, [2 * (settings.pack ?? 1)])
    return {
      ...pair,
      offers: {
        ...pair.offers,
        ...(judgesPoints ? { score: { network: 'discriminator', finish: logitsOf } } : {}),
      },
      pictures: [{ kind: 'points' }],
    }
  },
})
