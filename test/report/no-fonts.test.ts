// On a machine without fonts, text is drawn with lines.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { strokeText } from '../../src/report/stroke-text.ts'

const folder = await mkdtemp(join(tmpdir(), 'sparring-fonts-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

test('a PNG made without fonts equals the one with its text drawn as lines', async () => {
  await writeFile(join(folder, 'fonts.conf'), `<fontconfig><cachedir>${folder}/cache</cachedir></fontconfig>`)
  // Read once, when the first text is drawn: nothing in this file may draw before.
  process.env.FONTCONFIG_FILE = join(folder, 'fonts.conf')
  const { svgToPng } = await import('../../src/report/node/png.ts')
  const svg = (body: string): string =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30">${body}</svg>`
  const text = '<text x="5" y="20" font-size="16" fill="#000000">Step 400</text>'
  const drawn = await svgToPng(svg(text))
  expect(drawn).toEqual(await svgToPng(svg(strokeText(text))))
  expect(drawn).not.toEqual(await svgToPng(svg('')))
})
