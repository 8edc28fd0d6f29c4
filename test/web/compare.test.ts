// What the page of a comparison works out: which numbers may share a chart, columns, last numbers, the chart itself.
import { describe, expect, it } from 'vitest'
import { compared, entryOf, finalRows } from '../../web/src/lib/compared.ts'
import { nearest, type OverlayOptions, overlayOption } from '../../web/src/lib/overlay.ts'
import { type RunNumbers, sharedMetrics } from '../../web/src/lib/shared-metrics.ts'
import { type EntryOptions, entry } from '../statistics/invented.ts'

const runs = (...options: EntryOptions[]): RunNumbers[] => options.map((each) => entry(each))
const labels = (numbers: readonly RunNumbers[]): string[] =>
  sharedMetrics(numbers).metrics.map(({ kind, label }) => `${kind}: ${label}`)
const FID = [
  { step: 100, fid: 30 },
  { step: 200, fid: 20 },
]

describe('the numbers that runs share', () => {
  it('are all of them for runs of one model', () => {
    const found = labels(runs({ seed: 1, evaluations: FID }, { seed: 2, evaluations: FID }))
    expect(found).toContain('evaluations: FID')
    expect(found).toContain('metrics: Generator loss')
    expect(found).toContain('metrics: Accuracy')
  })

  it('are no losses for runs of different models, and the reader is told', () => {
    const numbers = runs({ model: 'mlp-gan', evaluations: FID }, { model: 'dcgan', evaluations: FID })
    const found = labels(numbers)
    expect(found).toContain('evaluations: FID')
    expect(found).toContain('metrics: Accuracy')
    expect(found.filter((label) => /loss/i.test(label))).toEqual([])
    expect(sharedMetrics(numbers).notes.join()).toContain(
      'Losses of different models are never drawn together',
    )
  })

  it('are the losses of those runs that are of one model', () => {
    const numbers = runs({ model: 'mlp-gan', seed: 1 }, { model: 'dcgan' }, { model: 'mlp-gan', seed: 2 })
    const loss = sharedMetrics(numbers).metrics.find(({ label }) => label === 'Generator loss, of mlp-gan')
    expect(loss?.runs).toEqual([0, 2])
  })

  it('are no measures of samples where the data differ', () => {
    const data = { ...entry().record.config.data, hash: 'other' }
    const numbers = runs({ evaluations: FID }, { evaluations: FID, config: { data } })
    expect(labels(numbers)).not.toContain('evaluations: FID')
    expect(sharedMetrics(numbers).notes.join()).toContain('different data')
  })

  it('warn where seconds are of different machines', () => {
    const machine = { ...entry().record.config.machine, cpu: 'Another CPU' }
    const [same, other] = [
      runs({ seed: 1 }, { seed: 2 }),
      runs({ seed: 1 }, { seed: 2, config: { machine } }),
    ]
    const noteOf = (numbers: RunNumbers[]) =>
      sharedMetrics(numbers).metrics.find(({ kind }) => kind === 'timings')?.note
    expect(noteOf(same)).toBeUndefined()
    expect(noteOf(other)).toContain('different machines')
  })
})

describe('runs side by side', () => {
  const seeds = [1, 2].map((seed) => entry({ seed, folder: `mlp-${seed}` }))
  const other = entry({ model: 'dcgan', folder: 'dcgan-1' })

  it('put runs that differ in their seed only into one column, and tell every run apart in what differs', () => {
    const { comparison, groups, differences, same } = compared([...seeds, other])
    expect(groups.map(({ label, entries }) => [label, entries.length])).toEqual([
      ['mlp-gan', 2],
      ['dcgan', 1],
    ])
    expect(differences).toEqual([
      { name: 'seed', values: ['1', '2', '1'] },
      { name: 'model', values: ['mlp-gan', 'mlp-gan', 'dcgan'] },
    ])
    expect(same.map(([name]) => name)).toContain('batch size')
    expect(comparison!.sentences.length).toBeGreaterThan(0)
  })

  it('say why numbers cannot be compared, and still tell what differs', () => {
    const { comparison, refusal, groups, differences } = compared([
      seeds[0]!,
      { ...seeds[0]!, folder: 'copy' },
    ])
    expect(comparison).toBeUndefined()
    expect(refusal).toContain('the same settings and the same seed 1')
    expect(groups.map(({ label }) => label)).toEqual(['mlp-1', 'copy'])
    expect(differences).toEqual([])
  })

  it('leave out measures of weights that were trained on since', () => {
    const { record, evaluation } = entry()
    expect(entryOf('a', record, evaluation).evaluation).toBe(evaluation)
    expect(entryOf('a', record, { ...evaluation!, step: 10 }).reason).toMatch(
      /measured at step 10, but trained to step \d+ since; needs "sparring evaluate a"/,
    )
    expect(entryOf('a', record).reason).toContain('not measured')
  })

  it('have the mean of the last steps of the numbers they share', () => {
    const entries = [...seeds, other]
    const { groups } = compared(entries)
    const rows = finalRows(sharedMetrics(entries).metrics, entries, groups)
    const loss = rows.find(({ label }) => label === 'Generator loss, of mlp-gan')!
    const means = seeds.map(({ record }) => {
      const values = record.metrics.slice(-500).map((row) => row.generatorLoss!)
      return values.reduce((sum, value) => sum + value, 0) / values.length
    })
    expect(loss.values[0]!.value).toBeCloseTo((means[0]! + means[1]!) / 2, 10)
    expect(loss.values[0]).toMatchObject({ n: 2, over: 'runs' })
    expect(loss.values[1]).toMatchObject({ value: null, reason: 'has no number that means the same' })
  })
})

