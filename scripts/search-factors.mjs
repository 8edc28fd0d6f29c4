// Searches the factors of short convolutions that round least, for src/lowering/factors.ts.
//
// usage: node scripts/search-factors.mjs <degree> [--pairs <n>] [--singles <n>] [--quadratics <n>] [--seed <n>]
//
// The degree is 2 + 2 pairs + singles + 2 quadratics: zero and infinity are always there. Climbs from random starts; what is
// minimised is the amplification of rounding in the worst of the splits F(m, r) with 2 to 5 taps.
import { parseArgs } from 'node:util'
import { randomStream } from '../dist/index.js'
import { amplification, degreeOf, productsOf, toomCook } from '../dist/lowering/toom-cook.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pairs: { type: 'string', default: '2' },
    singles: { type: 'string', default: '1' },
    quadratics: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
  },
})
const degree = Number(positionals[0])
const [pairs, singles, quadratics, seed] = ['pairs', 'singles', 'quadratics', 'seed'].map((name) =>
  Number(values[name]),
)
const [RESTARTS, TRIES] = [6, 3000]

/** Numbers to factors: the pairs' points, the single points, then three numbers for each quadratic. */
function factorsOf(numbers) {
  const points = [
    0,
    ...numbers.slice(0, pairs).flatMap((point) => [point, -point]),
    ...numbers.slice(pairs, pairs + singles),
  ]
  const rest = numbers.slice(pairs + singles)
  return {
    points,
    quadratics: Array.from({ length: quadratics }, (_, i) => {
      const [p, q, at] = rest.slice(3 * i, 3 * i + 3)
      return { p, q, at }
    }),
  }
}
function cost(numbers) {
  const factors = factorsOf(numbers)
  const splits = [2, 3, 4, 5].filter((r) => degree + 1 - r >= 2)
  const worst = Math.max(...splits.map((r) => amplification(toomCook(degree + 1 - r, r, factors))))
  return Number.isFinite(worst) ? worst : Number.POSITIVE_INFINITY
}

const random = randomStream(seed, 'search', degree)
const near = (middle, spread) => middle * Math.exp(spread * random.normal())
const sign = () => (random.uniform() < 0.5 ? -1 : 1)
const start = () => [
  ...Array.from({ length: pairs }, () => near(1, 0.7)),
  ...Array.from({ length: singles }, () => sign() * near(1, 0.7)),
  ...Array.from({ length: quadratics }, () => [
    0.7 * random.normal(),
    near(1, 0.4),
    sign() * near(1, 0.3),
  ]).flat(),
]

const found = degreeOf(factorsOf(start()))
if (found !== degree) {
  console.error(
    `expected factors of degree ${positionals[0]}, got degree ${found}: 2 + 2 pairs + singles + 2 quadratics`,
  )
  process.exit(2)
}
let best = { cost: Number.POSITIVE_INFINITY, numbers: [] }
for (let restart = 0; restart < RESTARTS; restart++) {
  let now = start()
  let least = cost(now)
  let reach = 0.3
  for (let i = 0; i < TRIES; i++) {
    const other = now.map((number) => (random.uniform() < 0.5 ? number + reach * random.normal() : number))
    const value = cost(other)
    if (value < least) [now, least, reach] = [other, value, Math.min(0.5, reach * 1.5)]
    else reach = Math.max(1e-3, reach * 0.98)
  }
  if (least < best.cost) best = { cost: least, numbers: now }
}
const rounded = best.numbers.map((number) => Math.round(number * 1000) / 1000)
console.log(
  `degree ${degree}, ${productsOf(factorsOf(rounded))} products, amplification ${cost(rounded).toFixed(1)}`,
)
console.log(JSON.stringify(factorsOf(rounded)))
