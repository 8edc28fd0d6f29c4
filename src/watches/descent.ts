// Watches over a loss that falls as its networks learn, as no loss of a duel need do.
import { above, LOOK, type LogWatch, WINDOW } from './watch.ts'

/** A falling loss as a multiple of the lowest that it was. */
export const RISEN_LOSS = { lost: 1.5, well: 1.2 }
/** A loss as a share of that of one who knows nothing. */
export const CHANCE_LOSS = { lost: 0.97, well: 0.9 }

export interface Descent {
  /** The metric. */
  readonly loss: string
  /** What the loss is of one who knows nothing but how frequent the answers are; absent where that is not known. */
  readonly chance?: number
}

/** What watches a loss that falls as long as all is well. */
export const descentWatches = ({ loss: metric, chance }: Descent): LogWatch[] => [
  {
    kind: 'loss-risen',
    label: 'a loss that rises',
    from: WINDOW + LOOK,
    reads: 'log',
    metrics: [metric],
    judge: ([loss], [lowest]) => above(loss! / lowest!, RISEN_LOSS),
    lost: ([loss], [lowest]) =>
      `the loss averages ${loss!.toPrecision(3)} over ${WINDOW} steps, after ${lowest!.toPrecision(3)}: what was learned is being lost. Lower the learning rate, and continue from a checkpoint of before.`,
    over: ([loss]) => `over: the loss averages ${loss!.toPrecision(3)} again over ${WINDOW} steps.`,
  },
  ...(chance === undefined
    ? []
    : [
        {
          kind: 'nothing-learned',
          label: 'a loss no better than chance',
          from: WINDOW,
          reads: 'log',
          metrics: [metric],
          judge: ([loss]) => above(loss! / chance, CHANCE_LOSS),
          lost: ([loss]) =>
            `the loss averages ${loss!.toPrecision(3)} over ${WINDOW} steps, and chance alone gives ${chance.toPrecision(3)}: nothing is being learned. Look at the labels, and lower the learning rate.`,
          over: ([loss]) => `over: the loss averages ${loss!.toPrecision(3)}, below chance.`,
        } satisfies LogWatch,
      ]),
]
