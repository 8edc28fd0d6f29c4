// What the numbers say, in plain sentences; a difference is claimed only where the numbers can be told apart.
import type { Group } from './entry.ts'
import type { Found, Over } from './found.ts'
import { listed } from './listed.ts'
import type { ReachedQuality } from './quality.ts'
import { foundText, type Row } from './row.ts'
import { type Better, besideFloor, differ, ranks, tiersOf } from './told-apart.ts'
import { factsOfTraining } from './training-facts.ts'
import { type Sentence, TOPICS, type Topic, type Wording, wordingOf } from './wording.ts'

/** A label inside a sentence: `time per step`, but `FID`. */
const inText = (label: string): string =>
  /^[A-Z][a-z]/.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label

/** `n = 3 draws each`, or every group's own number. */
function counts(values: readonly Found[]): string {
  const [first] = values
  const alike = values.every(({ n, over }) => n === first!.n && over === first!.over)
  const unit = ({ n, over }: Found): string => `${n} ${n === 1 ? over.slice(0, -1) : over}`
  return alike ? `n = ${unit(first!)} each` : `n = ${listed(values.map(unit))}`
}

/** Why nothing can be claimed of numbers without a spread. */
const NO_SPREAD: Readonly<Record<Over, string>> = {
  runs: 'one run does not show how far runs lie apart on a machine that does other things too; train several seeds of each',
  draws: 'a single number has no spread',
  parts: 'a single number has no spread',
}

/** What sentences about one row share. */
interface Told {
  row: Row
  labels: readonly string[]
  wording: Wording
  /** Which way `wording.more` points. */
  better: Better
}

const numberOf = ({ row }: Told, index: number): string => foundText(row.values[index]!, row.format)
const namedOf = (told: Told, index: number): string => `${told.labels[index]} (${numberOf(told, index)})`

/** Groups that cannot all be told apart, `A (5.1) and B (5.3)`, and what is certain of them all the same, if anything. */
function tie(told: Told, tier: readonly number[]): { names: string; certain: string | undefined } {
  const { values } = told.row
  const behind = tier.map((i, at) => ({
    i,
    those: tier.slice(at + 1).filter((j) => differ(values[i]!, values[j]!, told.better, told.row.floor)),
  }))
  const certain = behind
    .filter(({ those }) => those.length > 0)
    .map(({ i, those }) => `${told.labels[i]} before ${listed(those.map((j) => told.labels[j]!))}`)
  return {
    names: listed(tier.map((index) => namedOf(told, index))),
    certain:
      certain.length > 0
        ? `of which only ${certain.join(', and ')}${certain.length > 1 ? ',' : ''} is certain`
        : undefined,
  }
}

/** The order of the groups that have a value, as far as it is certain. */
function order(told: Told): { text: string; claims: boolean } {
  const { row, wording } = told
  const label = inText(row.label)
  const tiers = tiersOf(row.values, told.better, row.floor)
  const ranked = tiers.flat()
  const end = `; ${counts(ranked.map((index) => row.values[index]!))}`
  if (tiers.length === 1) {
    const { names, certain } = tie(told, ranked)
    if (certain) return { text: `By ${label}, the order is ${names}, ${certain}${end}.`, claims: true }
    const single = ranked.map((index) => row.values[index]!).find(({ deviation }) => deviation === undefined)
    const why = single === undefined ? '' : `, since ${NO_SPREAD[single.over]}`
    return { text: `By ${label}, ${names} cannot be told apart${why}${end}.`, claims: false }
  }
  if (ranked.length === 2) {
    const [a, b] = ranked as [number, number]
    return {
      text: `${told.labels[a]} is ${wording.more} than ${told.labels[b]} (${label} ${numberOf(told, a)} against ${numberOf(told, b)}${end}).`,
      claims: true,
    }
  }
  const parts = tiers.map((tier, at) => {
    if (tier.length === 1) {
      const [index] = tier as [number]
      return at === 0
        ? `${told.labels[index]} is ${wording.most} (${label} ${numberOf(told, index)})`
        : `then ${namedOf(told, index)}`
    }
    const { names, certain } = tie(told, tier)
    if (at > 0) return `then ${names}, ${certain ?? 'which cannot be told apart'}`
    return `${names} are ${wording.most} by ${label}${certain ? `, ${certain}` : ' and cannot be told apart'}`
  })
  return { text: `${parts.join(', ')}${end}.`, claims: true }
}

