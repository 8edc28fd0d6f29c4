// The registry of models: adding one is a line.
import { ConfigError } from '../util/errors.ts'
import { nearestName } from '../util/nearest-name.ts'
import { dcgan } from './dcgan.ts'
import { dcgan64 } from './dcgan-64.ts'
import { mlpGan } from './mlp-gan.ts'
import type { ModelDefinition } from './model.ts'

export const MODELS: readonly ModelDefinition[] = [mlpGan, dcgan, dcgan64]

/** @throws ConfigError listing the models, with the nearest name, when there is none of this one */
export function modelNamed(name: string): ModelDefinition {
  const found = MODELS.find((model) => model.name === name)
  if (found) return found
  const names = MODELS.map((model) => model.name)
  const near = nearestName(name, names)
  throw new ConfigError(
    `unknown model "${name}"${near ? `; did you mean "${near}"?` : '.'} Known models: ${names.join(', ')}`,
  )
}
