// Names by the nearest labelled neighbours: what features say without anything being learned on them.
import { ShapeError } from '../util/errors.ts'
import { checkNumber } from '../util/options.ts'
import { pairOf, type Samples, unitRows } from './features.ts'
import { nearest } from './nearest.ts'
import type { MeasureEngine } from './with-model.ts'

export interface NearestLabelsOptions {
  readonly classes: number
  /** How many neighbours vote, of fewer examples all; default 5. */
  readonly k?: number
  /** How much nearer neighbours count more: a vote is exp(cosine / temperature). Default 0.07. */
  readonly temperature?: number
}

/**
 * The class for which the k labelled examples vote whose features have the largest cosines with those asked about, each with a weight of
 * exp(cosine / temperature).
 *
 * @param learned  features [n, d] with labels
 * @param asked    features [m, d]
 * @returns a class for each of `asked`
 * @throws ShapeError when the sides have different lengths, or there is not a label for each
 * @source Wu et al. 2018, arXiv:1805.01978, section 3.4
 */
export async function nearestLabels(
  engine: MeasureEngine,
  {
    learned,
    labels,
    asked,
  }: { readonly learned: Samples; readonly labels: Uint8Array; readonly asked: Samples },
  { classes, k: wanted = 5, temperature = 0.07 }: NearestLabelsOptions,
): Promise<Uint8Array> {
  checkNumber('nearestLabels', 'k', wanted, { integer: true, atLeast: 1 })
  checkNumber('nearestLabels', 'temperature', temperature, { above: 0 })
  const rows = pairOf('nearestLabels', { learned, asked })
  const { n, d } = rows.learned
  if (labels.length !== n)
    throw new ShapeError(
      `nearestLabels: expected ${n} labels, one for each of the features, got ${labels.length}`,
    )
  const k = Math.min(wanted, n)
  const found = await nearest(
    engine,
    'nearestLabels',
    { rows: unitRows(rows.asked), among: unitRows(rows.learned), k, origin: new Float64Array(d) },
    {},
  )
  return Uint8Array.from({ length: rows.asked.n }, (_, i) => {
    const votes = new Float64Array(classes)
    for (let j = i * k; j < (i + 1) * k; j++)
      // Of directions the squared distance is 2 less twice the cosine.
      votes[labels[found.indices[j]!]!]! += Math.exp(-found.squared[j]! / 2 / temperature)
    return votes.indexOf(Math.max(...votes))
  })
}
