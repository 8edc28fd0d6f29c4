// The networks of a pair, as what they play for and a condition want them: told classes, judging latents, with a third player.
import { reshape } from '../../graph/build.ts'
import { before } from '../../layers/before.ts'
import { composed } from '../../layers/composed.ts'
import { copyOf } from '../../layers/copy.ts'
import { dense } from '../../layers/dense.ts'
import { lastLearned } from '../../layers/index.ts'
import { type Network, type NetworkWeight, network } from '../../layers/network.ts'
import { ConfigError } from '../../util/errors.ts'
import { type Shape, sizeOf } from '../../util/shape.ts'
import type { Condition } from '../conditions/condition.ts'
import {
  besides,
  isVector,
  judging,
  LATENT,
  type MakeDiscriminator,
  type MakeGenerator,
  mainInput,
  PLAYER,
  toldGenerator,
} from '../conditions/players.ts'
import { packedShape } from './packed.ts'
import type { PairLoss } from './pair-loss.ts'

export interface PlayersOptions {
  readonly loss: Pick<PairLoss, 'name' | 'joint'>
  /**
   * From a latent to an example, or, where a condition may be asked for, what makes it for vectors of a length: a latent and what tells
   * the class.
   */
  readonly generator: Network | MakeGenerator
  /** Length of a latent; needed where the generator is made. */
  readonly latentDim?: number | undefined
  /** The discriminator of examples of a shape: it must take that, and end in a sigmoid, under which are its scores. */
  readonly discriminator: MakeDiscriminator
  /** Whether it looks at images as at vectors, so that what is put beside them comes after their numbers; default false. */
  readonly asVectors?: boolean | undefined
  /** How the class enters both; default not at all. */
  readonly condition?: Condition | undefined
  /** Number of classes of the data, where a condition is asked for. */
  readonly classes?: number | undefined
  readonly pack: number
}

export interface PairPlayers {
  readonly generator: Network
  /** Of examples packed together. */
  readonly discriminator: Network
  /** From examples to latents, of a joint loss. */
  readonly reconstructor?: Network
}

/** What a latent [pack d] becomes beside an example: the numbers themselves, or a channel of an image for each. */
const latentsBeside = (latentDim: number, pack: number) => ({
  port: LATENT,
  shape: { shape: [pack * latentDim] },
  network(example: Shape): Network {
    const around = example.slice(0, -1)
    const channels = dense({ units: pack * sizeOf(around), name: 'latent-channel' })
    return network(PLAYER, { [LATENT]: [pack * latentDim] }, ({ [LATENT]: latents }, apply) => {
      const told = isVector(example) ? latents! : apply(channels, latents!)
      const each = sizeOf(told.shape.slice(1)) / sizeOf(around)
      return { beside: reshape(told, [told.shape[0]!, ...around, each]) }
    })
  },
})

/** The same network under another name, whose weights begin with numbers of their own. */
function renamed(original: Network, name: string): Network {
  const copy = copyOf(original, name)
  const own = ({ startsAs: _, ...weight }: NetworkWeight): NetworkWeight => weight
  return {
    ...copy,
    rows: copy.rows.map((row) => ({ ...row, weights: row.weights.map(own) })),
    weights: copy.weights.map(own),
  }
}

/** A network like the discriminator, from one example to its latent: its last layer gives as many numbers. */
function reconstructorLike(make: MakeDiscriminator, example: Shape, latentDim: number): Network {
  const name = 'reconstructor'
  const { inner, length } = judging(make, example)
  const looking = renamed(before(inner, lastLearned(inner)!), name)
  const last = dense({ units: latentDim, name: 'latent' })
  const finding = network(name, { features: [length] }, ({ features }, apply) => ({
    latent: apply(last, features!),
  }))
  return composed(name, looking.inputs, [looking, finding], (inputs, call) =>
    call(finding, { features: call(looking, inputs).features! }),
  )
}

/** @throws ConfigError unless there are two classes or more */
function classesFor(where: string, condition: Condition, classes: number | undefined): number {
  if (classes === undefined)
    throw new ConfigError(
      `${where} --condition ${condition.name} learns labels, and the data has none; use labelled data: digits, mnist, IDX files with labels, or a folder with one sub-folder of images per class`,
    )
  if (!(Number.isInteger(classes) && classes >= 2))
    throw new ConfigError(
      `${where} --condition ${condition.name}: expected data of at least 2 classes, got ${classes}`,
    )
  return classes
}

/**
 * The networks that play.
 *
 * @param where  as messages begin
 * @throws ConfigError for classes that are not there, and for networks that cannot be told what they should be
 */
export function pairPlayers(where: string, options: PlayersOptions): PairPlayers {
  const { loss, generator: given, discriminator: make, condition, asVectors = false, pack } = options
  const latentDim =
    typeof given === 'function' ? options.latentDim : sizeOf(given.inputs[mainInput(where, given)]!.shape)
  if (latentDim === undefined)
    throw new ConfigError(`${where}: a generator that is made needs latentDim, the length of a latent`)
  let judge = loss.joint ? besides(make, latentsBeside(latentDim, pack), asVectors) : make
  let generator = typeof given === 'function' ? () => given(latentDim) : () => given
  if (condition) {
    if (typeof given !== 'function')
      throw new ConfigError(
        `${where} --condition ${condition.name}: expected a generator that can be made for a latent and a class, got one that is finished; give a function of the length of what it takes`,
      )
    const classes = classesFor(where, condition, options.classes)
    judge = condition.discriminator(judge, { classes, pack, asVectors })
    generator = () => toldGenerator(given, { latentDim, classes, code: condition.code })
  }
  const made = generator()
  const example = Object.values(made.outputs)[0]!.shape
  return {
    generator: made,
    discriminator: judge(packedShape(example, pack)),
    ...(loss.joint ? { reconstructor: reconstructorLike(make, example, latentDim) } : {}),
  }
}
