// Files that lie in the runs folder itself, to be chosen in a form.
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** @param ending  of their names, with the dot */
export async function filesIn(
  folder: string,
  ending: string,
): Promise<{ readonly name: string; readonly bytes: number }[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries
    .filter((entry) => entry.isFile() && /^[^.-]/.test(entry.name) && entry.name.endsWith(ending))
    .map(({ name }) => name)
    .sort()
  const sizes = await Promise.all(
    // One that has just gone is none.
    names.map(async (name) => (await stat(join(folder, name)).catch(() => undefined))?.size),
  )
  return names.flatMap((name, i) => (sizes[i] === undefined ? [] : [{ name, bytes: sizes[i] }]))
}
