// Which numbers of several runs can be drawn in one chart, because they mean the same in each.

import type { Evaluation } from '../../../src/runs/evaluation.ts'
import type { RunRecord } from '../../../src/runs/record.ts'
import type { MetricInfo, RunConfig } from '../../../src/runs/schema.ts'
import { type Curve, curveOf } from '../../../src/statistics/curve.ts'
import { stepTimes } from '../../../src/statistics/summary.ts'

export interface RunNumbers {
  readonly record: RunRecord
  readonly evaluation?: Evaluation | undefined
}

export const KINDS = {
  evaluations: 'Measures of samples, taken while training',
  metrics: 'While training',
  validation: 'On held-out images',
  timings: 'Speed',
} as const
export type Kind = keyof typeof KINDS

/** A number that some of the runs share. */
export interface SharedMetric {
  /** Unique among those of the same runs. */
  readonly id: string
  readonly kind: Kind
  /** In the list of choices. */
  readonly label: string
  readonly info: Omit<MetricInfo, 'axis'>
  /** Indices of the runs that have it, at least two. */
  readonly runs: readonly number[]
  /** Whether it is one of a batch, which wobbles and is better seen averaged. */
  readonly wobbles: boolean
  /** What a reader must know of it. */
  readonly note?: string
  curve(record: RunRecord): Curve
}

export interface SharedMetrics {
  readonly metrics: readonly SharedMetric[]
  /** Why others are not among them. */
  readonly notes: readonly string[]
}

/** Shares, such as an accuracy, mean the same in all models; losses only in runs of one model. */
const isShare = ({ axis, format }: MetricInfo): boolean => axis === 'right' && format === 'percent'

const different = <Item>(items: readonly Item[]): number => new Set(items).size

const machineOf = ({ machine: { cpu, cores, platform, arch } }: RunConfig): string =>
  JSON.stringify([cpu, cores, platform, arch])

/** Numbers in groups that mean the same, by a key. */
function gather<Found>(
  runs: readonly RunNumbers[],
  find: (run: RunNumbers) => readonly { key: string; found: Found }[],
): { key: string; found: Found; runs: number[] }[] {
  const groups = new Map<string, { found: Found; runs: number[] }>()
  runs.forEach((run, index) => {
    for (const { key, found } of find(run)) {
      const group = groups.get(key) ?? { found, runs: [] }
      group.runs.push(index)
      groups.set(key, group)
    }
  })
  return [...groups].flatMap(([key, group]) => (group.runs.length > 1 ? [{ key, ...group }] : []))
}

/** The numbers of the steps, or those of held-out images. */
function ofSteps(runs: readonly RunNumbers[], kind: 'metrics' | 'validation'): SharedMetric[] {
  const several = different(runs.map(({ record }) => record.config.model)) > 1
  const found = gather(runs, ({ record: { config, ...logs } }) =>
    config.metrics
      .filter(({ name }) => curveOf(logs[kind].slice(0, 50), name).length > 0)
      .map((info) => {
        const scope = isShare(info) ? '' : config.model
        const held = kind === 'validation' ? (config.data.test?.hash ?? '') : ''
        return { key: `${kind}/${info.name}/${info.label}/${scope}/${held}`, found: { info, scope } }
      }),
  )
  return found.map(({ key, found: { info, scope }, runs: those }) => ({
    id: key,
    kind,
    label: scope !== '' && several ? `${info.label}, of ${scope}` : info.label,
    info: { name: info.name, label: info.label, ...(info.format ? { format: info.format } : {}) },
    runs: those,
    wobbles: kind === 'metrics',
    ...(scope === ''
      ? several
        ? { note: 'The same number in every model, but each run is measured against its own opponent.' }
        : {}
      : { note: 'A loss means the same only where its settings are the same: see what differs.' }),
    curve: (record) => curveOf(record[kind], info.name),
  }))
}

/** Measures of one draw of samples: the same against the same data. */
function ofSamples(runs: readonly RunNumbers[]): SharedMetric[] {
  const found = gather(runs, ({ record: { config, evaluations } }) =>
    Object.keys(evaluations[0] ?? {})
      .filter((name) => name !== 'step')
      .map((name) => ({ key: `evaluations/${name}/${config.data.hash}`, found: name })),
  )
  return found.map(({ key, found: name, runs: those }) => {
    const measure = those
      .flatMap((index) => runs[index]!.evaluation?.measures ?? [])
      .find((candidate) => candidate.name === name)
    const label = measure?.label ?? (name.length <= 3 ? name.toUpperCase() : name)
    return {
      id: key,
      kind: 'evaluations',
      label,
      info: { name, label, ...(measure?.format === 'percent' ? { format: 'percent' as const } : {}) },
      runs: those,
      wobbles: false,
      note: 'One draw of samples each time.',
      curve: (record) => curveOf(record.evaluations, name),
    }
  })
}

function ofSpeed(runs: readonly RunNumbers[]): SharedMetric[] {
  const those = runs.flatMap(({ record }, index) => (record.timings.length > 0 ? [index] : []))
  if (those.length < 2) return []
  const machines = different(those.map((index) => machineOf(runs[index]!.record.config)))
  return [
    {
      id: 'timings',
      kind: 'timings',
      label: 'milliseconds per step',
      info: { name: 'milliseconds', label: 'milliseconds per step' },
      runs: those,
      wobbles: false,
      ...(machines > 1
        ? { note: 'The runs were made on different machines: their seconds cannot be compared.' }
        : {}),
      curve: (record) => stepTimes(record),
    },
  ]
}

/** The numbers that at least two of the runs share, measures of samples first. */
export function sharedMetrics(runs: readonly RunNumbers[]): SharedMetrics {
  const configs = runs.map(({ record }) => record.config)
  const notes: string[] = []
  if (different(configs.map(({ model }) => model)) > 1)
    notes.push(
      'Losses of different models are never drawn together: they mean different things. Runs of one model share theirs.',
    )
  if (different(configs.map(({ data }) => data.hash)) > 1)
    notes.push(
      'The runs are of different data: measures of samples are drawn together only for the same data.',
    )
  return {
    metrics: [
      ...ofSamples(runs),
      ...ofSteps(runs, 'metrics'),
      ...ofSteps(runs, 'validation'),
      ...ofSpeed(runs),
    ],
    notes,
  }
}
