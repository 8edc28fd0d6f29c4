// A watch over how far apart an encoder puts what it is shown: one that puts everything at one place has learned nothing.
import { below, type LogWatch, WINDOW } from './watch.ts'

/** Spread of embeddings, 1 being all directions alike: below `lost` they are nearly one. */
export const SPREAD = { lost: 0.3, well: 0.4 }

/**
 * What watches an encoder for collapse.
 *
 * @param spread  the metric that tells how spread embeddings are, see `spreadOf`
 */
export const spreadWatch = (spread: string): LogWatch => ({
  kind: 'embeddings-collapsed',
  label: 'embeddings that are all alike',
  from: WINDOW,
  reads: 'log',
  metrics: [spread],
  judge: ([now]) => below(now!, SPREAD),
  lost: ([now]) =>
    `the spread of what is learned averages ${now!.toFixed(3)} over ${WINDOW} steps, 1 being directions of all kinds: nearly the same comes out for all images (collapse). Give the term that keeps them apart its weight, or lower the learning rate.`,
  over: ([now]) => `over: the spread of what is learned averages ${now!.toFixed(3)}.`,
})
