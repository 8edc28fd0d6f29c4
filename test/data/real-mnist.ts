// Where the real MNIST files lie, for tests that need them; such tests skip where there are none.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestContext } from 'vitest'

const candidates = [
  process.env.SPARRING_DATA_DIR,
  fileURLToPath(new URL('../../../shared/data/mnist', import.meta.url)),
]

/** The folder of the four files; without it the test is skipped, with the reason. */
export function realMnist(context: TestContext): string {
  const found = candidates.find(
    (folder) => folder !== undefined && existsSync(join(folder, 'train-images-idx3-ubyte.gz')),
  )
  return (
    found ?? context.skip('the real MNIST files are neither in ../shared/data/mnist nor in SPARRING_DATA_DIR')
  )
}
