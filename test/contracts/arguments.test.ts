// What public constructors say of arguments that are missing, mistyped or of another kind: never an accident of JavaScript.
import { describe, expect, it } from 'vitest'
import { branching, copyOf, dense, flatten, LAYERS, network, sequential } from '../../src/layers/index.ts'
import {
  adversarial,
  byol,
  classification,
  denoisingAutoencoder,
  fastAdversarial,
  featureMatching,
  fixMatch,
  freeAdversarial,
  gan,
  maskedAutoencoder,
  noisyClassification,
  objective,
  rotation,
  simclr,
  trades,
  vae,
  vicreg,
  virtualAdversarial,
} from '../../src/objectives/index.ts'
import { adam, rmsprop, sgd } from '../../src/optimizers/index.ts'
import { ConfigError } from '../../src/util/errors.ts'

type Constructor = (...given: readonly unknown[]) => unknown
const constructors: Readonly<Record<string, Constructor>> = Object.fromEntries(
  Object.entries({
    sequential,
    branching,
    network,
    copyOf,
    gan,
    vae,
    classification,
    adversarial,
    fastAdversarial,
    freeAdversarial,
    trades,
    noisyClassification,
    simclr,
    vicreg,
    byol,
    denoisingAutoencoder,
    maskedAutoencoder,
    rotation,
    featureMatching,
    fixMatch,
    virtualAdversarial,
    objective,
    adam,
    rmsprop,
    sgd,
    ...LAYERS,
  }).map(([name, make]) => [name, make as Constructor]),
)

const generator = sequential({ name: 'generator', input: [2] }, [dense({ units: 4, activation: 'sigmoid' })])
const discriminator = sequential({ name: 'discriminator', input: [4] }, [
  dense({ units: 1, activation: 'sigmoid' }),
])
const optimizer = sgd({ learningRate: 0.1 })
const complete = {
  name: 'x',
  generator,
  discriminator,
  encoder: sequential({ name: 'encoder', input: [4] }, [dense({ units: 4 })]),
  decoder: sequential({ name: 'decoder', input: [2] }, [dense({ units: 4, activation: 'sigmoid' })]),
  classifier: sequential({ name: 'classifier', input: [4] }, [dense({ units: 3 })]),
  generatorOptimizer: optimizer,
  discriminatorOptimizer: optimizer,
  optimizer,
  networks: { generator },
  phases: [{ name: 'one', updates: ['generator'], optimizer, loss: () => ({}) }],
  logs: [{ name: 'loss', label: 'loss', axis: 'left', value: () => ({}) }],
  variables: { mean: { shape: [] } },
  offers: { generate: { network: 'generator' } },
  watches: [],
  pictures: [{ kind: 'latents' }],
  batches: 'epoch',
  input: [4],
}
/** Things that are not what they should be. */
const odd: readonly unknown[] = [
  undefined,
  null,
  'x',
  3,
  {},
  [],
  [null],
  { name: 'x' },
  () => 0,
  optimizer,
  generator,
]

/** The records that a constructor might be given: nothing, odd things, and records that lack or mistake one entry. */
function* attempts(): Generator<readonly unknown[]> {
  yield []
  for (const one of odd) {
    yield [one]
    for (const other of odd) yield [{ name: 'net', input: [4] }, one, other]
    for (const other of odd) yield ['net', one, other]
    for (const other of odd) yield ['net', { x: [2] }, () => other]
    for (const other of odd) yield ['net', { x: one }, () => ({ y: other })]
    for (const key of Object.keys(complete)) yield [{ ...complete, [key]: one }]
    for (const key of Object.keys(complete)) yield [{ name: 'x', [key]: one }]
  }
}

describe('public constructors', () => {
  it.each(Object.keys(constructors))('%s says what it expects, whatever it is given', (name) => {
    let refused = 0
    for (const given of attempts())
      try {
        constructors[name]!(...given)
      } catch (error) {
        refused++
        expect((error as Error).name, `${name}: ${(error as Error).stack}`).toMatch(
          /^(ConfigError|ShapeError)$/,
        )
        expect((error as Error).message).not.toMatch(/undefined \(|is not a function|Cannot read/)
      }
    expect(refused).toBeGreaterThan(0)
  })

  const said: readonly (readonly [string, () => unknown, RegExp])[] = [
    [
      'a network without a shape',
      () => constructors.sequential!({ name: 'g' }),
      /^sequential "g": input must be the shape of one example, without the batch axis, such as \[28, 28, 1\], or that with a name, such as \{ z: \[100\] \}, got nothing$/,
    ],
    [
      'a network without layers',
      () => constructors.sequential!({ name: 'g', input: [2] }),
      /^sequential "g": its second argument, the layers, must be a list, each a layer, such as dense/,
    ],
    [
      'a network of things that are no layers',
      () => constructors.sequential!({ name: 'g', input: [2] }, [dense]),
      /must be a list, each a layer/,
    ],
    [
      'a shape with the batch in it',
      () => sequential({ name: 'g', input: [-1, 2] }, [flatten()]),
      /input must be the shape of one example, .* got \[-1,2\]$/,
    ],
    [
      'a GAN of a name only',
      () => constructors.gan!({ name: 'mine' }),
      /^gan "mine": generator must be a network, such as sequential.*, got nothing$/,
    ],
    [
      'a mistyped option',
      () => constructors.gan!({ name: 'mine', generater: generator }),
      /^gan "mine": unknown option "generater"; did you mean "generator"\?/,
    ],
    [
      'a VAE without an optimizer',
      () => constructors.vae!({ ...pick('name', 'encoder', 'decoder') }),
      /^vae "x": optimizer must be an optimizer, such as adam/,
    ],
    [
      'no arguments',
      () => constructors.classification!(),
      /^classification: expects one record of options, got undefined$/,
    ],
  ]
  it.each(said)('name what was expected and got: %s', (_, make, message) => {
    expect(make).toThrow(message)
    expect(make).toThrow(ConfigError)
  })

  const pick = (...keys: (keyof typeof complete)[]) =>
    Object.fromEntries(keys.map((key) => [key, complete[key]]))
})
