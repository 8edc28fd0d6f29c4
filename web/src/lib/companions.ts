// Networks that look at a drawing: how they are opened and asked.
import type { Companion, Role } from '../../../src/server/protocol.ts'
import { api } from './api.ts'
import { openNetwork, type PageNetwork } from './model.ts'
import { type RunSource, servedRun } from './source.ts'
import { softmax } from './verdict.ts'

const sources = new Map<string, RunSource>()
/** Where its networks come from. Another checkpoint is another source, so that newer weights are fetched. */
function sourceOf(companion: Companion, asking: string): RunSource {
  const key = `${companion.source} ${companion.run ?? asking} ${companion.step}`
  const known = sources.get(key)
  if (known) return known
  const served = servedRun(companion.run ?? asking)
  const source =
    companion.source === 'extractor' ? { ...served, network: () => api.extractor(asking) } : served
  sources.set(key, source)
  return source
}

/** @param asking  the run whose data it is for */
export function openCompanion(companion: Companion, asking: string): Promise<PageNetwork[]> {
  const { networks } = companion
  const source = sourceOf(companion, asking)
  return Promise.all(networks.map(({ name }) => openNetwork(source, { networks, players: [] }, name)))
}

/** What is said of one image. */
export interface Opinions {
  /** Probability that it is real. */
  readonly critic: number
  /** A probability per class. */
  readonly classifier: readonly number[]
  readonly autoencoder: {
    /** [height, width, channels], 0 to 255. */
    readonly pixels: Uint8Array
    /** The mean of its latent. */
    readonly latent: readonly number[]
  }
}

/** Asks opened networks of one part. @param image  numbers in [0, 1], [height, width, channels] */
export const ASK: {
  readonly [R in Role]: (
    companion: Companion,
    networks: readonly PageNetwork[],
    image: Float32Array,
  ) => Promise<Opinions[R]>
} = {
  async critic(_, [network], image) {
    return (await network!.run(image, 1))[0]!
  },
  async classifier({ gives }, [network], image) {
    const given = await network!.run(image, 1)
    return gives === 'logits' ? softmax(given) : Array.from(given)
  },
  async autoencoder({ latentDim }, [encoder, decoder], image) {
    const mean = (await encoder!.run(image, 1)).slice(0, latentDim!)
    const made = await decoder!.run(mean, 1)
    return {
      pixels: Uint8Array.from(made, (value) => Math.round(255 * Math.min(1, Math.max(0, value)))),
      latent: Array.from(mean),
    }
  },
}
