// A learning rate that falls along half a cosine, as the classifiers have it.
import { z } from 'zod'

/** Options of Adam with that rate. */
export const cosineAdamOptions = {
  learningRate: z
    .number()
    .positive()
    .default(1e-3)
    .describe('learning rate of Adam at the start; it falls along a cosine to a hundredth at the last step'),
  beta1: z.number().min(0).lt(1).default(0.9).describe("Adam's share of the mean gradient kept"),
}

/** From `peak` at the first update along half a cosine to a hundredth of it after `updates`; it stays where their number is not known. */
export const cosineRate = (
  peak: number,
  updates: number | undefined,
): number | ((updatesBefore: number) => number) =>
  updates === undefined
    ? peak
    : function cosineDecay(updatesBefore: number): number {
        const done = Math.min(1, updatesBefore / updates)
        return peak * (0.01 + 0.99 * 0.5 * (1 + Math.cos(Math.PI * done)))
      }
