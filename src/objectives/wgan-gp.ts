// The Wasserstein GAN with gradient penalty of Gulrajani et al. 2017.
import { gradients } from '../autodiff/backward.ts'
import {
  add,
  mul,
  neg,
  reduceMean,
  reduceSum,
  reshape,
  sqrt,
  square,
  stopGradient,
  sub,
} from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { NETWORK, type Network } from '../layers/network.ts'
import { inputOf, outputOf } from '../layers/use.ts'
import { OPTIMIZER, type Optimizer } from '../optimizers/optimizer.ts'
import { ANYTHING, checkArguments, NAME } from '../util/arguments.ts'
import { checkNumber } from '../util/options.ts'
import { collapseWatch } from '../watches/index.ts'
import { checkOneNumber, checkTakes } from './duel.ts'
import { type Objective, objective } from './objective.ts'
import { columnFor } from './offer.ts'

export interface WganGpOptions {
  readonly name: string
  /** From a standard normal latent to an example. */
  readonly generator: Network
  /** From an example to one number, its score, without an activation; without batch normalization, since the penalty is one of each example. */
  readonly critic: Network
  readonly generatorOptimizer: Optimizer
  readonly criticOptimizer: Optimizer
  /** Weight of the penalty; default 10. */
  readonly penalty?: number
  /** Updates of the critic for one of the generator; default 5. */
  readonly criticUpdates?: number
}

const ARGUMENTS = {
  name: NAME,
  generator: NETWORK,
  critic: NETWORK,
  generatorOptimizer: OPTIMIZER,
  criticOptimizer: OPTIMIZER,
  penalty: ANYTHING,
  criticUpdates: ANYTHING,
}

/** Euclidean length of each example's gradient, [batch]. */
const lengths = (slopes: Value): Value =>
  sqrt(reduceSum(square(slopes), { axes: slopes.shape.map((_, axis) => axis).slice(1) }))

/**
 * A critic that scores real examples higher than made ones while its slope between them stays near 1, and a generator
 * that raises the scores of what it makes. `distance` is the critic's estimate of the Wasserstein distance, `slope` the mean
 * length of its gradient.
 *
 * @throws ConfigError for options that are missing, unknown or out of range; ShapeError for networks that do not fit together
 * @source Gulrajani et al. 2017, arXiv:1704.00028, algorithm 1
 */
export function wganGp(options: WganGpOptions): Objective<'generator' | 'critic'> {
  checkArguments('wganGp', options, ARGUMENTS)
  const { name, generator, critic, generatorOptimizer, criticOptimizer } = options
  const where = `wganGp "${name}"`
  const penalty = checkNumber(where, 'penalty', options.penalty ?? 10, { atLeast: 0 })
  const repeats = checkNumber(where, 'criticUpdates', options.criticUpdates ?? 5, {
    integer: true,
    atLeast: 1,
  })
  const [z, made, taken] = [inputOf(generator), outputOf(generator).shape, inputOf(critic)]
  checkTakes(where, 'critic', made, taken.shape)
  checkOneNumber(where, 'critic', outputOf(critic).shape, { what: 'the score', end: 'dense({ units: 1 })' })
  const column = columnFor(critic)
  const found =
    (metric: string) => (results: Readonly<Record<string, { metrics?: Readonly<Record<string, Value>> }>>) =>
      results.critic!.metrics![metric]!
  return objective({
    name,
    networks: { generator, critic },
    phases: [
      {
        name: 'critic',
        updates: ['critic'],
        optimizer: criticOptimizer,
        repeats,
        loss: ({ batchSize, data, random, networks }) => {
          const real = data[column]!
          const fake = stopGradient(networks.generator(random.normal([batchSize, ...z.shape])))
          // A place of its own between the two for each pair.
          const share = reshape(random.uniform([batchSize]), [batchSize, ...made.map(() => 1)])
          const between = add(fake, mul(share, sub(real, fake)))
          const [slopes] = gradients(reduceSum(networks.critic(between)), [between])
          const slope = lengths(slopes!)
          const distance = sub(reduceMean(networks.critic(real)), reduceMean(networks.critic(fake)))
          return {
            loss: sub(mul(reduceMean(square(sub(slope, 1))), penalty), distance),
            metrics: { distance, slope: reduceMean(slope) },
          }
        },
      },
      {
        name: 'generator',
        updates: ['generator'],
        optimizer: generatorOptimizer,
        loss: ({ batchSize, random, networks }) => ({
          loss: neg(reduceMean(networks.critic(networks.generator(random.normal([batchSize, ...z.shape]))))),
        }),
      },
    ],
    logs: [
      {
        name: 'distance',
        label: 'Wasserstein distance',
        axis: 'left',
        color: '#fe6100',
        value: found('distance'),
      },
      {
        name: 'generatorLoss',
        label: 'generator loss',
        axis: 'left',
        color: '#dc267f',
        dash: 'dashDot',
        value: (results) => results.generator!.loss,
      },
      {
        name: 'slope',
        label: 'slope of the critic',
        axis: 'right',
        color: '#785ef0',
        value: found('slope'),
      },
    ],
    batches: 'replacement',
    offers: { generate: { network: 'generator', draws: { [z.name]: { distribution: 'normal' } } } },
    watches: [collapseWatch()],
  })
}
