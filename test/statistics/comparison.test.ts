// Which runs may be compared, which of them share a column, and what the page of them holds.
import { describe, expect, it } from 'vitest'
import { overlayChart } from '../../src/report/compare/overlay.ts'
import { comparisonHtml } from '../../src/report/index.ts'
import { type ComparisonEntry, comparisonOf, parseQuality } from '../../src/statistics/index.ts'
import { unsteadiness } from '../../src/statistics/steadiness.ts'
import { inventedEvaluation, inventedMeasure } from '../runs/invented-evaluation.ts'
import { inventedRecord } from '../runs/invented-run.ts'
import { entry } from './invented.ts'

const refusal = (entries: ComparisonEntry[]): string => {
  try {
    comparisonOf(entries)
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
  return 'not refused'
}

describe('runs that cannot be compared', () => {
  const { protocol, data, extractor } = inventedEvaluation()
  const other = (evaluation: object): ComparisonEntry => entry({ model: 'vae', evaluation })
  const config = entry().record.config

  it('are fewer than two', () => {
    expect(refusal([entry()])).toBe(
      'ConfigError: compare: expected two runs or more, got 1; name the folder of another run',
    )
  })

  it('are one run done twice, with the same seed', () => {
    expect(refusal([entry(), entry({ folder: 'runs/again' })])).toMatch(
      /^ConfigError: runs\/mlp-gan-1 and runs\/again have the same settings and the same seed 1/,
    )
  })

  it.each([
    ['stopped', 'finish it with "sparring resume runs/mlp-gan-1"'],
    ['running', 'wait until it ends'],
    ['failed', 'start it anew'],
  ] as const)('are %s, unless that is allowed', (state, remedy) => {
    const open = entry()
    open.record.status = { ...open.record.status, state, step: 120 }
    const message = refusal([open, entry({ model: 'vae' })])
    expect(message).toMatch(/^DataError: runs\/mlp-gan-1 is not finished: .* at step 120 of 1000/)
    expect(message).toContain(remedy)
    expect(message).toContain('--unfinished')
    const allowed = comparisonOf([open, entry({ model: 'vae' })], { unfinished: true })
    expect(allowed.remarks).toContain(`runs/mlp-gan-1 is not finished: ${state} at step 120 of 1000.`)
    expect(comparisonHtml(allowed)).toContain('1 not finished')
  })

  it('were trained on other data', () => {
    const mnist = { ...config.data, name: 'mnist', hash: 'ffff' }
    expect(refusal([entry(), entry({ model: 'vae', config: { data: mnist }, evaluation: false })])).toMatch(
      /^DataError: runs\/mlp-gan-1 has the data digits .*runs\/vae-1 has the data mnist \(hash ffff\).*choose runs of one data set$/,
    )
  })

  it('played other games, which have no hash', () => {
    const game = (title: string) => ({ ...config.data, name: 'own', hash: 'none', title })
    const played = (title: string, model = 'vae') =>
      entry({ model, config: { data: game(title) }, evaluation: false })
    expect(refusal([played('breakout'), played('freeway')])).toMatch(
      /^DataError: .* has the data breakout.* has the data freeway.*choose runs of one data set$/,
    )
    expect(() => comparisonOf([played('breakout'), played('breakout', 'mlp-gan')])).not.toThrow()
  })

  it.each([
    ['other real images', { data: { ...data, referenceHash: 'aaaa' } }, 'real images of hash aaaa'],
    ['another extractor', { extractor: { ...extractor, hash: 'bbbb' } }, 'classifier (hash bbbb)'],
    ['other counts', { protocol: { ...protocol, count: 50 } }, '3 draws of 50 samples'],
    ['other draws', { protocol: { ...protocol, draws: 1 } }, '1 draw of 10000 samples'],
  ])('were measured with %s', (_, evaluation, words) => {
    const message = refusal([entry(), other(evaluation)])
    expect(message).toMatch(/^DataError: runs\/mlp-gan-1 has .*cannot be compared.*"sparring evaluate"$/)
    expect(message).toContain(words)
  })

  it('have an evaluation of other data than their own', () => {
    expect(refusal([entry(), other({ data: { ...data, hash: 'cccc' } })])).toMatch(
      /^DataError: runs\/vae-1 was trained on .*evaluation.json is of data of hash cccc.*"sparring evaluate runs\/vae-1"$/,
    )
  })
})

describe('groups', () => {
  it('are runs that differ in their seed only', () => {
    const fid = (value: number) => ({ measures: [inventedMeasure('fid', value)] })
    const { groups, measures } = comparisonOf([
      entry({ seed: 3, evaluation: fid(3) }),
      entry({ model: 'vae', evaluation: fid(20) }),
      entry({ seed: 1, evaluation: fid(1), config: { createdAt: '2027-01-01T00:00:00.000Z' } }),
    ])
    expect(groups.map(({ label, entries }) => [label, entries.map(({ folder }) => folder)])).toEqual([
      ['mlp-gan', ['runs/mlp-gan-1', 'runs/mlp-gan-3']],
      ['vae', ['runs/vae-1']],
    ])
    expect(measures[0]!.values[0]).toMatchObject({ value: 2, deviation: Math.SQRT2, n: 2, over: 'runs' })
    expect(measures[0]!.values[1]).toMatchObject({ value: 20, n: 3, over: 'draws' })
  })

  it('may have been watched and computed in different ways', () => {
    const { settings } = entry().record.config
    const watched = { ...settings, sampleEvery: 7, checkpointEvery: 9, evaluateEvery: 50, threads: 1 }
    const { groups } = comparisonOf([
      entry(),
      entry({ seed: 2, config: { settings: watched } }),
      entry({ seed: 3, config: { settings: { ...settings, batchSize: settings.batchSize + 1 } } }),
    ])
    expect(groups.map(({ entries }) => entries.length)).toEqual([2, 1])
  })

  it('of one model are called by the settings that differ', () => {
    const { settings } = entry().record.config
    const wide = entry({ folder: 'runs/wide', config: { settings: { ...settings, units: 512 } } })
    const narrow = entry({ config: { settings: { ...settings, units: 64 } } })
    const { groups, differences } = comparisonOf([narrow, wide])
    expect(groups.map(({ label }) => label)).toEqual(['mlp-gan (units 64)', 'mlp-gan (units 512)'])
    expect(differences).toEqual([{ name: 'units', values: ['64', '512'] }])
  })
})

describe('measures', () => {
  it('that were estimated in different ways are shown but not ranked', () => {
    const kid = (estimator: string, value: number) => ({
      measures: [inventedMeasure('kid', value, { estimator })],
    })
    const { measures, sentences } = comparisonOf([
      entry({ evaluation: kid('50 subsets', 1) }),
      entry({ model: 'vae', evaluation: kid('100 subsets', 9) }),
    ])
    expect(measures[0]!.note).toContain('not ranked: estimated in 2 different ways')
    expect(measures[0]!.best).toBeUndefined()
    expect(sentences.filter(({ row }) => row === 'kid')).toEqual([])
  })

  it('of a run that was not evaluated are missing, with what to do', () => {
    const { measures, remarks } = comparisonOf([entry(), entry({ model: 'vae', evaluation: false })])
    for (const { values, best } of measures) {
      expect(values[1]).toMatchObject({
        value: null,
        reason: expect.stringContaining('sparring evaluate runs/vae-1'),
      })
      expect(best).toBeUndefined()
    }
    expect(remarks[0]).toContain('runs/vae-1: not measured; needs "sparring evaluate runs/vae-1"')
  })
})

describe('a quality', () => {
  const [a, b] = [entry({ evaluations: [{ step: 9, fid: 4 }] }), entry({ model: 'vae' })]

  it.each(['', 'fid', 'fid<10', 'fid=', 'fid=ten', '=3'])('given as "%s" is refused', (text) => {
    expect(() => parseQuality(text)).toThrow('expected a measure and a number such as fid=10')
  })

  it('must have been measured while training, and have a direction', () => {
    expect(parseQuality(' fid = 1e1')).toEqual({ measure: 'fid', value: 10 })
    expect(() => comparisonOf([a, b], { quality: { measure: 'kid', value: 1 } })).toThrow(
      'expected a measure that was taken while the runs trained (fid)',
    )
    const noisy = entry({ evaluations: [{ step: 9, noise: 0.1 }] })
    expect(() => comparisonOf([noisy, b], { quality: { measure: 'noise', value: 1 } })).toThrow(
      'best near that of real images',
    )
  })

  it('is not recorded where nothing was measured while training', () => {
    const { quality, training } = comparisonOf([entry(), b])
    expect(quality).toBeUndefined()
    expect(training.some(({ name }) => name === 'stepsToQuality')).toBe(false)
    const reasons = comparisonOf([a, b]).training.find(({ name }) => name === 'stepsToQuality')!.values
    expect(reasons.map(({ value, reason }) => value ?? reason)).toEqual([10, 'not recorded'])
  })
})

describe('unsteadiness', () => {
  const withLosses = (loss: (step: number) => number, steps = 1000) => ({
    ...inventedRecord(0),
    metrics: Array.from({ length: steps }, (_, step) => ({
      step,
      generatorLoss: loss(step),
      discriminatorLoss: loss(step),
      accuracy: 0.5,
    })),
  })

  it('is that of the wobble about a trend, whatever the trend', () => {
    const wobble = (step: number): number => (step % 2 ? 1.1 : 0.9)
    expect(unsteadiness(withLosses(wobble)).value).toBeCloseTo(0.1 * Math.sqrt(40 / 38), 2)
    expect(unsteadiness(withLosses((step) => 10 - step / 200)).value).toBeCloseTo(0, 9)
    expect(unsteadiness(withLosses((step) => 7 * wobble(step)))).toMatchObject({ n: 5, over: 'parts' })
  })

  it('is not known of short runs, and of losses that are not finite', () => {
    expect(unsteadiness(withLosses(() => 1, 100)).reason).toContain('20 steps, at least 50 are needed')
    expect(unsteadiness(withLosses((step) => (step === 950 ? Number.NaN : 1))).reason).toContain('not finite')
    expect(unsteadiness(withLosses(() => 0)).reason).toContain('a loss is 0')
  })
})

describe('the page', () => {
  const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47)
  const rows = [
    { step: 99, fid: 30 },
    { step: 199, fid: 9 },
  ]
  const entries = [
    entry({ seed: 1, evaluations: rows }),
    entry({ seed: 2, evaluations: rows }),
    entry({ model: 'vae', evaluations: rows }),
  ]
  const grids = new Map(entries.slice(0, 2).map(({ folder }) => [folder, { png, count: 400 }]))
  const page = comparisonHtml(comparisonOf(entries), grids)

  it('loads nothing, and names everything', () => {
    expect(page).toMatch(/Content-Security-Policy" content="default-src 'none'; img-src data:;/)
    for (const [, address] of page.matchAll(/\b(?:src|srcset)="([^"]*)"/g)) expect(address).toMatch(/^data:/)
    for (const [, link] of page.matchAll(/\bhref="([^"]*)"/g))
      expect(page).toContain(`id="${link!.slice(1)}"`)
    expect(page).not.toMatch(/https?:\/\/|@import|url\(/)
    for (const [image] of page.matchAll(/<img\b[^>]*>/g)) expect(image).toMatch(/ alt="[^"]+"/)
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id!)
    expect(new Set(ids).size).toBe(ids.length)
    const levels = [...page.matchAll(/<h([1-6])\b/g)].map(([, level]) => Number(level))
    expect(levels.filter((level) => level === 1)).toHaveLength(1)
    for (const [at, level] of levels.slice(1).entries()) expect(level).toBeLessThanOrEqual(levels[at]! + 1)
  })

  it('shows a grid per group, and the other seeds unfolded', () => {
    expect(page.match(/<img class="pixels"/g)).toHaveLength(2)
    expect(page).toContain('<summary>1 more seed</summary>')
    expect(page).toContain('sparring report runs/vae-1')
  })

  it('shows the numbers of every run, unfolded, where runs share a column', () => {
    const alone = comparisonHtml(comparisonOf([entry(), entry({ model: 'vae' })]))
    expect(alone).not.toContain('Every run on its own')
    const fid = (value: number) => ({ measures: [inventedMeasure('fid', value)] })
    const several = comparisonHtml(
      comparisonOf([
        entry({ seed: 1, evaluation: fid(41) }),
        entry({ seed: 2, evaluation: fid(43) }),
        entry({ model: 'vae', evaluation: fid(57) }),
      ]),
    )
    const [unfolded] = several.split('<summary>Every run on its own</summary>')[1]!.split('</table>')
    const heads = unfolded!.match(/<th scope="col">.*?<\/th>/g)!.map((head) => head.replace(/<[^>]*>/g, ''))
    expect(heads).toEqual(['Number', 'mlp-gan-1, seed 1', 'mlp-gan-2, seed 2', 'vae-1, seed 1'])
    const values = [...unfolded!.matchAll(/class="value">([\d.]+)/g)].map(([, text]) => Number(text))
    expect(values).toEqual([41, 43, 57])
  })

  it('marks the best where it can be told apart, and only there', () => {
    const measured = (value: number) => ({ measures: [inventedMeasure('fid', value, { spread: 0.1 })] })
    const of = (x: number, y: number): number =>
      comparisonHtml(
        comparisonOf([
          entry({ evaluation: measured(x), steps: 20 }),
          entry({ model: 'vae', evaluation: measured(y), steps: 20 }),
        ]),
      ).split('<td class="best">').length - 1
    expect([of(5, 9), of(5, 5.05)]).toEqual([1, 0])
  })

  it('escapes every string of a run', () => {
    const evil = `"><script>alert(1)</script>`
    const measure = inventedMeasure(evil, 3, { label: evil, caveat: evil, reason: evil, estimator: evil })
    const hostile = entry({
      model: evil,
      folder: evil,
      config: { versions: { sparring: evil, [evil]: evil } },
      evaluation: {
        measures: [measure],
        protocol: { ...inventedEvaluation().protocol, reference: evil },
        extractor: { ...inventedEvaluation().extractor!, name: evil },
      },
    })
    const twin = { ...hostile, folder: `${evil}2`, record: entry({ model: `${evil}2` }).record }
    const text = comparisonHtml(comparisonOf([hostile, twin]))
    expect(text).not.toContain('<script>alert')
    expect(text.match(/<script\b/g)).toHaveLength(1)
  })
})

it('explains in a chart only the groups that have a line in it', () => {
  const options = overlayChart(
    [
      {
        label: 'measured',
        curves: [
          [
            [0, 3],
            [10, 2],
          ],
        ],
      },
      { label: 'not measured', curves: [] },
    ],
    { name: 'fid', label: 'FID' },
    {},
  )
  expect(options.legend).toMatchObject({ data: ['measured'] })
})
