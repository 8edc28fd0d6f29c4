// On a machine without fonts, text in pictures comes out in the font that comes along.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { missingScripts } from '../../src/report/node/fonts.ts'
import { decodePng, svgToPng } from '../../src/report/node/png.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sparring-fonts-'))
  await writeFile(join(folder, 'fonts.conf'), `<fontconfig><cachedir>${folder}/cache</cachedir></fontconfig>`)
  // Read once, when the first text is drawn: nothing in this file may draw before.
  process.env.FONTCONFIG_FILE = join(folder, 'fonts.conf')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const svgOf = (text: string, weight = 'normal'): string =>
  '<svg xmlns="http://www.w3.org/2000/svg" width="160" height="30"><rect width="160" height="30" fill="#ffffff"/>' +
  `<text x="5" y="22" font-size="20" font-family="system-ui,Helvetica,sans-serif" font-weight="${weight}">${text}</text></svg>`

test.each(['printable', 'Größe', 'Кошка', 'γάτα', 'קטע', 'قطة'])(
  '%s is ink, each letter another',
  async (word) => {
    const pictures = await Promise.all(Array.from(word, (letter) => svgToPng(svgOf(letter))))
    const { pixels } = await decodePng(pictures[0]!)
    expect(Math.min(...pixels)).toBeLessThan(60)
    const letters = new Set(word)
    expect(new Set(pictures.map((png) => Buffer.from(png).toString('latin1'))).size).toBe(letters.size)
  },
)

test('bold text is bold', async () => {
  const ink = async (weight: string): Promise<number> =>
    (await decodePng(await svgToPng(svgOf('Step 400', weight)))).pixels.reduce(
      (sum, value) => sum + 255 - value,
      0,
    )
  expect(await ink('bold')).toBeGreaterThan(1.2 * (await ink('normal')))
})

test('the letters of a word that is written from right to left join', async () => {
  const width = async (text: string): Promise<number> => {
    const { pixels, width, channels } = await decodePng(await svgToPng(svgOf(text)))
    const columns = [...pixels.keys()]
      .filter((index) => pixels[index]! < 128)
      .map((index) => Math.floor(index / channels) % width)
    return Math.max(...columns) - Math.min(...columns)
  }
  // Kept apart by a character without width, they have their longer forms.
  expect(await width('قطة')).toBeLessThan(await width([...'قطة'].join('\u200c')))
})

test('what cannot be drawn is known', async () => {
  expect(await missingScripts()).toEqual(expect.arrayContaining(['Chinese', 'Japanese', 'Korean']))
})
