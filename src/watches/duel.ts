// Watches over the balance of a duel between a generator and a discriminator.
import { above, below, both, either, type LogWatch, WINDOW } from './watch.ts'

/**
 * First step at which a duel is judged. Discriminators win at first, and generator losses are highest, in every healthy
 * run: see docs/reliability.md for when they come back.
 */
export const DUEL_FROM = 1000
/** Mean discriminator accuracy from which it has won, and below which it has not. */
export const WON_ACCURACY = { lost: 0.99, well: 0.97 }
/** Mean discriminator accuracy below which the generator has won, and above which it has not: guessing gives 0.5. */
export const WRONG_ACCURACY = { lost: 0.42, well: 0.47 }
/** The same where its loss is low besides. */
export const FOOLED_ACCURACY = { lost: 0.55, well: 0.58 }
/** Mean generator loss, likewise: that of a discriminator that cannot tell is 0.69. */
export const FOOLED_LOSS = { lost: 0.5, well: 0.6 }
/** Mean generator loss, likewise: -log D(G(z)) of 10 is D = 0.00005. */
export const RUNAWAY_LOSS = { lost: 10, well: 8 }
/** The generator's loss as a multiple of the lowest that it was, likewise. */
export const RISEN_AGAIN = { lost: 1.5, well: 1.2 }

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`

/** What the watches of a duel look at, by metric name. */
export interface DuelMetrics {
  readonly discriminatorAccuracy: string
  readonly generatorLoss: string
}

/** What watches whether either has won, or a loss runs away. */
export const duelWatches = ({ discriminatorAccuracy, generatorLoss }: DuelMetrics): LogWatch[] => [
  {
    kind: 'discriminator-won',
    label: 'a discriminator that has won',
    from: DUEL_FROM,
    reads: 'log',
    metrics: [discriminatorAccuracy],
    judge: ([accuracy]) => above(accuracy!, WON_ACCURACY),
    lost: ([accuracy]) =>
      `the discriminator is right ${percent(accuracy!)} of the time over ${WINDOW} steps: the generator learns little from it. A smaller discriminator, more dropout or a lower learning rate for it helps.`,
    over: ([accuracy]) =>
      `over: the discriminator is right ${percent(accuracy!)} of the time over ${WINDOW} steps.`,
  },
  {
    kind: 'generator-won',
    label: 'a generator that has won',
    from: WINDOW,
    reads: 'log',
    metrics: [discriminatorAccuracy, generatorLoss],
    // Near to guessing is where a good duel ends, and a low loss is where that of a DCGAN begins; both are where neither
    // is. A discriminator that died is always wrong.
    judge: ([accuracy, loss]) =>
      either(
        below(accuracy!, WRONG_ACCURACY),
        both(below(accuracy!, FOOLED_ACCURACY), below(loss!, FOOLED_LOSS)),
      ),
    lost: ([accuracy, loss]) =>
      `the discriminator is right only ${percent(accuracy!)} of the time over ${WINDOW} steps (generator loss ${loss!.toFixed(2)}): it tells the generator nothing of what is real. A higher learning rate for it or a lower one for the generator helps.`,
    over: ([accuracy, loss]) =>
      `over: the discriminator is right ${percent(accuracy!)} of the time over ${WINDOW} steps, the generator's loss ${loss!.toFixed(2)}.`,
  },
  {
    kind: 'generator-loss-runaway',
    label: 'a generator loss that runs away',
    from: DUEL_FROM,
    reads: 'log',
    metrics: [generatorLoss],
    // High alone is healthy: it is so at first, and falls. It runs away where it also rises.
    judge: ([loss], [lowest]) => both(above(loss!, RUNAWAY_LOSS), above(loss! / lowest!, RISEN_AGAIN)),
    lost: ([loss], [lowest]) =>
      `the generator's loss averages ${loss!.toFixed(1)} over ${WINDOW} steps, after ${lowest!.toFixed(1)}: its samples are rejected with near certainty. Lower learning rates help.`,
    over: ([loss]) => `over: the generator's loss averages ${loss!.toFixed(1)} over ${WINDOW} steps.`,
  },
]
