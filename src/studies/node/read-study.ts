// Study files: ours by name, anybody's by path, in YAML or JSON.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse, YAMLParseError } from 'yaml'
import { ConfigError, messageOf } from '../../util/errors.ts'
import { FILES } from '../../util/limits.ts'
import { nearestName } from '../../util/nearest-name.ts'
import { readText } from '../../util/node/read-file.ts'
import { checkStudy, type StudyFile } from '../file.ts'

/** Where the studies lie that come along: beside `src`, and beside `dist`. */
const OURS = fileURLToPath(new URL('../../../studies/', import.meta.url))
/** A few letters may stand for any amount of text by naming each other. */
export const MOST_ALIASES = 100
const ENDING = /\.(ya?ml|json)$/i

/** Names of the studies that come along. */
export const ownStudies = (): string[] =>
  existsSync(OURS)
    ? readdirSync(OURS)
        .filter((file) => ENDING.test(file))
        .map((file) => file.replace(ENDING, ''))
        .sort()
    : []

/** Its file. @throws ConfigError when there is none, with the name that was meant */
function fileOf(given: string): string {
  if (ENDING.test(given)) {
    if (existsSync(given)) return given
    throw new ConfigError(`there is no study file ${given}; check the path`)
  }
  const names = ownStudies()
  if (names.includes(given)) return join(OURS, `${given}.yaml`)
  const near = nearestName(given, names)
  throw new ConfigError(
    `there is no study "${given}"${near ? `; did you mean "${near}"?` : '.'} Known: ${names.join(', ') || 'none'}. Or name a file of your own that ends with .yaml or .json`,
  )
}

/**
 * Reads a study.
 *
 * @param given  the name of one of ours, or a file
 * @throws ConfigError when there is none, it is no YAML, or it says what no study can
 */
export async function readStudy(given: string): Promise<StudyFile> {
  const file = fileOf(given)
  return parseStudy(await readText(file, FILES.settings), file)
}

/** The text of one of ours, by its name. @throws ConfigError as `readStudy` */
export const ownStudyText = (name: string): Promise<string> => readText(fileOf(name), FILES.settings)

/**
 * @param text  YAML or JSON
 * @param file  as messages name it
 * @throws ConfigError as `readStudy`
 */
export function parseStudy(text: string, file: string): StudyFile {
  let value: unknown
  try {
    value = parse(text, { maxAliasCount: MOST_ALIASES })
  } catch (error) {
    const what = error instanceof YAMLParseError ? error.message.split('\n')[0]! : messageOf(error)
    throw new ConfigError(`${file}: expected YAML or JSON: ${what.replace(/:$/, '')}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ConfigError(
      `${file}: expected a study such as "name: first" and "models: [mlp-gan, vae]", got ${JSON.stringify(value)?.slice(0, 40) ?? 'nothing'}`,
    )
  return checkStudy(value, file)
}
