// Numbers of several comparisons as one.
import { describe, expect, it } from 'vitest'
import {
  type ComparisonData,
  type ComparisonEntry,
  comparisonData,
  comparisonOf,
  joinNumbers,
  numbersOf,
} from '../../src/statistics/index.ts'
import { inventedEvaluation, inventedMeasure } from '../runs/invented-evaluation.ts'
import { type EntryOptions, entry } from './invented.ts'

const measured = (fid: number, more: EntryOptions = {}): ComparisonEntry =>
  entry({ evaluation: { measures: [inventedMeasure('fid', fid, { label: 'FID' })] }, ...more })

/** As a file keeps it. */
const numbers = (...entries: ComparisonEntry[]): ComparisonData =>
  JSON.parse(JSON.stringify(comparisonData(comparisonOf(entries))))

const gans = [1, 2, 3].map((seed) => measured(10 + seed, { seed }))
const vaes = [1, 2, 3].map((seed) => measured(50 + 2 * seed, { seed, model: 'vae' }))

describe('joined numbers', () => {
  it('are those of one comparison of all runs, wherever they were compared', () => {
    const whole = numbers(...gans, ...vaes)
    const joined = joinNumbers([numbers(gans[2]!, vaes[0]!), numbers(...gans.slice(0, 2), ...vaes.slice(1))])
    const { groups, measures, training, protocol } = whole
    expect({ ...joined, sentences: [] }).toEqual({ groups, measures, training, protocol, sentences: [] })
    expect(measures[0]).toMatchObject({
      best: 0,
      runs: [
        [{ value: 11 }, {}, {}],
        [{}, { value: 54 }, {}],
      ],
    })
  })

  it('are made of the numbers of single runs too, as the jobs of a study leave them', () => {
    const { groups, measures, training, protocol } = numbers(...gans, ...vaes)
    const single = [...gans, ...vaes].map((run) => {
      const { model, settings } = run.record.config
      const { times, ...found } = numbersOf(run)
      expect(times.map(({ name }) => name)).toEqual(['stepTime', 'totalTime'])
      const asKept = JSON.parse(JSON.stringify({ ...found, training: [...found.training, ...times] }))
      return { ...asKept, groups: [{ label: model, model, runs: [{ seed: settings.seed }] }] }
    })
    const joined = joinNumbers<{ seed: number }>(single, { comparableSeconds: true })
    const byName = (rows: typeof measures) => rows.toSorted((a, b) => (a.name < b.name ? -1 : 1))
    expect(joined.measures).toEqual(measures)
    expect(byName(joined.training)).toEqual(byName(training))
    expect(joined.protocol).toEqual(protocol)
    expect(joined.groups.map(({ label }) => label)).toEqual(groups.map(({ label }) => label))
  })

  it('say what one comparison says, but claim nothing of seconds, which come from several machines', () => {
    const topics = ({ sentences }: Pick<ComparisonData, 'sentences'>, isSpeed: boolean): string[] =>
      sentences.filter(({ topic }) => (topic === 'speed') === isSpeed).map(({ text }) => text)
    const whole = numbers(...gans, ...vaes)
    const joined = joinNumbers([numbers(gans[0]!, ...vaes), numbers(gans[1]!, gans[2]!)])
    expect(topics(joined, false)).toEqual(topics(whole, false))
    expect(topics(joined, true)).toEqual([expect.stringContaining('different machines')])
    expect(joinNumbers([whole]).sentences).toEqual(whole.sentences)
  })

  it('tell what is missing of a run that lacks a number', () => {
    const bare = entry({ seed: 4, evaluation: { measures: [inventedMeasure('kid', 1)] } })
    const { estimators, ...rest } = numbers(bare, vaes[0]!)
    const joined = joinNumbers([
      { ...numbers(...gans), estimators },
      { ...rest, estimators },
    ])
    const [fid] = joined.measures.filter(({ name }) => name === 'fid')
    expect(fid!.values[0]).toMatchObject({ value: 12, n: 3 })
    expect(fid!.values[0]!.reason).toMatch(/^of 3 of 4 runs only/)
  })

  it('keep the time to a quality only where all asked for the same', () => {
    const watched = (seed: number, fid: number): ComparisonEntry =>
      measured(10, { seed, evaluations: [{ step: 99, fid }] })
    const ask = (entries: ComparisonEntry[], value: number): ComparisonData =>
      JSON.parse(
        JSON.stringify(comparisonData(comparisonOf(entries, { quality: { measure: 'fid', value } }))),
      )
    const join = (a: number, b: number): string[] =>
      joinNumbers([
        ask([watched(1, 12), watched(2, 12)], a),
        ask([watched(3, 12), watched(4, 12)], b),
      ]).training.map(({ name }) => name)
    expect(join(15, 15)).toContain('stepsToQuality')
    expect(join(15, 20)).not.toContain('stepsToQuality')
  })

  it('refuse a run that is there twice, and measures taken in different ways', () => {
    expect(() => joinNumbers([numbers(...gans), numbers(gans[0]!, ...vaes)])).toThrow(
      /mlp-gan with seed 1 is in two of the comparisons/,
    )
    const { extractor } = inventedEvaluation()
    const other = vaes.map((each) => ({
      ...each,
      evaluation: { ...each.evaluation!, extractor: { ...extractor!, hash: 'ffff' } },
    }))
    expect(() => joinNumbers([numbers(...gans), numbers(...other)])).toThrow(
      /comparisons 1 and 2 measured in different ways .*sparring evaluate/,
    )
    expect(() => joinNumbers([])).toThrow(/one comparison or more, got none/)
  })
})
