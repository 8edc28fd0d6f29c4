// What every objective of a pair is in plain numbers (float64, no autodiff): losses of both players of scores that a test works out.
import type { PairSettings } from '../../../src/objectives/index.ts'
import { mean, type Weights } from '../plain-players.ts'

export type Rows = readonly (readonly number[])[]

/** What the plain computations may use. Rows are packed; `i` is the row of the batch, by which it has a class. */
export interface Plain {
  readonly real: Rows
  readonly fake: Rows
  /** The latents of `fake`, packed. */
  readonly z: Rows
  /** The uniform numbers of the phase. */
  readonly uniform: ArrayLike<number>
  readonly settings: PairSettings
  /** The discriminator's score of a row, with latents behind it where it is told those. */
  score(row: readonly number[], i: number, latents?: readonly number[]): number
  /** The length of that score's gradient at the row. */
  slope(row: readonly number[], i: number): number
  /** VEEGAN's third player on packed rows. */
  reconstruct(rows: Rows): Rows
}

/** Weights at which a loss is worked out. */
export type PlainAt = (w: Weights) => Plain

export const softplus = (x: number): number => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0)

/** Row-major numbers as rows of a width. */
export const rowsOf = (data: ArrayLike<number>, width: number): number[][] =>
  Array.from({ length: data.length / width }, (_, i) =>
    Array.from({ length: width }, (_, j) => data[i * width + j]!),
  )
export const packedRows = (rows: Rows, pack: number): number[][] =>
  Array.from({ length: rows.length / pack }, (_, i) => rows.slice(i * pack, (i + 1) * pack).flat())

/** A dense layer without an activation, on one row. */
export function plainDense(w: Weights, name: string, row: readonly number[]): number[] {
  const [kernel, bias] = [w[`${name}/kernel`]!, w[`${name}/bias`]!]
  return Array.from(bias, (b, j) =>
    row.reduce((sum, value, i) => sum + value * kernel[i * bias.length + j]!, b),
  )
}

/**
 * The gradient of a score at the first numbers of a row, by hand: sum of v (1 - tanh²) by the rows of the first kernel, where `v` weighs the
 * hidden units.
 */
export function slopeAt(w: Weights, row: readonly number[], v: readonly number[], numbers: number): number {
  const kernel = w['discriminator/dense/kernel']!
  const hidden = plainDense(w, 'discriminator/dense', row).map(Math.tanh)
  return Math.hypot(
    ...Array.from({ length: numbers }, (_, axis) =>
      hidden.reduce((sum, h, k) => sum + kernel[axis * hidden.length + k]! * (1 - h * h) * v[k]!, 0),
    ),
  )
}

const meanOver = (rows: Rows, f: (row: readonly number[], i: number) => number): number => mean(rows.map(f))
const onReal = ({ real, score }: Plain, f: (x: number) => number): number =>
  meanOver(real, (row, i) => f(score(row, i)))
const onFake = ({ fake, score }: Plain, f: (x: number) => number): number =>
  meanOver(fake, (row, i) => f(score(row, i)))
/** Cross-entropy of a real example, whose target is a little less than 1 where it is smoothed. */
const towards =
  ({ settings }: Plain) =>
  (x: number): number =>
    softplus(x) - (1 - settings.labelSmoothing) * x
const crossentropy = (plain: Plain): number => onReal(plain, towards(plain)) + onFake(plain, softplus)
const believed = (plain: Plain): number => onFake(plain, (x) => softplus(-x))
const oneLipschitz = ({ slope }: Plain, rows: Rows): number =>
  meanOver(rows, (row, i) => (slope(row, i) - 1) ** 2)
const pairs = ({ real, fake, score }: Plain, sign: number): number =>
  meanOver(real, (row, i) => softplus(-sign * (score(row, i) - score(fake[i]!, i))))
const squares = ({ slope }: Plain, rows: Rows): number => meanOver(rows, (row, i) => slope(row, i) ** 2) / 2
const jointly = ({ score }: Plain, rows: Rows, latents: Rows, f: (x: number) => number = (x) => x): number =>
  meanOver(rows, (row, i) => f(score(row, i, latents[i])))

/** Losses of discriminator and generator. */
export const PLAIN: Readonly<
  Record<string, readonly [d: (plain: Plain) => number, g: (plain: Plain) => number]>
> = {
  minimax: [crossentropy, (plain) => -onFake(plain, softplus)],
  'non-saturating': [crossentropy, believed],
  'least-squares': [
    (plain) => onReal(plain, (x) => (x - 1) ** 2 / 2) + onFake(plain, (x) => x ** 2 / 2),
    (plain) => onFake(plain, (x) => (x - 1) ** 2 / 2),
  ],
  hinge: [
    (plain) => onReal(plain, (x) => Math.max(0, 1 - x)) + onFake(plain, (x) => Math.max(0, 1 + x)),
    (plain) => onFake(plain, (x) => -x),
  ],
  'wgan-gp': [
    (plain) => {
      const { real, fake, uniform, settings } = plain
      const between = real.map((row, i) => row.map((x, j) => fake[i]![j]! + uniform[i]! * (x - fake[i]![j]!)))
      const distance = onReal(plain, (x) => -x) + onFake(plain, (x) => x)
      return distance + settings.penalty * oneLipschitz(plain, between)
    },
    (plain) => onFake(plain, (x) => -x),
  ],
  dragan: [
    (plain) => {
      const { real, uniform, settings } = plain
      const all = real.flat()
      const deviation = Math.sqrt(mean(all.map((x) => (x - mean(all)) ** 2)))
      const width = real[0]!.length
      const around = real.map((row, i) => row.map((x, j) => x + 0.5 * deviation * uniform[i * width + j]!))
      return crossentropy(plain) + settings.penalty * oneLipschitz(plain, around)
    },
    believed,
  ],
  relativistic: [(plain) => pairs(plain, 1), (plain) => pairs(plain, -1)],
  r3gan: [
    (plain) =>
      pairs(plain, 1) + plain.settings.penalty * (squares(plain, plain.real) + squares(plain, plain.fake)),
    (plain) => pairs(plain, -1),
  ],
  veegan: [
    (plain) =>
      jointly(plain, plain.real, plain.reconstruct(plain.real), towards(plain)) +
      jointly(plain, plain.fake, plain.z, softplus),
    (plain) => {
      const again = plain.reconstruct(plain.fake)
      const each = plain.z.flatMap((z, i) => z.map((value, j) => (value - again[i]![j]!) ** 2))
      const divergence =
        jointly(plain, plain.real, plain.reconstruct(plain.real)) - jointly(plain, plain.fake, plain.z)
      // Latents of two numbers: the sum over a latent, the mean over examples.
      return divergence + 2 * mean(each)
    },
  ],
  // With no update ahead; looking ahead itself is held against the objective `unrolledGan`, and that against brute force.
  unrolled: [crossentropy, believed],
}

/** VEEGAN's third player, on each example of packs: `dense(tanh)` and `latent` without an activation. */
export const plainReconstructor =
  (w: Weights, pack: number): Plain['reconstruct'] =>
  (packs) =>
    packs.map((row) =>
      rowsOf(row, row.length / pack).flatMap((x) =>
        plainDense(w, 'reconstructor/latent', plainDense(w, 'reconstructor/dense', x).map(Math.tanh)),
      ),
    )
