// What a trained objective can do: functions of its networks, by the field's names for them.
import type { Value } from '../graph/value.ts'
import type { RandomSource } from '../layers/layer.ts'
import type { Network } from '../layers/network.ts'
import { inputOf, type NamedPort, outputNamed, outputOf } from '../layers/use.ts'
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
 * - `represent` gives the numbers by which an example is known, for others to build upon: probes, fine-tuning
 * - `classify`  gives one logit per class: the confusion matrix
 * - `capsules`  gives a vector for each class, as long as it is sure; `rebuild` makes an image of one of them, the others being zeros
 * - `act`       gives the action for an observation
 * - `decide`    gives logits of the actions of each agent of a team, for what each of them sees
 * - `speak`     gives what each agent of a team says in each round
 * - `encrypt`   makes a ciphertext, numbers between -1 and 1, of the bits of a `message` and a `key`, -1 and 1; `decrypt` makes that message of
 *               `ciphertext` and `key`, and `listen` tries to do it with the `ciphertext` alone
 */
export type KnownFunction =
  | 'generate'
  | 'judge'
  | 'score'
  | 'encode'
  | 'decode'
  | 'represent'
  | 'classify'
  | 'capsules'
  | 'rebuild'
  | 'act'
  | 'decide'
  | 'speak'
  | 'encrypt'
  | 'decrypt'
  | 'listen'

/** What an agent acts in. */
export interface ActingIn {
  /** Of the environment. */
  readonly name: string
  readonly options: Readonly<Record<string, unknown>>
  /** Returns whose probabilities it knows, lowest first. */
  readonly returns?: readonly number[] | undefined
}

export interface Offer<Name extends string = string> {
  /** The network that does it, in inference mode. */
  readonly network: Name
  /** Of a network of several outputs, the one that is meant. */
  readonly output?: string
  /** What its inputs are drawn from, by name. */
  readonly draws?: Readonly<Record<string, Draw>>
  /** What is made of its output, e.g. the part of it that is meant. Default: nothing. */
  readonly finish?: (output: Value) => Value
  /** Other things that can be made of its output, by name: `probabilities` of an agent that knows how probable returns are. */
  readonly more?: Readonly<Record<string, (output: Value) => Value>>
  /** What the numbers of the network's output mean, where its name does not say it. */
  readonly meaning?: string
  /** Of `act`: the environment for which it acts, and how that was made. */
  readonly environment?: ActingIn
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

/** A function of an objective; undefined when it offers none of this name. */
export function offeredBy(
  { networks, offers = {} }: Offering,
  name: KnownFunction | (string & {}),
): OfferedFunction | undefined {
  const offer = Object.hasOwn(offers, name) ? offers[name] : undefined
  if (!offer) return undefined
  const of = networks[offer.network]!
  const { output, ...rest } = offer
  return { ...rest, name, of, output: output === undefined ? outputOf(of) : outputNamed(of, output) }
}

/** What an objective lacks that does not offer a function that tools know, and what has it. */
const WANTING: Readonly<Record<KnownFunction, string>> = {
  generate: 'makes no images; train a model that generates them, such as mlp-gan, to draw samples',
  judge: 'has no network that tells real from made; train a GAN, such as mlp-gan',
  score: 'has no network that scores examples; train a GAN, such as mlp-points',
  encode: 'has no encoder: only of an autoencoder, such as vae, can be said where images lie',
  decode: 'has no decoder; train an autoencoder, such as vae',
  represent: 'has no encoder that was trained for its features; train one, such as simclr',
  classify: 'names no classes; train a model that does, such as classifier',
  capsules: 'has no capsules; train a model that does, such as efficient-capsnet',
  rebuild:
    'makes no image of a capsule; train a model of capsules that has a decoder, such as efficient-capsnet',
  act: 'takes no actions; train an agent',
  decide: 'is no team of agents; train one, such as commnet',
  speak: 'is no team of agents who talk; train one, such as commnet',
  encrypt: 'has nobody who encrypts; train a model that does, cryptography',
  decrypt: 'has nobody who decrypts; train a model that does, cryptography',
  listen: 'has nobody who listens to ciphertexts; train a model that does, cryptography',
}

/** The same. @throws ConfigError when it is not offered */
export function functionOf(objective: Offering, name: KnownFunction): OfferedFunction {
  const found = offeredBy(objective, name)
  if (!found) throw new ConfigError(`"${objective.name}" ${WANTING[name]}`)
  return found
}
