// Downloading one file: what counts as failure of a mirror, and when it is asked again.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { download } from '../../../src/data/node/download.ts'
import { DataError } from '../../../src/util/errors.ts'
import { startMirror } from './mirror.ts'
import { temporaryFolder } from './temporary-folder.ts'

const content = Uint8Array.from({ length: 5000 }, (_, i) => i % 251)
const files = { 'a.bin': content }
const check = async (bytes: Uint8Array): Promise<number> => {
  if (bytes.length !== content.length || bytes.some((byte, i) => byte !== content[i]))
    throw new Error('wrong bytes')
  return bytes.length
}

describe('a download', () => {
  it('gives up a mirror that falls silent and takes the next one', async () => {
    const folder = await temporaryFolder()
    const silent = await startMirror({ files, silent: true })
    const good = await startMirror({ files })
    const path = join(folder, 'a.bin')
    const request = { path, file: 'a.bin', check, stallTimeout: 100 }
    expect(await download({ ...request, urls: [`${silent.url}a.bin`, `${good.url}a.bin`] })).toBe(5000)
    expect(Uint8Array.from(await readFile(path))).toEqual(content)
    const failed = download({ ...request, urls: [`${silent.url}a.bin`] })
    await expect(failed).rejects.toThrow(
      new DataError(`a.bin could not be downloaded. Tried:\n  ${silent.url}a.bin: no data for 0.1 seconds`),
    )
  })

  it('goes on through several cuts, each time from where it was', async () => {
    const folder = await temporaryFolder()
    const mirror = await startMirror({ files, cuts: 3 })
    const path = join(folder, 'a.bin')
    expect(await download({ urls: [`${mirror.url}a.bin`], path, file: 'a.bin', check })).toBe(5000)
    expect(mirror.requests.map(({ range }) => range)).toEqual([
      undefined,
      'bytes=2500-',
      'bytes=3750-',
      'bytes=4375-',
    ])
    expect(await readdir(folder)).toEqual(['a.bin'])
  })

  it('leaves no file under the final name when the content is wrong', async () => {
    const folder = await temporaryFolder()
    const mirror = await startMirror({ files: { 'a.bin': content.slice().reverse() } })
    const wrong = download({
      urls: [`${mirror.url}a.bin`],
      path: join(folder, 'a.bin'),
      file: 'a.bin',
      check,
    })
    await expect(wrong).rejects.toThrow(/a\.bin: wrong bytes$/)
    expect(await readdir(folder)).toEqual([])
    expect(mirror.requests).toHaveLength(1)
  })
})
