// From a study file to the table of its jobs: every cell understood by its kind, with its needs, its id and its group.
import type { DataHashes, KindTable, Understood } from '../jobs/kind.ts'
import { type Job, type JobRequest, jobId } from '../jobs/request.ts'
import { ConfigError } from '../util/errors.ts'
import { nearestName } from '../util/nearest-name.ts'
import { type Axes, axesLabel, type Cell, cellsOf, varyingAxes } from './axes.ts'
import type { StudyFile } from './file.ts'

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
  /** Jobs that no row shows, but that others need, e.g. the extractor of a data set. */
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

function kindOf(name: string, kinds: KindTable) {
  if (Object.hasOwn(kinds, name)) return kinds[name]!
  const near = nearestName(name, Object.keys(kinds))
  throw new ConfigError(
    `there is no kind of job "${name}"${near ? `; did you mean "${near}"?` : '.'} Known: ${Object.keys(kinds).join(', ')}`,
  )
}

/** The cell of another block whose result a cell takes: that of its own seed and its own values, or the only one. */
function neededCell(cell: Cell, role: string, block: string, cells: readonly Cell[]): Cell {
  const there = cells.filter((other) => other.block === block)
  if (there.length === 0) {
    const names = [...new Set(cells.map((other) => other.block))]
    const near = nearestName(block, names)
    throw new ConfigError(
      `needs.${role}: there is no block "${block}" of jobs${near ? `; did you mean "${near}"?` : '.'} Known: ${names.join(', ')}`,
    )
  }
  const fits = there.filter(
    (other) =>
      (there.every(({ seed }) => seed === there[0]!.seed) || other.seed === cell.seed) &&
      Object.entries(other.axes).every(
        ([name, value]) => name === 'jobs' || cell.axes[name] === undefined || cell.axes[name] === value,
      ),
  )
  if (fits.length === 1) return fits[0]!
  throw new ConfigError(
    `needs.${role}: expected one job of the block "${block}" for ${axesLabel(cell.axes, Object.keys(cell.axes))}, seed ${cell.seed}; got ${fits.length}. Give both blocks the same seeds and values`,
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
  const varying = varyingAxes(cells)
  for (const axis of study.within ?? [])
    if (!cells.some(({ axes }) => Object.hasOwn(axes, axis))) {
      const known = [...new Set(cells.flatMap(({ axes }) => Object.keys(axes)))]
      const near = nearestName(axis, known)
      throw new ConfigError(
        `within: nothing in this study is called "${axis}"${near ? `; did you mean "${near}"?` : '.'} Known: ${known.join(', ')}`,
      )
    }
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
        await helper.understand(wanted.options, hashes),
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
  async function planCell(cell: Cell): Promise<Planned> {
    const before = done.get(cell)
    if (before) return before
    signal?.throwIfAborted()
    const kind = kindOf(cell.kind, kinds)
    const group = axesLabel(cell.axes, varying)
    checkOptionNames(cell, kinds)
    const needs: Record<string, string> = {}
    for (const [role, block] of Object.entries(cell.needs)) {
      if (block === cell.block)
        throw new ConfigError(
          `needs.${role}: the jobs of "${block}" cannot need each other; name another block`,
        )
      needs[role] = (await planCell(neededCell(cell, role, block, cells))).job.id
    }
    const name = `${group}${cell.seed === undefined ? '' : `, seed ${cell.seed}`}`
    const found = await planned(cell.kind, name, await kind.understand(cell.options, hashes), needs)
    const row: Planned = { ...found, group, axes: cell.axes, seed: cell.seed }
    done.set(cell, row)
    return row
  }

  const table: Planned[] = []
  const ids = new Map<string, string>()
  for (const cell of cells) {
    const row = await planCell(cell)
    const twin = ids.get(row.job.id)
    if (twin !== undefined)
      throw new ConfigError(
        `"${twin}" and "${row.job.name}" are the same job and would count twice: what differs between them is ignored by ${kinds[cell.kind]!.called}. Take one out`,
      )
    ids.set(row.job.id, row.job.name)
    table.push(row)
  }
  return { table, helpers: [...helpers.values()], varying }
}

/** What a job's folder is called: readable, and its own whatever becomes of the study's file. */
export const folderName = ({ job }: Pick<Planned, 'job'>): string => `${slug(job.name)}-${job.id.slice(0, 8)}`
