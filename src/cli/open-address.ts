// Opens an address that holds a secret in the browser, through a file that only the user can read.
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Where the file goes. Browsers that are snaps, as on Ubuntu, see neither the system's folder for temporary files nor
 * hidden ones.
 */
const place = (): string => (existsSync('/snap/bin') ? homedir() : tmpdir())

/** A page that goes on to the address, of which nothing has a meaning in HTML, and tells nobody where it came from. */
const pageTo = (address: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="referrer" content="no-referrer">
<title>Sparring studio</title><meta http-equiv="refresh" content="0;url=${address}">
<p><a href="${address}">Open the studio</a></p></html>
`

/**
 * Opens an address. A browser's arguments can be read by everybody on the machine, so it is given the name of a file
 * with the address in it.
 *
 * @returns removes the file; may be called more than once
 */
export async function openAddress(address: string): Promise<() => Promise<void>> {
  // Its folder is made for the user alone (0700).
  const folder = await mkdtemp(join(place(), 'sparring-open-')).catch(() => undefined)
  if (folder === undefined) return async () => {}
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true }).catch(() => {})
  try {
    const file = join(folder, 'studio.html')
    await writeFile(file, pageTo(address), { mode: 0o600 })
    const { default: open } = await import('open')
    await open(file)
  } catch {
    // A machine without a browser, or without room for a file, is no error: the address was printed.
    await remove()
  }
  return remove
}
