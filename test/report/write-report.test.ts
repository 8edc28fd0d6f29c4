// From a run folder to figures and a page.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type ImageBatch, tileGrid } from '../../src/report/index.ts'
import { decodePng, encodePng, writeReport } from '../../src/report/node/index.ts'
import { createRun, openRun } from '../../src/runs/node/index.ts'
import { randomStream } from '../../src/util/random.ts'
import { inventedConfig, inventedEvents, inventedMetrics, inventedTimings } from '../runs/invented-run.ts'

const place = await mkdtemp(join(tmpdir(), 'sparring-report-'))
afterAll(() => rm(place, { recursive: true, force: true }))

const images = (count: number): ImageBatch => ({
  count,
  height: 28,
  width: 28,
  channels: 1,
  pixels: Uint8Array.from({ length: count * 784 }, (_, index) => index % 251),
})

test('a report writes the figures and the page, and a damaged sample costs only itself', async () => {
  const folder = join(place, 'run')
  const run = await createRun(folder, inventedConfig())
  await run.append('metrics', inventedMetrics(300))
  await run.append('timings', inventedTimings(300))
  await run.append('events', inventedEvents.slice(0, 1))
  for (const step of [0, 100, 200]) {
    await run.writeSample(step, 'fixed', await encodePng(tileGrid(images(9))))
    await run.writeSample(step, 'fresh', await encodePng(tileGrid(images(9))))
  }
  await run.writeSample(300, 'fixed', Uint8Array.of(1, 2, 3))
  await run.close()

  const { files, problems } = await writeReport(run, { grid: images(25) })
  expect(files).toEqual([
    'figures/learning-curves.svg',
    'figures/learning-curves.png',
    'figures/samples-through-training.svg',
    'figures/samples-through-training.png',
    'figures/samples-grid.svg',
    'figures/samples-grid.png',
    'report.html',
  ])
  expect(problems).toEqual([expect.stringContaining('samples/step-000300.png cannot be read as a picture')])
  expect(await decodePng((await run.readFile('figures/samples-grid.png'))!)).toEqual(tileGrid(images(25)))
  const curves = await decodePng((await run.readFile('figures/learning-curves.png'))!)
  expect([curves.width, curves.height]).toEqual([2200, 960])

  const page = async (): Promise<string> => new TextDecoder().decode(await run.readFile('report.html'))
  const first = await page()
  expect(first).toContain('25 samples from fresh latents')
  expect(first).toContain('alt="Sample 2 at step 200"')
  // Made again from the folder alone, the page is the same.
  await writeReport(await openRun(folder))
  expect(await page()).toBe(first)
})

test('a report of very many samples shows an even selection, the first and the last included', async () => {
  const run = await createRun(join(place, 'many'), inventedConfig())
  const sheet = await encodePng(tileGrid(images(1)))
  for (let step = 0; step <= 300; step++) await run.writeSample(step, 'fixed', sheet)
  await run.close()
  await writeReport(run)
  const page = new TextDecoder().decode(await run.readFile('report.html'))
  const data = /<script type="application\/json" id="sheets">(.*?)<\/script>/.exec(page)![1]!
  const steps = (JSON.parse(data) as { step: number }[]).map(({ step }) => step)
  expect(steps).toHaveLength(200)
  expect([steps[0], steps.at(-1)]).toEqual([0, 300])
})

test('large sheets in colour are shown at fewer steps, so that a browser can open the page', async () => {
  const run = await createRun(join(place, 'heavy'), inventedConfig())
  // Noise does not compress: about 1.5 MB a sheet.
  const noise = new Uint8Array(700 * 700 * 3)
  const random = randomStream(1, 'noise')
  for (let i = 0; i < noise.length; i++) noise[i] = random.integer(256)
  const sheet = await encodePng({ width: 700, height: 700, channels: 3, pixels: noise })
  const steps = Array.from({ length: 40 }, (_, i) => 50 * i)
  for (const step of steps) await run.writeSample(step, 'fresh', sheet)
  await run.close()
  await writeReport(run)
  const page = new TextDecoder().decode(await run.readFile('report.html'))
  const data = /<script type="application\/json" id="sheets">(.*?)<\/script>/.exec(page)![1]!
  const shown = (JSON.parse(data) as { step: number }[]).map(({ step }) => step)
  expect([shown[0], shown.at(-1)]).toEqual([0, 1950])
  expect(shown.length * sheet.length).toBeLessThanOrEqual(24e6)
  expect((shown.length + 1) * sheet.length).toBeGreaterThan(24e6)
})

test('a run without steps or samples still has a page', async () => {
  const run = await createRun(join(place, 'empty'), inventedConfig())
  expect(await writeReport(run)).toEqual({ files: ['report.html'], problems: [] })
  await run.close()
})
