// The number over which a study's pictures are drawn: which axis it is, and where its values stand.
import type { StudyCurve } from '../runs/study-result.ts'
import { ConfigError } from '../util/errors.ts'
import { nearestName } from '../util/nearest-name.ts'
import { show } from '../util/options.ts'
import { type Cell, inWords, type Scalar } from './axes.ts'
import type { StudyFile } from './file.ts'

const declared = ({ curve }: Pick<StudyFile, 'curve'>) =>
  typeof curve === 'string' ? { over: curve, at: {} } : curve && { over: curve.over, at: curve.at ?? {} }

/** Name of that axis; undefined where the study draws no curve. */
export const curveAxis = (study: Pick<StudyFile, 'curve'>): string | undefined => declared(study)?.over

const valuesOf = (cells: readonly Pick<Cell, 'axes'>[], axis: string): Scalar[] => [
  ...new Set(cells.flatMap(({ axes }) => (axes[axis] === undefined ? [] : [axes[axis]]))),
]

/**
 * Holds the axes that a study names against those that its jobs have.
 *
 * @param cells  those that have rows
 * @throws ConfigError for an axis that is not there, and for values of a curve that have no place
 */
export function checkAxes(study: StudyFile, cells: readonly Pick<Cell, 'axes'>[]): void {
  const known = [...new Set(cells.flatMap(({ axes }) => Object.keys(axes)))]
  const check = (where: string, axis: string): void => {
    if (known.includes(axis)) return
    const near = nearestName(axis, known)
    throw new ConfigError(
      `${where}: nothing in this study is called "${axis}"${near ? `; did you mean "${near}"?` : '.'} Known: ${known.join(', ')}`,
    )
  }
  for (const axis of study.within ?? []) check('within', axis)
  const curve = declared(study)
  if (!curve) return
  check('curve', curve.over)
  for (const value of valuesOf(cells, curve.over)) {
    if (Object.hasOwn(curve.at, String(value)) || (typeof value === 'number' && value > 0)) continue
    throw new ConfigError(
      `curve: ${show(value)} of "${curve.over}" has no place on a logarithmic axis; say where it stands: curve: { over: ${curve.over}, at: { "${String(value)}": 60000 } }`,
    )
  }
}

/** The curve of a study whose axis has several values. */
export function curveOf(study: StudyFile, cells: readonly Pick<Cell, 'axes'>[]): StudyCurve | undefined {
  const curve = declared(study)
  if (!curve) return undefined
  const places = valuesOf(cells, curve.over).map((value) => ({
    value,
    at: curve.at[String(value)] ?? Number(value),
  }))
  if (places.length < 2) return undefined
  return { over: curve.over, label: inWords(curve.over), places: places.sort((a, b) => a.at - b.at) }
}
