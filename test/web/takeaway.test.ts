// What of a run can be taken away, from the names of its files.
import { describe, expect, it } from 'vitest'
import { LOGS } from '../../src/runs/index.ts'
import { fromBase64, toBase64 } from '../../web/src/lib/base64.ts'
import { companionLabel, keyOf } from '../../web/src/lib/companion-names.ts'
import { fillRgba } from '../../web/src/lib/rgba.ts'
import { captionsIn, downloadName, figuresIn, recordsIn, tablesIn } from '../../web/src/lib/takeaway.ts'

describe('figures', () => {
  const files = [
    'config.json',
    'figures/captions.json',
    'figures/latent-map.png',
    'figures/latent-map.svg',
    'figures/samples-grid.png',
  ]
  it('are joined by name, the drawing first, with what reports say of them', () => {
    const caption = { name: 'latent-map', title: 'Map', caption: 'All of it.', alt: 'A map' }
    expect(figuresIn(files, [caption])).toEqual([
      {
        ...caption,
        files: [
          { kind: 'svg', file: 'figures/latent-map.svg' },
          { kind: 'png', file: 'figures/latent-map.png' },
        ],
        preview: 'figures/latent-map.svg',
      },
      {
        name: 'samples-grid',
        title: 'Samples grid',
        alt: 'Samples grid',
        files: [{ kind: 'png', file: 'figures/samples-grid.png' }],
        preview: 'figures/samples-grid.png',
      },
    ])
  })
  it('bear captions that are none', () => {
    expect(captionsIn({})).toEqual([])
    expect(captionsIn([null, 1, { name: 'a' }])).toEqual([])
  })
})

const logs = Object.values(LOGS)

it('records come in a fixed order with what they hold, tables for the logs there are', () => {
  const files = ['status.json', 'report.html', 'metrics.jsonl', 'config.json'].map((name) => ({
    name,
    bytes: 1,
  }))
  expect(recordsIn(files, logs).map(({ name }) => name)).toEqual([
    'config.json',
    'status.json',
    'metrics.jsonl',
  ])
  expect(tablesIn(['evaluations.jsonl', 'metrics.jsonl', 'critic.jsonl'], logs)).toEqual([
    'metrics',
    'evaluations',
  ])
})

it('downloads carry the name of the run, without what a disk refuses', () => {
  expect(downloadName('mein lauf, nr. 2', 'figures/curves.svg')).toBe('mein-lauf-nr.-2-curves.svg')
})

it('bytes survive as base64', () => {
  const bytes = Uint8Array.from({ length: 10_000 }, (_, i) => (i * 7) % 256)
  expect(fromBase64(toBase64(bytes))).toEqual(bytes)
  expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
})

it('pixels become those of a screen: grey, or colours', () => {
  const out = new Uint8ClampedArray(8)
  fillRgba(out, [7, 9], 1)
  expect([...out]).toEqual([7, 7, 7, 255, 9, 9, 9, 255])
  fillRgba(out, [1, 2, 3, 4, 5, 6], 3)
  expect([...out]).toEqual([1, 2, 3, 255, 4, 5, 6, 255])
  fillRgba(out, [-1, 1.5], 1, 255)
  expect([...out]).toEqual([0, 0, 0, 255, 255, 255, 255, 255])
})

it('networks to choose from say whose they are', () => {
  const own = {
    source: 'own',
    run: 'a',
    model: 'vae',
    seed: 1,
    step: 1200,
    state: 'finished',
    networks: [],
  } as const
  expect(companionLabel(own)).toBe('this run, step 1,200')
  expect(companionLabel({ ...own, source: 'run' })).toBe('a (vae, seed 1, step 1,200)')
  const extractor = { source: 'extractor', model: 'classifier', accuracy: 0.991, networks: [] } as const
  expect(companionLabel(extractor)).toBe('the classifier of the measures (99.1% right on held-out images)')
  expect([keyOf(own), keyOf(extractor)]).toEqual(['run a', 'extractor'])
})
