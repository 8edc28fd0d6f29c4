// The networks of Alice, Bob and Eve: a dense layer that mixes all bits, then convolutions along them.
import { concat, reshape } from '../graph/build.ts'
import { varianceScaling } from '../initializers/index.ts'
import { conv1D, dense, type Layer } from '../layers/index.ts'
import { type Network, network } from '../layers/network.ts'

/** One convolution along the bits. */
interface Width {
  readonly kernelSize: number
  readonly filters: number
  readonly strides: number
}

/** Convolutions after the dense layer; the last one gives the bits. */
export const WIDTHS = {
  /** Of the paper's text: windows of four, two, one and one. */
  paper: [
    { kernelSize: 4, filters: 2, strides: 1 },
    { kernelSize: 2, filters: 4, strides: 2 },
    { kernelSize: 1, filters: 4, strides: 1 },
    { kernelSize: 1, filters: 1, strides: 1 },
  ],
  /** Of the program that its authors published. */
  reference: [
    { kernelSize: 2, filters: 2, strides: 2 },
    { kernelSize: 1, filters: 2, strides: 1 },
    { kernelSize: 1, filters: 1, strides: 1 },
  ],
} as const satisfies Readonly<Record<string, readonly Width[]>>
export type WidthName = keyof typeof WIDTHS

export interface CipherNetworkOptions {
  /** Of a message, and numbers of a ciphertext. */
  readonly bits: number
  readonly keyBits: number
  readonly widths: WidthName
  /** How large weights begin, times what Glorot and Bengio's rule gives. */
  readonly gain: number
}

/** From so many bits to `bits` numbers between -1 and 1. */
function player(
  name: string,
  inputs: Readonly<Record<string, number>>,
  output: string,
  { bits, widths, gain }: CipherNetworkOptions,
): Network {
  const kernelInitializer = varianceScaling({
    scale: gain ** 2,
    mode: 'fanAverage',
    distribution: 'uniform',
  })
  const mix = dense({ units: 2 * bits, kernelInitializer, name: 'mix' })
  const convolutions: Layer[] = WIDTHS[widths].map((width, i, all) =>
    conv1D({
      ...width,
      padding: 'same',
      activation: i === all.length - 1 ? 'tanh' : 'sigmoid',
      kernelInitializer,
    }),
  )
  const ports = Object.fromEntries(Object.entries(inputs).map(([port, length]) => [port, [length]]))
  return network(name, ports, (given, apply) => {
    const values = Object.keys(inputs).map((port) => given[port]!)
    const mixed = apply(mix, values.length === 1 ? values[0]! : concat(values, 1)) // [n, 2 bits]
    const [n] = mixed.shape as [number]
    return { [output]: reshape(apply(convolutions, reshape(mixed, [n, 2 * bits, 1])), [n, bits]) }
  })
}

/** Alice makes a ciphertext of message and key, Bob a message of ciphertext and key, Eve one of the ciphertext alone. */
export const cipherNetworks = (options: CipherNetworkOptions) => {
  const { bits, keyBits } = options
  return {
    alice: player('alice', { message: bits, key: keyBits }, 'ciphertext', options),
    bob: player('bob', { ciphertext: bits, key: keyBits }, 'message', options),
    eve: player('eve', { ciphertext: bits }, 'message', options),
    /** Another listener of the same kind, who begins with other numbers. */
    freshEve: player('freshEve', { ciphertext: bits }, 'message', options),
  }
}
