// What white-box attacks have in common: those named wrongly are done, the others are tried in turns, and each find is confirmed.
import type { Attack, AttackInput, AttackResult } from './attack.ts'
import { checkThreat, distanceOf, intoBall, isWithin } from './distance.ts'
import type { Course, Loop } from './iterate.ts'
import { largestAt, type Oracle } from './oracle.ts'

/** Examples that a turn is made for; `index` counts those alone. */
export interface Chosen {
  readonly owners: Int32Array
  image(index: number): Float32Array
  label(index: number): number
  /** The classes by the logits of the image, from the largest on, without the true one. */
  others(index: number): readonly number[]
  /** What is best known so far: the distance of the nearest image that is named wrongly, infinite where there is none. */
  nearest(index: number): number
}

export interface Turn {
  /** From 0. */
  readonly turn: number
  readonly loop: Loop
  readonly chosen: Chosen
  /** What each turn gives its loop to run. */
  readonly course: Pick<Course, 'owners' | 'signal' | 'onProgress'>
  /** Keeps an image for an example of the turn. */
  keep(index: number, image: Float32Array): void
}

export interface Turns {
  readonly count: number
  /** Called when there is something to do. Closed in the end. */
  open(): Promise<Loop>
  take(turn: Turn): Promise<void>
}

/**
 * Runs an attack in turns (restarts, targets), each for those examples only for which nothing was found within the threat.
 * Images that a turn keeps are brought into the box, and into the ball where the attack is bounded; they count when the oracle
 * names them wrongly. The nearest one stays. A bounded attack is given its input back where nothing was found, a minimal one
 * gives the nearest that it found, however far.
 */
export async function inTurns(
  attack: Pick<Attack, 'name' | 'kind' | 'norms'>,
  oracle: Oracle,
  { images, labels, ids, threat, signal, onProgress }: AttackInput,
  turns: Turns,
): Promise<AttackResult> {
  checkThreat(attack, threat)
  const { image, classes } = oracle.classifier
  const size = image.height * image.width * image.channels
  const n = ids.length
  const before = Array.from(ids, (id) => oracle.counts(id))
  const best = images.slice()
  const distances = new Float64Array(n).fill(Number.POSITIVE_INFINITY)
  const imageOf = (all: Float32Array, i: number): Float32Array => all.subarray(i * size, (i + 1) * size)
  const isOpen = (i: number): boolean => distances[i] !== 0 && !isWithin(distances[i]!, threat.eps)

  signal?.throwIfAborted()
  const logits = await oracle.scores(images, ids)
  for (let i = 0; i < n; i++) if (largestAt(logits, i * classes, classes) !== labels[i]) distances[i] = 0
  let loop: Loop | undefined
  try {
    for (let turn = 0; turn < turns.count; turn++) {
      const positions = Int32Array.from({ length: n }, (_, i) => i).filter(isOpen)
      if (positions.length === 0) break
      loop ??= await turns.open()
      const owners = positions.map((i) => ids[i]!)
      const kept: Float32Array[] = []
      await turns.take({
        turn,
        loop,
        chosen: {
          owners,
          image: (index) => imageOf(images, positions[index]!),
          label: (index) => labels[positions[index]!]!,
          others(index) {
            const i = positions[index]!
            const row = logits.subarray(i * classes, (i + 1) * classes)
            return Array.from(row.keys())
              .filter((k) => k !== labels[i])
              .sort((a, b) => row[b]! - row[a]! || a - b)
          },
          nearest: (index) => distances[positions[index]!]!,
        },
        course: {
          owners,
          signal,
          onProgress: (done) => onProgress?.((turn + done) / turns.count),
        },
        keep(index, found) {
          kept[index] = found.slice()
        },
      })
      signal?.throwIfAborted()
      const asked = positions.map((_, index) => index).filter((index) => kept[index])
      const tried = new Float32Array(asked.length * size)
      asked.forEach((index, row) => {
        const original = imageOf(images, positions[index]!)
        const within = attack.kind === 'bounded' ? threat : { ...threat, eps: Number.POSITIVE_INFINITY }
        tried.set(intoBall(within, original, kept[index]!), row * size)
      })
      const named = await oracle.labels(
        tried,
        asked.map((index) => owners[index]!),
      )
      asked.forEach((index, row) => {
        const i = positions[index]!
        if (named[row] === labels[i]) return
        const distance = distanceOf(threat.norm, imageOf(images, i), imageOf(tried, row))
        if (distance >= distances[i]!) return
        distances[i] = distance
        imageOf(best, i).set(imageOf(tried, row))
      })
    }
  } finally {
    await loop?.close()
  }
  onProgress?.(1)
  const spent = (kind: 'queries' | 'gradients'): Float64Array =>
    Float64Array.from(ids, (id, i) => oracle.counts(id)[kind] - before[i]![kind])
  return {
    images: best,
    found: Uint8Array.from(distances, (_, i) => (isOpen(i) ? 0 : 1)),
    queries: spent('queries'),
    gradients: spent('gradients'),
  }
}

/** Writes a class as a one-hot row. */
export const oneHot = (out: Float32Array, label: number): void => {
  out[label] = 1
}
