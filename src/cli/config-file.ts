// Reads the configuration file of a training.
import { ConfigError, DataError, messageOf } from '../util/errors.ts'
import { FILES } from '../util/limits.ts'
import { readText } from '../util/node/read-file.ts'
import type { ConfigFile } from './resolve.ts'

/** @throws ConfigError when the file cannot be read or does not hold one JSON object */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  let text: string
  try {
    text = await readText(path, FILES.settings)
  } catch (error) {
    if (error instanceof DataError) throw new ConfigError(`--config: ${error.message}`)
    throw new ConfigError(`--config: the file ${path} cannot be read: ${messageOf(error)}`)
  }
  let values: unknown
  try {
    values = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw new ConfigError(`${path} is not JSON: ${messageOf(error)}`)
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    throw new ConfigError(
      `${path}: expected a JSON object such as { "steps": 2000 }, got ${text.trim().slice(0, 40)}`,
    )
  return { path, values: values as Record<string, unknown> }
}
