// Runs the searches of many examples side by side, so that an oracle is asked full batches.
import { ConfigError } from '../util/errors.ts'
import { type RandomStream, randomStream } from '../util/random.ts'
import type { Attack, AttackInput, AttackResult } from './attack.ts'
import { largestAt, type Oracle } from './oracle.ts'

/** One example of an attack's input. */
export interface Example {
  /** [height, width, channels], not to be changed. */
  readonly image: Float32Array
  readonly label: number
  readonly eps: number
  /** The example's own numbers, the same whatever stands beside it. */
  readonly random: RandomStream
}

/** What a search found: an image that was asked about and is named wrongly; `within` the threat or, if not, the nearest there was. */
export type Finding = { readonly image: Float32Array; readonly within: boolean } | undefined

/**
 * The search of one example: a generator that yields images it asks about, one or more in one array, and is given an answer for
 * each. It is suspended while its images wait, so it may use their memory again afterwards.
 */
export type Search<Answer> = Generator<Float32Array, Finding, readonly Answer[]>

/** Asks about images [n, ...] and gives an answer for each. */
export type Ask<Answer> = (images: Float32Array, owners: ArrayLike<number>) => Promise<readonly Answer[]>

/** Logits of each image. */
export const askScores =
  (oracle: Oracle): Ask<Float32Array> =>
  async (images, owners) => {
    const { classes } = oracle.classifier
    const scores = await oracle.scores(images, owners)
    return Array.from(owners, (_, i) => scores.subarray(i * classes, (i + 1) * classes))
  }

/** The class of each image. */
export const askLabels =
  (oracle: Oracle): Ask<number> =>
  async (images, owners) => [...(await oracle.labels(images, owners))]

export interface TopClasses {
  readonly classes: Int32Array
  readonly probabilities: Float32Array
}

/** The `k` likeliest classes of each image, falling, and their probabilities. */
export const askTop =
  (oracle: Oracle, k: number): Ask<TopClasses> =>
  async (images, owners) => {
    const { classes, probabilities } = await oracle.topK(images, owners, k)
    const kept = owners.length > 0 ? classes.length / owners.length : 0
    return Array.from(owners, (_, i) => ({
      classes: classes.subarray(i * kept, (i + 1) * kept),
      probabilities: probabilities.subarray(i * kept, (i + 1) * kept),
    }))
  }

/** How far the true class leads over the best other, and whether the answer is another class. */
export function marginOf(
  scores: Float32Array,
  label: number,
): { readonly margin: number; readonly wrong: boolean } {
  let other = Number.NEGATIVE_INFINITY
  for (let k = 0; k < scores.length; k++) if (k !== label && scores[k]! > other) other = scores[k]!
  return { margin: scores[label]! - other, wrong: largestAt(scores, 0, scores.length) !== label }
}

/** A search whose images wait for answers. */
interface Waiting<Answer> {
  readonly index: number
  readonly search: Search<Answer>
  readonly images: Float32Array
  /** How many of them were sent off, and how many are answered. */
  sent: number
  readonly answers: Answer[]
  answered: number
}

/**
 * Runs an attack that asks an oracle, one search for each example. As many examples are under way as fill the next batch while one
 * is computed; when one is done, the next begins. What a search is given does not depend on the others, and each image that
 * it asks about counts as one query of its example.
 *
 * @throws ConfigError for a norm that the attack does not know or an eps that is no radius; the signal's reason when it is aborted
 */
export async function searchSideBySide<Answer>(
  { name, kind, norms }: Pick<Attack, 'name' | 'kind' | 'norms'>,
  oracle: Oracle,
  { images, labels, ids, threat, seed, signal, onProgress }: AttackInput,
  ask: Ask<Answer>,
  search: (example: Example) => Search<Answer>,
): Promise<AttackResult> {
  if (!norms.includes(threat.norm))
    throw new ConfigError(`${name}: expected the norm ${norms.join(' or ')}, got "${threat.norm}"`)
  if (!(threat.eps >= 0) || (threat.eps === Number.POSITIVE_INFINITY && kind === 'bounded'))
    throw new ConfigError(`${name}: eps must be a number from 0 on, got ${threat.eps}; images are in [0, 1]`)
  const { height, width, channels } = oracle.classifier.image
  const size = height * width * channels
  const count = labels.length
  const best = images.slice()
  const found = new Uint8Array(count)
  const queries = new Float64Array(count)
  const queue: Waiting<Answer>[] = []
  let [begun, done, queued] = [0, 0, 0]

  function go(index: number, running: Search<Answer>, answers?: readonly Answer[]): void {
    const { done: ended, value } = answers ? running.next(answers) : running.next()
    if (!ended) {
      const rows = value.length / size
      queued += rows
      queue.push({ index, search: running, images: value, sent: 0, answers: new Array(rows), answered: 0 })
      return
    }
    if (value) best.set(value.image, index * size)
    if (value?.within) found[index] = 1
    onProgress?.(++done / count)
  }
  const begin = (index: number): void => {
    const example = {
      image: images.slice(index * size, (index + 1) * size),
      label: labels[index]!,
      eps: threat.eps,
      random: randomStream(seed, `attack/${name}`, ids[index]!),
    }
    go(index, search(example))
  }
  // One batch is put together while another is computed, so there are two.
  const memory = [new Float32Array(oracle.batch * size), new Float32Array(oracle.batch * size)]

  /** Sends off the images that wait longest; gives what takes the answers. */
  function send(): Promise<() => void> {
    signal?.throwIfAborted()
    const batch = memory.reverse()[0]!
    const owners: number[] = []
    const parts: { readonly to: Waiting<Answer>; readonly from: number; readonly rows: number }[] = []
    while (owners.length < oracle.batch && queue.length > 0) {
      const to = queue[0]!
      const rows = Math.min(oracle.batch - owners.length, to.answers.length - to.sent)
      batch.set(to.images.subarray(to.sent * size, (to.sent + rows) * size), owners.length * size)
      for (let i = 0; i < rows; i++) owners.push(ids[to.index]!)
      queries[to.index]! += rows
      parts.push({ to, from: to.sent, rows })
      to.sent += rows
      if (to.sent === to.answers.length) queue.shift()
    }
    queued -= owners.length
    const asked = ask(batch.subarray(0, owners.length * size), owners).then((answers) => () => {
      let at = 0
      for (const { to, from, rows } of parts) {
        for (let i = 0; i < rows; i++) to.answers[from + i] = answers[at++]!
        to.answered += rows
        if (to.answered === to.answers.length) go(to.index, to.search, to.answers)
      }
    })
    // It may fail while the batch before it is still waited for.
    asked.catch(() => {})
    return asked
  }

  let flying: Promise<() => void> | undefined
  do {
    while (queued < oracle.batch && begun < count) begin(begun++)
    const next = queued >= oracle.batch || (!flying && queued > 0) ? send() : undefined
    if (flying) (await flying)()
    flying = next
  } while (flying || queued > 0 || begun < count)
  return { images: best, found, queries, gradients: new Float64Array(count) }
}
