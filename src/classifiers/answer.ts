// What a file itself answers, and files that can only be asked.
import type { ArrayWithShape } from '../runtime/engine.ts'
import { DataError, UnsupportedError } from '../util/errors.ts'
import { halfToNumber } from '../util/half.ts'
import type { Head, ImageClassifier } from './classifier.ts'
import { feedsOf } from './feeds.ts'
import type { FoundIntake } from './intake.ts'
import { type DeclaredOutput, isLabels, type OutputOptions } from './outputs.ts'

/** Numbers of an answer, whatever their type. */
function numbersOf({ data, dtype }: ArrayWithShape): Float32Array {
  if (data instanceof Float32Array) return data
  if (dtype === 'float16') return Float32Array.from(data as Uint16Array, halfToNumber)
  return Float32Array.from(data as ArrayLike<number | bigint> as ArrayLike<number>, Number)
}

/** Reads what the file itself answers: [n, classes]. */
export const answerOf =
  ({ output, gives }: Head, classes: number): ImageClassifier['answer'] =>
  (outputs) => {
    const given = outputs[output]
    if (!given)
      throw new DataError(`the answer has no output "${output}"; it has ${Object.keys(outputs).join(', ')}`)
    const numbers = numbersOf(given)
    const n = given.shape[0] ?? 1
    if (gives === 'labels') {
      const rows = new Float32Array(numbers.length * classes)
      numbers.forEach((label, i) => {
        if (!(Number.isInteger(label) && label >= 0 && label < classes))
          throw new DataError(`output "${output}" says class ${label}, expected 0 to ${classes - 1}`)
        rows[i * classes + label] = 1
      })
      return rows
    }
    if (numbers.length === n && classes === 2)
      return Float32Array.from({ length: 2 * n }, (_, i) =>
        i % 2 === 0 ? 1 - numbers[(i - (i % 2)) / 2]! : numbers[(i - (i % 2)) / 2]!,
      )
    return numbers
  }

/** A file that can only be asked: what is declared of its output must tell the number of classes. */
export function onlyAsked(
  outputs: readonly DeclaredOutput[],
  found: FoundIntake,
  original: Uint8Array,
  { classes: wanted }: OutputOptions,
  reason: string,
): ImageClassifier | undefined {
  const output = outputs.length === 1 ? outputs[0]! : undefined
  const long = output?.shape?.slice(1).filter((length) => length !== 1)
  const declaredClasses = long?.length === 1 ? (long[0] ?? undefined) : undefined
  const classes = declaredClasses ?? wanted
  if (!output || classes === undefined || classes < 2) return undefined
  const head: Head = { output: output.name, gives: isLabels(output) ? 'labels' : 'scores' }
  return {
    image: found.image,
    classes,
    intake: found.intake,
    head,
    passedThrough: [],
    notDifferentiable: reason,
    original,
    logits: () => {
      throw new UnsupportedError(`this file has no gradients, it can only be asked: ${reason}`)
    },
    feeds: (images, count) => feedsOf(images, count, found),
    answer: answerOf(head, classes),
  }
}
