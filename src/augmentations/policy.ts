// Augmentations as people ask for them: `shift=0.1,rotate=15,elastic`.
import { ConfigError } from '../util/errors.ts'
import { nearestName } from '../util/nearest-name.ts'
import type { Chosen } from './augment.ts'
import { AUGMENTATIONS } from './registry.ts'

/** A choice whose strengths are numbers. */
export type NamedChoice = Chosen & { readonly strength: number }

/** All there are, with their usual strengths, for help and errors. */
export const augmentationsInWords = (): string =>
  AUGMENTATIONS.map(({ name, usual, description }) => `${name}=${usual} (${description})`).join(', ')

/**
 * Reads a list of augmentations, each by its name alone, with its usual strength, or as `name=strength`. Their order is kept.
 *
 * @param where  as messages begin: `--augment`
 * @throws ConfigError for an unknown name, one that stands twice, or a strength out of range
 */
export function policyOf(where: string, text: string): NamedChoice[] {
  const names = AUGMENTATIONS.map(({ name }) => name)
  const seen = new Set<string>()
  return text.split(',').map((part) => {
    const [name = '', given, ...more] = part.split('=').map((word) => word.trim())
    const augmentation = AUGMENTATIONS.find((one) => one.name === name)
    if (!augmentation) {
      const near = nearestName(name, names)
      throw new ConfigError(
        `${where}: unknown augmentation "${name}"${near ? `; did you mean "${near}"?` : '.'} There are ${augmentationsInWords()}`,
      )
    }
    if (seen.has(name)) throw new ConfigError(`${where}: "${name}" stands twice; give it once`)
    seen.add(name)
    const strength = given === undefined ? augmentation.usual : given === '' ? Number.NaN : Number(given)
    if (more.length > 0 || !(strength >= 0 && strength <= augmentation.most))
      throw new ConfigError(
        `${where}: ${name} is ${augmentation.description}; expected a strength from 0 to ${augmentation.most}, such as ${name}=${augmentation.usual}, got "${part.trim()}"`,
      )
    return { augmentation, strength }
  })
}

/** The same list with every strength written out. */
export const policyText = (chosen: readonly NamedChoice[]): string =>
  chosen.map(({ augmentation, strength }) => `${augmentation.name}=${strength}`).join(',')
