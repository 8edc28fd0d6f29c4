// The one way to read a file, held against everything that a name can stand for.
import { execFileSync } from 'node:child_process'
import { appendFile, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatSize } from '../../src/util/format.ts'
import { FILES } from '../../src/util/limits.ts'
import { openFile, readBytes, readPortions, readText } from '../../src/util/node/read-file.ts'
import { onWindows, unless } from '../support/unless.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sparring-read-'))
})
afterAll(() => rm(folder, { recursive: true }))
const at = (name: string): string => join(folder, name)

describe('a regular file', () => {
  it('is read whole, also through a link, and when it is empty', async () => {
    await writeFile(at('text'), 'Grüße\n')
    await symlink(at('text'), at('link'))
    await writeFile(at('empty'), '')
    expect(await readText(at('text'), FILES.record)).toBe('Grüße\n')
    expect(await readText(at('link'), FILES.record)).toBe('Grüße\n')
    expect(await readBytes(at('empty'), FILES.record)).toEqual(new Uint8Array())
  })

  it('is read in portions that do not cut letters', async () => {
    const text = 'aä€😀'.repeat(500)
    await writeFile(at('portions'), text)
    const portions: string[] = []
    for await (const portion of readPortions(at('portions'), FILES.log, 7)) portions.push(portion)
    expect(portions.length).toBeGreaterThan(100)
    expect(portions.join('')).toBe(text)
  })

  it('that grows is read as it was when it was opened', async () => {
    await writeFile(at('growing'), '12345')
    const { handle, size } = await openFile(at('growing'), FILES.log)
    await appendFile(at('growing'), '678')
    expect(size).toBe(5)
    await handle.close()
  })

  it('that is missing gives the error of the system', async () => {
    await expect(readText(at('missing'), FILES.record)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('that is too large is refused by its size alone, with limit and size', async () => {
    await writeFile(at('sparse'), '')
    // A hole of 5 GB takes no room on the disk.
    await truncate(at('sparse'), 5e9)
    for (const [name, limit] of Object.entries(FILES))
      await expect(readBytes(at('sparse'), limit), name).rejects.toThrow(
        `${at('sparse')}: expected ${limit.what} of at most ${formatSize(limit.bytes)}, got 5 GB; ${limit.remedy}`,
      )
  })
})

unless(onWindows).describe('what is no regular file', () => {
  it('is refused at once, as what it is', async () => {
    execFileSync('mkfifo', [at('pipe')])
    await symlink(at('pipe'), at('link-to-pipe'))
    await symlink('/dev/zero', at('link-to-device'))
    for (const [name, kind] of [
      ['pipe', 'a pipe'],
      ['link-to-pipe', 'a pipe'],
      ['link-to-device', 'a device'],
      ['.', 'a folder'],
    ] as const)
      await expect(readBytes(at(name), FILES.record), name).rejects.toThrow(
        `${at(name)}: expected a regular file, got ${kind}; remove it`,
      )
  })

  it('but a file of /proc, which tells no size, is read as far as it goes', async ({ skip }) => {
    const read = await readText('/proc/self/status', FILES.small).catch(() => undefined)
    if (read === undefined) return skip()
    expect(read).toContain('Name:')
    // Eight bytes for every page of memory that there could be.
    const endless = readBytes('/proc/self/pagemap', FILES.small)
    await expect(endless).rejects.toThrow(/expected such a file of at most 64 kB|EPERM|EACCES|ENOENT/)
  })
})
