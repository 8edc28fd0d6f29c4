// A few labelled examples of many: as many of every class, drawn by chance.
import { ConfigError, DataError } from '../util/errors.ts'
import { randomStream } from '../util/random.ts'
import { createDataset, type Dataset } from './dataset.ts'

export interface LabelledPart {
  /** How many examples. */
  readonly labels: number
  /** Which of the many possible draws; default 1. */
  readonly draw?: number | undefined
}

/** The places of such a part in the whole, in order; see `labelledPart`. */
export function labelledPlaces(
  { name, count, labels, classes }: Pick<Dataset, 'name' | 'count' | 'labels' | 'classes'>,
  { labels: wanted, draw = 1 }: LabelledPart,
): number[] {
  if (!labels) throw new DataError(`the data "${name}" has no labels of which ${wanted} could be drawn`)
  if (wanted < classes.length)
    throw new ConfigError(
      `--labels ${wanted}: expected at least one example of each of the ${classes.length} classes of "${name}"`,
    )
  // Some classes have one example more, the same whatever their number.
  const first = randomStream(draw, 'labels/classes').permutation(classes.length)
  const chosen = classes.flatMap((className, label) => {
    const own: number[] = []
    for (let i = 0; i < count; i++) if (labels[i] === label) own.push(i)
    const more = first[label]! < wanted % classes.length ? 1 : 0
    const needed = Math.floor(wanted / classes.length) + more
    if (own.length < needed)
      throw new DataError(
        `--labels ${wanted}: class "${className}" of "${name}" has ${own.length} examples, expected at least ${needed}; ask for fewer labels`,
      )
    const order = randomStream(draw, `labels/${label}`).permutation(own.length)
    return Array.from(order.subarray(0, needed), (place) => own[place]!)
  })
  return chosen.sort((a, b) => a - b)
}

/** Some examples of a set as a set of their own; `words`: which they are. */
export function pickedPart(dataset: Dataset, chosen: readonly number[], words: string): Promise<Dataset> {
  const { images, count, labels, hash: _, ...rest } = dataset
  const size = images.length / count
  const part = new Uint8Array(chosen.length * size)
  for (const [to, from] of chosen.entries())
    part.set(images.subarray(from * size, (from + 1) * size), to * size)
  return createDataset({
    ...rest,
    images: part,
    count: chosen.length,
    ...(labels ? { labels: Uint8Array.from(chosen, (index) => labels[index]!) } : {}),
    preparation: rest.preparation === undefined ? words : `${rest.preparation}; ${words}`,
  })
}

/**
 * A part of a labelled data set with equally many examples of every class, in the order of the whole; where their number is no
 * multiple of that of the classes, some classes have one more. A draw is a pure function of its number and of the labels, and draws of
 * one number are nested: its first 50 examples are among its first 100.
 *
 * @throws ConfigError for fewer labels than classes; DataError when the set has no labels, or too few of a class
 */
export async function labelledPart(dataset: Dataset, part: LabelledPart): Promise<Dataset> {
  const { labels, draw = 1 } = part
  return pickedPart(
    dataset,
    labelledPlaces(dataset, part),
    `${labels} of ${dataset.count} examples, equally many of each class (draw ${draw})`,
  )
}
