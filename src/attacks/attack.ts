// What an attack is: from images that are named rightly to images nearby that are not.
import type { z } from 'zod'
import { ConfigError } from '../util/errors.ts'
import { checkNames } from '../util/options.ts'
import type { Oracle } from './oracle.ts'
import type { Knowledge, Norm, Threat } from './threat.ts'

export interface AttackInput {
  /** [n, height, width, channels] in [0, 1]. */
  readonly images: Float32Array
  /** True classes. */
  readonly labels: Int32Array
  /** Which example each is: names its random numbers and its counts, so that results do not depend on what stands beside it. */
  readonly ids: Int32Array
  readonly threat: Threat
  readonly seed: number
  readonly signal?: AbortSignal | undefined
  /** Told now and then how much is done, from 0 to 1. */
  readonly onProgress?: ((done: number) => void) | undefined
}

export interface AttackResult {
  /**
   * The best found for each, in [0, 1]; the image itself where nothing was. Of a minimal attack that is the nearest, also where it is
   * beyond eps; with eps 0 it looks for no other end.
   */
  readonly images: Float32Array
  /** 1 where the attack says that the classifier names it wrongly, within the threat; it is confirmed elsewhere. */
  readonly found: Uint8Array
  /** Images that the classifier was asked about, and gradients that were taken, by example. */
  readonly queries: Float64Array
  readonly gradients: Float64Array
}

/**
 * An attack, with its paper's settings as defaults.
 *
 * Kinds: `bounded` stays within eps; `minimal` looks for the nearest image that is named wrongly, whatever eps is, and has
 * found it within the threat when that is near enough.
 */
export interface Attack<Options extends z.ZodObject = z.ZodObject> {
  /** As it is typed: `pgd`. */
  readonly name: string
  /** As people know it: `PGD`. */
  readonly title: string
  /** The paper: authors, year, arXiv number. */
  readonly source: string
  readonly kind: 'bounded' | 'minimal'
  /** The least that it must be granted. */
  readonly knowledge: Knowledge
  readonly norms: readonly Norm[]
  readonly options: Options
  run(oracle: Oracle, input: AttackInput, options: z.output<Options>): Promise<AttackResult>
}

/** Keeps the type of the options while the registry forgets it. */
export const defineAttack = <Options extends z.ZodObject>(attack: Attack<Options>): Attack =>
  attack as unknown as Attack

/**
 * The options of an attack, checked and completed.
 *
 * @throws ConfigError naming the option, what was expected and what was got
 */
export function optionsOf<Options extends z.ZodObject>(
  { name, options }: Pick<Attack<Options>, 'name' | 'options'>,
  given: Readonly<Record<string, unknown>> = {},
): z.output<Options> {
  checkNames(`attack "${name}"`, given, Object.keys(options.shape))
  const parsed = options.safeParse(given)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  throw new ConfigError(`attack "${name}": ${path.join('.')}: ${message}`)
}
