// Any folder as a data set: pairs of IDX files, or PNG images in one sub-folder per class.
import { readdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { DataError, messageOf } from '../../util/errors.ts'
import type { DataSplits, Dataset } from '../dataset.ts'
import { datasetFromIdx } from '../idx-dataset.ts'
import { readIdxFile, spellingsOf } from './idx-file.ts'
import { imageClasses, imagesIn, readImageFolder } from './image-folder.ts'

/**
 * Reads a folder, which may hold
 * - IDX files, gzipped or not: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte` and, for the test part,
 *   the same beginning with `t10k` or `test`; or one pair with any beginning, which is for training. Without a
 *   file of labels the images have none;
 * - PNG images of one size, in one sub-folder per class (classes are sorted by name), or `train` and `test`
 *   folders of such sub-folders. Colours become grey.
 *
 * The data set's name is the folder's.
 *
 * @throws DataError when it holds neither, or what it holds is broken
 */
export async function loadFolder(folder: string): Promise<DataSplits> {
  const name = basename(resolve(folder))
  let files: string[]
  try {
    files = await readdir(folder)
  } catch (error) {
    throw new DataError(`the folder ${folder} cannot be read: ${messageOf(error)}`)
  }
  const prefixes = [...new Set(files.flatMap((file) => imagesFile.exec(file)?.[1] ?? []))]
  if (prefixes.length > 0) return loadIdxFolder(folder, name, files, prefixes)
  return loadImageFolder(folder, name, files)
}

const imagesFile = /^(.*)images[-.]idx[34]-ubyte(?:\.gz)?$/
const trainPart = /(?:^|[-_.])train[-_.]$/
const testPart = /(?:^|[-_.])(?:t10k|test)[-_.]$/

async function loadIdxFolder(
  folder: string,
  name: string,
  files: readonly string[],
  prefixes: readonly string[],
): Promise<DataSplits> {
  const test = prefixes.filter((prefix) => testPart.test(prefix))
  const others = prefixes.filter((prefix) => !testPart.test(prefix))
  const train = others.length > 1 ? others.filter((prefix) => trainPart.test(prefix)) : others
  if (train.length !== 1 || test.length > 1) {
    const listed = prefixes.map((prefix) => `${prefix}images`).join(', ')
    throw new DataError(
      `${folder}: expected one pair of IDX files to train on (train-images-idx3-ubyte and train-labels-idx1-ubyte) and at most one to test on (t10k-...), found ${listed}`,
    )
  }
  const read = async (prefix: string, classes?: readonly string[]): Promise<Dataset> => {
    const images = firstOf(files, [`${prefix}images-idx3-ubyte`, `${prefix}images-idx4-ubyte`])!
    const labels = firstOf(files, [`${prefix}labels-idx1-ubyte`])
    return datasetFromIdx({
      name,
      images: await readIdxFile(folder, images),
      ...(labels === undefined ? {} : { labels: await readIdxFile(folder, labels) }),
      ...(classes === undefined || labels === undefined ? {} : { classes }),
    })
  }
  const training = await read(train[0]!)
  if (test.length === 0) return { train: training }
  const testing = await read(test[0]!, training.labels && training.classes)
  return matching(folder, { train: training, test: testing })
}

/** The first of the files that is one of these, in any spelling. */
const firstOf = (files: readonly string[], names: readonly string[]): string | undefined =>
  names.flatMap(spellingsOf).find((spelling) => files.includes(spelling))

async function loadImageFolder(folder: string, name: string, files: readonly string[]): Promise<DataSplits> {
  const split = files.includes('train') ? await imageClasses(join(folder, 'train')).catch(() => []) : []
  const root = split.length > 0 ? join(folder, 'train') : folder
  const classes = split.length > 0 ? split : await imageClasses(folder)
  if (classes.length === 0) {
    const loose = (await imagesIn(folder)).length
    throw new DataError(
      loose > 0
        ? `${folder}: found ${loose} PNG images beside each other; expected one sub-folder per class. To use them as a single class, move them into one sub-folder.`
        : `${folder} has no images: expected IDX files such as train-images-idx3-ubyte.gz, or one sub-folder of PNG images per class`,
    )
  }
  const train = await readImageFolder(root, name, classes)
  if (split.length === 0 || !files.includes('test')) return { train }
  const testClasses = await imageClasses(join(folder, 'test'))
  const unknown = testClasses.find((sub) => !classes.includes(sub))
  if (unknown !== undefined)
    throw new DataError(
      `${join(folder, 'test', unknown)}: expected the classes of ${root} (${classes.join(', ')}), got ${unknown}`,
    )
  if (testClasses.length === 0) return { train }
  return matching(folder, { train, test: await readImageFolder(join(folder, 'test'), name, classes) })
}

/** Both parts, when their images have the same size. */
function matching(folder: string, splits: Required<DataSplits>): DataSplits {
  const [train, test] = [splits.train, splits.test].map(
    ({ height, width, channels }) => `${height} x ${width} x ${channels}`,
  )
  if (train !== test)
    throw new DataError(
      `${folder}: expected test images of the training images' size, ${train} (height x width x channels), got ${test}`,
    )
  return splits
}
