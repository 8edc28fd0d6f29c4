// A run as one HTML file that works offline: its record, pictures and sampler, and the studio's views to look at them.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { networkBytes } from '../lifecycle/networks.ts'
import type { RunFolder } from '../runs/node/index.ts'
import { UnsupportedError } from '../util/errors.ts'
import { FILES } from '../util/limits.ts'
import { readBytes } from '../util/node/read-file.ts'

/** Where the build puts the parts of exported pages, seen from the sources as well as from the built files. */
const PARTS = fileURLToPath(new URL('../../dist/web-export', import.meta.url))

const readPart = async (name: string): Promise<Buffer> => {
  const bytes = await readBytes(join(PARTS, name), FILES.page).catch(() => {
    throw new UnsupportedError(
      `the parts of exported pages are missing from ${PARTS}: run "npm run build" first`,
    )
  })
  return Buffer.from(bytes.buffer)
}

const compressed = async (bytes: Uint8Array | string): Promise<string> =>
  (await promisify(gzip)(bytes)).toString('base64')

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** A block of data: a browser neither runs nor shows it. */
const block = (name: string, text: string): string =>
  `<script type="text/plain" id="part-${name}">${text.replaceAll('<', '\\u003c')}</script>\n`

/** Inside a script's element, its end tag would end it. Both spellings mean the same in strings and expressions. */
const asInline = (script: string): string =>
  script.replaceAll(/<\/(?=script)/gi, '<\\/').replaceAll('<!--', '<\\!--')

/** No request leaves the page; the script is the one that was exported. */
const policyFor = (script: string): string =>
  [
    "default-src 'none'",
    `script-src 'sha256-${createHash('sha256').update(script).digest('base64')}' 'wasm-unsafe-eval'`,
    "style-src 'unsafe-inline'",
    'img-src data: blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')

export interface PageParts {
  /** In the title of the page. */
  readonly name: string
  /** What the page's views read: anything that JSON holds. */
  readonly record: object
  /** PNG files by the names that the record has for them. */
  readonly pictures: Readonly<Record<string, Uint8Array>>
  /** The network that makes images from latents, or plays; without it the page holds no runtime either. */
  readonly network?: string | undefined
}

/**
 * The page as text.
 *
 * @throws UnsupportedError when the pages were not built; DataError when the network has no checkpoint
 */
export async function exportPage(
  run: RunFolder,
  { name, record, pictures, network }: PageParts,
): Promise<string> {
  const [script, style, runtime, model, recorded] = await Promise.all([
    readPart('page.js').then((bytes) => asInline(bytes.toString('utf8'))),
    readPart('page.css'),
    network === undefined ? undefined : readPart('runtime.wasm.gz'),
    network === undefined ? undefined : networkBytes(run, network).then(compressed),
    compressed(JSON.stringify(record)),
  ])
  const images = Object.entries(pictures).map(([file, bytes]) => [
    file,
    `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`,
  ])
  return [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
    `<meta http-equiv="Content-Security-Policy" content="${policyFor(script)}">\n`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
    '<meta name="color-scheme" content="light dark">\n',
    `<title>${escaped(name)} · Sparring</title>\n<link rel="icon" href="data:,">\n`,
    `<style>${style.toString('utf8')}</style>\n</head>\n<body>\n<div id="app"></div>\n`,
    '<noscript>This page draws with a script; allow scripts to see the run.</noscript>\n',
    block('run', recorded),
    block('pictures', JSON.stringify(Object.fromEntries(images))),
    network === undefined
      ? ''
      : block(`network-${network}`, model!) + block('runtime', runtime!.toString('base64')),
    `<script type="module">${script}</script>\n</body>\n</html>\n`,
  ].join('')
}
