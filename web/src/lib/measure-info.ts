// How the measures in a run's evaluations are called and written.
import type { Evaluation } from '../../../src/runs/evaluation.ts'
import type { MetricInfo, MetricsRow } from '../../../src/runs/schema.ts'
import { spelled } from '../../../src/util/spelled.ts'

const SHARES: ReadonlySet<string> = new Set(['precision', 'recall', 'coverage'])

/**
 * The measures that the rows have a finite value of, in their order. Names are those of the final evaluation, where
 * there is one.
 */
export function measureInfos(
  rows: readonly MetricsRow[],
  evaluation: Evaluation | undefined,
): readonly MetricInfo[] {
  const names = new Set(
    rows.flatMap((row) => Object.keys(row).filter((name) => name !== 'step' && Number.isFinite(row[name]))),
  )
  return [...names].map((name) => {
    const known = evaluation?.measures.find((measure) => measure.name === name)
    return {
      name,
      label: known?.label ?? spelled(name),
      axis: 'left',
      format: known?.format ?? (SHARES.has(name) ? 'percent' : 'number'),
    }
  })
}
