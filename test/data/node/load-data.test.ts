// Getting data by name or folder: what a name means, and what is said when it means nothing.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { digits } from '../../../src/data/index.ts'
import { cacheFolder, loadData, namedSets } from '../../../src/data/node/index.ts'
import { ConfigError } from '../../../src/util/errors.ts'
import { smallImages, smallLabels } from '../small-idx.ts'
import { temporaryFolder } from './temporary-folder.ts'

describe('loadData', () => {
  it('draws digits, and a sixth as many that are never in a training set for testing', async () => {
    const { train, test } = await loadData('digits', { options: { series: 3, count: 30 } })
    expect(train.hash).toBe((await digits({ seed: 3, count: 30 })).hash)
    expect(test?.count).toBe(5)
    expect(test?.images.subarray(0, 784)).not.toEqual(train.images.subarray(0, 784))
  })

  it('reads a folder', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'train-images-idx3-ubyte'), smallImages(2))
    await writeFile(join(folder, 'train-labels-idx1-ubyte'), smallLabels(0, 1))
    expect((await loadData(folder)).train.count).toBe(2)
  })

  it('makes the images of a named set as wanted, those for testing too', async () => {
    const form = { imageSize: { height: 64, width: 48 }, channels: 3 } as const
    const { train, test } = await loadData('digits', { options: { count: 6 }, ...form })
    expect(train).toMatchObject({ count: 6, height: 64, width: 48, channels: 3 })
    expect(test).toMatchObject({ count: 1, height: 64, width: 48, channels: 3 })
    expect(train.preparation).toBe(
      '28 x 28 scaled to cover 64 x 48 (height x width), cropped to the middle; grey written as RGB',
    )
  })

  it('asks what was meant by a name it does not know', async () => {
    await expect(loadData('mnits')).rejects.toThrow(
      new ConfigError(
        'there is no data set and no folder "mnits"; did you mean "mnist"? Known names: digits, mnist, ring, grid, stacked-mnist, multi-mnist, aff-mnist, none. Or give a folder of IDX files, or of images (PNG, JPEG, WebP, GIF, AVIF or TIFF), loose or in one sub-folder per class.',
      ),
    )
    await expect(loadData('constructor')).rejects.toThrow(
      /^there is no data set and no folder "constructor"\. Known/,
    )
  })

  it('refuses a file, and a count for data that are what they are', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'file')
    await writeFile(file, '')
    await mkdir(join(folder, 'sub'))
    await expect(loadData(file)).rejects.toThrow(
      new ConfigError(`${file} is a file; expected a folder or a data set's name`),
    )
    await expect(loadData(folder, { options: { count: 5 } })).rejects.toThrow(
      /^the data ".*" has no option "count"; it has none/,
    )
    await expect(loadData('mnist', { options: { count: 5 } })).rejects.toThrow(
      /^the data "mnist" has no option "count"; it has none/,
    )
    await expect(loadData('digits', { options: { coutn: 5 } })).rejects.toThrow(/it has count, series$/)
    await expect(loadData('digits', { options: { count: 0 } })).rejects.toThrow(/^count of the data "digits"/)
  })

  it('has a line of description for every name', () => {
    for (const [name, set] of Object.entries(namedSets)) expect(set.summary.length, name).toBeGreaterThan(20)
  })
})

describe('the cache folder', () => {
  it('follows the customs of the system, and XDG_CACHE_HOME before them', () => {
    expect(cacheFolder({}, 'linux', '/home/me')).toBe(join('/home/me', '.cache', 'sparring'))
    expect(cacheFolder({}, 'darwin', '/Users/me')).toBe(join('/Users/me', 'Library', 'Caches', 'sparring'))
    expect(cacheFolder({ LOCALAPPDATA: 'L' }, 'win32', 'H')).toBe(join('L', 'sparring', 'Cache'))
    expect(cacheFolder({}, 'win32', 'H')).toBe(join('H', 'AppData', 'Local', 'sparring', 'Cache'))
    expect(cacheFolder({ XDG_CACHE_HOME: '/x' }, 'darwin', '/Users/me')).toBe(join('/x', 'sparring'))
  })
})