interface Drawn {
  name: string
  data: [number, number][]
  lineStyle: { color: string }
}

describe('the chart', () => {
  const numbers = runs({ seed: 1, evaluations: FID }, { seed: 2, evaluations: FID })
  const metric = (kind: string) =>
    sharedMetrics(numbers).metrics.find((candidate) => candidate.kind === kind)!
  const drawnRuns = numbers.map(({ record }, index) => ({ name: `run-${index}`, slot: 2 * index, record }))
  const options: OverlayOptions = {
    smoothing: 1,
    over: 'steps',
    isLog: false,
    from: 0,
    to: 1,
    isDark: false,
    compact: false,
  }
  const seriesOf = (changes: Partial<OverlayOptions>, kind = 'evaluations') =>
    overlayOption(drawnRuns, metric(kind), { ...options, ...changes }).series as unknown as Drawn[]

  it('gives every run its own colour, also where one was taken out', () => {
    expect(seriesOf({}).map(({ name, lineStyle }) => [name, lineStyle.color])).toEqual([
      ['run-0', '#648fff'],
      ['run-1', '#009e73'],
    ])
  })

  it('shows the part that is asked for', () => {
    const steps = (changes: Partial<OverlayOptions>) =>
      seriesOf(changes, 'metrics')[0]!.data.map(([step]) => step)
    expect([steps({}).at(0), steps({}).at(-1)]).toEqual([0, 299])
    const part = steps({ from: 0.5, to: 0.75 })
    expect(part[0]).toBe(150)
    expect(part.at(-1)).toBe(224)
  })

  it('draws over seconds of training', () => {
    const [first] = seriesOf({ over: 'seconds' })
    const { timings } = drawnRuns[0]!.record
    expect(timings.length).toBeGreaterThan(0)
    const total = timings.reduce((sum, { seconds }) => sum + seconds, 0)
    expect(first!.data[0]![0]).toBeGreaterThan(0)
    expect(first!.data.at(-1)![0]).toBeLessThanOrEqual(total)
    expect(first!.data.map(([, value]) => value)).toEqual([30, 20])
  })

  it('leaves out what a log scale cannot show', () => {
    const zero = numbers.map(({ record }, slot) => ({
      name: String(slot),
      slot,
      record: { ...record, evaluations: [{ step: 0, fid: 0 }, ...record.evaluations] },
    }))
    const drawn = (isLog: boolean) =>
      (overlayOption(zero, metric('evaluations'), { ...options, isLog }).series as { data: unknown[] }[])[0]!
        .data.length
    expect([drawn(false), drawn(true)]).toEqual([3, 2])
    const { yAxis } = overlayOption(zero, metric('evaluations'), { ...options, isLog: true })
    expect(yAxis).toMatchObject([{ type: 'log' }])
  })

  it('finds the nearest point', () => {
    const curve: [number, number][] = [
      [0, 1],
      [10, 2],
      [20, 3],
    ]
    expect([-5, 4, 6, 14, 16, 99].map((x) => nearest(curve, x)![0])).toEqual([0, 0, 10, 10, 20, 20])
    expect(nearest([], 3)).toBeUndefined()
  })

  it('names all runs where the pointer is, as text', () => {
    const named = drawnRuns.map((run) => ({ ...run, name: `${run.name}<b>` }))
    const { tooltip } = overlayOption(named, metric('evaluations'), options)
    const text = (tooltip as { formatter: (params: unknown) => string }).formatter([{ axisValue: 190 }])
    expect(text).toContain('Step 190')
    expect(text).toContain('run-0&lt;b&gt;')
    expect(text).toContain('run-1&lt;b&gt;')
    expect(text).toContain('20.00')
  })
})
