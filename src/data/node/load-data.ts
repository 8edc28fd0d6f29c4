// The one way to get data: a name from the registry, or a folder.
import { stat } from 'node:fs/promises'
import { ConfigError } from '../../util/errors.ts'
import { SHARES } from '../../util/limits.ts'
import { nearestName } from '../../util/nearest-name.ts'
import { memoryBytes } from '../../util/node/memory.ts'
import type { DataSplits } from '../dataset.ts'
import { fitSplits } from '../fit.ts'
import { setOptions } from '../set-options.ts'
import { loadFolder } from './folder.ts'
import { READABLE_WORDS } from './image-folder.ts'
import type { LoadDataOptions } from './load-options.ts'
import { dataNames, namedSets, optionsOf } from './registry.ts'

/**
 * Loads a data set by its name (see `namedSets`) or from a folder (see `loadFolder`). A name wins over a
 * folder of that name; write `./mnist` for the folder. With `imageSize` or `channels` the images are made so, whatever
 * the data (see `loadFolder` for how).
 *
 * @throws ConfigError when it is neither, listing the known names
 * @throws DataError when the data cannot be had or are broken
 */
export async function loadData(nameOrFolder: string, options: LoadDataOptions = {}): Promise<DataSplits> {
  setOptions(nameOrFolder, optionsOf(nameOrFolder), options.options ?? {})
  if (Object.hasOwn(namedSets, nameOrFolder))
    return fitSplits(await namedSets[nameOrFolder]!.load(options), {
      mostBytes: SHARES.images * memoryBytes(),
      ...options,
    })
  const found = await stat(nameOrFolder).catch(() => undefined)
  if (found?.isDirectory()) return loadFolder(nameOrFolder, options)
  if (found !== undefined)
    throw new ConfigError(`${nameOrFolder} is a file; expected a folder or a data set's name`)
  const known = dataNames()
  const nearest = nearestName(nameOrFolder, known)
  throw new ConfigError(
    `there is no data set and no folder "${nameOrFolder}"${nearest ? `; did you mean "${nearest}"?` : '.'} Known names: ${known.join(', ')}. Or give a folder of IDX files, or of images (${READABLE_WORDS}), loose or in one sub-folder per class.`,
  )
}
