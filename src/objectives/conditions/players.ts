// What conditions share: networks that are told something besides an example or a latent.
import { cast, concat, equal, reshape } from '../../graph/build.ts'
import { constant, type Value } from '../../graph/value.ts'
import { lastLearned } from '../../layers/before.ts'
import { type CallPart, composed } from '../../layers/composed.ts'
import { embedding } from '../../layers/embedding.ts'
import { type Network, network } from '../../layers/network.ts'
import type { NamedValues, Port, Ports } from '../../layers/ports.ts'
import { ConfigError } from '../../util/errors.ts'
import { formatShape, type Shape, sizeOf } from '../../util/shape.ts'

/** The input by which networks are told classes, by their numbers. */
export const LABEL = 'label'
/** The input by which a discriminator is told latents. */
export const LATENT = 'latent'
/** The output by which a discriminator names classes: logits. */
export const CLASSES = 'classes'

/** What discriminators are named, and parts of them, so that their weights are. */
export const PLAYER = 'discriminator'

/** Makes a discriminator of examples of a shape. */
export type MakeDiscriminator = (example: Shape) => Network
/** Makes a generator that takes vectors of a length. */
export type MakeGenerator = (length: number) => Network

/** The input of a network that is no class and no latent beside it. @throws ConfigError unless there is one */
export function mainInput(where: string, { name, inputs }: Network): string {
  const others = Object.keys(inputs).filter((input) => input !== LABEL && input !== LATENT)
  const label = inputs[LABEL]
  if (others.length === 1 && (!label || label.dtype === 'int64')) return others[0]!
  throw new ConfigError(
    `${where}: the ${name} must take one input, or an int64 "label" beside it, got ${Object.keys(inputs).join(', ')}; make it with network(name, { z: [100], label: { shape: [], dtype: 'int64' } }, ...)`,
  )
}

/** The output of a network that names no classes. @throws ConfigError unless there is one */
export function mainOutput(where: string, { name, outputs }: Network): string {
  const others = Object.keys(outputs).filter((output) => output !== CLASSES)
  if (others.length === 1) return others[0]!
  throw new ConfigError(
    `${where}: the ${name} must have one output, or "classes" beside it, got ${Object.keys(outputs).join(', ')}`,
  )
}

/** Labels [n, ...] as vectors of zeros and a one [n, ..., classes]. */
export const oneHot = (labels: Value, classes: number): Value =>
  cast(
    equal(
      reshape(labels, [...labels.shape, 1]),
      constant(
        Array.from({ length: classes }, (_, i) => i),
        [classes],
        'int64',
      ),
    ),
    'float32',
  )

/** Length of the vector that is learned for a class. */
export const CODE = 50

/** Labels of a pack: one number of each example. */
export const labelPort = (pack = 1): Port => ({ shape: pack === 1 ? [] : [pack], dtype: 'int64' })

/** A vector for each class [n, ..., length], learned by the network of this name. */
export const learnedCode = (classes: number, length = CODE) =>
  embedding({ inputDim: classes, outputDim: length })

/**
 * A generator that is told a class beside its latent: by zeros and a one, or by a vector that is learned for it.
 *
 * @param make  of latents and class together
 */
export function toldGenerator(
  make: MakeGenerator,
  { latentDim, classes, code }: { latentDim: number; classes: number; code: 'one-hot' | 'learned' },
): Network {
  const inner = make(latentDim + (code === 'learned' ? CODE : classes))
  const z = mainInput('a condition', inner)
  const vectors = learnedCode(classes)
  const telling = network(inner.name, { [LABEL]: labelPort() }, ({ [LABEL]: label }, apply) => ({
    code: code === 'learned' ? apply(vectors, label!) : oneHot(label!, classes),
  }))
  return composed(
    inner.name,
    { [z]: { shape: [latentDim] }, [LABEL]: labelPort() },
    [telling, inner],
    ({ [z]: latent, [LABEL]: label }, call) =>
      call(inner, { [z]: concat([latent!, call(telling, { [LABEL]: label! }).code!], 1) }),
  )
}

/** What is put beside the examples that a discriminator judges. */
export interface Beside {
  /** The input that it is given by, and one of it. */
  readonly port: string
  readonly shape: Port
  /**
   * The network from that input to the output `beside`, of `PLAYER`'s name: more channels of an image [height, width, channels], or
   * more numbers of a vector [length]; an image of one pixel is a vector as well.
   */
  network(example: Shape): Network
}

/** What examples look like to what is put beside them. */
export const isVector = (example: Shape): boolean => example.slice(0, -1).every((length) => length === 1)

/**
 * A discriminator that is given something beside each example, along the last axis.
 *
 * @param asVectors  it looks at images as at vectors: what is beside them comes after their last pixel
 */
export const besides =
  (
    make: MakeDiscriminator,
    { port, shape, network: telling }: Beside,
    asVectors = false,
  ): MakeDiscriminator =>
  (example) => {
    const seen = asVectors && example.length > 1 ? [1, 1, sizeOf(example)] : example
    const beside = telling(seen)
    const inner = make([...seen.slice(0, -1), seen.at(-1)! + beside.outputs.beside!.shape.at(-1)!])
    const x = mainInput('what is put beside examples', inner)
    return composed(
      PLAYER,
      { [x]: { shape: example }, ...without(inner.inputs, x), [port]: shape },
      [beside, inner],
      ({ [x]: examples, [port]: told, ...others }, call) => {
        const image = reshape(examples!, [examples!.shape[0]!, ...seen])
        return call(inner, { ...others, [x]: concat([image, call(beside, { [port]: told! }).beside!], -1) })
      },
    )
  }

const without = (ports: Ports, name: string): Ports =>
  Object.fromEntries(Object.entries(ports).filter(([port]) => port !== name))

/** A discriminator, and what goes into its last layer with weights: the features by which it judges. */
export function judging(make: MakeDiscriminator, example: Shape) {
  const inner = make(example)
  const layer = lastLearned(inner)
  const { inputShape } = inner.rows.find(({ name }) => name === layer) ?? {}
  if (layer === undefined || inputShape?.length !== 1)
    throw new ConfigError(
      `the discriminator must end in a layer of features, such as flatten() and dense({ units: 1, activation: 'sigmoid' }), got ${inputShape ? `"${layer}" on ${formatShape(inputShape)}` : 'no layer with weights'}`,
    )
  return {
    inner,
    length: inputShape[0]!,
    /** Calls it within a composition, with its features. */
    call(call: CallPart, inputs: NamedValues): { outputs: NamedValues; features: Value } {
      let features: Value | undefined
      const outputs = call(inner, inputs, (name, value) => {
        if (name === layer) features = value
      })
      return { outputs, features: features! }
    },
  }
}
