// What a run was trained on, in words: images, rows of other columns, or nothing.
import { formatCount } from '../util/format.ts'
import { imageSize } from './image-size.ts'
import type { RunConfig } from './schema.ts'

type DataRecord = RunConfig['data']

/** What an example is: `28 x 28 x 1`, or `points [2], labels []`; undefined where there is no data. */
export function exampleText(data: DataRecord, cross = ' × '): string | undefined {
  const size = imageSize({ data })
  if (size) return [size.height, size.width, size.channels].join(cross)
  const columns = Object.entries(data.columns ?? {}).map(
    ([name, { shape }]) => `${name} [${shape.join(', ')}]`,
  )
  return columns.length > 0 ? columns.join(', ') : undefined
}

/** What people call it: data that a model brings by what it is, such as the game that is played, all other by its name. */
export const dataName = ({ title, words, name }: DataRecord): string => title ?? words ?? name

/** What stands for the hash of data that is made as it is asked for. */
export const NO_HASH = 'none'

/** What tells data from other data: its hash, or what it is called where it is made as it is asked for. */
export const dataKey = (data: DataRecord): string => (data.hash === NO_HASH ? dataName(data) : data.hash)

/** What the examples of a run are called: `images`, or `examples`. */
export const exampleWord = (data: DataRecord): string => (imageSize({ data }) ? 'images' : 'examples')

/** `1,000 images of 28x28x1`, `60 examples of points [2]`, `no data`, or what the data calls itself; without the number where it is not known. */
export function dataText(data: DataRecord, cross?: string): string {
  if (data.words) return data.words
  const example = exampleText(data, cross)
  if (example === undefined) return 'no data'
  return `${data.count > 0 ? `${formatCount(data.count)} ` : ''}${exampleWord(data)} of ${example}`
}
