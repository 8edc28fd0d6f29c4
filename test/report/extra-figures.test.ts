// Figures that only some runs have: their files, their sections, and what a later report keeps of them.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { DARK, LIGHT } from '../../src/report/chart-parts.ts'
import { extraFigures, type ReportFigure, themedSvg } from '../../src/report/extra-figures.ts'
import { decodePng, writeReport } from '../../src/report/node/index.ts'
import { createRun, type RunFolder } from '../../src/runs/node/index.ts'
import { inventedConfig } from '../runs/invented-run.ts'

const place = await mkdtemp(join(tmpdir(), 'sparring-figures-'))
afterAll(() => rm(place, { recursive: true, force: true }))

const square = (color: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><rect width="20" height="10" fill="${color}"/></svg>`
const figure = (name: string, more: Partial<ReportFigure> = {}): ReportFigure => ({
  name,
  title: `Title of ${name}`,
  caption: `Caption of ${name}.`,
  alt: `Words for ${name}`,
  svg: square('#ff0000'),
  ...more,
})
const page = async (run: RunFolder): Promise<string> =>
  new TextDecoder().decode(await run.readFile('report.html'))

test('are written as SVG and PNG, shown with their captions, and kept by a report that makes none', async () => {
  const run = await createRun(join(place, 'kept'), inventedConfig())
  await run.close()
  const { files } = await writeReport(run, { figures: [figure('one'), figure('two', { scale: 3 })] })
  expect(files).toEqual([
    'figures/one.svg',
    'figures/one.png',
    'figures/two.svg',
    'figures/two.png',
    'figures/captions.json',
    'report.html',
  ])
  const size = async (name: string) => (await decodePng((await run.readFile(name))!)).width
  expect([await size('figures/one.png'), await size('figures/two.png')]).toEqual([40, 60])
  const first = await page(run)
  for (const words of ['Title of one', 'Caption of one.', 'alt="Words for two"'])
    expect(first).toContain(words)

  const later = await writeReport(run)
  expect(later).toEqual({ files: ['report.html'], problems: [] })
  expect(await page(run)).toBe(first)
})

test('made anew take the place of those with their names only', async () => {
  const run = await createRun(join(place, 'anew'), inventedConfig())
  await writeReport(run, { figures: [figure('one'), figure('two')] })
  await writeReport(run, { figures: [figure('two', { caption: 'Newer.' })], missing: ['one: <no data>'] })
  await run.close()
  const text = await page(run)
  for (const words of ['Caption of one.', 'Newer.', 'one: &lt;no data&gt;']) expect(text).toContain(words)
  expect(text).not.toContain('Caption of two.')
  const captions = JSON.parse(new TextDecoder().decode(await run.readFile('figures/captions.json')))
  expect(captions.map(({ name }: ReportFigure) => name)).toEqual(['two', 'one'])
  expect(captions[0]).not.toHaveProperty('svg')
})

test('with damaged captions cost only themselves', async () => {
  const run = await createRun(join(place, 'damaged'), inventedConfig())
  await run.writeFile('figures/captions.json', '[{"name":"../../etc"}]')
  const { files, problems } = await writeReport(run)
  await run.close()
  expect(files).toEqual(['report.html'])
  expect(problems).toEqual([expect.stringContaining('figures/captions.json cannot be read')])
})

test('need names of their own that can be file names', async () => {
  const run = await createRun(join(place, 'names'), inventedConfig())
  await expect(writeReport(run, { figures: [figure('one'), figure('one')] })).rejects.toThrow(
    'every figure of a report has a name of its own, got one, one',
  )
  await expect(writeReport(run, { figures: [figure('../one')] })).rejects.toThrow(
    'a figure of the report: 0.name: expected a name such as latent-manifold',
  )
  await run.close()
})

test('escape their words and stand in order, wide ones below the others', () => {
  const evil = `"><script>alert(1)</script>'&`
  const html = extraFigures([
    figure('wide', { wide: true }),
    figure('evil', { title: evil, caption: evil, alt: evil }),
  ])
  expect(html).not.toContain('<script>')
  expect(html.indexOf('figure-evil')).toBeLessThan(html.indexOf('figure-wide'))
  expect(extraFigures([])).toBe('')
})

test('take the colours of a dark page, and no others change', () => {
  const themed = themedSvg(square(LIGHT.ink))
  expect(themed).toMatch(
    /^<svg [^>]*><style>@media screen and \(prefers-color-scheme: dark\)\{.*\}<\/style><rect/,
  )
  expect(themed).toContain(`[fill="${LIGHT.ink}"]{fill:${DARK.ink}}`)
  expect(themed).toContain(`[fill="${LIGHT.background}"]{fill:transparent}`)
  expect(themed).not.toContain('#ff0000')
})
