// What a measure says of real samples against real samples: the best that a generator could get.
import { ConfigError } from '../util/errors.ts'
import { checkNames, checkNumber } from '../util/options.ts'
import { randomStream } from '../util/random.ts'
import { pickRows, requireRows, rowsOf, type Samples } from './features.ts'
import { type Measured, overDraws } from './measured.ts'

export interface RealFloorOptions {
  /** How many times the samples are split anew; default 3. */
  readonly draws?: number
  /** Names the splits; default 0. */
  readonly seed?: number
}

/** The same measure between real halves. */
export type RealFloor<Name extends string> = Readonly<Record<Name, Measured>>

/**
 * Takes measures between two disjoint halves of real samples, several times.
 *
 * The biased measures (FID most of all) depend on the number of samples: compare with `fake` of half as many as `real`
 * has.
 *
 * @param real     [2 n, ...]; an odd one is left out of each split
 * @param measure  measures by name, of two halves [n, ...]: `(a, b) => precisionRecall(engine, a, b)`, or
 *                 `async (a, b) => ({ fid: await fid(engine, a, b) })`
 * @returns for each measure the mean and, as `spread`, the standard deviation over draws; no value but the reason where
 *          a draw has none
 * @throws ShapeError for fewer than two samples, and what the measure throws
 */
export async function realFloor<Name extends string>(
  real: Samples,
  measure: (a: Samples, b: Samples) => Promise<Readonly<Record<Name, Measured>>>,
  options: RealFloorOptions = {},
): Promise<RealFloor<Name>> {
  checkNames('realFloor', options, ['draws', 'seed'])
  const { draws = 3, seed = 0 } = options
  checkNumber('realFloor', 'draws', draws, { integer: true, atLeast: 1 })
  const rows = rowsOf('realFloor', 'real', real)
  requireRows('realFloor', 'real', rows, 2, 'for two halves')
  const half = rows.n >> 1
  const found: Readonly<Record<Name, Measured>>[] = []
  for (let draw = 0; draw < draws; draw++) {
    const order = randomStream(seed, 'realFloor', draw).permutation(rows.n)
    const [a, b] = [order.subarray(0, half), order.subarray(half, 2 * half)].map((picked) => ({
      data: pickRows(rows, picked).data,
      shape: [half, ...real.shape.slice(1)],
    }))
    found.push(await measure(a!, b!))
  }
  const names = Object.keys(found[0]!) as Name[]
  if (names.length === 0)
    throw new ConfigError(
      'realFloor: measure must give results by name, e.g. { fid: ... }, got an empty record',
    )
  return Object.fromEntries(
    names.map((name) => [
      name,
      overDraws(
        found.map((each) => each[name]),
        'random halvings',
      ),
    ]),
  ) as RealFloor<Name>
}
