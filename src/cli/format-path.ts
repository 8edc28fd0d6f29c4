// Paths as the command line writes them.
import { isAbsolute, relative } from 'node:path'
import { oneLine } from './visible.ts'

/** A path as one would type it, on one line whatever it holds: relative to the current folder when it lies inside it. */
export function formatPath(path: string, from = process.cwd()): string {
  const near = relative(from, path)
  return oneLine(near === '' ? '.' : near.startsWith('..') || isAbsolute(near) ? path : near)
}
