// The weights with which a fine-tuned run began: a file of its own in its folder, so that it can begin again.
import { decodeSafetensors, encodeSafetensors, type Tensor } from '../formats/safetensors.ts'
import type { RunConfig } from '../runs/index.ts'
import type { RunFolder } from '../runs/node/index.ts'
import type { StateArrays } from '../runtime/engine.ts'
import { DataError } from '../util/errors.ts'

/** Weights by name. */
export type Tensors = Readonly<Record<string, Tensor>>

const FILE = 'origin.safetensors'

const sha256 = async (bytes: Uint8Array): Promise<string> =>
  Buffer.from(await globalThis.crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)).toString(
    'hex',
  )

/** The bytes of the file, with their hash. */
export async function originFile(
  weights: Tensors,
): Promise<{ readonly bytes: Uint8Array; readonly hash: string }> {
  const bytes = await encodeSafetensors(weights)
  return { bytes, hash: await sha256(bytes) }
}

export const writeOrigin = (run: Pick<RunFolder, 'writeFile'>, bytes: Uint8Array): Promise<void> =>
  run.writeFile(FILE, bytes)

export const arraysOf = (weights: Tensors): StateArrays =>
  Object.fromEntries(
    Object.entries(weights).map(([name, { data }]) => [name, data as Float32Array<ArrayBuffer>]),
  )

/**
 * The weights with which a run began; undefined where it began with fresh ones alone.
 *
 * @throws DataError when their file is gone or is another
 */
export async function readOrigin(run: RunFolder<RunConfig>): Promise<StateArrays | undefined> {
  const hash = run.config.origin?.weights
  if (hash === undefined) return undefined
  const bytes = await run.readFile(FILE)
  if (!bytes || (await sha256(bytes)) !== hash)
    throw new DataError(
      `${FILE} in ${run.folder} is ${bytes ? 'not the one that the run began with' : 'missing'}: the run has no checkpoint yet and begins with its weights. Put the file back, or start the run anew with the command in its config.json`,
    )
  return arraysOf((await decodeSafetensors(bytes, FILE)).tensors)
}
