// An image classifier as those see it who attack or certify it: images in [0, 1], channels last, logits out.
import type { Value } from '../graph/value.ts'
import type { ArrayWithShape } from '../runtime/engine.ts'

/** Size of one image. Arrays of images are float32 [n, height, width, channels], values in [0, 1]. */
export interface ImageSize {
  readonly height: number
  readonly width: number
  readonly channels: number
}

/** How a file takes images, found in it or told. */
export interface Intake {
  /** Name of the file's input. */
  readonly input: string
  /** The order of the numbers of an image. */
  readonly layout: 'NCHW' | 'NHWC'
  /** What the file takes is `(image * scale - mean) / std`, by channel. */
  readonly scale: number
  readonly mean: readonly number[]
  readonly std: readonly number[]
  /** Shape of one image as the file has it, e.g. `[784]`; default: that of the layout. */
  readonly shape?: readonly number[]
  /** Type of the file's numbers; default `float32`. Numbers of `uint8` are rounded. */
  readonly type?: 'float32' | 'float16' | 'float64' | 'uint8'
  /** Images that the file takes at once, where that is fixed. */
  readonly batch?: number | undefined
}

/** What a file's output is, and where logits were found in it. */
export interface Head {
  /** Name of the file's output. */
  readonly output: string
  /**
   * `softmax`, `log-softmax`: logits are taken before it, since gradients vanish behind it. `sigmoid`: of one number (then the
   * logits are 0 and that before it) or of one for each class. `probabilities`: sigmoids over their sum, or what a file says are
   * such. `labels`: the class alone. `scores`: unknown, as the file is not differentiated.
   */
  readonly gives: 'logits' | 'softmax' | 'log-softmax' | 'sigmoid' | 'probabilities' | 'labels' | 'scores'
  /** What the file multiplies its logits with before that; `logits` leaves it out, since it would saturate float32. Default 1 */
  readonly scale?: number
}

/** Something in a graph that has no useful derivative, and what was done instead. */
export interface PassedThrough {
  /** The operator, e.g. `Round`, and its name in the file. */
  readonly op: string
  readonly label?: string
  /** In words: `taken as the identity`, or `left: no gradient passes`. */
  readonly instead: string
}

export interface ImageClassifier {
  readonly image: ImageSize
  /** Number of classes. */
  readonly classes: number
  readonly intake: Intake
  readonly head: Head
  /** What has no useful derivative, with what was done instead; empty where all was differentiated as it is. */
  readonly passedThrough: readonly PassedThrough[]
  /**
   * Logits [n, classes] of images [n, height, width, channels], written into a graph. Their gradient with respect to the
   * images is that of the file in pixel space: what the file expects of its input is part of the graph.
   */
  logits(images: Value): Value
  /** Why there are no gradients and `logits` throws; such a file can still be asked by a runtime. */
  readonly notDifferentiable?: string
  /** The bytes for a runtime; those that were given, but where `openClassifier` says otherwise. */
  readonly original?: Uint8Array
  /** What the original file is fed, for images [n, height, width, channels]; n is `intake.batch` where that is told. */
  feeds(images: Float32Array, count: number): Readonly<Record<string, ArrayWithShape>>
  /** Logits, or what the file gives instead, of the answer of the original file: [n, classes]; of one sigmoid [1 - p, p]. */
  answer(outputs: Readonly<Record<string, ArrayWithShape>>): Float32Array
}
