// Alice and Bob against Eve: networks that learn to hide messages from another network. A demonstration, not a cipher.
import { z } from 'zod'
import { messageColumns, messages } from '../data/messages.ts'
import { cryptography as objectiveOf } from '../objectives/cryptography.ts'
import { adam, adamW } from '../optimizers/index.ts'
import { cipherNetworks, WIDTHS, type WidthName } from './cipher-networks.ts'
import { defineModel } from './model.ts'

/** Share of the first learning rate that is left at the end. */
const LAST_RATE = 0.02
/** Shares of a training after which learning rates fall. */
const FALLS = { pair: 1 / 6, fresh: 1 / 2 }
/** Shares of the training between which the weight of secrecy grows. */
const GROWS = { from: 0.2, to: 0.6 }

/** Full for a share of `steps`, then falling straight to a fiftieth. */
export const fallingAfter = (share: number, rate: number, steps: number) => (update: number) =>
  rate * Math.max(LAST_RATE, Math.min(1, (1 - update / steps) / (1 - share)))

/** From `first` to `last`, straight, between a fifth and three fifths of `steps`. */
export const growing = (first: number, last: number, steps: number) => (step: number) => {
  const share = (step / steps - GROWS.from) / (GROWS.to - GROWS.from)
  return first + (last - first) * Math.min(1, Math.max(0, share))
}

const bitCount = z.int().min(2).max(256)
const rate = z.number().positive()
const widths = Object.keys(WIDTHS) as [WidthName, ...WidthName[]]

const options = z.object({
  bits: bitCount.default(16).describe('bits of a message, and numbers of a ciphertext'),
  keyBits: bitCount.optional().describe('bits of the key (default: as many as a message has)'),
  widths: z
    .enum(widths)
    .default('reference')
    .describe(
      "convolutions of the networks: those of the paper's text, or of the program its authors published",
    ),
  gain: rate.default(2).describe("how large weights begin, as a multiple of Glorot and Bengio's rule"),
  learningRate: rate
    .default(3e-3)
    .describe('learning rate of all three; that of Alice and Bob falls after a sixth of the training'),
  eveUpdates: z.int().min(1).max(32).default(2).describe('updates of Eve for one of Alice and Bob'),
  eveDecay: z
    .number()
    .min(0)
    .default(0.05)
    .describe('weight decay of Eve, which keeps her from being so sure that Alice learns nothing from her'),
  firstSecrecy: z
    .number()
    .min(0)
    .default(0.3)
    .describe('what secrecy weighs for Alice and Bob at first, beside being understood'),
  secrecy: z.number().min(0).default(2).describe('what it weighs from three fifths of the training on'),
  bobTarget: z
    .number()
    .min(0)
    .optional()
    .describe(
      'bits wrong of Bob at which secrecy weighs that much: less where he gets more of a batch wrong, more where he gets less; 0: it does not follow him (default: .035 for 16 bits, in proportion for others)',
    ),
  freshEvery: z
    .int()
    .min(0)
    .default(4000)
    .describe('steps between two fresh Eves while the pair trains; 0 for none'),
  freshEves: z.int().min(0).max(100).default(5).describe('fresh Eves that judge the trained pair'),
  freshSteps: z.int().min(1).default(10_000).describe('updates that each fresh Eve makes'),
  freshRate: rate.default(4e-3).describe("a fresh Eve's learning rate, which falls in the second half"),
})
type Options = z.output<typeof options>

/** Bits wrong of Bob at which secrecy has its weight, for each bit of a message. */
const BOB_TARGET = 0.035 / 16

const settle = ({ bits, keyBits = bits, bobTarget = BOB_TARGET * bits, ...rest }: Options): Options => ({
  bits,
  keyBits,
  ...rest,
  bobTarget,
})

/**
 * Abadi & Andersen 2016, arXiv:1610.06918. Theirs is one learning rate of 8e-4, batches of 4096, weights that begin as Glorot and Bengio
 * say, an Eve without weight decay, and one weight for both aims; what is changed here, and what that brings, stands in docs/secrets.md.
 */
export const cryptography = defineModel<typeof options>({
  name: 'cryptography',
  description:
    'Alice and Bob learn to keep a secret from Eve, with nothing but a shared key (a demonstration, no cipher)',
  defaults: { steps: 60_000, batchSize: 256, sampleEvery: 0, checkpointEvery: 2000 },
  madeFor: { columns: messageColumns({ bits: 16, keyBits: 16 }) },
  options,
  settle,
  source: ({ bits, keyBits = bits }) => messages({ bits, keyBits }),
  examples: [
    {
      title: 'See a secret being learned',
      what: 'Two networks with a key hide messages of eight bits from a third one. A minute; watch how many bits Eve gets wrong.',
      settings: { bits: 8, steps: 12_000, freshEvery: 2000, freshEves: 3, freshSteps: 4000 },
    },
  ],
  objective(given, { steps }) {
    const { bits, keyBits = bits, widths: named, gain, learningRate, ...rest } = settle(given)
    const { eveUpdates, eveDecay, firstSecrecy, secrecy, bobTarget = 0, freshEvery, freshEves } = rest
    const { freshSteps, freshRate } = rest
    const pairRate = steps === undefined ? learningRate : fallingAfter(FALLS.pair, learningRate, steps)
    return objectiveOf({
      name: 'cryptography',
      ...cipherNetworks({ bits, keyBits, widths: named, gain }),
      pairOptimizer: adam({ learningRate: pairRate }),
      eveOptimizer: adamW({ learningRate, weightDecay: eveDecay }),
      freshOptimizer: adam({ learningRate: fallingAfter(FALLS.fresh, freshRate, freshSteps) }),
      eveUpdates,
      secrecy: steps === undefined ? () => secrecy : growing(firstSecrecy, secrecy, steps),
      ...(bobTarget > 0 ? { bobTarget } : {}),
      fresh: { steps: freshSteps, every: freshEvery, count: freshEves },
    })
  },
})
