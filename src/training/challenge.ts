// A newcomer against what was learned: a network that begins from nothing and learns while all others stay as they are.
import type { Examples, Source } from '../data/source.ts'
import type { Challenge } from '../objectives/objective.ts'
import type { Engine, StateArrays } from '../runtime/engine.ts'
import { randomStream } from '../util/random.ts'
import type { MetricsRow } from './notice.ts'
import { train } from './trainer.ts'

/** Steps whose numbers are averaged: the last ones, when a newcomer's learning rate is usually small. */
const JUDGED = 200
/** Of short trainings that is a share of the steps. */
const LARGEST_SHARE = 0.2

/** How many steps the numbers of a newcomer are means over. */
export const judgedSteps = ({ steps }: Pick<Challenge, 'steps'>): number =>
  Math.max(1, Math.min(JUDGED, Math.floor(LARGEST_SHARE * steps)))

export interface ChallengeOptions {
  readonly challenge: Pick<Challenge, 'objective' | 'steps'>
  readonly source: Source | Examples
  readonly engine: Engine
  readonly batchSize: number
  readonly seed: number
  /** Arrays of the training that is challenged, by name; what the networks do not need is left out. */
  readonly weights: StateArrays
  readonly signal?: AbortSignal | undefined
  /** Told how many steps it has made. */
  readonly onProgress?: ((done: number) => void) | undefined
}

/** The seed of a newcomer: one for each number and step of a training. */
export const newcomerSeed = (seed: number, step: number, number: number): number =>
  randomStream(seed, `challenge/${number}`, step).bits()

/**
 * Lets a newcomer learn. Every step sees examples that it has not learned from yet, so its numbers are those of fresh ones.
 *
 * @returns the numbers of the challenge's log, means over the last steps
 * @throws DivergedError when they are not finite; the signal's reason when it is aborted
 */
export async function meetNewcomer({
  challenge: { objective, steps },
  weights,
  signal,
  onProgress,
  ...options
}: ChallengeOptions): Promise<Record<string, number>> {
  const known = new Set(
    Object.values(objective.networks).flatMap((network) => network.weights.map(({ name }) => name)),
  )
  const initial = Object.fromEntries(Object.entries(weights).filter(([name]) => known.has(name)))
  const judged = judgedSteps({ steps })
  const last: MetricsRow[] = []
  for await (const event of train({ ...options, objective, steps, initial, signal })) {
    if (event.type !== 'steps') continue
    onProgress?.(event.step + 1)
    last.push(...event.rows.filter(({ step }) => step >= steps - judged))
  }
  signal?.throwIfAborted()
  return Object.fromEntries(
    objective.logs.map(({ name }) => [name, last.reduce((sum, row) => sum + row[name]!, 0) / last.length]),
  )
}
