// Differentiable augmentation: a discriminator that only ever sees changed images, real and made, with a probability that may follow it.
import { augment, type Chosen } from '../augmentations/index.ts'
import { add, max, min, mul, reduceMean, sign, sub } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import type { Network } from '../layers/network.ts'
import type { NamedValues } from '../layers/ports.ts'
import { ConfigError } from '../util/errors.ts'
import { checkNumber } from '../util/options.ts'
import { mainInput, mainOutput } from './conditions/players.ts'
import { type Objective, objective } from './objective.ts'
import { columnFor } from './offer.ts'
import { type BoundNetwork, type Given, isDescent, type PhaseContext } from './phase.ts'

export interface AdaOptions {
  /** What the mean sign of the discriminator on real images is held at; default 0.6. */
  readonly target?: number
  /** Real images in which the probability can go from 0 to 1; default 500,000. */
  readonly images?: number
}

export interface DiffAugmentOptions {
  /** What is done to images before they are judged, in this order. */
  readonly augmentations: readonly Chosen[]
  /** Let the probability of each augmentation follow the discriminator (ADA); default: all images are changed always. */
  readonly ada?: AdaOptions | undefined
}

/** The probability of augmentations, in the state and in the log. */
const PROBABILITY = 'augmentation'
const PLAYER = 'discriminator'

/** Networks by those that change what they are shown. */
const unchanged = new WeakMap<BoundNetwork, BoundNetwork>()

/** A network whose examples are changed before every call. */
function changing(bound: BoundNetwork, port: string, change: (images: Value) => Value): BoundNetwork {
  const changed = (given: Given): Given =>
    'dtype' in given && typeof given.dtype === 'string'
      ? change(given as Value)
      : { ...given, [port]: change((given as NamedValues)[port]!) }
  const made = Object.defineProperties(
    Object.assign((given: Given) => bound(changed(given)), {
      inference: (given: Given) => bound.inference(changed(given)),
      outputs: (given: Given) => bound.outputs(changed(given)),
      with: (weights: NamedValues) => changing(bound.with(weights), port, change),
    }),
    { weights: { get: () => bound.weights }, trainable: { get: () => bound.trainable } },
  ) as unknown as BoundNetwork
  unchanged.set(made, bound)
  return made
}

/**
 * The same game, whose discriminator is shown changed images only: real ones, and the generator's, through which gradients flow back to it.
 * Every look has fresh random numbers. Validation looks at images as they are.
 *
 * With `ada` each augmentation is applied to an image with a probability that begins at 0. After every step the mean sign of the discriminator
 * on changed real images, -1 to 1, is held against the target: above it the probability rises, below it falls, so that it goes from 0 to 1
 * in `images` real images. It is in the log.
 *
 * @throws ConfigError when there is no discriminator, or there are no augmentations
 * @source Zhao et al. 2020, arXiv:2006.10738; ADA: Karras et al. 2020, arXiv:2006.06676, section 3.1
 */
export function diffAugment<Name extends string>(
  original: Objective<Name>,
  { augmentations, ada }: DiffAugmentOptions,
): Objective<Name> {
  const where = `diffAugment "${original.name}"`
  const networks: Readonly<Record<string, Network>> = original.networks
  if (!Object.hasOwn(networks, PLAYER))
    throw new ConfigError(
      `${where}: expected a network "${PLAYER}", got ${Object.keys(networks).join(', ')}; augmentations of this kind are for GANs`,
    )
  if (augmentations.length === 0)
    throw new ConfigError(`${where}: expected at least one augmentation, got none`)
  const player = networks[PLAYER]!
  const port = mainInput(where, player)
  const output = mainOutput(where, player)
  if (player.inputs[port]!.shape.length !== 3)
    throw new ConfigError(`${where}: only images [height, width, channels] can be changed so`)
  const target = checkNumber(where, 'target', ada?.target ?? 0.6, { above: -1, below: 1 })
  const images = checkNumber(where, 'images', ada?.images ?? 500_000, { atLeast: 1 })

  /** What a phase sees, with a discriminator that is shown changed images. */
  const seen = (context: PhaseContext<Name>): PhaseContext<Name> => {
    if (!context.training) return context
    const { random, variables } = context
    const probability = ada ? variables[PROBABILITY]! : 1
    const change = (examples: Value): Value => augment(examples, augmentations, { random, probability })
    return {
      ...context,
      networks: {
        ...context.networks,
        [PLAYER]: changing(context.networks[PLAYER as Name], port, change),
      },
      after(network, loss, optimizer) {
        const bound = unchanged.get(network)
        if (!bound) return context.after(network, loss, optimizer)
        return changing(context.after(bound, loss, optimizer), port, change)
      },
    }
  }
  const phases = original.phases.map((phase) =>
    isDescent(phase) ? { ...phase, loss: (context: PhaseContext<Name>) => phase.loss(seen(context)) } : phase,
  )
  if (!ada) return objective({ ...original, phases })
  if (Object.keys(player.inputs).length > 1)
    throw new ConfigError(
      `${where}: the probability follows a discriminator that judges an image alone, and this one takes ${Object.keys(player.inputs).join(', ')}; leave ADA out`,
    )
  const column = columnFor(player)
  return objective<Name>({
    ...original,
    variables: { ...original.variables, [PROBABILITY]: { shape: [] } },
    phases: [
      ...phases,
      {
        name: 'adapt',
        assign(context) {
          const { batchSize, data, networks: now, variables } = seen(context)
          const judged = now[PLAYER as Name].outputs({ [port]: data[column]! })[output]!
          // Discriminators of pairs end in a sigmoid: a half is neither real nor made.
          const sure = reduceMean(sign(sub(judged, 0.5)))
          const moved = add(variables[PROBABILITY]!, mul(sign(sub(sure, target)), batchSize / images))
          return { [PROBABILITY]: min(max(moved, 0), 1) }
        },
      },
    ],
    logs: [
      ...original.logs,
      {
        name: PROBABILITY,
        label: 'probability of augmentations',
        axis: 'right',
        color: '#009e73',
        format: 'percent',
        value: (_, variables) => variables[PROBABILITY]!,
      },
    ],
  })
}
