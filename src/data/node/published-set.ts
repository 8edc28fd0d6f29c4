// Loads a published data set of four IDX files: from a folder of the user, from the cache, or downloaded.
import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError, messageOf } from '../../util/errors.ts'
import { FILES } from '../../util/limits.ts'
import { readBytes } from '../../util/node/read-file.ts'
import { type DataSplits, type Dataset, sha256 } from '../dataset.ts'
import type { DownloadableSet, PublishedFile } from '../downloadable-set.ts'
import { datasetFromIdx, type NamedBytes } from '../idx-dataset.ts'
import { cacheFolder } from './cache-folder.ts'
import { download, type Progress } from './download.ts'
import { gunzipIfNeeded } from './gunzip.ts'
import { idxSize, readIdxFile, spellingsOf } from './idx-file.ts'

export interface PublishedSetOptions {
  /**
   * Folder that holds the four files, gzipped or not, or a sub-folder with the data set's name that does;
   * nothing is downloaded then. Default: the environment variable `SPARRING_DATA_DIR`, if it is set. The files
   * are taken as they are, so that a part or a variation of the data set can be used under its name.
   */
  dataDir?: string | undefined
  /** Where downloads are kept. Default: the user's cache folder. */
  cacheDir?: string | undefined
  onProgress?: ((progress: Progress) => void) | undefined
  fetch?: typeof fetch | undefined
  signal?: AbortSignal | undefined
}

/**
 * Both parts of a published data set.
 *
 * @throws DataError when a file is missing, broken or cannot be downloaded, with the way to place it by hand
 */
export async function loadPublishedSet(
  set: DownloadableSet,
  options: PublishedSetOptions = {},
): Promise<Required<DataSplits>> {
  const folder = options.dataDir ?? process.env.SPARRING_DATA_DIR
  const read = folder ? await reader(set, folder) : (file: PublishedFile) => fromCache(set, file, options)
  const { trainImages, trainLabels, testImages, testLabels } = set.files
  const part = async (images: PublishedFile, labels: PublishedFile): Promise<Dataset> =>
    datasetFromIdx({
      name: set.name,
      images: await read(images),
      labels: await read(labels),
      classes: set.classes,
    })
  return { train: await part(trainImages, trainLabels), test: await part(testImages, testLabels) }
}

/** Reads the files from a folder that the user names. */
async function reader(
  set: DownloadableSet,
  dataDir: string,
): Promise<(file: PublishedFile) => Promise<NamedBytes>> {
  const found = await stat(dataDir).catch(() => undefined)
  if (!found?.isDirectory())
    throw new DataError(`the data folder ${dataDir} ${found ? 'is not a folder' : 'does not exist'}`)
  return async (file) => {
    for (const folder of [dataDir, join(dataDir, set.name)])
      for (const name of spellingsOf(file.name))
        if (await isFile(join(folder, name))) return readIdxFile(folder, name)
    throw new DataError(
      `the data folder ${dataDir} has no ${file.name} (nor the same without .gz). ${set.name} expects ${list(set)} there.`,
    )
  }
}

/** Reads a file from the cache; when it is not there, or not intact any more, downloads it first. */
async function fromCache(
  set: DownloadableSet,
  file: PublishedFile,
  options: PublishedSetOptions,
): Promise<NamedBytes> {
  const folder = join(options.cacheDir ?? cacheFolder(), 'datasets', set.name)
  const path = join(folder, file.name)
  const check = async (bytes: Uint8Array): Promise<Uint8Array> => {
    const content = await gunzipIfNeeded(bytes, file.name, idxSize(file.name))
    const hash = await sha256(content)
    if (hash !== file.sha256) throw new DataError(`the content's SHA-256 is ${hash}, expected ${file.sha256}`)
    return content
  }
  const cached = await readBytes(path, FILES.idx).catch(() => undefined)
  if (cached !== undefined) {
    const bytes = await check(cached).catch(() => undefined)
    if (bytes !== undefined) return { name: path, bytes }
  }
  try {
    await mkdir(folder, { recursive: true })
    await rm(path, { force: true })
  } catch (error) {
    throw new DataError(
      `the cache folder ${folder} cannot be written: ${messageOf(error)}. ${byHand(set)} Or set XDG_CACHE_HOME to another folder.`,
    )
  }
  try {
    const urls = set.mirrors.map((mirror) => mirror + file.name)
    const { onProgress, signal, fetch } = options
    const bytes = await download({ urls, path, file: file.name, check, onProgress, signal, fetch })
    return { name: path, bytes }
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    throw new DataError(`${error.message}\n${byHand(set)}`)
  }
}

const list = (set: DownloadableSet): string =>
  Object.values(set.files)
    .map((file) => file.name)
    .join(', ')

/** The way out without a network. */
const byHand = (set: DownloadableSet): string =>
  `Without a network, put ${list(set)} into a folder by hand and name it with --data-dir (option dataDir) or the environment variable SPARRING_DATA_DIR.`

const isFile = async (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
