// `challenge.json`: how newcomers fared who learned against the trained networks, each from nothing.
import { z } from 'zod'

const count = z.int().min(0)

export const CHALLENGE_FILE = 'challenge.json'

export const challengeSchema = z.object({
  format: z.literal(1),
  /** The step of the weights that were challenged. */
  step: count,
  /** What the newcomers are called; their number of this name is the lower, the better they fare. */
  network: z.string().min(1),
  /** Steps that each has learned, and examples of a step. */
  steps: z.int().min(1),
  batchSize: z.int().min(1),
  /** Numbers are means over so many fresh examples. */
  examples: z.int().min(1),
  newcomers: z.array(
    z.object({
      seed: count,
      /** Of the challenge's log, by name. */
      numbers: z.record(z.string(), z.number()),
    }),
  ),
  /** What the best of them says of the networks; only when all have learned. */
  verdict: z
    .object({
      /** Whether what was to be reached was reached. */
      reached: z.boolean(),
      words: z.string(),
    })
    .optional(),
})
export type ChallengeRecord = z.infer<typeof challengeSchema>

export interface ChallengeNumbers {
  /** What does not depend on the newcomers, by name: means over all of them. */
  readonly others: Readonly<Record<string, number>>
  /** How each newcomer fared. */
  readonly newcomers: readonly number[]
}

/** The numbers of a record, put together. */
export function challengeNumbers({ network, newcomers }: Pick<ChallengeRecord, 'network' | 'newcomers'>) {
  const names = Object.keys(newcomers[0]?.numbers ?? {}).filter((name) => name !== network)
  const meanOf = (name: string): number =>
    newcomers.reduce((sum, { numbers }) => sum + numbers[name]!, 0) / newcomers.length
  return {
    others: Object.fromEntries(names.map((name) => [name, meanOf(name)])),
    newcomers: newcomers.map(({ numbers }) => numbers[network]!),
  } satisfies ChallengeNumbers
}
