// Where the real MNIST files lie, for tests that need them; such tests are skipped where there are none.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Reason } from '../support/unless.ts'

const candidates = [
  process.env.SPARRING_DATA_DIR,
  fileURLToPath(new URL('../../../shared/data/mnist', import.meta.url)),
]
const found = candidates.find(
  (folder) => folder !== undefined && existsSync(join(folder, 'train-images-idx3-ubyte.gz')),
)

export const noRealMnist: Reason =
  found === undefined && 'the real MNIST files are neither in ../shared/data/mnist nor in SPARRING_DATA_DIR'

/** The folder of the four files, where there is one. */
export const realMnist = (): string => found!
