// Scripts that the font that comes along does not have are drawn with a font of the machine.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { missingScripts } from '../../src/report/node/fonts.ts'
import { svgToPng } from '../../src/report/node/png.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sparring-fonts-'))
  // A machine with one font, which has 猫 and 狗: a part of Noto Sans SC.
  await writeFile(
    join(folder, 'fonts.conf'),
    `<fontconfig><dir>${join(import.meta.dirname, 'fonts')}</dir><cachedir>${folder}/cache</cachedir></fontconfig>`,
  )
  process.env.FONTCONFIG_FILE = join(folder, 'fonts.conf')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const draw = async (text: string): Promise<string> =>
  Buffer.from(
    await svgToPng(
      '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30">' +
        `<text x="5" y="22" font-size="20" font-family="sans-serif">${text}</text></svg>`,
    ),
  ).toString('base64')

test('a Chinese class name comes out, beside Latin and Arabic ones', async () => {
  const missing = await missingScripts()
  expect(missing).not.toContain('Chinese')
  expect(missing).toContain('Korean')
  const words = ['猫', '狗', 'cat', 'قطة']
  expect(new Set(await Promise.all(words.map(draw))).size).toBe(words.length)
})

test('a picture made twice has the same bytes', async () => {
  expect(await draw('猫 cat قطة')).toBe(await draw('猫 cat قطة'))
})
