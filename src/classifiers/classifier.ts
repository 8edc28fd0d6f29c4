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
  readonly layout: 'NCHW' | 'NHWC'
  /** What the file takes is `(image * scale - mean) / std`, by channel. */
  readonly scale: number
  readonly mean: readonly number[]
  readonly std: readonly number[]
}

/** What a file's output is, and where logits were found in it. */
export interface Head {
  /** Name of the file's output. */
  readonly output: string
  /** `softmax`, `log-softmax`: logits are taken before it, since gradients vanish behind it. */
  readonly gives: 'logits' | 'softmax' | 'log-softmax'
}

/** Something in a graph that has no useful derivative, and what was done instead. */
export interface PassedThrough {
  /** The operator, e.g. `Round`, and its name in the file. */
  readonly op: string
  readonly label?: string
  /** In words: `taken as the identity`. */
  readonly instead: string
}

export interface ImageClassifier {
  readonly image: ImageSize
  /** Number of classes. */
  readonly classes: number
  readonly intake: Intake
  readonly head: Head
  /** What gradients pass through although it has none of its own; empty where all was differentiated as it is. */
  readonly passedThrough: readonly PassedThrough[]
  /**
   * Logits [n, classes] of images [n, height, width, channels], written into a graph. Their gradient with respect to the
   * images is that of the file in pixel space: what the file expects of its input is part of the graph.
   */
  logits(images: Value): Value
  /** What the original file is fed, for images [n, height, width, channels]. */
  feeds(images: Float32Array, count: number): Readonly<Record<string, ArrayWithShape>>
  /** Logits, or what the file gives instead, of the answer of the original file: [n, classes]. */
  answer(outputs: Readonly<Record<string, ArrayWithShape>>): Float32Array
}
