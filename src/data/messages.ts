// Messages and keys of random bits: data that is made as it is asked for, so that no two batches are the same.
import { checkNumber } from '../util/options.ts'
import { randomStream } from '../util/random.ts'
import type { Columns, Source } from './source.ts'

export interface MessagesOptions {
  /** Bits of a message. */
  readonly bits: number
  /** Bits of a key. */
  readonly keyBits: number
}

/** The columns of such a source: every bit is -1 or 1. */
export const messageColumns = ({ bits, keyBits }: MessagesOptions): Columns => ({
  message: { shape: [bits], dtype: 'float32' },
  key: { shape: [keyBits], dtype: 'float32' },
})

/** Writes fair bits, as -1 and 1: thirty-two of them for each word that is drawn. */
function fillBits(out: Float32Array, seed: number, purpose: string, step: number): void {
  const random = randomStream(seed, purpose, step)
  for (let i = 0; i < out.length; i += 32) {
    let word = random.bits()
    const end = Math.min(out.length, i + 32)
    for (let j = i; j < end; j++) {
      out[j] = 2 * (word & 1) - 1
      word >>>= 1
    }
  }
}

/**
 * A source of messages and keys, all bits independent and fair.
 *
 * @throws ConfigError for lengths that are no positive integers
 */
export function messages({ bits, keyBits }: MessagesOptions): Source {
  const whole = { integer: true, atLeast: 1 }
  checkNumber('messages', 'bits', bits, whole)
  checkNumber('messages', 'keyBits', keyBits, whole)
  return {
    columns: messageColumns({ bits, keyBits }),
    words: `messages of ${bits} random bits`,
    open: ({ seed }) => ({
      fill(step, draw, columns) {
        for (const [column, out] of Object.entries(columns))
          fillBits(out as Float32Array, seed, `messages/${column}-${draw}`, step)
      },
    }),
  }
}
