// The classifier as an attacker meets it: it answers no more than is granted, and counts what is asked.
import type { ImageClassifier } from '../classifiers/classifier.ts'
import { input } from '../graph/value.ts'
import type { Engine, LoadedModel } from '../runtime/engine.ts'
import { ConfigError } from '../util/errors.ts'
import { KNOWLEDGE, type Knowledge } from './threat.ts'

export interface OracleOptions {
  readonly knowledge: Knowledge
  /** Images asked about at once. All calls are of this size, filled up, so that an answer does not depend on its neighbours. */
  readonly batch: number
  /** Answers for images, where the classifier cannot be written into a graph. Default: its logits, by a graph */
  readonly ask?: ((images: Float32Array, count: number) => Promise<Float32Array>) | undefined
}

export interface Oracle {
  readonly knowledge: Knowledge
  readonly classifier: Pick<ImageClassifier, 'image' | 'classes'>
  readonly batch: number
  /**
   * Classes of images [n, height, width, channels].
   *
   * @param owners  by image, the example that asks: its count grows by one
   */
  labels(images: Float32Array, owners: ArrayLike<number>): Promise<Int32Array>
  /** The `k` largest probabilities [n, k], falling, and their classes. @throws ConfigError when only labels are granted */
  topK(
    images: Float32Array,
    owners: ArrayLike<number>,
    k: number,
  ): Promise<{ readonly classes: Int32Array; readonly probabilities: Float32Array }>
  /** Logits [n, classes]. @throws ConfigError when less is granted */
  scores(images: Float32Array, owners: ArrayLike<number>): Promise<Float32Array>
  /**
   * The classifier itself, for graphs that differentiate it. Whoever does counts what they take of it.
   *
   * @throws ConfigError when less is granted
   */
  whiteBox(): {
    readonly classifier: ImageClassifier
    readonly engine: Engine
    count(owners: ArrayLike<number>, each: { readonly queries: number; readonly gradients: number }): void
  }
  /** What was asked for an example so far. */
  counts(owner: number): { readonly queries: number; readonly gradients: number }
  close(): Promise<void>
}

/** The place of the largest of `length` numbers from `start` on, the first of equal ones. */
export function largestAt(numbers: Float32Array, start: number, length: number): number {
  let best = 0
  for (let k = 1; k < length; k++) if (numbers[start + k]! > numbers[start + best]!) best = k
  return best
}

/** @param engine  runs the classifier; stays open */
export function openOracle(
  engine: Engine,
  classifier: ImageClassifier,
  { knowledge, batch, ask }: OracleOptions,
): Oracle {
  const { image, classes } = classifier
  const size = image.height * image.width * image.channels
  const asked = new Map<number, { queries: number; gradients: number }>()
  let model: Promise<LoadedModel> | undefined

  const granted = (wanted: Knowledge): void => {
    if (KNOWLEDGE.indexOf(knowledge) < KNOWLEDGE.indexOf(wanted))
      throw new ConfigError(`this attacker is granted "${knowledge}"; what it asks for needs "${wanted}"`)
  }
  const count: ReturnType<Oracle['whiteBox']>['count'] = (owners, each) => {
    for (let i = 0; i < owners.length; i++) {
      const owner = owners[i]!
      const before = asked.get(owner) ?? { queries: 0, gradients: 0 }
      before.queries += each.queries
      before.gradients += each.gradients
      asked.set(owner, before)
    }
  }
  async function logits(images: Float32Array, owners: ArrayLike<number>): Promise<Float32Array> {
    count(owners, { queries: 1, gradients: 0 })
    if (ask) return ask(images, owners.length)
    model ??= (async () => {
      const x = input('images', [batch, image.height, image.width, image.channels])
      return engine.open({ inputs: [x], outputs: { logits: classifier.logits(x) } }, { name: 'classifier' })
    })()
    const opened = await model
    const out = new Float32Array(owners.length * classes)
    const some = new Float32Array(batch * size)
    for (let first = 0; first < owners.length; first += batch) {
      const n = Math.min(batch, owners.length - first)
      some.fill(0)
      some.set(images.subarray(first * size, (first + n) * size))
      const answer = await opened.run({
        images: { data: some, shape: [batch, image.height, image.width, image.channels] },
      })
      out.set((answer.logits!.data as Float32Array).subarray(0, n * classes), first * classes)
    }
    return out
  }
  return {
    knowledge,
    classifier,
    batch,
    async labels(images, owners) {
      const found = await logits(images, owners)
      return Int32Array.from({ length: owners.length }, (_, i) => largestAt(found, i * classes, classes))
    },
    async topK(images, owners, k) {
      granted('top-k')
      const found = await logits(images, owners)
      const kept = Math.min(k, classes)
      const best = new Int32Array(owners.length * kept)
      const probabilities = new Float32Array(owners.length * kept)
      for (let i = 0; i < owners.length; i++) {
        const row = found.subarray(i * classes, (i + 1) * classes)
        const top = row[largestAt(row, 0, classes)]!
        let sum = 0
        for (const value of row) sum += Math.exp(value - top)
        const order = Array.from({ length: classes }, (_, c) => c).sort((a, b) => row[b]! - row[a]! || a - b)
        for (let j = 0; j < kept; j++) {
          best[i * kept + j] = order[j]!
          probabilities[i * kept + j] = Math.exp(row[order[j]!]! - top) / sum
        }
      }
      return { classes: best, probabilities }
    },
    async scores(images, owners) {
      granted('scores')
      return logits(images, owners)
    },
    whiteBox() {
      granted('gradient')
      return { classifier, engine, count }
    },
    counts: (owner) => ({ ...(asked.get(owner) ?? { queries: 0, gradients: 0 }) }),
    async close() {
      await (await model)?.close()
    },
  }
}
