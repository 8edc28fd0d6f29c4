// What a checkpoint knows of the logs beside it: how many bytes each had, and their SHA-256.
import { createHash, type Hash } from 'node:crypto'
import { z } from 'zod'

/** Its name in the metadata of a checkpoint. */
export const DIGESTS = 'logs'

const digestsSchema = z.record(z.string(), z.object({ bytes: z.int().min(0), sha256: z.string() }))

/** By file. */
export type Digests = z.infer<typeof digestsSchema>

/** The digests in a checkpoint's metadata; undefined in checkpoints of before there were any. */
export function digestsIn(metadata: Readonly<Record<string, string>>): Digests | undefined {
  try {
    return digestsSchema.parse(JSON.parse(metadata[DIGESTS]!))
  } catch {
    return undefined
  }
}

/** False when the text is not, or does not begin with, what a checkpoint was written beside. */
export function beginsAs(text: string, digest: Digests[string] | undefined): boolean {
  if (!digest) return true
  const bytes = Buffer.from(text)
  return (
    bytes.length >= digest.bytes &&
    createHash('sha256').update(bytes.subarray(0, digest.bytes)).digest('hex') === digest.sha256
  )
}

/** Keeps count of what is written to the logs, so that no checkpoint has to read them. */
export interface DigestKeeper {
  /** More bytes at the end of a log. */
  add(file: string, bytes: Uint8Array): void
  /** A log that holds just these. */
  restart(file: string, bytes: Uint8Array): void
  /** For the metadata of a checkpoint: of these logs, in this order, those that are not empty. */
  text(files: readonly string[]): string
}

export function digestKeeper(): DigestKeeper {
  const logs = new Map<string, { hash: Hash; bytes: number }>()
  const add: DigestKeeper['add'] = (file, bytes) => {
    const log = logs.get(file) ?? { hash: createHash('sha256'), bytes: 0 }
    log.hash.update(bytes)
    log.bytes += bytes.length
    logs.set(file, log)
  }
  return {
    add,
    restart(file, bytes) {
      logs.delete(file)
      if (bytes.length > 0) add(file, bytes)
    },
    text: (files) =>
      JSON.stringify(
        Object.fromEntries(
          files.flatMap((file) => {
            const log = logs.get(file)
            return log ? [[file, { bytes: log.bytes, sha256: log.hash.copy().digest('hex') }]] : []
          }),
        ),
      ),
  }
}
