// What training on labels asks of the data, said before anything is trained.

import { DataError } from '../util/errors.ts'
import type { Dataset } from './dataset.ts'

const REMEDY = 'use digits, mnist, IDX files with labels, or a folder with one sub-folder of images per class'

/** @throws DataError unless every part has labels, of two classes or more, and both parts of the same */
export function checkLabels(
  what: string,
  { train, test }: { readonly train: Dataset; readonly test?: Dataset | undefined },
): void {
  const least = `${what} learns the labels of images`
  if (!train.labels) throw new DataError(`${least}, and the data "${train.name}" has none; ${REMEDY}`)
  if (train.classes.length < 2)
    throw new DataError(
      `${least}, and all of the data "${train.name}" is of one class (${train.classes.join()}); expected at least 2`,
    )
  if (test && !test.labels)
    throw new DataError(
      `${what} is measured by the labels of held-out images, and those of the data "${test.name}" have none; add labels, or train with --validate-every 0`,
    )
  if (test && test.classes.join('\n') !== train.classes.join('\n'))
    throw new DataError(
      `the data "${train.name}": expected held-out images of the training classes (${train.classes.join(', ')}), got ${test.classes.join(', ')}`,
    )
}
