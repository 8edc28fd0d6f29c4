// What a model loads before its data is opened: files that its options name, read where they lie.
import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import type { ReadFile } from '../environments/index.ts'
import { ConfigError } from '../util/errors.ts'
import { flagOf } from '../util/flag.ts'
import { FILES } from '../util/limits.ts'
import { readBytes } from '../util/node/read-file.ts'
import type { ResolvedSettings } from './request.ts'

/** Where files are now that options of a run name, by option; what is undefined is where it was. */
export type MovedFiles = Readonly<Record<string, string | undefined>>

/** Reads the file of a game. @throws when there is none, or it is too large for one */
export const readGame: ReadFile = async (file) => {
  const path = resolve(file)
  const bytes = await readBytes(path, FILES.cartridge)
  return { path, bytes, md5: createHash('md5').update(bytes).digest('hex') }
}

/**
 * Options of a run whose files were moved.
 *
 * @param files  where they are now, by the option that names them
 * @throws ConfigError when its model reads no such file
 */
export function withFiles(settings: ResolvedSettings, files: MovedFiles): ResolvedSettings {
  const { model, options } = settings
  const moved = Object.entries(files).filter(([, file]) => file !== undefined)
  for (const [name, file] of moved)
    if (!model.files?.includes(name))
      throw new ConfigError(
        `a run of ${model.name} reads no file of ${flagOf(name)}; expected none, got "${file}"; leave it out`,
      )
  return { ...settings, options: { ...options, ...Object.fromEntries(moved) } }
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
