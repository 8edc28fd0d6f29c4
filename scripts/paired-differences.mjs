// How far two methods of a study are apart seed by seed, for docs/studies.md: what they share, such as the draw of labels, cancels out.
//
// usage: node scripts/paired-differences.mjs <folder of a study> <measure> "<label>" "<label it is held against>" [more pairs of labels ...]
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { meanOf } from '../dist/statistics/found.js'
import { intervalOf } from '../dist/statistics/told-apart.js'
import { exitWith, StepError } from './lib/run.mjs'

/** The number of each group and seed: `of(group, seed)`. */
async function numbersIn(folder, measure) {
  const file = join(folder, 'results.jsonl')
  const lines = await readFile(file, 'utf8').catch((error) => {
    throw new StepError(`${file}: expected the results of a study; ${error.message}`, 3)
  })
  const found = new Map()
  for (const line of lines.split('\n').filter(Boolean)) {
    const { group, seed, values } = JSON.parse(line)
    if (!found.has(group)) found.set(group, new Map())
    if (typeof values[measure] === 'number') found.get(group).set(seed, values[measure])
  }
  return found
}

const percent = (value) => `${value < 0 ? '−' : '+'}${Math.abs(100 * value).toFixed(2)}`

/** Mean difference of the seeds that both have, in points, with its 95% interval (Student's t). */
function difference(one, other) {
  const seeds = [...(one?.keys() ?? [])].filter((seed) => other?.has(seed))
  if (seeds.length < 2) return '-'
  const found = meanOf(
    seeds.map((seed) => one.get(seed) - other.get(seed)),
    'runs',
  )
  const [low] = intervalOf(found)
  return `${percent(found.value)} ± ${(100 * (found.value - low)).toFixed(2)} (${seeds.length})`
}

exitWith(async () => {
  const [folder, measure, ...labels] = process.argv.slice(2)
  if (labels.length < 2 || labels.length % 2 > 0)
    throw new StepError('usage: paired-differences.mjs <folder> <measure> "<label>" "<label>" ...', 2)
  const numbers = await numbersIn(folder, measure)
  /** What follows the label in groups' names: `labels 100`. */
  const rests = [...numbers.keys()]
    .filter((group) => group === labels[0] || group.startsWith(`${labels[0]}, `))
    .map((group) => group.slice(labels[0].length))
  const known = new Set([...numbers.keys()].map((group) => group.replace(/, [^,]*$/, '')))
  for (const label of labels)
    if (!numbers.has(label) && !rests.some((rest) => numbers.has(label + rest)))
      throw new StepError(`no group of ${folder} is called "${label}"; there are ${[...known].join('; ')}`, 3)
  if (![...numbers.values()].some((seeds) => seeds.size > 0))
    throw new StepError(`no job of ${folder} has the measure "${measure}"`, 3)
  const line = (cells) => `| ${cells.join(' | ')} |`
  console.log(line(['points', ...rests.map((rest) => rest.replace(/^, /, ''))]))
  console.log(line(['---', ...rests.map(() => '---')]))
  for (let i = 0; i < labels.length; i += 2) {
    const [one, other] = [labels[i], labels[i + 1]]
    const cells = rests.map((rest) => difference(numbers.get(one + rest), numbers.get(other + rest)))
    console.log(line([`${one}, less ${other}`, ...cells]))
  }
  return 0
})
