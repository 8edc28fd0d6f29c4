// An attack on a smoothed classifier, and the check that it contradicts no certificate.
import { gradients } from '../autodiff/index.ts'
import type { ImageClassifier } from '../classifiers/classifier.ts'
import * as g from '../graph/build.ts'
import { input } from '../graph/value.ts'
import type { Engine } from '../runtime/engine.ts'
import { fillNormals } from '../util/normals.ts'
import { randomStream } from '../util/random.ts'
import { type Certificate, predictionOf } from './certificate.ts'
import { distanceOf } from './distance.ts'
import type { Smoothed } from './smoothing.ts'

export interface CertifiedInput {
  /** [n, height, width, channels] in [0, 1]. */
  readonly images: Float32Array
  readonly ids: ArrayLike<number>
  readonly certificates: readonly Certificate[]
  readonly sigma: number
  readonly seed: number
  /** Steps of the attack. Default 20 */
  readonly steps?: number | undefined
  /** Draws of noise over which a step takes its gradient. Default 32 */
  readonly draws?: number | undefined
  /** Draws of PREDICT, and its error. Default 1000 and .001 */
  readonly n?: number | undefined
  readonly alpha?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** What became of one certificate. */
export interface Contradiction {
  readonly id: number
  readonly certified: Certificate
  /** What PREDICT says of the attacked image; undefined where it abstains, which contradicts nothing. */
  readonly predicted: number | undefined
  /** How far the attacked image is, below the radius. */
  readonly distance: number
  readonly contradicted: boolean
}

/** How far the attack goes: just within what is certified. */
const WITHIN = 1 - 1e-4

/** Examples attacked at once; with their draws of noise they make a batch. */
const EXAMPLES = 8

/**
 * Images within the certified radius that the smoothed classifier likes least: PGD under L2 on -log of the mean probability
 * under noise, from a start at the image, kept in [0, 1].
 *
 * @returns [n, height, width, channels]; images without a certificate as they are
 * @source Salman et al. 2019, arXiv:1906.04584
 */
export async function attackSmoothed(
  engine: Engine,
  classifier: ImageClassifier,
  { images, ids, certificates, sigma, seed, steps = 20, draws = 32, signal }: CertifiedInput,
): Promise<Float32Array> {
  const { height, width, channels } = classifier.image
  const shape = [height, width, channels] as const
  const size = height * width * channels
  const rows = EXAMPLES * draws
  const x = input('x', [EXAMPLES, ...shape])
  const original = input('original', [EXAMPLES, ...shape])
  const eps = input('eps', [EXAMPLES, 1, 1, 1])
  const wanted = input('wanted', [EXAMPLES, classifier.classes])
  const noise = input('noise', [EXAMPLES, draws, ...shape])
  const noisy = g.add(g.reshape(x, [EXAMPLES, 1, ...shape]), g.mul(noise, sigma))
  const logits = classifier.logits(g.reshape(noisy, [rows, ...shape]))
  const mean = g.reduceMean(g.reshape(g.softmax(logits), [EXAMPLES, draws, classifier.classes]), {
    axes: [1],
  })
  const loss = g.neg(g.reduceSum(g.log(g.add(g.reduceSum(g.mul(mean, wanted), { axes: [1] }), 1e-12))))
  const [slope] = gradients(loss, [x])
  const lengths = (value: typeof x) =>
    g.sqrt(g.reduceSum(g.square(value), { axes: [1, 2, 3], keepdims: true })) // [EXAMPLES, 1, 1, 1]
  // Steps of 2.5 radii together, so that any point of the ball can be reached.
  const step = g.mul(g.div(slope!, g.add(lengths(slope!), 1e-12)), g.mul(eps, 2.5 / steps))
  const way = g.sub(g.add(x, step), original)
  const kept = g.mul(way, g.min(g.div(eps, g.add(lengths(way), 1e-12)), 1))
  const program = await engine.compile({
    name: 'smoothed attack',
    graph: {
      inputs: [x, original, eps, wanted, noise],
      outputs: { next: g.min(g.max(g.add(original, kept), 0), 1) },
    },
    state: [{ input: 'x', output: 'next', shape: x.shape }],
    perStep: ['noise'],
    shared: ['original', 'eps', 'wanted'],
    outputs: [],
  })
  try {
    const found = images.slice()
    const certified = certificates.flatMap(({ class: named }, i) => (named === undefined ? [] : [i]))
    for (let first = 0; first < certified.length; first += EXAMPLES) {
      const some = certified.slice(first, first + EXAMPLES)
      const start = new Float32Array(EXAMPLES * size)
      const radii = new Float32Array(EXAMPLES)
      const classes = new Float32Array(EXAMPLES * classifier.classes)
      some.forEach((i, row) => {
        start.set(images.subarray(i * size, (i + 1) * size), row * size)
        radii[row] = certificates[i]!.radius * WITHIN
        classes[row * classifier.classes + certificates[i]!.class!] = 1
      })
      await program.write({ x: start })
      const streams = some.map((i) => randomStream(seed, 'smoothing/attack', ids[i]!))
      for (let made = 0; made < steps; ) {
        signal?.throwIfAborted()
        const many = Math.min(program.stepsPerCall(), steps - made)
        const data = new Float32Array(many * rows * size)
        for (let s = 0; s < many; s++)
          streams.forEach((stream, row) => {
            const at = (s * EXAMPLES + row) * draws * size
            fillNormals(stream, data.subarray(at, at + draws * size))
          })
        await program.advance({
          noise: { data, shape: [many, ...noise.shape] },
          original: { data: start.slice(), shape: original.shape },
          eps: { data: radii.slice(), shape: eps.shape },
          wanted: { data: classes.slice(), shape: wanted.shape },
        })
        made += many
      }
      const { x: attacked } = await program.read()
      some.forEach((i, row) => {
        found.set(attacked!.subarray(row * size, (row + 1) * size), i * size)
      })
    }
    return found
  } finally {
    await program.close()
  }
}

/**
 * Attacks the smoothed classifier within every certified radius, and asks PREDICT of what that gave. A contradiction is an answer,
 * not an abstention, of another class than the certified one: with probability alpha it is PREDICT's own error.
 *
 * @returns one entry for each example with a certificate
 */
export async function contradictions(
  engine: Engine,
  classifier: ImageClassifier,
  smoothed: Smoothed,
  given: CertifiedInput,
): Promise<Contradiction[]> {
  const { images, ids, certificates, n = 1000, alpha = 0.001, signal } = given
  const attacked = await attackSmoothed(engine, classifier, given)
  const size = ids.length > 0 ? images.length / ids.length : 0
  const made: Contradiction[] = []
  for (const [i, certified] of certificates.entries()) {
    if (certified.class === undefined) continue
    const image = attacked.subarray(i * size, (i + 1) * size)
    const draws = { id: ids[i]!, purpose: 'predict', from: 0, to: n } as const
    const { class: predicted } = predictionOf(await smoothed.counts(image, draws, { signal }), alpha)
    made.push({
      id: ids[i]!,
      certified,
      predicted,
      distance: distanceOf('l2', images.subarray(i * size, (i + 1) * size), image),
      contradicted: predicted !== undefined && predicted !== certified.class,
    })
  }
  return made
}