/** `Real images have 0.012 ± 0.001: A is smoother than real images, B cannot be told from them.` */
function beside({ row, labels, wording }: Told): { text: string; claims: boolean } | undefined {
  const { floor, values, format } = row
  if (!floor || !wording.below || !wording.above) return undefined
  const sides = { below: [] as string[], above: [] as string[], neither: [] as string[] }
  values.forEach((found, index) => {
    if (ranks(found)) sides[besideFloor(found, floor) ?? 'neither'].push(labels[index]!)
  })
  const are = (names: readonly string[], what: string): string[] =>
    names.length > 0 ? [`${listed(names)} ${names.length === 1 ? 'is' : 'are'} ${what}`] : []
  const parts = [
    ...are(sides.below, wording.below),
    ...are(sides.above, wording.above),
    ...(sides.neither.length > 0 ? [`${listed(sides.neither)} cannot be told from them`] : []),
  ]
  return {
    text: `Real images have ${inText(row.label)} ${foundText(floor, format)}: ${parts.join(', ')}.`,
    claims: sides.below.length + sides.above.length > 0,
  }
}

/** The sentences about one row; none where fewer than two groups have a value. */
function about(row: Row, labels: readonly string[]): Sentence[] {
  const wording = wordingOf(row)
  if (!row.better) return []
  const told: Told = {
    row,
    labels,
    wording,
    // Smoother or noisier is said of the number itself; only unnamed measures are ranked by nearness to real images.
    better: row.better === 'floor' && wording.topic !== 'other' ? 'lower' : row.better,
  }
  const missing = row.values.flatMap((found, index) =>
    found.reason === undefined ? [] : [`${labels[index]} (${found.reason})`],
  )
  const known = row.values.filter(ranks).length
  if (known < 2) return []
  const first = order(told)
  const left = missing.length > 0 ? ` Left out: ${listed(missing)}.` : ''
  // When a quality was reached is told as a fact anyway.
  if (row.name === 'secondsToQuality' && !first.claims) return []
  const second = row.better === 'floor' ? beside(told) : undefined
  return [{ ...first, text: first.text + left }, ...(second ? [second] : [])].map((sentence) => ({
    topic: wording.topic,
    row: row.name,
    ...sentence,
  }))
}

/**
 * What the rows say of the groups, by topic.
 *
 * @param quality            the quality that the rows of time to it are about
 * @param comparableSeconds  false when groups ran on different machines, so that no speed is claimed
 */
export function sentencesOf(
  rows: readonly Row[],
  groups: readonly Pick<Group, 'label'>[],
  {
    quality,
    comparableSeconds = true,
  }: { quality?: ReachedQuality | undefined; comparableSeconds?: boolean } = {},
): Sentence[] {
  if (groups.length < 2) return []
  const labels = groups.map(({ label }) => label)
  const all = [...factsOfTraining(rows, labels, quality), ...rows.flatMap((row) => about(row, labels))]
  const told = comparableSeconds ? all : all.filter(({ topic }) => topic !== 'speed')
  if (!comparableSeconds)
    told.push({
      topic: 'speed',
      row: 'stepTime',
      text: 'The runs were made on different machines: their seconds cannot be compared.',
      claims: false,
    })
  const topics = Object.keys(TOPICS) as Topic[]
  return told.sort((a, b) => topics.indexOf(a.topic) - topics.indexOf(b.topic))
}
