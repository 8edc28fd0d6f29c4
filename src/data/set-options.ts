// What can be asked of a named data set, beside the form of its images: one schema per set, as models have.
import { z } from 'zod'
import { ConfigError } from '../util/errors.ts'
import { MOST } from '../util/limits.ts'

/** Options of `digits`. */
export const digitsOptions = z.object({
  count: z
    .int()
    .min(1)
    .max(MOST.digits)
    .default(60_000)
    .describe('how many digits are drawn for training, and a sixth as many for testing'),
  series: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .default(1)
    .describe('which series of digits is drawn: another one has other digits'),
})

const points = (modes: number, defaults: { readonly deviation: number }) => ({
  count: z
    .int()
    .min(1)
    .max(MOST.digits)
    .default(10_000)
    .describe('how many points are drawn for training, and a sixth as many for testing'),
  series: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .default(1)
    .describe('which series of points is drawn: another one has other points'),
  modes: z.int().min(1).max(255).default(modes).describe('how many Gaussians there are'),
  deviation: z
    .number()
    .positive()
    .default(defaults.deviation)
    .describe('standard deviation of each Gaussian, both ways'),
})

/** Options of `ring`. */
export const ringOptions = z.object({
  ...points(8, { deviation: 0.02 }),
  radius: z.number().positive().default(2).describe('how far the Gaussians are from the middle'),
})

/** Of a set that has none, and of folders. */
export const noOptions = z.object({})

/**
 * The options of a set, checked and completed.
 *
 * @param set  what the data is called, for messages
 * @throws ConfigError naming the option, what was expected and what was got
 */
export function setOptions<Schema extends z.ZodObject>(
  set: string,
  schema: Schema,
  given: Readonly<Record<string, unknown>>,
): z.output<Schema> {
  const names = Object.keys(schema.shape)
  const unknown = Object.keys(given).find((name) => !names.includes(name))
  if (unknown !== undefined)
    throw new ConfigError(
      `the data "${set}" has no option "${unknown}"; ${names.length > 0 ? `it has ${names.join(', ')}` : 'it has none'}`,
    )
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  throw new ConfigError(`${String(path[0])} of the data "${set}": ${message}`)
}
