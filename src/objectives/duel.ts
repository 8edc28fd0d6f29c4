// What duels of a generator and a discriminator that gives probabilities share: judgements, their log, checks.
import { add, mul } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { binaryAccuracy, binaryCrossentropy, logitsOf } from '../losses/index.ts'
import { ShapeError } from '../util/errors.ts'
import { formatShape, type Shape, sameShape, sizeOf } from '../util/shape.ts'
import type { Log } from './objective.ts'
import type { PhaseResult } from './phase.ts'

export const mean = (values: readonly Value[]): Value => mul(values.reduce(add), 1 / values.length)

/** The loss and accuracy of a discriminator on a batch that is all real (1) or all fake (0). */
export function judge(probabilities: Value, target: 0 | 1) {
  const logits = logitsOf(probabilities)
  const loss = binaryCrossentropy(logits, target)
  return { loss, metrics: { loss, accuracy: binaryAccuracy(logits, target) } }
}

/** Both judgements as one update: the sum of the losses, and the means of what is logged. */
export function judgeBoth(real: ReturnType<typeof judge>, fake: ReturnType<typeof judge>): PhaseResult {
  const both = [real, fake]
  const loss = both.map((judged) => judged.loss)
  const accuracy = mean(both.map(({ metrics }) => metrics.accuracy))
  return { loss: loss.reduce(add), metrics: { loss: mean(loss), accuracy } }
}

/** The mean of a metric over the phases in which the discriminator learns: all but that of the generator. */
const learned =
  (metric: string) =>
  ({ generator: _, ...phases }: Readonly<Record<string, PhaseResult>>): Value =>
    mean(Object.values(phases).map(({ metrics }) => metrics![metric]!))

/** What the watches of a duel look at: names of `DUEL_LOGS`. */
export const DUEL_METRICS = {
  generatorLoss: 'generatorLoss',
  discriminatorAccuracy: 'discriminatorAccuracy',
} as const

/** The log of a duel whose generator learns in a phase of that name and whose discriminator learns in all others. */
export const DUEL_LOGS: readonly Log[] = [
  {
    name: DUEL_METRICS.generatorLoss,
    label: 'generator loss',
    axis: 'left',
    color: '#dc267f',
    dash: 'dashDot',
    value: (results) => results.generator!.loss,
  },
  {
    name: 'discriminatorLoss',
    label: 'discriminator loss',
    axis: 'left',
    color: '#fe6100',
    dash: 'dashDot',
    value: learned('loss'),
  },
  {
    name: DUEL_METRICS.discriminatorAccuracy,
    label: 'discriminator accuracy',
    axis: 'right',
    color: '#785ef0',
    format: 'percent',
    value: learned('accuracy'),
  },
]

/**
 * @param where     as messages begin
 * @param opponent  `discriminator` or `critic`
 * @throws ShapeError unless it takes what the generator makes
 */
export function checkTakes(where: string, opponent: string, made: Shape, taken: Shape): void {
  if (!sameShape(made, taken))
    throw new ShapeError(
      `${where}: the ${opponent} must take what the generator makes, ${formatShape(made)}, but takes ${formatShape(taken)}; give it that input, or end the generator with reshape({ targetShape: ${formatShape(taken)} })`,
    )
}

/** What a discriminator ends in. */
export const PROBABILITY = {
  what: 'the probability that an example is real',
  end: "dense({ units: 1, activation: 'sigmoid' })",
}

/**
 * @param what  the number, in words
 * @param end   the layer that gives it
 * @throws ShapeError unless the opponent ends in one number
 */
export function checkOneNumber(
  where: string,
  opponent: string,
  judged: Shape,
  { what, end }: { readonly what: string; readonly end: string },
): void {
  if (sizeOf(judged) !== 1)
    throw new ShapeError(
      `${where}: the ${opponent} must end in one number, ${what}, got ${formatShape(judged)}; end it with ${end}`,
    )
}
