// A data set from the bytes of IDX files: one of images and, usually, one of labels.

import { parseIdx } from '../formats/idx.ts'
import { DataError } from '../util/errors.ts'
import type { Dataset } from './dataset.ts'
import { createDataset } from './dataset.ts'

/** The (uncompressed) bytes of a file and what to call it in messages. */
export interface NamedBytes {
  readonly name: string
  readonly bytes: Uint8Array
}

/**
 * Reads images [count, height, width] or [count, height, width, channels] and labels [count].
 *
 * @param classes  names of the classes; default: '0' to the highest label
 * @throws DataError naming the file that is broken, or both when they do not belong together
 */
export async function datasetFromIdx(options: {
  name: string
  images: NamedBytes
  labels?: NamedBytes
  classes?: readonly string[]
}): Promise<Dataset> {
  const { name, images, labels } = options
  const { shape, data } = parseIdx(images.bytes, images.name)
  const [count, height, width, channels = 1] = shape
  if (
    shape.length < 3 ||
    shape.length > 4 ||
    count === undefined ||
    height === undefined ||
    width === undefined
  )
    throw new DataError(
      `${images.name}: expected images with 3 axes (count, height, width) or 4 (and channels), got ${shape.length}`,
    )
  if (count === 0) throw new DataError(`${images.name}: expected at least one image, got 0`)
  const size = { count, height, width, channels }
  if (labels === undefined) return createDataset({ name, images: data, ...size, classes: [] })
  const parsed = parseIdx(labels.bytes, labels.name, 1).data
  if (parsed.length !== count)
    throw new DataError(
      `expected one label per image, got ${count} images in ${images.name} and ${parsed.length} labels in ${labels.name}`,
    )
  const classes = options.classes ?? numbered(parsed)
  const stray = parsed.findIndex((label) => label >= classes.length)
  if (stray >= 0)
    throw new DataError(
      `${labels.name}: expected labels below ${classes.length}, got ${parsed[stray]} for image ${stray}`,
    )
  return createDataset({ name, images: data, ...size, labels: parsed, classes })
}

/** '0' to the highest label. */
const numbered = (labels: Uint8Array): string[] =>
  Array.from(
    { length: labels.reduce((most, label) => Math.max(most, label), 0) + 1 },
    (_, label) => `${label}`,
  )
