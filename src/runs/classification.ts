// `classification.json`: how a classifier names the held-out images, class by class.
import { z } from 'zod'

const count = z.int().min(0)

export const CLASSIFICATION_FILE = 'classification.json'

export const classificationSchema = z.object({
  format: z.literal(1),
  /** The step of the weights. */
  step: count,
  /** The images; `hash` is that of the held-out part. */
  data: z.object({ name: z.string(), hash: z.string(), count }),
  /** Names, in the order of `perClass` and of the rows and columns of `confusion`. */
  classes: z.array(z.string()),
  /** Share of all images that are named rightly, 0 to 1. */
  accuracy: z.number().min(0).max(1),
  perClass: z.array(
    z.object({
      /** Images of the class. */
      n: count,
      /** Share of them that is named rightly; null where there are none. */
      accuracy: z.number().min(0).max(1).nullable(),
    }),
  ),
  /** Images by class (row) and by the class that they are given (column). */
  confusion: z.array(z.array(count)),
})
export type Classification = z.infer<typeof classificationSchema>

/**
 * Counts what images are and what they are taken for.
 *
 * @param labels  the class of each image, below the number of classes
 * @param given   the class that each is given
 */
export function classificationOf(
  labels: ArrayLike<number>,
  given: ArrayLike<number>,
  { step, data, classes }: Pick<Classification, 'step' | 'data' | 'classes'>,
): Classification {
  const confusion = classes.map(() => classes.map(() => 0))
  for (let i = 0; i < labels.length; i++) confusion[labels[i]!]![given[i]!]!++
  const perClass = confusion.map((row, index) => {
    const n = row.reduce((sum, some) => sum + some, 0)
    return { n, accuracy: n === 0 ? null : row[index]! / n }
  })
  const right = confusion.reduce((sum, row, index) => sum + row[index]!, 0)
  return { format: 1, step, data, classes, accuracy: right / labels.length, perClass, confusion }
}
