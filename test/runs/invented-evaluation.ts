// An invented evaluation for tests: measures with values, draws, floors and circumstances.
import type { Evaluation, MeasureRecord } from '../../src/runs/index.ts'

/** A measure of three draws around a value. */
export const inventedMeasure = (
  name: string,
  value: number | null,
  changes: Partial<MeasureRecord> = {},
): MeasureRecord => {
  const spread = changes.spread ?? Math.abs(value ?? 0) / 50
  return {
    name,
    label: name.toUpperCase(),
    value,
    spread,
    better: 'lower',
    format: 'number',
    draws: value === null ? [null, null, null] : [value - spread, value, value + spread],
    floor: { value: 1, spread: 0.05 },
    n: { real: 10_000, fake: 10_000 },
    estimator: `the usual ${name}`,
    ...changes,
  }
}

/** Every measure by the names that evaluations use; numbers as a smooth model has them. */
export const inventedMeasures = (scale = 1): MeasureRecord[] => [
  inventedMeasure('fid', 12.4 * scale, { label: 'FID' }),
  inventedMeasure('kid', 0.021 * scale, { label: 'KID', floor: { value: 0.0001, spread: 0.0004 } }),
  inventedMeasure('precision', 0.81 / scale, {
    label: 'Precision',
    better: 'higher',
    format: 'percent',
    floor: { value: 0.93, spread: 0.004 },
  }),
  inventedMeasure('recall', 0.42 * scale, {
    label: 'Recall',
    better: 'higher',
    format: 'percent',
    floor: { value: 0.92, spread: 0.004 },
  }),
  inventedMeasure('sharpness', 0.21 * scale, {
    label: 'Sharpness',
    better: 'floor',
    floor: { value: 0.36, spread: 0.002 },
  }),
  inventedMeasure('noise', 0.012 * scale, {
    label: 'Noise',
    better: 'floor',
    floor: { value: 0.021, spread: 0.0004 },
  }),
]

export const inventedEvaluation = (changes: Partial<Evaluation> = {}): Evaluation => ({
  format: 1,
  at: '2026-01-02T03:06:05.000Z',
  step: 999,
  protocol: { count: 10_000, draws: 3, seed: 1, reference: '10,000 held-out images' },
  data: { name: 'digits', hash: 'sha256:0123abcd', referenceHash: 'feedbeef00112233' },
  extractor: {
    name: 'classifier',
    hash: 'c1a551f1e4000000',
    accuracy: 0.9912,
    testCount: 10_000,
    features: 128,
  },
  measures: inventedMeasures(),
  ...changes,
})
