// The report page: complete, self-contained, and safe whatever the strings in a run.
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type ReportAssets, reportHtml } from '../../src/report/index.ts'
import { PAGE_SCRIPT, PAGE_SCRIPT_HASH } from '../../src/report/page-script.ts'
import { inventedConfig, inventedRecord } from '../runs/invented-run.ts'

const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47)
const assets: ReportAssets = {
  sheets: [
    { step: 0, kind: 'fixed', file: 'samples/step-000000.png', png },
    { step: 400, kind: 'fixed', file: 'samples/step-000400.png', png },
    { step: 400, kind: 'fresh', file: 'samples/fresh-000400.png', png },
  ],
  grid: { png, count: 400 },
  through: [{ step: 400, tiles: [png, png], width: 28, height: 28 }],
}
const page = reportHtml(inventedRecord(), assets)
const text = page.replace(/<(style|script)\b[\s\S]*?<\/\1>/g, '').replace(/<[^>]*>/g, ' ')

describe('the report', () => {
  test('tells model, state, numbers, events, layers, settings and the command', () => {
    for (const fact of [
      'mlp-gan',
      'finished',
      '1,000',
      '± ',
      'last 500 steps',
      'discriminator-wins',
      'accuracy above 99% for 100 steps',
      'batch_normalization_',
      '(None, 256)',
      '26,368',
      'batch size',
      'optimizer learning rate',
      '0.0002',
      'sparring train mlp-gan --data digits --seed 7',
    ])
      expect(text.replace('batch_normalization ', 'batch_normalization_')).toContain(fact)
  })

  test('carries every sheet, reachable by one slider', () => {
    const data = JSON.parse(/<script type="application\/json" id="sheets">(.*?)<\/script>/s.exec(page)![1]!)
    const uri = 'data:image/png;base64,iVBORw=='
    expect(data).toEqual([
      { step: 0, fixed: uri },
      { step: 400, fixed: uri, fresh: uri },
    ])
    expect(page).toMatch(/<input type="range" id="step" min="0" max="1" value="1"/)
    expect(page).toContain('400 samples from fresh latents')
    expect(page).toContain('alt="Sample 2 at step 400"')
  })

  test('loads nothing and runs no script but its own', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!
    expect(policy).toMatch(/^default-src 'none'; img-src data:;/)
    const hash = createHash('sha256').update(PAGE_SCRIPT).digest('base64')
    expect(PAGE_SCRIPT_HASH).toBe(`sha256-${hash}`)
    expect(policy).toContain(`script-src '${PAGE_SCRIPT_HASH}'`)
    expect(page).toContain(`<script>${PAGE_SCRIPT}</script>`)
    for (const [, address] of page.matchAll(/\b(?:src|srcset|href)="([^"]*)"/g))
      expect(address).toMatch(/^data:/)
    expect(page).not.toMatch(/https?:\/\/|@import|url\(/)
  })

  test('says what was done to the images', () => {
    const record = inventedRecord(30)
    const preparation = '28 x 28 scaled to cover 64 x 64'
    record.config = { ...record.config, data: { ...record.config.data, preparation } }
    expect(reportHtml(record)).toMatch(/preparation<\/th>\s*<td>28 x 28 scaled to cover 64 x 64</)
  })

  test('escapes every string of a run', () => {
    const evil = `"><script>alert(1)</script>'&`
    const config = inventedConfig()
    const record = inventedRecord(30)
    record.config = {
      ...config,
      model: evil,
      command: ['sparring', evil],
      createdAt: evil,
      settings: { ...config.settings, [evil]: evil, nested: { [evil]: [evil] } },
      data: { ...config.data, name: evil, hash: evil, folder: evil, preparation: evil },
      versions: { sparring: evil, [evil]: evil },
      machine: { ...config.machine, cpu: evil, platform: evil, arch: evil },
      metrics: config.metrics.map((info) => ({ ...info, label: evil, color: `${evil}` })),
      networks: config.networks.map((network) => ({
        ...network,
        name: evil,
        layers: network.layers.map((layer) => ({ ...layer, name: evil, type: evil })),
      })),
    }
    record.status = { ...record.status, message: evil }
    record.events = [{ step: 1, kind: evil, severity: 'info', message: evil }]
    record.timings[0]!.at = evil
    const hostile = reportHtml(record, assets)
    expect(hostile).not.toContain('<script>alert')
    expect(hostile).not.toContain('alert(1)</script>')
    expect(hostile.match(/<script\b/g)).toHaveLength(2)
    expect(hostile).toContain('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#39;&amp;')
  })

  test('has a name for everything that a screen reader meets', () => {
    for (const [image] of page.matchAll(/<img\b[^>]*>/g)) expect(image).toMatch(/ alt="[^"]+"/)
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id!)
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, id] of page.matchAll(/aria-labelledby="([^"]*)"/g)) expect(ids).toContain(id)
    expect(page).toContain('<html lang="en">')
    expect(page.match(/<h1>/g)).toHaveLength(1)
  })

  test('of a run that has just begun, or failed at once, says so instead of breaking', () => {
    const record = { ...inventedRecord(0), timings: [], events: [], samples: [] }
    record.status = { ...record.status, state: 'failed', message: 'generator loss is not a number' }
    const empty = reportHtml(record)
    for (const words of [
      'No step was recorded.',
      'they were raised on healthy runs too, and what they did not say tells nothing',
      'No timings were recorded.',
    ])
      expect(empty).toContain(words)
    expect(empty).toContain('generator loss is not a number')
    expect(empty.replace(/<(style|script)\b[\s\S]*?<\/\1>/g, '')).not.toMatch(/NaN|undefined/)
  })
})
