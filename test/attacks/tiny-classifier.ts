// A classifier for tests of attacks, whose geometry is known: images of 4 by 4, three classes, logits linear in the pixels.

import type { ImageClassifier } from '../../src/classifiers/classifier.ts'
import { add, matMul, reshape } from '../../src/graph/build.ts'
import { constant } from '../../src/graph/value.ts'
import { randomStream } from '../../src/util/random.ts'

export const TINY_SIZE = 16
export const TINY_WEIGHTS = randomStream(1, 'tiny-classifier').fillNormal(new Float32Array(TINY_SIZE * 3))
export const TINY_BIAS = Float32Array.of(0.1, -0.1, 0)

/** Logits of one image, by plain arithmetic. */
export const tinyLogits = (image: ArrayLike<number>): number[] =>
  [0, 1, 2].map((k) => {
    let sum = TINY_BIAS[k]!
    for (let p = 0; p < TINY_SIZE; p++) sum += image[p]! * TINY_WEIGHTS[p * 3 + k]!
    return sum
  })

export const tinyClassifier: ImageClassifier = {
  image: { height: 4, width: 4, channels: 1 },
  classes: 3,
  intake: { input: 'images', layout: 'NHWC', scale: 1, mean: [0], std: [1] },
  head: { output: 'logits', gives: 'logits' },
  passedThrough: [],
  logits: (images) =>
    add(
      matMul(reshape(images, [images.shape[0]!, TINY_SIZE]), constant(TINY_WEIGHTS, [TINY_SIZE, 3])),
      constant(TINY_BIAS, [3]),
    ),
  feeds: (images, count) => ({ images: { data: images, shape: [count, 4, 4, 1] } }),
  answer: ({ logits }) => logits!.data as Float32Array,
}
