// Any folder as a data set: pairs of IDX files, or images, loose or in one sub-folder per class.
import { readdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { DataError, messageOf } from '../../util/errors.ts'
import { SHARES } from '../../util/limits.ts'
import { memoryBytes } from '../../util/node/memory.ts'
import type { DataSplits, Dataset } from '../dataset.ts'
import { fitSplits, type ImageForm } from '../fit.ts'
import { datasetFromIdx } from '../idx-dataset.ts'
import { readIdxFile, spellingsOf } from './idx-file.ts'
import {
  type FoundImages,
  findImages,
  type ImagesProgress,
  READABLE_WORDS,
  readImages,
} from './image-folder.ts'

export interface FolderOptions extends ImageForm {
  /** Called now and then while a folder of images is read. */
  readonly onImages?: ((progress: ImagesProgress) => void) | undefined
  /** Stops reading images. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Reads a folder, which may hold
 * - IDX files, gzipped or not: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte` and, for the test part,
 *   the same beginning with `t10k` or `test`; or one pair with any beginning, which is for training. Without a
 *   file of labels the images have none;
 * - images (PNG, JPEG, WebP, GIF, AVIF, TIFF), in one sub-folder per class (classes are sorted by name), or loose and
 *   then without labels; or a `train` and a `test` folder with either.
 *
 * With an `imageSize` all images are scaled by Lanczos 3 (enlarged by Catmull-Rom) so that they cover it, keeping their
 * proportions, and what stands over is cut off on both sides of the middle; without one they must have one size. They
 * are turned upright as EXIF says; what is transparent becomes black. Without `channels`, a folder of images is grey
 * when every pixel of every image is, otherwise RGB; IDX files stay as they are.
 *
 * The data set's name is the folder's.
 *
 * @throws DataError when it holds neither, or what it holds is broken
 */
export async function loadFolder(folder: string, given: FolderOptions = {}): Promise<DataSplits> {
  const options = { mostBytes: SHARES.images * memoryBytes(), ...given }
  const name = basename(resolve(folder))
  let files: string[]
  try {
    files = await readdir(folder)
  } catch (error) {
    throw new DataError(`the folder ${folder} cannot be read: ${messageOf(error)}`)
  }
  const prefixes = [...new Set(files.flatMap((file) => imagesFile.exec(file)?.[1] ?? []))]
  if (prefixes.length > 0)
    return matching(folder, await fitSplits(await loadIdxFolder(folder, name, files, prefixes), options))
  return matching(folder, await loadImageFolder(folder, name, files, options))
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
  return { train: training, test: await read(test[0]!, training.labels && training.classes) }
}

/** The first of the files that is one of these, in any spelling. */
const firstOf = (files: readonly string[], names: readonly string[]): string | undefined =>
  names.flatMap(spellingsOf).find((spelling) => files.includes(spelling))

async function loadImageFolder(
  folder: string,
  name: string,
  files: readonly string[],
  options: FolderOptions,
): Promise<DataSplits> {
  const trainFolder = join(folder, 'train')
  const split = files.includes('train') ? await findImages(trainFolder).catch(notAFolder) : none
  const [root, found] = split.files.length > 0 ? [trainFolder, split] : [folder, await findImages(folder)]
  if (found.files.length === 0) throw new DataError(noImages(folder, found.passedOver))
  const { classes } = found
  const train = await readImages(found, { ...options, name, classes })
  if (root === folder || !files.includes('test')) return { train }
  const testFolder = join(folder, 'test')
  const test = await findImages(testFolder, classes)
  const unknown = test.classes.find((sub) => !classes.includes(sub))
  if (unknown !== undefined)
    throw new DataError(
      `${join(testFolder, unknown)}: expected ${classes.length > 0 ? `the classes of ${root} (${classes.join(', ')})` : `loose images as in ${root}`}, got a folder ${unknown}`,
    )
  if (classes.length > 0 && test.files.length > 0 && test.classes.length === 0)
    throw new DataError(`${testFolder}: expected one sub-folder per class as in ${root}, got loose images`)
  if (test.files.length === 0) return { train }
  // As the training images turned out, also where it was not asked for.
  const channels = train.channels === 1 ? 1 : 3
  return { train, test: await readImages(test, { ...options, name, classes, channels }) }
}

const none: FoundImages = { files: [], classes: [], passedOver: { count: 0, endings: [] } }

/** A file called `train` is nothing to look into; what is wrong inside a folder of that name counts. */
const notAFolder = (error: Error): FoundImages => {
  if (error instanceof DataError) throw error
  return none
}

function noImages(folder: string, { count, endings }: FoundImages['passedOver']): string {
  const expected = `${READABLE_WORDS}, loose or in one sub-folder per class`
  if (count > 0)
    return `${folder}: ${count} images are of kinds that cannot be read (${endings.join(', ')}); convert them to JPEG or PNG. Expected images as ${expected}.`
  return `${folder} has no images: expected IDX files such as train-images-idx3-ubyte.gz, or images as ${expected}`
}

/** Both parts, when their images have the same size. */
function matching(folder: string, splits: DataSplits): DataSplits {
  const [train, test = train] = [splits.train, splits.test].map(
    (part) => part && `${part.height} x ${part.width} x ${part.channels}`,
  )
  if (train !== test)
    throw new DataError(
      `${folder}: expected test images of the training images' size, ${train} (height x width x channels), got ${test}`,
    )
  return splits
}
