// The one way to get data: a name from the registry, or a folder.
import { stat } from 'node:fs/promises'
import { ConfigError } from '../../util/errors.ts'
import { nearestName } from '../../util/nearest-name.ts'
import type { DataSplits } from '../dataset.ts'
import type { Progress } from './download.ts'
import { loadFolder } from './folder.ts'
import { namedSets } from './registry.ts'

/** Everything is optional; a data set ignores what does not concern it. */
export interface LoadDataOptions {
  /** Folder with the files of a published set such as `mnist`. Default: `SPARRING_DATA_DIR`, if set. */
  dataDir?: string | undefined
  /** Where downloads are kept. Default: the user's cache folder. */
  cacheDir?: string | undefined
  /** Which series of `digits`. Default 1. */
  seed?: number | undefined
  /** How many training digits `digits` draws, default 60,000; a sixth as many are drawn for testing. */
  count?: number | undefined
  onProgress?: ((progress: Progress) => void) | undefined
  /** Replaces the global fetch. */
  fetch?: typeof fetch | undefined
  /** Aborts a download. */
  signal?: AbortSignal | undefined
}

/**
 * Loads a data set by its name (see `namedSets`) or from a folder (see `loadFolder`). A name wins over a
 * folder of that name; write `./mnist` for the folder.
 *
 * @throws ConfigError when it is neither, listing the known names
 * @throws DataError when the data cannot be had or are broken
 */
export async function loadData(nameOrFolder: string, options: LoadDataOptions = {}): Promise<DataSplits> {
  if (Object.hasOwn(namedSets, nameOrFolder)) return namedSets[nameOrFolder]!.load(options)
  const found = await stat(nameOrFolder).catch(() => undefined)
  if (found?.isDirectory()) {
    if (options.count !== undefined)
      throw new ConfigError(
        `count (${options.count}) applies to digits only, not to the folder ${nameOrFolder}`,
      )
    return loadFolder(nameOrFolder)
  }
  if (found !== undefined)
    throw new ConfigError(`${nameOrFolder} is a file; expected a folder or a data set's name`)
  const known = Object.keys(namedSets)
  const nearest = nearestName(nameOrFolder, known)
  throw new ConfigError(
    `there is no data set and no folder "${nameOrFolder}"${nearest ? `; did you mean "${nearest}"?` : '.'} Known names: ${known.join(', ')}. Or give a folder of IDX files or of one sub-folder of PNG images per class.`,
  )
}
