// A learning rate that falls along half a cosine, as the classifiers have it.

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
