// Models of one's own: definitions that a program or a file brings along, known beside those of the registry.
import { ConfigError } from '../util/errors.ts'
import type { ModelDefinition } from './model.ts'

/** Where a definition came from, as runs record it. */
export interface CodeRecord {
  /** Absolute path of its file. */
  readonly file: string
  /** SHA-256 of the file, hex. */
  readonly hash: string
}

const loaded = new Map<string, ModelDefinition>()

/** Makes a definition known under the hash of its file. */
export function addOwnModel({ hash }: CodeRecord, model: ModelDefinition): void {
  loaded.set(hash, model)
}

/** @throws ConfigError when its file has not been read in this process */
export function ownModel({ file, hash }: CodeRecord): ModelDefinition {
  const found = loaded.get(hash)
  if (!found)
    throw new ConfigError(
      `the model comes from ${file}, which was not read: programs of received runs are never started by themselves. Start it once yourself: sparring train ${file} --print-config`,
    )
  return found
}

/**
 * What a file exports, as a model.
 *
 * @param given  its default export
 * @throws ConfigError when that is no model
 */
export function checkedModel(file: string, given: unknown): ModelDefinition {
  const model = given as Partial<ModelDefinition> | undefined
  const lacks = (
    [
      ['name', typeof model?.name === 'string' && /^[a-z][a-z0-9-]{0,63}$/.test(model.name)],
      ['description', typeof model?.description === 'string'],
      ['defaults', typeof model?.defaults === 'object'],
      ['options', typeof (model?.options as { safeParse?: unknown } | undefined)?.safeParse === 'function'],
      ['objective', typeof model?.objective === 'function'],
      ['source', model?.source === undefined || typeof model.source === 'function'],
      ['madeFor', typeof model?.madeFor?.columns === 'object'],
    ] as const
  ).find(([, fine]) => !fine)
  if (lacks)
    throw new ConfigError(
      `${file}: expected a model as its default export, such as defineModel({ name: 'my-gan', ... }) or imageModel({ ... }); ${model === undefined ? 'it has none' : `its "${lacks[0]}" is missing or of another kind`}. See examples/my-gan.mjs`,
    )
  return model as ModelDefinition
}
