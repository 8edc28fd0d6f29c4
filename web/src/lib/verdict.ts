// What networks say, in numbers that add up and in plain words.

/** Probabilities of logits. */
export function softmax(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits)
  const most = Math.max(...values)
  const powers = values.map((value) => Math.exp(value - most))
  const sum = powers.reduce((total, power) => total + power, 0)
  return powers.map((power) => power / sum)
}

/** `97%`. No network is certain: `<1%`, `>99%`. */
export function percent(share: number): string {
  const rounded = Math.round(100 * share)
  return rounded <= 0 ? '<1%' : rounded >= 100 ? '>99%' : `${rounded}%`
}

/** From which probability of being real each is said, the most certain first. */
const VERDICTS = [
  [0.95, 'Almost surely real'],
  [0.75, 'Probably real'],
  [0.55, 'Rather real'],
  [0.45, 'Undecided'],
  [0.25, 'Rather generated'],
  [0.05, 'Probably generated'],
  [0, 'Almost surely generated'],
] as const

/** What a discriminator's probability that an image is real comes to. */
export const verdict = (real: number): string =>
  VERDICTS.find(([least]) => real >= least)?.[1] ?? 'No verdict: its answer is not a number'

export interface Guess {
  readonly name: string
  readonly probability: number
}

/** Classes with their probabilities; the likeliest `most` when there are many more than a screen shows. */
export function guesses(
  classes: readonly string[],
  probabilities: readonly number[],
  most = 20,
): readonly Guess[] {
  const all = probabilities.map((probability, i) => ({ name: classes[i] ?? `class ${i}`, probability }))
  return all.length <= most
    ? all
    : all.sort((a, b) => b.probability - a.probability).slice(0, Math.floor(most / 2))
}

/** The likeliest; the first of several. */
export const best = (given: readonly Guess[]): Guess | undefined =>
  given.reduce<Guess | undefined>(
    (top, guess) => (top === undefined || guess.probability > top.probability ? guess : top),
    undefined,
  )
