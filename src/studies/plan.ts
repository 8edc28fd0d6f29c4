// From a study file to the table of its jobs: every cell understood by its kind, with its needs, its id and its group.
import type { DataHashes, KindTable, Needed, Understood } from '../jobs/kind.ts'
import { type Job, type JobRequest, jobId } from '../jobs/request.ts'
import { ConfigError } from '../util/errors.ts'
import { nearestName } from '../util/nearest-name.ts'
import { type Axes, axesLabel, type Cell, cellsOf, varyingAxes } from './axes.ts'
import { checkAxes } from './curve.ts'
import type { StudyFile } from './file.ts'
import { checkNeeds, neededCell } from './needs.ts'

/** A job of the table. */
export interface Planned {
  readonly job: Job
  /** `mlp-gan, learning rate 0.001` */
  readonly group: string
  readonly axes: Axes
  readonly seed: number | undefined
  /** Ids of jobs that must have their results first. */
  readonly after: readonly string[]
}

export interface Plan {
  /** The table, in order. */
  readonly table: readonly Planned[]
  /** Jobs that no row shows, but that others need, e.g. the extractor of a data set, or those of blocks that are not shown. */
  readonly helpers: readonly Planned[]
  /** Axes that vary, in order. */
  readonly varying: readonly string[]
}

export interface PlanOptions {
  readonly kinds: KindTable
  readonly hashes: DataHashes
  /** Of the program. */
  readonly version: string
  /** Where files of published data sets are. */
  readonly dataDir?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** Letters, digits and dashes: a name for a folder. */
const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60) || 'job'

/** @throws ConfigError with the option that was meant */
function checkOptionNames({ kind, options }: Cell, kinds: KindTable): void {
  const known = kinds[kind]!.optionNames?.(options)
  if (!known) return
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    const near = nearestName(name, known)
    throw new ConfigError(
      `${kinds[kind]!.called} has no option "${name}"${near ? `; did you mean "${near}"?` : '.'} Known: ${[...new Set(known)].join(', ')}`,
    )
  }
}

/** Needed jobs as kinds are told of them. */
const neededBy = (needed: Readonly<Record<string, Planned>>): Record<string, Needed> =>
  Object.fromEntries(
    Object.entries(needed).map(([role, { job }]) => [
      role,
      { name: job.name, request: job.request, places: job.places },
    ]),
  )
const idsOf = (needed: Readonly<Record<string, Planned>>): Record<string, string> =>
  Object.fromEntries(Object.entries(needed).map(([role, { job }]) => [role, job.id]))

function kindOf(name: string, kinds: KindTable) {
  if (Object.hasOwn(kinds, name)) return kinds[name]!
  const near = nearestName(name, Object.keys(kinds))
  throw new ConfigError(
    `there is no kind of job "${name}"${near ? `; did you mean "${near}"?` : '.'} Known: ${Object.keys(kinds).join(', ')}`,
  )
}

/**
 * The jobs of a study.
 *
 * @throws ConfigError for names and values that nobody knows; DataError for data that cannot be had
 */
export async function planStudy(study: StudyFile, options: PlanOptions): Promise<Plan> {
  const { kinds, hashes, version, dataDir, signal } = options
  const cells = cellsOf(study)
  const shown = cells.filter(({ isShown }) => isShown)
  if (shown.length === 0)
    throw new ConfigError(`"${study.name}" shows no jobs; leave "show: false" out of one block of jobs`)
  const varying = varyingAxes(shown)
  checkAxes(study, shown)
  const helpers = new Map<string, Planned>()

  async function planned(
    kind: string,
    name: string,
    understood: Understood,
    needed: Readonly<Record<string, string>>,
  ): Promise<Pick<Planned, 'job' | 'after'>> {
    const needs: Record<string, string> = { ...needed }
    for (const [role, wanted] of Object.entries(understood.needs ?? {})) {
      const helper = kindOf(wanted.kind, kinds)
      const found = await planned(
        wanted.kind,
        `${helper.called} for ${name}`,
        await helper.understand(wanted.options, hashes, {}),
        {},
      )
      needs[role] = found.job.id
      if (!helpers.has(found.job.id))
        helpers.set(found.job.id, { ...found, group: '', axes: {}, seed: undefined })
    }
    const request: JobRequest = {
      kind,
      options: understood.options as JobRequest['options'],
      data: { ...understood.data },
      needs,
      version,
    }
    const places = { ...understood.places, ...(dataDir === undefined ? {} : { dataDir }) }
    return {
      job: { id: await jobId(request), name, request, places },
      after: Object.values(needs),
    }
  }

  const done = new Map<Cell, Planned>()
  const begun = new Set<Cell>()
  async function planCell(cell: Cell): Promise<Planned> {
    const before = done.get(cell)
    if (before) return before
    signal?.throwIfAborted()
    if (begun.has(cell))
      throw new ConfigError(`needs: the jobs of "${cell.block}" need each other in a circle; break it`)
    begun.add(cell)
    const kind = kindOf(cell.kind, kinds)
    // What no row shows is told with all that it is.
    const group = axesLabel(cell.axes, cell.isShown ? varying : Object.keys(cell.axes))
    checkOptionNames(cell, kinds)
    const name = `${group}${cell.seed === undefined ? '' : `, seed ${cell.seed}`}`
    const needed: Record<string, Planned> = {}
    for (const [role, block] of Object.entries(cell.needs)) {
      if (block === cell.block)
        throw new ConfigError(
          `needs.${role}: the jobs of "${block}" cannot need each other; name another block`,
        )
      needed[role] = await planCell(neededCell(cell, role, block, cells))
    }
    checkNeeds(cell.block, kind, needed, kinds)
    const understood = await kind.understand(cell.options, hashes, neededBy(needed))
    const found = await planned(cell.kind, name, understood, idsOf(needed))
    const row: Planned = { ...found, group, axes: cell.axes, seed: cell.seed }
    done.set(cell, row)
    if (!cell.isShown) helpers.set(row.job.id, row)
    return row
  }

  const table: Planned[] = []
  const ids = new Map<string, string>()
  for (const cell of shown) {
    const row = await planCell(cell)
    const twin = ids.get(row.job.id)
    if (twin !== undefined)
      throw new ConfigError(
        `"${twin}" and "${row.job.name}" are the same job and would count twice: what differs between them is ignored by ${kinds[cell.kind]!.called}. Take one out`,
      )
    ids.set(row.job.id, row.job.name)
    table.push(row)
  }
  const idle = cells.find(({ block }) => !cells.some((cell) => cell.block === block && done.has(cell)))
  if (idle)
    throw new ConfigError(
      `the jobs of "${idle.block}" are not shown, and no others need them; show them, or take them out`,
    )
  // What two blocks say alike is one job, and has a row where one of them is shown.
  return { table, helpers: [...helpers.values()].filter(({ job }) => !ids.has(job.id)), varying }
}

/** What a job's folder is called: readable, and its own whatever becomes of the study's file. */
export const folderName = ({ job }: Pick<Planned, 'job'>): string => `${slug(job.name)}-${job.id.slice(0, 8)}`
