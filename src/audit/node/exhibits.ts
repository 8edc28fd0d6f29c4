// The images of an audit: loaded as every data set is, of the size that the model takes, with the classes that it counts.

import type { ImageClassifier } from '../../classifiers/classifier.ts'
import { type DataSplits, loadData } from '../../data/node/index.ts'
import type { LoadDataOptions } from '../../data/node/load-options.ts'
import type { AuditResult } from '../../runs/audit-result.ts'
import { ConfigError, DataError } from '../../util/errors.ts'
import { formatCount } from '../../util/format.ts'
import type { Exhibits } from '../part.ts'

export interface ExhibitRequest extends Omit<LoadDataOptions, 'imageSize' | 'channels'> {
  /** Name or folder. */
  readonly data: string
  /** At most so many. */
  readonly n: number
  /** The model's classes in its order, where the data's are in another. */
  readonly labels?: readonly string[] | undefined
}

/** Which images are taken: the first ones, or, where labels are in order as those of folders are, every k-th. */
function choose(labels: Uint8Array, n: number): { indices: Int32Array; choice: 'first' | 'spread' } {
  const count = Math.min(n, labels.length)
  const isOrdered = labels.every((label, i) => i === 0 || label >= labels[i - 1]!)
  if (!isOrdered || count === labels.length)
    return { indices: Int32Array.from({ length: count }, (_, i) => i), choice: 'first' }
  return {
    indices: Int32Array.from({ length: count }, (_, i) => Math.floor((i * labels.length) / count)),
    choice: 'spread',
  }
}

/** The model's number of each class of the data. @throws ConfigError, DataError when one has none */
function classNumbers(
  classes: readonly string[],
  model: ImageClassifier,
  labels: readonly string[] | undefined,
): number[] {
  if (labels) {
    if (labels.length !== model.classes)
      throw new ConfigError(
        `--labels: expected the names of the model's ${model.classes} classes in its order, got ${labels.length}`,
      )
    return classes.map((name) => {
      const at = labels.indexOf(name)
      if (at < 0)
        throw new ConfigError(
          `--labels has no class "${name}", which the data has; it has ${labels.slice(0, 10).join(', ')}`,
        )
      return at
    })
  }
  if (classes.length > model.classes)
    throw new DataError(
      `the data has ${classes.length} classes (${classes.slice(0, 5).join(', ')} ...), the model ${model.classes}: expected no label that the model has no output for. ` +
        "Name the model's classes in its order with --labels, or take other data",
    )
  return classes.map((_, i) => i)
}

/**
 * @throws ConfigError, DataError when the data cannot be had, has no labels, or does not fit the model
 */
export async function loadExhibits(
  { data, n, labels: names, ...options }: ExhibitRequest,
  model: ImageClassifier,
): Promise<{ readonly exhibits: Exhibits; readonly record: AuditResult['data'] }> {
  const { height, width, channels } = model.image
  if (channels !== 1 && channels !== 3)
    throw new DataError(
      `the model takes images of ${channels} channels; expected 1 (grey) or 3 (RGB), which is what image files have`,
    )
  const splits: DataSplits = await loadData(data, { ...options, imageSize: { height, width }, channels })
  const part = splits.test ? 'held-out' : 'training'
  const set = splits.test ?? splits.train
  if (!set.labels)
    throw new DataError(
      `${data}: expected images with labels, one sub-folder per class or a file of labels; got none, so nothing says which answer is right`,
    )
  const numbers = classNumbers(set.classes, model, names)
  const { indices, choice } = choose(set.labels, n)
  const size = height * width * channels
  const images = new Float32Array(indices.length * size)
  indices.forEach((index, i) => {
    for (let p = 0; p < size; p++) images[i * size + p] = set.images[index * size + p]! / 255
  })
  const labels = Int32Array.from(indices, (index) => numbers[set.labels![index]!]!)
  if (indices.length < 2)
    throw new DataError(
      `${data}: expected at least two images to audit a model with, got ${formatCount(indices.length)}`,
    )
  const classNames = names ?? set.classes
  return {
    exhibits: { images, labels, indices, count: indices.length },
    record: {
      name: data,
      hash: set.hash,
      part,
      count: set.count,
      n: indices.length,
      choice,
      classes: Array.from({ length: model.classes }, (_, c) => classNames[c] ?? String(c)),
      ...(set.preparation === undefined ? {} : { preparation: set.preparation }),
    },
  }
}
