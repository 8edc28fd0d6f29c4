// Initializers by name, as layer options and saved configurations give them.
import { checkChoice } from '../util/options.ts'
import { constant, ones, zeros } from './constant.ts'
import type { Initializer } from './initializer.ts'
import { randomNormal, randomUniform, truncatedNormal } from './random.ts'
import {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  varianceScaling,
} from './variance-scaling.ts'

export const INITIALIZERS = {
  zeros,
  ones,
  constant,
  randomUniform,
  randomNormal,
  truncatedNormal,
  glorotUniform,
  glorotNormal,
  heUniform,
  heNormal,
  lecunUniform,
  lecunNormal,
  varianceScaling,
}

export type InitializerName = keyof typeof INITIALIZERS

/** An initializer as data. */
export interface InitializerConfig {
  readonly name: string
  readonly config?: Readonly<Record<string, unknown>>
}

/** What an option such as `kernelInitializer` takes: a name, a made initializer, or one as data. */
export type InitializerOption = InitializerName | Initializer | InitializerConfig

/**
 * The initializer that an option means.
 *
 * @throws ConfigError naming the option, the nearest known name and all of them
 */
export function initializerOf(where: string, option: string, given: InitializerOption): Initializer {
  const table: Readonly<Record<string, (options?: object) => Initializer>> = INITIALIZERS
  if (typeof given !== 'object' || given === null) return checkChoice(where, option, given, table)()
  if ('fill' in given) return given
  return checkChoice(where, option, given.name, table)(given.config)
}

/** An initializer as a layer's configuration holds it: its name, with its options when it has any. */
export function describeInitializer(initializer: Initializer): string | InitializerConfig {
  const config = 'config' in initializer ? (initializer.config as Readonly<Record<string, unknown>>) : {}
  return Object.keys(config).length === 0 ? initializer.name : { name: initializer.name, config }
}
