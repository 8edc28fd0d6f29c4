// Attacks held against each other on the same images: where a weaker one does better, gradients are masked.
import { type Attack, type AttackResult, optionsOf } from '../attacks/attack.ts'
import { openOracle } from '../attacks/oracle.ts'
import { formatCount, formatPercent } from '../util/format.ts'
import { chosen } from './attack-part.ts'
import { type AuditContext, type Part, pick, sizeOfImage } from './part.ts'
import { NONE_STAND, rightly } from './survivors.ts'

/** An attack with settings, for a comparison. */
export interface Contestant {
  readonly name: string
  readonly attack: Attack
  readonly options: Readonly<Record<string, unknown>>
  readonly work: number
  /** Uses gradients as the file has them, and not passed through what has none. Default false */
  readonly plain?: boolean
}

/** What a comparison keeps: by contestant, 1 where it found a confirmed neighbour. */
export interface ComparisonValue {
  readonly places: readonly number[]
  readonly found: Readonly<Record<string, readonly number[]>>
}

/** What an attack leaves of these images, confirmed by the original file: 1 where it is fooled. */
export async function fooledBy(
  audit: AuditContext,
  { attack, options, plain = false }: Contestant,
  images: Float32Array,
  places: readonly number[],
  eps: number,
  onProgress?: (done: number) => void,
): Promise<number[]> {
  const { engine, original, exhibits, settings } = audit
  const classifier = plain ? audit.plain : audit.classifier
  const labels = Int32Array.from(places, (place) => exhibits.labels[place]!)
  const oracle = openOracle(engine, classifier, {
    knowledge: attack.knowledge,
    batch: settings.batch,
    ask: classifier.notDifferentiable === undefined ? undefined : original.answers,
  })
  let result: AttackResult
  try {
    result = await attack.run(
      oracle,
      {
        images,
        labels,
        ids: Int32Array.from(places),
        threat: { norm: settings.norm, eps },
        seed: settings.seed,
        ...(audit.signal ? { signal: audit.signal } : {}),
        ...(onProgress ? { onProgress } : {}),
      },
      optionsOf(attack, options),
    )
  } finally {
    await oracle.close()
  }
  const named = await original.names(result.images, places.length)
  return places.map((_, i) => (result.found[i] && named[i] !== labels[i] ? 1 : 0))
}

const shareLeft = (found: readonly number[]): number =>
  found.length === 0 ? 1 : 1 - found.reduce((sum, one) => sum + one, 0) / found.length

/** Every contestant on the same images, those that are named rightly, at most `count`. */
export function comparisonPart(
  name: string,
  title: string,
  contestants: readonly Contestant[],
  count: number,
): Part {
  return {
    name,
    title,
    work: contestants.reduce((sum, { work }) => sum + work * count, 0),
    async run(audit) {
      const right = rightly(audit.found, audit.exhibits.labels)
      const places = chosen(
        [...right.keys()].filter((i) => right[i]),
        count,
        audit.settings.seed,
      )
      const images = pick(audit.exhibits.images, sizeOfImage(audit.classifier), places)
      const found: Record<string, number[]> = {}
      for (const [index, contestant] of contestants.entries()) {
        found[contestant.name] = await fooledBy(audit, contestant, images, places, audit.settings.eps)
        audit.onProgress?.((index + 1) / contestants.length)
      }
      const said = contestants.map(
        (one) => `${one.name} leaves ${formatPercent(shareLeft(found[one.name]!))}`,
      )
      return {
        finding:
          places.length === 0 ? NONE_STAND : `of ${formatCount(places.length)} images ${said.join(', ')}`,
        value: { places, found } satisfies ComparisonValue,
      }
    },
  }
}

/** What a curve keeps: by radius, images of `places` that still stand. */
export interface CurveValue {
  readonly places: readonly number[]
  readonly points: readonly { readonly eps: number; readonly left: number }[]
}
export const CURVE = 'curve'

/** Accuracy over the radius, by one attack on the same images, from none to the whole range. */
export function curvePart(contestant: Contestant, radii: readonly number[], count: number): Part {
  return {
    name: CURVE,
    title: 'Accuracy over the size of the change',
    work: contestant.work * count * radii.length,
    async run(audit) {
      const { exhibits, settings } = audit
      const places = chosen(
        Array.from({ length: exhibits.count }, (_, i) => i),
        count,
        settings.seed,
      )
      const right = rightly(audit.found, exhibits.labels)
      const standing = places.filter((place) => right[place])
      const images = pick(exhibits.images, sizeOfImage(audit.classifier), standing)
      const points = [{ eps: 0, left: standing.length }]
      for (const [index, eps] of radii.entries()) {
        const fooled = await fooledBy(audit, contestant, images, standing, eps)
        points.push({ eps, left: fooled.filter((one) => one === 0).length })
        audit.onProgress?.((index + 1) / radii.length)
      }
      const half = points.find(({ left }) => left < standing.length / 2)
      const finding = half
        ? `fewer than half still stand at eps ${half.eps}`
        : 'more than half stand at every size that was tried'
      return {
        finding: standing.length === 0 ? NONE_STAND : finding,
        value: { places, points } satisfies CurveValue,
      }
    },
  }
}
