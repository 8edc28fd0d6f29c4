// Kernel Inception Distance of features.
import { add, matMul, mul, reduceSum, transposeLast } from '../graph/build.ts'
import { input, type Value } from '../graph/value.ts'
import { checkNames, checkNumber } from '../util/options.ts'
import { randomStream } from '../util/random.ts'
import { allEqual, pairOf, pickRows, type Rows, requireRows, type Samples } from './features.ts'
import { type Measured, meanAndSpread } from './measured.ts'
import { type MeasureEngine, withModel } from './with-model.ts'

export interface KidOptions {
  /** How many pairs of subsets are drawn; default 100. */
  readonly subsets?: number
  /** Samples of a subset, drawn without replacement; default 1000, or all of the smaller side when it has fewer. */
  readonly subsetSize?: number
  /** Names the draws of the subsets; default 0. */
  readonly seed?: number
}

/** The sum of k(x, x) over the rows. */
function selfSum({ data, n, d }: Rows): number {
  let sum = 0
  for (let i = 0; i < n; i++) {
    let dot = 0
    for (let at = i * d; at < (i + 1) * d; at++) dot += data[at]! * data[at]!
    sum += (dot / d + 1) ** 3
  }
  return sum
}

/** The first `size` of a shuffle of 0 ... n - 1; all of them in their order when size is n. */
function subset(n: number, size: number, seed: number, name: string, draw: number): ArrayLike<number> {
  if (size === n) return Uint32Array.from({ length: n }, (_, i) => i)
  return randomStream(seed, `kid/${name}`, draw).permutation(n).subarray(0, size)
}

/**
 * Kernel Inception Distance: unbiased MMD² under k(x, y) = (x·y / d + 1)³, over pairs of random subsets.
 *
 * @param engine  sums the kernel, float32 in rows and float64 over them
 * @param real    features [n, d]
 * @param fake    features [m, d], same extractor and preprocessing as `real`
 * @returns mean and, as `spread`, standard deviation over subsets. Unitless; lower is closer; may be slightly negative,
 *          because the estimator is unbiased. A caveat when all samples of a side are the same
 * @throws ShapeError when d differs or a side has fewer than `subsetSize` rows; ConfigError for numbers that are not
 *         finite
 * @source Bińkowski et al. 2018, arXiv:1801.01401
 */
export async function kid(
  engine: MeasureEngine,
  real: Samples,
  fake: Samples,
  options: KidOptions = {},
): Promise<Measured> {
  const where = 'kid'
  checkNames(where, options, ['subsets', 'subsetSize', 'seed'])
  const rows = pairOf(where, { real, fake })
  const { subsets = 100, subsetSize = Math.min(1000, rows.real.n, rows.fake.n), seed = 0 } = options
  checkNumber(where, 'subsets', subsets, { integer: true, atLeast: 1 })
  for (const name of ['real', 'fake'] as const)
    requireRows(where, name, rows[name], 2, 'for an unbiased estimate')
  checkNumber(where, 'subsetSize', subsetSize, { integer: true, atLeast: 2 })
  for (const name of ['real', 'fake'] as const)
    requireRows(where, name, rows[name], subsetSize, 'for a subset (subsetSize)')

  const collapsed = (['real', 'fake'] as const).find((name) => allEqual(rows[name]))
  const { d } = rows.real
  const x = input('x', [subsetSize, d])
  const y = input('y', [subsetSize, d])
  const rowSums = (a: Value, b: Value): Value => {
    const base = add(mul(matMul(a, transposeLast(b)), 1 / d), 1)
    return reduceSum(mul(mul(base, base), base), { axes: [1] })
  }
  const graph = { inputs: [x, y], outputs: { xx: rowSums(x, x), yy: rowSums(y, y), xy: rowSums(x, y) } }
  const draws: number[] = []
  await withModel(engine, where, graph, async (model) => {
    for (let draw = 0; draw < subsets; draw++) {
      const a = pickRows(rows.real, subset(rows.real.n, subsetSize, seed, 'real', draw))
      const b = pickRows(rows.fake, subset(rows.fake.n, subsetSize, seed, 'fake', draw))
      const out = await model.run({
        x: { data: a.data, shape: x.shape },
        y: { data: b.data, shape: y.shape },
      })
      const total = (name: string): number => (out[name]!.data as Float32Array).reduce((s, v) => s + v, 0)
      const within = total('xx') - selfSum(a) + total('yy') - selfSum(b)
      draws.push(within / (subsetSize * (subsetSize - 1)) - (2 * total('xy')) / subsetSize ** 2)
    }
  })
  return {
    ...meanAndSpread(draws),
    ...(collapsed ? { caveat: `all samples of ${collapsed} are the same` } : {}),
    n: { real: rows.real.n, fake: rows.fake.n },
    estimator: `unbiased MMD², cubic kernel, ${subsets} subsets of ${subsetSize}, seed ${seed}`,
  }
}
