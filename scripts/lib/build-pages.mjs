// Builds the studio's pages into dist/web, and the parts of exported pages into dist/web-export, where they are older
// than what they are made of.
// @ts-check
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { inProject } from './project.mjs'

/** The newest change among the files of a folder, or of one file. */
function newest(/** @type {string} */ path) {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found?.isDirectory()) return found?.mtimeMs ?? 0
  let latest = 0
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) latest = Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs)
  return latest
}

/** Pages take parts of the sources too. */
const MADE_OF = ['web', 'src', 'package-lock.json']

/** @returns whether anything was built */
export async function buildPages() {
  const made = Math.min(
    ...['dist/web/index.html', 'dist/web-export/page.js'].map((path) => newest(inProject(path))),
  )
  if (made > 0 && MADE_OF.every((path) => newest(inProject(path)) < made)) return false
  const { build } = await import('vite')
  // As they are shipped, whoever builds them: where tests do, libraries would come with their checks for development.
  const { NODE_ENV } = process.env
  process.env.NODE_ENV = 'production'
  try {
    await build({ configFile: inProject('web/vite.config.ts') })
    await build({ configFile: inProject('web/vite.export.config.ts') })
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = NODE_ENV
  }
  return true
}
