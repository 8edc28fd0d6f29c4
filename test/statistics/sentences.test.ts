// The sentences follow from the numbers, and change with them.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MeasureRecord } from '../../src/runs/index.ts'
import { type ComparisonEntry, comparisonOf } from '../../src/statistics/index.ts'
import { toldApart } from '../../src/statistics/told-apart.ts'
import { inventedMeasure } from '../runs/invented-evaluation.ts'
import { type EntryOptions, entry, found } from './invented.ts'

/** Runs of models A, B, C ... with one measure each. */
const runsWith = (measures: readonly MeasureRecord[], more: EntryOptions = {}): ComparisonEntry[] =>
  measures.map((measure, index) =>
    entry({ model: 'ABCDEFGH'[index]!, evaluation: { measures: [measure] }, ...more }),
  )

const said = (entries: readonly ComparisonEntry[], row: string) =>
  comparisonOf(entries).sentences.filter((sentence) => sentence.row === row)
const textOf = (entries: readonly ComparisonEntry[], row: string): string =>
  said(entries, row)
    .map(({ text }) => text)
    .join(' ')

const fid = (value: number | null, spread = 0.1): MeasureRecord =>
  inventedMeasure('fid', value, { label: 'FID', spread })

describe('a sentence about two runs', () => {
  it('claims a difference beyond the spread, with the numbers', () => {
    expect(textOf(runsWith([fid(5), fid(9)]), 'fid')).toBe(
      'A is closer to the data than B (FID 5.00 ± 0.10 against 9.00 ± 0.10; n = 3 draws each).',
    )
  })

  it('says that they cannot be told apart within it', () => {
    expect(textOf(runsWith([fid(5, 2), fid(6, 2)]), 'fid')).toBe(
      'By FID, A (5.0 ± 2.0) and B (6.0 ± 2.0) cannot be told apart; n = 3 draws each.',
    )
  })

  it('claims nothing of a single draw', () => {
    const one = (value: number): MeasureRecord => {
      const { spread: _, ...rest } = inventedMeasure('fid', value, { label: 'FID', draws: [value] })
      return rest
    }
    expect(textOf(runsWith([one(5), one(50)]), 'fid')).toContain(
      'cannot be told apart, since a single number has no spread; n = 1 draw each',
    )
  })

  it('turns round when the numbers do, for every pair of numbers', () => {
    const value = fc.double({ min: 0.1, max: 100, noNaN: true })
    const spread = fc.double({ min: 0.01, max: 10, noNaN: true })
    fc.assert(
      fc.property(value, value, spread, spread, (a, b, s, t) => {
        const [[forth], [back]] = [
          said(runsWith([fid(a, s), fid(b, t)]), 'fid'),
          said(runsWith([fid(b, t), fid(a, s)]), 'fid'),
        ]
        const apart = toldApart(found(a, s), found(b, t))
        expect([forth!.claims, back!.claims]).toEqual([apart, apart])
        if (!apart) return
        expect(forth!.text.slice(0, 8)).toBe(a < b ? 'A is clo' : 'B is clo')
        expect(back!.text.slice(0, 8)).toBe(a < b ? 'B is clo' : 'A is clo')
      }),
      { numRuns: 40 },
    )
  })

  it('names what each measure means, in the direction that is better', () => {
    const higher = (name: string, value: number) =>
      inventedMeasure(name, value, { better: 'higher', label: name, spread: 0.001 })
    const about = (name: string): string => textOf(runsWith([higher(name, 0.5), higher(name, 0.9)]), name)
    expect(about('recall')).toMatch(/^B is more varied than A \(recall 0\.9/)
    expect(about('precision')).toMatch(/^B is more realistic than A/)
    expect(about('somethingNew')).toMatch(/^B is better than A \(somethingNew /)
  })

  it('has a missing value left to the table', () => {
    expect(said(runsWith([fid(5), fid(null)]), 'fid')).toEqual([])
  })
})

describe('sentences about smoothness', () => {
  const noise = (value: number, floor: number) =>
    inventedMeasure('noise', value, {
      label: 'Noise',
      better: 'floor',
      spread: 0.001,
      floor: { value: floor, spread: 0.001 },
    })

  it('say which is less noisy, and where real images lie', () => {
    const text = textOf(runsWith([noise(0.05, 0.02), noise(0.01, 0.02)]), 'noise')
    expect(text).toMatch(/^B is less noisy than A \(noise 0\.0100 ± 0\.0010 against 0\.0500/)
    expect(text).toContain(
      'Real images have noise 0.0200 ± 0.0010: B is less noisy than real images, A is noisier than real images.',
    )
    expect(textOf(runsWith([noise(0.02, 0.02), noise(0.0205, 0.02)]), 'noise')).toContain(
      'A and B cannot be told from them',
    )
  })
})

describe('a sentence about several runs', () => {
  it('orders those that can be told apart', () => {
    expect(textOf(runsWith([fid(9), fid(5), fid(20)]), 'fid')).toBe(
      'B is closest to the data (FID 5.00 ± 0.10), then A (9.00 ± 0.10), then C (20.00 ± 0.10); n = 3 draws each.',
    )
  })

  it('keeps ties together at either end', () => {
    expect(textOf(runsWith([fid(5), fid(5.05), fid(20)]), 'fid')).toBe(
      'A (5.00 ± 0.10) and B (5.05 ± 0.10) are closest to the data by FID and cannot be told apart, then C (20.00 ± 0.10); n = 3 draws each.',
    )
    expect(textOf(runsWith([fid(1), fid(5), fid(5.05)]), 'fid')).toContain(
      'then B (5.00 ± 0.10) and C (5.05 ± 0.10), which cannot be told apart',
    )
  })

  it('says which pairs are certain where neighbours are not', () => {
    const chain = [fid(5, 0.4), fid(5.8, 0.4), fid(6.6, 0.4)]
    expect(said(runsWith(chain), 'fid')).toMatchObject([
      {
        text: 'By FID, the order is A (5.00 ± 0.40), B (5.80 ± 0.40) and C (6.60 ± 0.40), of which only A before C is certain; n = 3 draws each.',
        claims: true,
      },
    ])
    expect(textOf(runsWith([...chain, fid(20)]), 'fid')).toBe(
      'A (5.00 ± 0.40), B (5.80 ± 0.40) and C (6.60 ± 0.40) are closest to the data by FID, of which only A before C is certain, then D (20.00 ± 0.10); n = 3 draws each.',
    )
    expect(textOf(runsWith([...chain, fid(1)]), 'fid')).toContain(
      'then A (5.00 ± 0.40), B (5.80 ± 0.40) and C (6.60 ± 0.40), of which only A before C is certain; n',
    )
  })

  it('names each run once among those that are certainly ahead of others', () => {
    expect(textOf(runsWith([fid(5), fid(10), fid(15), fid(20, 20)]), 'fid')).toContain(
      'of which only A before B and C, and B before C, is certain',
    )
  })

  it('leaves out a run without a value, and says why', () => {
    const without = inventedMeasure('fid', null, { label: 'FID', reason: 'the covariance is singular' })
    expect(textOf(runsWith([fid(5), without, fid(9)]), 'fid')).toBe(
      'A is closer to the data than C (FID 5.00 ± 0.10 against 9.00 ± 0.10; n = 3 draws each). Left out: B (the covariance is singular).',
    )
  })
})

describe('sentences about training', () => {
  it('tell steadiness from the wobble of the losses', () => {
    const [a, b] = [entry({ model: 'A', steps: 1000 }), entry({ model: 'B', steps: 1000 })]
    b.record.metrics = b.record.metrics.map((row) => ({
      ...row,
      generatorLoss: row.generatorLoss! + (row.step % 2 ? 0.5 : 0),
    }))
    expect(textOf([a, b], 'unsteadiness')).toMatch(/^A is steadier than B \(wobble of the losses /)
    expect(textOf([b, a], 'unsteadiness')).toMatch(/^A is steadier than B/)
  })

  it('tell warnings apart from steadiness, and only where alarms could be raised', () => {
    const [a, b, c, old] = ['A', 'B', 'C', 'old'].map((model) =>
      entry({ model, steps: model === 'C' ? 300 : 1000 }),
    )
    const alarm = { kind: 'samples-collapsed', label: 'collapsed samples', from: 500, reads: 'log' } as const
    for (const { record } of [a!, b!, c!]) record.config = { ...record.config, alarms: [alarm] }
    for (const { record } of [a!, c!]) record.events = []
    const warning = { kind: 'samples-collapsed', message: 'all alike' } as const
    b!.record.events = [
      { ...warning, step: 600, severity: 'warning' },
      { ...warning, step: 800, severity: 'info' },
    ]
    expect(textOf([a!, b!], 'warnings')).toBe('Warnings while training: A none and B 1.')
    expect(textOf([a!, c!], 'warnings')).toBe(
      'No alarm was raised while A trained. Not told: C (too early to tell: alarms judge from step 500 on).',
    )
    expect(textOf([a!, old!], 'warnings')).toMatch(/Not told: old \(recorded before alarms knew the phase/)
    expect(comparisonOf([a!, b!]).sentences.find(({ row }) => row === 'warnings')?.topic).toBe('alarms')
  })

  it('tell speed, but not across machines', () => {
    const [a, b] = [entry({ model: 'A' }), entry({ model: 'B' })]
    b.record.timings = b.record.timings.map((row) => ({ ...row, seconds: row.seconds * 2 }))
    const again = (of: typeof a, model: string, factor: number) => {
      const copy = entry({ model })
      copy.record.config = { ...copy.record.config, settings: { ...copy.record.config.settings, seed: 2 } }
      copy.record.timings = of.record.timings.map((row) => ({ ...row, seconds: row.seconds * factor }))
      return copy
    }
    expect(textOf([a, again(a, 'A', 1.01), b, again(b, 'B', 1.01)], 'stepTime')).toMatch(
      /^A is faster per step than B \(time per step 20\.10 ms ± 0\.14 ms .*n = 2 runs each\)/,
    )
    // However steady each of them was: the machine may have done something else meanwhile.
    for (const entries of [
      [a, b],
      [a, b, again(b, 'B', 1.01)],
    ])
      expect(textOf(entries, 'stepTime')).toMatch(
        /^By time per step, A \(20\.0 ms\) and B \(40.* cannot be told apart, since one run does not show .* train several seeds/,
      )
    expect(textOf([a, b], 'totalTime')).toBe(
      'Training took 6.0 s for 300 steps of A and 12 s for 300 steps of B.',
    )
    b.record.config = { ...b.record.config, machine: { ...b.record.config.machine, cpu: 'Another CPU' } }
    expect(comparisonOf([a, b]).sentences.filter(({ topic }) => topic === 'speed')).toEqual([
      expect.objectContaining({ text: expect.stringContaining('different machines'), claims: false }),
    ])
  })

  it('tell when a quality was first seen', () => {
    const rows = (values: number[]) => values.map((value, index) => ({ step: 100 * index + 99, fid: value }))
    const a = entry({ model: 'A', evaluations: rows([30, 12, 11]) })
    const b = entry({ model: 'B', evaluations: rows([30, 20, 15]) })
    expect(textOf([a, b], 'stepsToQuality')).toBe(
      'FID 15.0 or lower was first seen of A after 200 steps (4.0 s); of B after 300 steps (6.0 s).',
    )
    const { sentences } = comparisonOf([a, b], { quality: { measure: 'fid', value: 12 } })
    expect(sentences.find(({ row }) => row === 'stepsToQuality')!.text).toContain('of B: not reached')
  })
})
