// Writes the declarations that package.json names into dist, where they are older than the sources.
// @ts-check
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { inProject } from './project.mjs'
import { runNode } from './run.mjs'

const changed = (/** @type {string} */ path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0

/** Whether a source, or what turns it into declarations, is newer than those of the library's entrances. */
export function typesAreStale({ src = inProject('src'), dist = inProject('dist') } = {}) {
  const written = Math.min(...['index.d.ts', 'node.d.ts'].map((file) => changed(join(dist, file))))
  const sources = readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
  const tools = ['tsconfig.build.json', 'tsconfig.json', 'package-lock.json'].map((file) => inProject(file))
  return written === 0 || [...sources, ...tools].some((file) => changed(file) > written)
}

/** @returns the exit code of the compiler, which checks the types by the way; 0 where nothing was to do */
export async function buildTypes() {
  if (!typesAreStale()) return 0
  return runNode('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json')
}
