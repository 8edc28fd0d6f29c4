// What jobs of a study take of each other: which job of another block is meant, and whether it leaves what is wanted.
import type { JobKind, KindTable, Leaves } from '../jobs/kind.ts'
import type { Job } from '../jobs/request.ts'
import { ConfigError } from '../util/errors.ts'
import { nearestName } from '../util/nearest-name.ts'
import { axesLabel, type Cell } from './axes.ts'

/**
 * The cell of another block whose result a cell takes: that of its own seed and its own values, or the only one. A block with one model,
 * or one set of data, has it for all.
 *
 * @throws ConfigError when there is none, or several may be meant
 */
export function neededCell(cell: Cell, role: string, block: string, cells: readonly Cell[]): Cell {
  const there = cells.filter((other) => other.block === block)
  if (there.length === 0) {
    const names = [...new Set(cells.map((other) => other.block))]
    const near = nearestName(block, names)
    throw new ConfigError(
      `needs.${role}: there is no block "${block}" of jobs${near ? `; did you mean "${near}"?` : '.'} Known: ${names.join(', ')}`,
    )
  }
  const first = there[0]!
  const isShared = (axis: string): boolean =>
    axis === 'jobs' ||
    (['model', 'data'].includes(axis) && there.every(({ axes }) => axes[axis] === first.axes[axis]))
  const fits = there.filter(
    (other) =>
      (there.every(({ seed }) => seed === first.seed) || other.seed === cell.seed) &&
      Object.entries(other.axes).every(
        ([name, value]) => isShared(name) || cell.axes[name] === undefined || cell.axes[name] === value,
      ),
  )
  if (fits.length === 1) return fits[0]!
  throw new ConfigError(
    `needs.${role}: expected one job of the block "${block}" for ${axesLabel(cell.axes, Object.keys(cell.axes))}, seed ${cell.seed}; got ${fits.length}. Give both blocks the same seeds and values`,
  )
}

const LEFT: Readonly<Record<Leaves, string>> = { run: 'a run', set: 'a set of images', files: 'files' }

/**
 * Holds what jobs of a block take against what their kind does.
 *
 * @param needed  by the part that they play
 * @throws ConfigError for parts that it does not know, that are missing, or that are played by jobs of another kind
 */
export function checkNeeds(
  block: string,
  { called, takes = {} }: JobKind,
  needed: Readonly<Record<string, { readonly job: Job }>>,
  kinds: KindTable,
): void {
  const roles = Object.keys(takes)
  for (const [role, { job }] of Object.entries(needed)) {
    if (!Object.hasOwn(takes, role)) {
      const near = nearestName(role, roles)
      throw new ConfigError(
        `needs.${role}: ${called} takes ${roles.length === 0 ? 'nothing of other jobs; leave it out' : `no "${role}"${near ? `; did you mean "${near}"?` : '.'} Known: ${roles.join(', ')}`}`,
      )
    }
    const { leaves } = takes[role]!
    const other = kinds[job.request.kind]!
    if (leaves !== undefined && other.leaves !== leaves) {
      const fit = Object.values(kinds).filter((kind) => kind.leaves === leaves)
      throw new ConfigError(
        `needs.${role}: ${called} takes ${LEFT[leaves]} there, and "${job.name}" is ${other.called}, which leaves ${LEFT[other.leaves]}; name a block of the kind ${fit.map(({ name }) => name).join(' or ')}`,
      )
    }
  }
  for (const [role, { leaves, optional = false }] of Object.entries(takes))
    if (!optional && !Object.hasOwn(needed, role))
      throw new ConfigError(
        `${called} needs ${leaves === undefined ? 'the result of another job' : LEFT[leaves]}: say in "${block}" whose, such as needs: { ${role}: <name of a block> }`,
      )
}
