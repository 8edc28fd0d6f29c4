// The studio's pages: the files that the build made, known by name before anybody asks.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Context } from 'hono'
import { getMimeType } from 'hono/utils/mime'
import { UnsupportedError } from '../util/errors.ts'
import { FILES } from '../util/limits.ts'
import { readBytes } from '../util/node/read-file.ts'
import { refuse } from './guard.ts'

/** Where the build puts the pages, seen from the sources as well as from the built files. */
export const PAGES = fileURLToPath(new URL('../../dist/web', import.meta.url))

/**
 * A handler for the pages' files.
 *
 * @throws UnsupportedError when the pages were not built
 */
export function pages(folder = PAGES): (context: Context) => Promise<Response> {
  let names: string[]
  try {
    names = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(folder.length + 1)
          .replaceAll('\\', '/'),
      )
  } catch {
    throw new UnsupportedError(`the studio's pages are missing from ${folder}: run "npm run build" first`)
  }
  const known = new Set(names)
  return async (context) => {
    const name = context.req.path === '/' ? 'index.html' : context.req.path.slice(1)
    if (!known.has(name)) return refuse(context, 404, `there is no page ${context.req.path.slice(0, 100)}`)
    const bytes = await readBytes(join(folder, name), FILES.page)
    return context.body(bytes, 200, {
      'content-type': getMimeType(name) ?? 'application/octet-stream',
      // Names of assets hold their hash.
      'cache-control': name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    })
  }
}
