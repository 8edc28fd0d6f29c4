// Invented runs as a comparison takes them.

import type { Evaluation, MetricsRow, RunConfig } from '../../src/runs/index.ts'
import type { ComparisonEntry, Found } from '../../src/statistics/index.ts'
import { inventedEvaluation } from '../runs/invented-evaluation.ts'
import { inventedConfig, inventedRecord } from '../runs/invented-run.ts'

export interface EntryOptions {
  model?: string
  seed?: number
  folder?: string
  config?: Partial<RunConfig>
  /** `false`: not evaluated. */
  evaluation?: Partial<Evaluation> | false
  /** FID while training, by step. */
  evaluations?: MetricsRow[]
  steps?: number
}

/** A finished, evaluated run. */
export function entry({
  model = 'mlp-gan',
  seed = 1,
  folder = `runs/${model}-${seed}`,
  config = {},
  evaluation = {},
  evaluations = [],
  steps = 300,
}: EntryOptions = {}): ComparisonEntry {
  const base = inventedConfig({ model, ...config })
  return {
    folder,
    record: {
      ...inventedRecord(steps),
      events: [],
      evaluations,
      config: { ...base, settings: { ...base.settings, ...config.settings, seed } },
    },
    ...(evaluation === false
      ? { reason: `not measured; needs "sparring evaluate ${folder}"` }
      : { evaluation: inventedEvaluation(evaluation) }),
  }
}

export const found = (value: number | null, deviation?: number, n = 3): Found => ({
  value,
  ...(deviation === undefined ? {} : { deviation }),
  n,
  over: 'draws',
  caveats: [],
})
