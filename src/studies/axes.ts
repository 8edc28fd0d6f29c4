// What varies in a study: its axes, the value that each job has on them, and what groups are called by them.
import { ConfigError } from '../util/errors.ts'
import { type Block, MOST_JOBS, type StudyFile } from './file.ts'

export type Scalar = string | number | boolean
/** Values by axis: `model`, `data`, `jobs` (the block), and the names of the grid. */
export type Axes = Readonly<Record<string, Scalar>>

/** The block of a study that has no named ones. */
export const ONLY_BLOCK = 'jobs'

/** One job as the file says it, before its kind has looked at it. */
export interface Cell {
  readonly block: string
  readonly kind: string
  readonly axes: Axes
  readonly seed: number | undefined
  readonly options: Readonly<Record<string, unknown>>
  readonly needs: Readonly<Record<string, string>>
  /** Whether it has a row. */
  readonly isShown: boolean
}

const listOf = <Item>(value: Item | readonly Item[] | undefined): readonly Item[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as Item]

/** A choice among others: its label, and what it says. */
interface Choice {
  readonly label: Scalar | undefined
  readonly options: Readonly<Record<string, unknown>>
}

/** `latentDim` as `latent dim`. */
export const inWords = (name: string): string =>
  name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`)

/** `vae (latent dim 16)`. */
const described = (name: string, options: Readonly<Record<string, unknown>>): string => {
  const texts = Object.entries(options).map(([key, value]) => `${inWords(key)} ${String(value)}`)
  return texts.length === 0 ? name : `${name} (${texts.join(', ')})`
}

/** Models or data sets, each with its label. */
const choices = (
  listed: readonly (string | Readonly<Record<string, unknown>>)[],
  key: 'model' | 'data',
): Choice[] =>
  listed.length === 0
    ? [{ label: undefined, options: {} }]
    : listed.map((each) => {
        if (typeof each === 'string') return { label: each, options: { [key]: each } }
        const { label, [key]: name, ...options } = each as Record<string, unknown>
        return {
          label: (label as string | undefined) ?? described(String(name), options),
          options: { [key]: name, ...options },
        }
      })

/** Every combination of the values of a grid. */
const combinations = (grid: Readonly<Record<string, readonly Scalar[]>>): Record<string, Scalar>[] =>
  Object.entries(grid).reduce<Record<string, Scalar>[]>(
    (found, [name, values]) => found.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  )

export const seedsOf = (seeds: Block['seeds'] = 1): number[] =>
  typeof seeds === 'number' ? Array.from({ length: seeds }, (_, i) => i + 1) : [...seeds]

/** A block with what the study says for all. */
const inherited = (study: StudyFile, block: Block): Block => ({
  kind: block.kind ?? study.kind,
  models: block.models ?? study.models,
  data: block.data ?? study.data,
  options: { ...study.options, ...block.options },
  grid: { ...study.grid, ...block.grid },
  seeds: block.seeds ?? study.seeds,
  needs: { ...study.needs, ...block.needs },
})

/** How many jobs a study has, without making any. */
export function countJobs(study: StudyFile): number {
  const blocks = Object.values(study.jobs ?? { [ONLY_BLOCK]: {} })
  return blocks.reduce((sum, declared) => {
    const { models, data, grid = {}, seeds = 1 } = inherited(study, declared)
    const values = Object.values(grid).reduce((product, list) => product * list.length, 1)
    const among = (listed: readonly unknown[]): number => Math.max(1, listed.length)
    const counted = typeof seeds === 'number' ? seeds : seeds.length
    return sum + among(listOf(data as never)) * among(listOf(models as never)) * values * counted
  }, 0)
}

/** Every job of a study, in the order of its table: models within data, grid within models, seeds last. @throws ConfigError for too many */
export function cellsOf(study: StudyFile): Cell[] {
  // Before they are made: a grid with a zero too many would fill the memory.
  const count = countJobs(study)
  if (count > MOST_JOBS)
    throw new ConfigError(
      `"${study.name}" would have ${count} jobs, more than ${MOST_JOBS}; make its grid smaller`,
    )
  const blocks = Object.entries(study.jobs ?? { [ONLY_BLOCK]: {} })
  return blocks.flatMap(([name, declared]) => {
    const {
      kind = 'training',
      models,
      data,
      options,
      grid = {},
      seeds,
      needs = {},
    } = inherited(study, declared)
    return choices(listOf(data as never), 'data').flatMap((set) =>
      choices(listOf(models as never), 'model').flatMap((model) =>
        combinations(grid).flatMap((values) =>
          seedsOf(seeds).map((seed): Cell => {
            const axes: Record<string, Scalar> = {
              ...(blocks.length > 1 ? { jobs: declared.label ?? name } : {}),
              ...(set.label === undefined ? {} : { data: set.label }),
              ...(model.label === undefined ? {} : { model: model.label }),
              ...values,
            }
            return {
              block: name,
              kind,
              axes,
              seed,
              options: { ...options, ...set.options, ...model.options, ...values, seed },
              needs,
              isShown: declared.show ?? true,
            }
          }),
        ),
      ),
    )
  })
}

/** Axes that have several values, in the order in which they are told. */
export function varyingAxes(cells: readonly Pick<Cell, 'axes'>[]): string[] {
  const names = [...new Set(cells.flatMap(({ axes }) => Object.keys(axes)))]
  return names.filter((name) => new Set(cells.map(({ axes }) => axes[name])).size > 1)
}

/** Models and data go by their names, settings by name and value. */
const axisText = (name: string, value: Scalar): string =>
  ['model', 'data', 'jobs'].includes(name) ? String(value) : `${inWords(name)} ${value}`

/** `mlp-gan, learning rate 0.0002`; of a study in which nothing varies, what it is about. */
export function axesLabel(axes: Axes, varying: readonly string[]): string {
  const told = (names: readonly string[]): string[] =>
    names.flatMap((name) => (axes[name] === undefined ? [] : [axisText(name, axes[name])]))
  const texts = told(varying)
  return (texts.length > 0 ? texts : told(Object.keys(axes))).join(', ') || 'all'
}
