// Several data sets as one.
import { DataError } from '../util/errors.ts'
import { createDataset, type Dataset } from './dataset.ts'

/**
 * The examples of several sets, one set after the other. Labels count by the names of their classes, which are those of the first.
 *
 * @throws DataError when images differ in shape, only some sets have labels, or a class is not one of the first set's
 */
export async function joinedDatasets(sets: readonly Dataset[]): Promise<Dataset> {
  const [first, ...others] = sets as [Dataset, ...Dataset[]]
  if (others.length === 0) return first
  const shape = ({ height, width, channels }: Dataset): string => `${height} x ${width} x ${channels}`
  for (const other of others) {
    if (shape(other) !== shape(first))
      throw new DataError(
        `the data "${other.name}" has images of ${shape(other)} (height x width x channels), "${first.name}" of ${shape(first)}; give --image-size and --channels so that they agree`,
      )
    if ((other.labels === undefined) !== (first.labels === undefined))
      throw new DataError(
        `the data "${(first.labels ? other : first).name}" has no labels, "${(first.labels ? first : other).name}" has some; sets are put together only where all have some, or none`,
      )
    const stray = other.classes.find((name) => !first.classes.includes(name))
    if (stray !== undefined)
      throw new DataError(
        `the data "${other.name}" has a class "${stray}", which is none of "${first.name}" (${first.classes.join(', ')})`,
      )
  }
  const count = sets.reduce((sum, set) => sum + set.count, 0)
  const images = new Uint8Array(sets.reduce((sum, set) => sum + set.images.length, 0))
  const labels = first.labels && new Uint8Array(count)
  let [pixel, example] = [0, 0]
  for (const set of sets) {
    images.set(set.images, pixel)
    const places = set.classes.map((name) => first.classes.indexOf(name))
    if (labels) for (let i = 0; i < set.count; i++) labels[example + i] = places[set.labels![i]!]!
    pixel += set.images.length
    example += set.count
  }
  const { height, width, channels, classes } = first
  const prepared = sets.flatMap(({ name, preparation }) => (preparation ? [`${name}: ${preparation}`] : []))
  return createDataset({
    name: sets.map(({ name }) => name).join(' + '),
    images,
    count,
    height,
    width,
    channels,
    ...(labels ? { labels } : {}),
    classes,
    ...(prepared.length > 0 ? { preparation: prepared.join('; ') } : {}),
  })
}
