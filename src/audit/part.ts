// An audit is a list of parts, done one after another: each a pure function of the settings and of what earlier parts found.
import type { ImageClassifier } from '../classifiers/classifier.ts'
import type { AuditConfig } from '../runs/audit.ts'
import type { Engine } from '../runtime/engine.ts'

/** The classifier as it is shipped: the original file, run by the runtime and by nothing of ours. */
export interface Original {
  /** What the file gives for images [n, height, width, channels] in [0, 1]: [n, classes]. */
  answers(images: Float32Array, count: number): Promise<Float32Array>
  /** Classes that it names. */
  names(images: Float32Array, count: number): Promise<Int32Array>
}

/** The images of an audit. */
export interface Exhibits {
  /** [n, height, width, channels] in [0, 1]. */
  readonly images: Float32Array
  /** True classes, as the model counts them. */
  readonly labels: Int32Array
  /** Which images of the data they are. */
  readonly indices: Int32Array
  readonly count: number
}

type Settings = AuditConfig['settings']

/** Values of the parts that were done, by their names. */
export type Found = ReadonlyMap<string, object>

export interface AuditContext {
  readonly settings: Settings
  readonly engine: Engine
  /** Gradients pass through what has none. */
  readonly classifier: ImageClassifier
  /** The same file with gradients as they are. */
  readonly plain: ImageClassifier
  readonly original: Original
  readonly exhibits: Exhibits
  readonly found: Found
  readonly signal?: AbortSignal | undefined
  /** Told now and then how much of the part is done, from 0 to 1. */
  readonly onProgress?: ((done: number) => void) | undefined
}

export interface PartResult {
  /** In words: `names 982 of 1,000 images rightly`. */
  readonly finding: string
  /** What JSON holds. */
  readonly value: object
  /** Pictures for the folder, by file name: 8-bit pixels [height, width, channels]. */
  readonly pictures?: Readonly<Record<string, Uint8Array>>
  /** Other files for the folder. */
  readonly texts?: Readonly<Record<string, string>>
}

export interface Part {
  /** `attack/pgd/0`. */
  readonly name: string
  /** In words, for those who watch. */
  readonly title: string
  /** Gradients and questions that it may take, roughly: how long it is beside the others. */
  readonly work: number
  run(audit: AuditContext): Promise<PartResult>
}

/** Rows of some of the images. */
export function pick(images: Float32Array, size: number, which: ArrayLike<number>): Float32Array {
  const out = new Float32Array(which.length * size)
  for (let i = 0; i < which.length; i++)
    out.set(images.subarray(which[i]! * size, (which[i]! + 1) * size), i * size)
  return out
}

/** Numbers of one image. */
export const sizeOfImage = ({ image }: Pick<ImageClassifier, 'image'>): number =>
  image.height * image.width * image.channels

/** The place of the largest in row `i` of [n, width], the first of equal ones; -1 where one is not finite. */
export function namedIn(answers: Float32Array, i: number, width: number): number {
  let best = 0
  for (let k = 0; k < width; k++) {
    const value = answers[i * width + k]!
    if (Number.isNaN(value)) return -1
    if (value > answers[i * width + best]!) best = k
  }
  return best
}
