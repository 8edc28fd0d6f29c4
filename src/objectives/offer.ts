// What a trained objective can do: functions of its networks, by the field's names for them.
import type { Value } from '../graph/value.ts'
import type { RandomSource } from '../layers/layer.ts'
import type { Network } from '../layers/network.ts'
import { inputOf, type NamedPort, outputOf } from '../layers/use.ts'
import { ConfigError } from '../util/errors.ts'
import type { Shape } from '../util/shape.ts'

/** What latents are drawn from, element by element. */
export type LatentDistribution =
  | { readonly distribution: 'uniform'; readonly low: number; readonly high: number }
  | {
      readonly distribution: 'normal'
      /** How far a map of latents reaches from 0, each way; default 3. */
      readonly reach?: number
    }

/** The column of the data that a network takes: that of its input's name, or `images` where the input has none. */
export const columnFor = (network: Network): string => {
  const { name } = inputOf(network)
  return name === 'input' ? 'images' : name
}

/** Fresh latents as an input of a step. */
export const drawLatent = (random: RandomSource, latent: LatentDistribution, shape: Shape): Value =>
  latent.distribution === 'uniform' ? random.uniform(shape, latent.low, latent.high) : random.normal(shape)

/** What an input is drawn from when nobody gives it. */
export type Draw =
  | LatentDistribution
  /** One of the data's classes, by its index. */
  | { readonly distribution: 'classes'; readonly count: number }

/** Whether an input is a latent: anything but a class. */
export const isLatent = (draw: Draw): draw is LatentDistribution => draw.distribution !== 'classes'

/** The input by which a function is told a class, and how many there are; undefined where it is told none. */
export function classInputOf({
  draws = {},
}: Pick<Offer, 'draws'>): { readonly input: string; readonly count: number } | undefined {
  for (const [input, draw] of Object.entries(draws))
    if (draw.distribution === 'classes') return { input, count: draw.count }
  return undefined
}

/**
 * The functions that tools know, and what they mean to them. Others may have any name.
 *
 * - `generate`  makes examples of inputs that are drawn: sample sheets, `sparring sample`, measures, the latent space
 * - `judge`     gives the probability that an example is real: "be the critic"
 * - `score`     gives a number that is higher where an example, or several together, are taken for more real: the plane of points
 * - `encode`    gives the mean of the latent of an example: reconstructions, where examples lie
 * - `decode`    makes an example of a latent
 * - `classify`  gives one logit per class: the confusion matrix
 * - `act`       gives the action for an observation
 * - `decide`    gives logits of the actions of each agent of a team, for what each of them sees
 * - `speak`     gives what each agent of a team says in each round
 */
export type KnownFunction =
  | 'generate'
  | 'judge'
  | 'score'
  | 'encode'
  | 'decode'
  | 'classify'
  | 'act'
  | 'decide'
  | 'speak'

export interface Offer<Name extends string = string> {
  /** The network that does it, in inference mode. */
  readonly network: Name
  /** Which output of it; default its only one. */
  readonly output?: string
  /** What its inputs are drawn from, by name. */
  readonly draws?: Readonly<Record<string, Draw>>
  /** What is made of its output, e.g. the part of it that is meant. Default: nothing. */
  readonly finish?: (output: Value) => Value
  /** What the numbers of the network's output mean, where its name does not say it. */
  readonly meaning?: string
  /** Of `act`: the environment for which it acts, and how that was made. */
  readonly environment?: { readonly name: string; readonly options: Readonly<Record<string, unknown>> }
  /** Of `decide`: the task of the team, and how that was made. */
  readonly task?: { readonly name: string; readonly options: Readonly<Record<string, unknown>> }
}

/** What an objective offers, of which only its networks and offers are asked. */
interface Offering {
  readonly name: string
  readonly networks: Readonly<Record<string, Network>>
  readonly offers?: Readonly<Record<string, Offer>>
}

/** A function that is offered, with its network. */
export interface OfferedFunction extends Omit<Offer, 'output'> {
  readonly name: string
  readonly of: Network
  readonly output: NamedPort
}

/** The output of this name, or the only one. @throws ConfigError when there is none of this name, or there are several and none is named */
function portNamed(network: Network, name: string | undefined): NamedPort {
  if (name === undefined) return outputOf(network)
  const port = network.outputs[name]
  if (!port)
    throw new ConfigError(
      `"${network.name}" has no output "${name}"; it has ${Object.keys(network.outputs).join(', ')}`,
    )
  return { name, ...port }
}

/** A function of an objective; undefined when it offers none of this name. */
export function offeredBy(
  { networks, offers = {} }: Offering,
  name: KnownFunction | (string & {}),
): OfferedFunction | undefined {
  const offer = Object.hasOwn(offers, name) ? offers[name] : undefined
  if (!offer) return undefined
  const of = networks[offer.network]!
  return { ...offer, name, of, output: portNamed(of, offer.output) }
}

/** What an objective lacks that does not offer a function that tools know, and what has it. */
const WANTING: Readonly<Record<KnownFunction, string>> = {
  generate: 'makes no images; train a model that generates them, such as mlp-gan, to draw samples',
  judge: 'has no network that tells real from made; train a GAN, such as mlp-gan',
  score: 'has no network that scores examples; train a GAN, such as mlp-points',
  encode: 'has no encoder: only of an autoencoder, such as vae, can be said where images lie',
  decode: 'has no decoder; train an autoencoder, such as vae',
  classify: 'names no classes; train a model that does, such as classifier',
  act: 'takes no actions; train an agent',
  decide: 'is no team of agents; train one, such as commnet',
  speak: 'is no team of agents who talk; train one, such as commnet',
}

/** The same. @throws ConfigError when it is not offered */
export function functionOf(objective: Offering, name: KnownFunction): OfferedFunction {
  const found = offeredBy(objective, name)
  if (!found) throw new ConfigError(`"${objective.name}" ${WANTING[name]}`)
  return found
}
