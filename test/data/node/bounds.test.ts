// Data that would take far more memory than its files: refused by what its header or name says, before memory is taken.
import { execFileSync } from 'node:child_process'
import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { loadFolder } from '../../../src/data/node/index.ts'
import { onWindows, unless } from '../../support/unless.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** The header of an IDX file of images. */
const header = (...shape: number[]): Buffer => {
  const bytes = Buffer.alloc(4 + 4 * shape.length)
  bytes.set([0, 0, 8, shape.length])
  shape.forEach((length, axis) => {
    bytes.writeUInt32BE(length, 4 + 4 * axis)
  })
  return bytes
}

const IMAGES = 'train-images-idx3-ubyte.gz'

/** Loads a folder that must be refused; how much the resident memory grew, in MB, and why. */
async function refused(folder: string): Promise<{ grown: number; reason: string }> {
  const before = process.memoryUsage().rss
  const reason = await loadFolder(folder).then(
    () => 'it was loaded',
    (error: Error) => error.message,
  )
  return { grown: (process.memoryUsage().rss - before) / 1e6, reason }
}

describe('a gzip file', () => {
  const zeros = Buffer.alloc(64 * 2 ** 20)

  it('that holds more than its header tells is refused where the content ends', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, IMAGES), gzipSync(Buffer.concat([header(2, 28, 28), zeros])))
    const { grown, reason } = await refused(folder)
    expect(reason).toContain('has bytes after its end: its header tells of 1584 bytes')
    expect(grown).toBeLessThan(64)
  })

  it('whose header tells of more than images compress to is refused by its header', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, IMAGES), gzipSync(Buffer.concat([header(4_000_000, 32, 32), zeros])))
    const { grown, reason } = await refused(folder)
    expect(reason).toMatch(/expected 6\d\.\d kB of gzip to hold at most 128 MB, its header tells of 4\.1 GB/)
    expect(grown).toBeLessThan(64)
  })

  it('of empty images is still read when it is small', async () => {
    const folder = await temporaryFolder()
    await writeFile(
      join(folder, IMAGES),
      gzipSync(Buffer.concat([header(1000, 28, 28), Buffer.alloc(784_000)])),
    )
    expect((await loadFolder(folder)).train.count).toBe(1000)
  })
})

describe('a folder of images', () => {
  unless(onWindows).it('with a pipe or a device among them names it', async () => {
    for (const [make, kind] of [
      [(path: string) => execFileSync('mkfifo', [path]), 'a pipe'],
      [(path: string) => symlink('/dev/zero', path), 'a device'],
    ] as const) {
      const folder = await temporaryFolder()
      await make(join(folder, 'a.png'))
      expect((await refused(folder)).reason).toContain(`a.png: expected a regular file, got ${kind}`)
    }
  })

  it('is refused for an image of more pixels than any camera takes', async () => {
    const folder = await temporaryFolder()
    // 20,000 x 20,000 by its header; sharp looks at no more.
    const small = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#fff' } })
      .png()
      .toBuffer()
    small.writeUInt32BE(20_000, 16)
    small.writeUInt32BE(20_000, 20)
    small.writeUInt32BE(crc(small.subarray(12, 29)), 29)
    await writeFile(join(folder, 'a.png'), small)
    const { grown, reason } = await refused(folder)
    expect(reason).toMatch(/a\.png cannot be read as an image: .*pixel/)
    expect(grown).toBeLessThan(200)
  })

  it('that would not fit into the memory at the size asked for is refused, with sizes', async () => {
    const folder = await temporaryFolder()
    const image = { create: { width: 8, height: 8, channels: 3, background: '#fff' } } as const
    await sharp(image).png().toFile(join(folder, 'a.png'))
    await expect(
      loadFolder(folder, { imageSize: { height: 9999, width: 9999 }, mostBytes: 1e6 }),
    ).rejects.toThrow(
      /1 images of 9999 x 9999 x 1 take 0\.1 GB, more than the 0\.0 GB that they may take on this machine; choose a smaller --image-size/,
    )
  })
})

/** CRC-32 of a PNG's chunk. */
function crc(bytes: Uint8Array): number {
  let value = 0xffffffff
  for (const byte of bytes) {
    value ^= byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  }
  return (value ^ 0xffffffff) >>> 0
}
