// Fonts for the text in pictures: one that comes along, beside those of the machine.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import sharp from 'sharp'

/** Latin, Greek, Cyrillic, Arabic, Hebrew, Armenian, Georgian and more; figures have no other weight or slope. */
const FONT = 'DejaVu Sans'
const FILES = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((name) => `dejavu-fonts-ttf/ttf/${name}`)

/** True where fontconfig has its settings; without them it complains on standard error before anything is drawn. */
const hasSettings = (): boolean =>
  process.platform !== 'linux' ||
  process.env.FONTCONFIG_FILE !== undefined ||
  process.env.FONTCONFIG_PATH !== undefined ||
  existsSync('/etc/fonts/fonts.conf')

/** One after another: the list of fonts that they are added to is the process's. */
async function addFonts(): Promise<void> {
  if (!hasSettings()) process.env.FONTCONFIG_FILE = join(import.meta.dirname, '../../../bin/fonts.conf')
  const { resolve } = createRequire(import.meta.url)
  // Text of libvips, unlike an SVG, takes a file; a font of the process from then on, which SVGs find as well.
  for (const file of FILES) await sharp({ text: { text: 'a', fontfile: resolve(file) } }).toBuffer()
}

let added: Promise<void> | undefined

/** Makes text in SVGs come out, whatever the machine has. To be awaited before the first SVG is drawn. */
export const fontsAdded = (): Promise<void> => {
  added ??= addFonts()
  return added
}

/** Scripts of many people that the font that comes along does not have, each with a character. */
const OTHERS: Readonly<Record<string, string>> = {
  Chinese: '猫',
  Japanese: 'ね',
  Korean: '고',
  Devanagari: 'क',
  Bengali: 'ক',
  Thai: 'ก',
}

/** A character as pixels, by our font alone or by any that has it. */
const drawn = (character: string, fallback: boolean): Promise<Buffer> =>
  sharp({ text: { text: `<span fallback="${fallback}">${character}</span>`, font: FONT } })
    .raw()
    .toBuffer()

/** The scripts among some usual ones that no font of this machine has: boxes with numbers stand for their characters. */
export async function missingScripts(): Promise<string[]> {
  await fontsAdded()
  const missing: string[] = []
  for (const [script, character] of Object.entries(OTHERS)) {
    const [alone, any] = [await drawn(character, false), await drawn(character, true)]
    if (alone.equals(any)) missing.push(script)
  }
  return missing
}
