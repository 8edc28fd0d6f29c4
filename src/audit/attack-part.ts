// One attack on the images that still stand, and its successes confirmed by the original file.
import { type Attack, optionsOf } from '../attacks/attack.ts'
import { distanceOf } from '../attacks/distance.ts'
import { openOracle } from '../attacks/oracle.ts'
import { formatCount } from '../util/format.ts'
import { randomStream } from '../util/random.ts'
import { type AuditContext, type Part, pick, sizeOfImage } from './part.ts'
import { picturesOf } from './pictures.ts'
import { ATTACK, type AttackValue, NONE_STAND, survivors } from './survivors.ts'

/** Rounding of float32 that a ball may be overstepped by. */
const SLACK = 1e-5

/** An attack as an audit uses it. */
export interface PlannedAttack {
  /** Its name in audit.json, where one attack is used in several ways: `apgd-dlr`. */
  readonly name: string
  readonly title: string
  readonly attack: Attack
  readonly options: Readonly<Record<string, unknown>>
  /** Gradients or questions per image, roughly. */
  readonly work: number
}

/** Distances of each image from what was made of it, and by how much that leaves [0, 1]. */
export function distances(
  before: Float32Array,
  after: Float32Array,
  size: number,
): { linf: number[]; l2: number[]; outside: number[] } {
  const rows = Array.from({ length: before.length / size }, (_, i) =>
    [before, after].map((images) => images.subarray(i * size, (i + 1) * size)),
  ) as [Float32Array, Float32Array][]
  return {
    linf: rows.map(([was, is]) => distanceOf('linf', was, is)),
    l2: rows.map(([was, is]) => distanceOf('l2', was, is)),
    outside: rows.map(([, is]) => is.reduce((most, value) => Math.max(most, -value, value - 1), 0)),
  }
}

/** Images as eight bits hold them, moved no further than the ball allows. */
export function as8Bit(images: Float32Array, before: Float32Array, eps: number | undefined): Float32Array {
  return images.map((value, p) => {
    let level = Math.round(value * 255)
    if (eps !== undefined) {
      // Rounded towards the image, so that the ball is kept.
      const low = Math.ceil((before[p]! - eps) * 255 - 1e-4)
      const high = Math.floor((before[p]! + eps) * 255 + 1e-4)
      level = Math.min(Math.max(level, low), high)
    }
    return Math.min(Math.max(level, 0), 255) / 255
  })
}

export function attackPart(
  planned: PlannedAttack,
  chunk: number,
  [from, to]: readonly [number, number],
): Part {
  const { attack, options, name, title, work } = planned
  return {
    name: `${ATTACK}${name}/${chunk}`,
    title,
    work: work * (to - from),
    async run(audit: AuditContext) {
      const { engine, classifier, original, exhibits, settings, found } = audit
      const size = sizeOfImage(classifier)
      const standing = survivors(found, exhibits.labels)
      const tried = [...standing.keys()].filter((i) => standing[i] && i >= from && i < to)
      const images = pick(exhibits.images, size, tried)
      const labels = Int32Array.from(tried, (place) => exhibits.labels[place]!)
      const { norm, eps, seed } = settings
      const oracle = openOracle(engine, classifier, {
        knowledge: attack.knowledge,
        batch: settings.batch,
        ask: classifier.notDifferentiable === undefined ? undefined : original.answers,
      })
      try {
        const result = await attack.run(
          oracle,
          {
            images,
            labels,
            ids: Int32Array.from(tried),
            threat: { norm, eps },
            seed,
            ...(audit.signal ? { signal: audit.signal } : {}),
            ...(audit.onProgress ? { onProgress: audit.onProgress } : {}),
          },
          optionsOf(attack, options),
        )
        const { linf, l2, outside } = distances(images, result.images, size)
        const far = norm === 'linf' ? linf : l2
        const named = await original.names(result.images, tried.length)
        const rounded = as8Bit(result.images, images, norm === 'linf' ? eps : undefined)
        const roundedNames = await original.names(rounded, tried.length)
        const roundedFar = norm === 'l2' ? distances(images, rounded, size).l2 : undefined
        const inside = (i: number): boolean => far[i]! <= eps + SLACK && outside[i]! <= SLACK
        const claims = tried.map((_, i) => (result.found[i] ? 1 : 0))
        const confirmed = claims.map((claim, i) => (claim && inside(i) && named[i] !== labels[i] ? 1 : 0))
        const whole = confirmed.map((yes, i) =>
          yes && roundedNames[i] !== labels[i] && (roundedFar?.[i] ?? 0) <= eps + 0.5 / 255 ? 1 : 0,
        )
        const written = picturesOf({ size, name, tried, images, rounded, whole })
        const total = (numbers: ArrayLike<number>): number =>
          Array.from(numbers).reduce((sum, n) => sum + n, 0)
        const value: AttackValue = {
          attack: name,
          tried,
          found: claims,
          confirmed,
          as8Bit: whole,
          becomes: [...named],
          linf: linf.map(Math.fround),
          l2: l2.map(Math.fround),
          queries: [...result.queries],
          gradients: total(result.gradients),
          pictures: written.names,
          overstep: Math.max(
            0,
            ...tried.map((_, i) => (claims[i] ? Math.max(far[i]! - eps, outside[i]!) : 0)),
          ),
        }
        return {
          finding:
            tried.length === 0
              ? NONE_STAND
              : `fools ${formatCount(total(confirmed))} of the ${formatCount(tried.length)} images that still stood`,
          value: value,
          pictures: written.pictures,
        }
      } finally {
        await oracle.close()
      }
    },
  }
}

/** A choice of images that is the same in every audit of this seed: places of `from`, at most `count`. */
export function chosen(from: readonly number[], count: number, seed: number): number[] {
  if (from.length <= count) return [...from]
  const order = randomStream(seed, 'audit/chosen').permutation(from.length)
  return [...order.slice(0, count)].map((i) => from[i]!).sort((a, b) => a - b)
}
