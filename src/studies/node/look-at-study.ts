// The text of a study looked at without its data: everything that is wrong with it, at which line, and what it comes to.
import { isMap, LineCounter, parseDocument } from 'yaml'
import { KINDS } from '../../jobs/node/kinds.ts'
import { unseenData } from '../../jobs/unseen-data.ts'
import { messageOf } from '../../util/errors.ts'
import { type Cell, cellsOf, countJobs } from '../axes.ts'
import { MOST_JOBS, problemsOf, type StudyFile, type StudyProblem } from '../file.ts'
import { type Plan, planStudy } from '../plan.ts'
import { MOST_ALIASES, parseStudy } from './read-study.ts'

export interface PlacedProblem {
  readonly message: string
  /** Counted from 1, where it is known. */
  readonly line?: number
}

export interface LookedAt {
  readonly problems: readonly PlacedProblem[]
  /** Where there are no problems. */
  readonly study?: StudyFile
  readonly jobs?: number
  readonly groups?: number
  /** Places on this machine that its jobs would read, each with the texts of the file that could mean it. */
  readonly places?: readonly { readonly place: string; readonly given: readonly string[] }[]
}

/** What it says of a study that has one seed: all others differ in nothing that can be wrong. */
const withOneSeed = ({ jobs, ...study }: StudyFile): StudyFile => ({
  ...study,
  seeds: 1,
  ...(jobs
    ? {
        jobs: Object.fromEntries(Object.entries(jobs).map(([name, block]) => [name, { ...block, seeds: 1 }])),
      }
    : {}),
})

/** Every text in a value, however deep. */
const textsIn = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(textsIn)
      : []

/** The line of the first name in quotes that an error tells and that stands in the text. */
function lineOfNamed(message: string, text: string): number | undefined {
  const lines = text.split('\n').map((line) => line.replace(/(^|\s)#.*$/, ''))
  for (const [, name] of message.matchAll(/"([^"\n]{1,100})"/g)) {
    const at = lines.findIndex((line) => line.includes(name!))
    if (at >= 0) return at + 1
  }
  return undefined
}

const placesOf = (cells: readonly Cell[], { table, helpers }: Plan): NonNullable<LookedAt['places']> => {
  const rows = table.map(({ job: { places } }, at) => ({ places, given: textsIn(cells[at]!.options) }))
  const all = rows.flatMap(({ given }) => given)
  const found = [...rows, ...helpers.map(({ job: { places } }) => ({ places, given: all }))]
  const byPlace = new Map<string, string[]>()
  for (const { places, given } of found)
    for (const place of Object.values(places)) byPlace.set(place, [...(byPlace.get(place) ?? []), ...given])
  return [...byPlace].map(([place, given]) => ({ place, given }))
}

/** Classes that jobs name. */
const classesNamed = (cells: readonly Cell[]): string[] =>
  cells.flatMap(({ options }) => (typeof options.class === 'string' ? [options.class] : []))

/** Looks at a study as somebody writes it. Names and values are checked as far as that needs no data. */
export async function lookAtStudy(text: string): Promise<LookedAt> {
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter })
  if (document.errors.length > 0)
    return {
      problems: document.errors.map(({ message, linePos }) => ({
        message: `expected YAML or JSON: ${message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '')}`,
        ...(linePos ? { line: linePos[0].line } : {}),
      })),
    }
  /** Where the name at a path stands, or what is nearest above it. */
  const lineOf = ({ path }: StudyProblem): number | undefined => {
    for (let length = path.length; length > 0; length--) {
      const holder = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true)
      const key = path[length - 1]!
      const named = isMap(holder)
        ? holder.items.find((item) => String(item.key) === String(key))?.key
        : undefined
      const node = (named ?? document.getIn(path.slice(0, length), true)) as {
        range?: readonly number[] | null
      }
      if (node?.range) return counter.linePos(node.range[0]!).line
    }
    return undefined
  }
  const told = (problem: StudyProblem): PlacedProblem => {
    const line = lineOf(problem)
    return { message: problem.message, ...(line === undefined ? {} : { line }) }
  }
  try {
    const value: unknown = document.toJS({ maxAliasCount: MOST_ALIASES })
    const isTable = typeof value === 'object' && value !== null && !Array.isArray(value)
    const problems = isTable ? problemsOf(value) : []
    if (problems.length > 0) return { problems: problems.map(told) }
    const study = parseStudy(text, 'the study')
    const jobs = countJobs(study)
    // Too many are told before any is made.
    if (jobs > MOST_JOBS) cellsOf(study)
    const one = withOneSeed(study)
    const cells = cellsOf(one)
    const plan = await planStudy(one, {
      kinds: KINDS,
      hashes: unseenData(classesNamed(cells)),
      version: 'none',
    })
    return {
      problems: [],
      study,
      jobs,
      groups: new Set(plan.table.map(({ group }) => group)).size,
      places: placesOf(
        cells.filter(({ isShown }) => isShown),
        plan,
      ),
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const message = messageOf(error).replace(/^the study: /, '')
    const line = lineOfNamed(message, text)
    return { problems: [{ message, ...(line === undefined ? {} : { line }) }] }
  }
}
