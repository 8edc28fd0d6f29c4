// No data at all: Alice and Bob learn to hide a message of eight bits from Eve, who listens.
// Usage: sparring train examples/cipher.mjs [--bits 8]
import { adam, defineModel, dense, network, objective, ops, sequential, z } from 'sparring'

const { abs, add, concat, mul, reduceMean, square, sub } = ops

export default defineModel({
  name: 'cipher',
  description: 'Alice and Bob share a key, Eve listens: after Abadi & Andersen 2016, with dense layers',
  defaults: { steps: 3000, batchSize: 512, sampleEvery: 0, checkpointEvery: 1000 },
  data: 'none',
  madeFor: { columns: {} },
  options: z.object({ bits: z.int().min(1).max(64).default(8).describe('bits of message and key') }),
  objective({ bits }) {
    const mix = () => [
      dense({ units: 8 * bits, activation: 'relu' }),
      dense({ units: bits, activation: 'tanh' }),
    ]
    const withKey = (name, says) => {
      const layers = mix()
      return network(name, { text: [bits], key: [bits] }, ({ text, key }, apply) => ({
        [says]: apply(layers, concat([text, key], 1)),
      }))
    }
    const alice = withKey('alice', 'cipher')
    const bob = withKey('bob', 'message')
    const eve = sequential({ name: 'eve', input: { cipher: [bits] }, output: 'message' }, mix())
    /** Bits that are guessed wrongly, out of all of them: half of them by chance. */
    const wrong = (guess, bits01) => mul(reduceMean(abs(sub(guess, bits01))), bits / 2)
    const coin = (random, batchSize) =>
      sub(mul(ops.cast(ops.greater(random.uniform([batchSize, bits]), 0.5), 'float32'), 2), 1)
    const round = ({ batchSize, random, networks }) => {
      const [text, key] = [coin(random, batchSize), coin(random, batchSize)]
      const cipher = networks.alice({ text, key })
      return { bob: wrong(networks.bob({ text: cipher, key }), text), eve: wrong(networks.eve(cipher), text) }
    }
    const log = (name, label, color) => ({
      name,
      label,
      axis: 'left',
      color,
      value: (found) => found.friends.metrics[name],
    })
    return objective({
      name: 'cipher',
      networks: { alice, bob, eve },
      phases: [
        {
          name: 'eve',
          updates: ['eve'],
          optimizer: adam({ learningRate: 8e-4 }),
          repeats: 2,
          loss: (given) => ({ loss: round(given).eve }),
        },
        {
          name: 'friends',
          updates: ['alice', 'bob'],
          optimizer: adam({ learningRate: 8e-4 }),
          loss: (given) => {
            const found = round(given)
            // Eve should be as wrong as chance, not more: else the opposite of her guess would be right.
            const chance = square(sub(1, mul(found.eve, 2 / bits)))
            return { loss: add(mul(found.bob, 2 / bits), chance), metrics: found }
          },
        },
      ],
      logs: [
        log('bob', 'bits that Bob gets wrong', '#648fff'),
        log('eve', 'bits that Eve gets wrong', '#dc267f'),
      ],
    })
  },
})
