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

const points = (defaults: { readonly deviation: number }) => ({
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
  deviation: z
    .number()
    .positive()
    .default(defaults.deviation)
    .describe('standard deviation of each Gaussian, both ways'),
})

/** Options of `ring`. */
export const ringOptions = z.object({
  ...points({ deviation: 0.02 }),
  modes: z.int().min(1).max(255).default(8).describe('how many Gaussians there are'),
  radius: z.number().positive().default(2).describe('how far the Gaussians are from the middle'),
})

/** Options of `grid`. */
export const gridOptions = z.object({
  ...points({ deviation: 0.05 }),
  side: z.int().min(1).max(15).default(5).describe('how many Gaussians a side of the grid has'),
  spacing: z.number().positive().default(2).describe('how far neighbouring Gaussians are apart'),
})

/** Options of `stacked-mnist`. */
export const stackedOptions = z.object({
  count: z
    .int()
    .min(1)
    .max(MOST.digits)
    .default(128_000)
    .describe(
      'how many stacks there are for training, and a sixth as many for testing; none is held in memory',
    ),
  series: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .default(1)
    .describe('which series of stacks is composed: another one has other stacks'),
  of: z.enum(['mnist', 'digits']).default('mnist').describe('whose images are stacked'),
})

/** Options of `multi-mnist`. */
export const overlappingOptions = z.object({
  count: z
    .int()
    .min(1)
    .max(MOST.digits)
    .default(60_000)
    .describe(
      'how many pairs there are for training, and a sixth as many for testing; none is held in memory',
    ),
  series: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .default(1)
    .describe('which series of pairs is composed: another one has other pairs'),
  of: z.enum(['mnist', 'digits']).default('mnist').describe('whose images are laid over each other'),
  padding: z
    .int()
    .min(0)
    .max(64)
    .default(4)
    .describe('pixels added on every side of an image; 4 make 36 x 36 of 28 x 28'),
  shift: z
    .int()
    .min(0)
    .max(64)
    .default(6)
    .describe('pixels by which each image of a pair is moved at most, both ways, before they are added'),
})

/** Options of `aff-mnist`. */
export const affineOptions = z.object({
  count: z
    .int()
    .min(1)
    .max(MOST.digits)
    .default(60_000)
    .describe(
      'how many images there are for training, and a sixth as many for testing; none is held in memory',
    ),
  series: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .default(1)
    .describe('which series of movements is drawn: another one moves images otherwise'),
  of: z.enum(['mnist', 'digits']).default('mnist').describe('whose images are moved'),
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
