// Initializers that remember their options, so that a saved configuration can make them again.
import type { Initializer } from './initializer.ts'

/** An initializer with the options it was made with. */
export interface ConfiguredInitializer extends Initializer {
  readonly config: Readonly<Record<string, number | string>>
}

export const configured = (
  name: string,
  config: Readonly<Record<string, number | string>>,
  fill: Initializer['fill'],
): ConfiguredInitializer => ({ name, config, fill })
