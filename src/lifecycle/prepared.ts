// What a model loads before its data is opened: files that its options name, read where they lie.
import { resolve } from 'node:path'
import type { ReadFile } from '../environments/index.ts'
import { DataError, messageOf } from '../util/errors.ts'
import { FILES } from '../util/limits.ts'
import { readBytes } from '../util/node/read-file.ts'
import type { ResolvedSettings } from './request.ts'

/** Reads the file of a game. @throws DataError when there is none, or it is too large for one */
export const readGame: ReadFile = async (file) => {
  const path = resolve(file)
  try {
    return { path, bytes: await readBytes(path, FILES.cartridge) }
  } catch (error) {
    if (error instanceof DataError) throw error
    throw new DataError(
      `the file of the game cannot be read: ${messageOf(error)}. Put it back there, or name another with --rom`,
    )
  }
}

/** Settings with what follows from what was loaded. @throws what the model's `prepare` does */
export async function prepared(settings: ResolvedSettings): Promise<ResolvedSettings> {
  if (!settings.model.prepare) return settings
  const options = await settings.model.prepare(settings.options, readGame)
  // What nobody gave is no setting.
  return {
    ...settings,
    options: Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  }
}
