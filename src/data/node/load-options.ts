// What can be asked of loading data, whatever it is.
import type { ImageForm } from '../fit.ts'
import type { Progress } from './download.ts'
import type { ImagesProgress } from './image-folder.ts'

/** Everything is optional; a data set ignores what does not concern it. */
export interface LoadDataOptions extends ImageForm {
  /** Folder with the files of a published set such as `mnist`. Default: `SPARRING_DATA_DIR`, if set. */
  dataDir?: string | undefined
  /** Where downloads are kept. Default: the user's cache folder. */
  cacheDir?: string | undefined
  /** What the set has options for, e.g. `count` and `series` of `digits` (see `namedSets`). Default: its defaults. */
  options?: Readonly<Record<string, unknown>> | undefined
  onProgress?: ((progress: Progress) => void) | undefined
  /** Called now and then while a folder of images is read. */
  onImages?: ((progress: ImagesProgress) => void) | undefined
  /** Replaces the global fetch. */
  fetch?: typeof fetch | undefined
  /** Aborts a download, or the reading of images. */
  signal?: AbortSignal | undefined
}
