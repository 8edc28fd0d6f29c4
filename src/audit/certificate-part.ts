// What can be proven: certificates of the smoothed classifier, counted in shards, and an attack that tries to contradict them.
import { certificateOf as smoothedRadius } from '../attacks/certificate.ts'
import { contradictions } from '../attacks/smoothed-attack.ts'
import {
  certificatesOf,
  certifyShards,
  openSmoothed,
  type Shard,
  smoothingOptions,
} from '../attacks/smoothing.ts'
import type { AuditConfig } from '../runs/audit.ts'
import type { AuditResult } from '../runs/audit-result.ts'
import { formatCount, formatSetting } from '../util/format.ts'
import { chosen } from './attack-part.ts'
import { CONTRADICTION, type ContradictionValue } from './checks.ts'
import { type AuditContext, type Found, type Part, pick, sizeOfImage } from './part.ts'

export const CERTIFICATE = 'certificate/shard/'

/** Images of one part: what a kill costs at most. */
const CHUNK = 25
/** Images that are certified, and of these that are attacked. */
const MOST = 500
const MOST_ATTACKED = 100
/** Draws of noise are classified so fast beside a gradient. */
const WORK = 0.3

/** What a part keeps of its images. */
export interface CertificateValue {
  readonly places: readonly number[]
  /** What the smoothed classifier answers; -1 where it abstains. */
  readonly classes: readonly number[]
  readonly radii: readonly number[]
}

const optionsOf = ({ certify, certifyN }: AuditConfig['settings']) =>
  smoothingOptions.parse({ sigma: certify, n: certifyN })

const certificatesIn = (found: Found): CertificateValue[] =>
  [...found].flatMap(([name, value]) => (name.startsWith(CERTIFICATE) ? [value as CertificateValue] : []))

function shardPart(index: number, places: readonly number[], settings: AuditConfig['settings']): Part {
  const options = optionsOf(settings)
  return {
    name: `${CERTIFICATE}${index}`,
    title: 'Certificates',
    work: WORK * (options.n0 + options.n) * places.length,
    async run({ engine, classifier, exhibits, signal, onProgress }: AuditContext) {
      const images = pick(exhibits.images, sizeOfImage(classifier), places)
      const smoothed = await openSmoothed(engine, classifier, { sigma: options.sigma, seed: settings.seed })
      try {
        const shards: Shard[] = []
        const total = places.length * (options.n0 + options.n)
        let done = 0
        for await (const shard of certifyShards(smoothed, { images, ids: places, options, signal })) {
          shards.push(shard)
          done += shard.to - shard.from
          onProgress?.(done / total)
        }
        const certificates = certificatesOf(shards, places, options)
        const value: CertificateValue = {
          places,
          classes: certificates.map((one) => one.class ?? -1),
          radii: certificates.map(({ radius }) => radius),
        }
        const right = places.filter((place, i) => value.classes[i] === exhibits.labels[place]).length
        return {
          finding: `${formatCount(right)} of ${formatCount(places.length)} images are certified as what they are, at a radius of ${formatSetting(median(value.radii))} in the middle`,
          value,
        }
      } finally {
        await smoothed.close()
      }
    },
  }
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

const attackedPart = (settings: AuditConfig['settings']): Part => ({
  name: CONTRADICTION,
  title: 'An attack on certified images',
  work: 20 * 32 * MOST_ATTACKED,
  async run({ engine, classifier, exhibits, found, signal }: AuditContext) {
    const { sigma, alpha } = optionsOf(settings)
    const all = certificatesIn(found).flatMap(({ places, classes, radii }) =>
      places.flatMap((place, i) =>
        classes[i]! >= 0 ? [{ place, class: classes[i]!, radius: radii[i]! }] : [],
      ),
    )
    const some = all.slice(0, MOST_ATTACKED)
    const ids = some.map(({ place }) => place)
    const smoothed = await openSmoothed(engine, classifier, { sigma, seed: settings.seed })
    try {
      const made = await contradictions(engine, classifier, smoothed, {
        images: pick(exhibits.images, sizeOfImage(classifier), ids),
        ids,
        certificates: some.map((one) => ({ class: one.class, radius: one.radius, lower: 1 })),
        sigma,
        seed: settings.seed,
        alpha,
        signal,
      })
      const value: ContradictionValue = {
        attacked: made.length,
        contradicted: made.filter((one) => one.contradicted).length,
      }
      return {
        finding: `contradicts ${formatCount(value.contradicted)} of ${formatCount(value.attacked)} certificates`,
        value,
      }
    } finally {
      await smoothed.close()
    }
  },
})

/** The parts that certify; none unless a deviation of noise is asked for. */
export function certificateParts(settings: AuditConfig['settings'], n: number): Part[] {
  if (settings.certify === undefined) return []
  const places = chosen(
    Array.from({ length: n }, (_, i) => i),
    MOST,
    settings.seed,
  )
  const chunks = Array.from({ length: Math.ceil(places.length / CHUNK) }, (_, i) =>
    places.slice(i * CHUNK, (i + 1) * CHUNK),
  )
  return [...chunks.map((chunk, i) => shardPart(i, chunk, settings)), attackedPart(settings)]
}

/** Radii at which certified accuracy is told, as shares of sigma. */
const RADII = [0, 0.5, 1, 1.5, 2, 2.5, 3]

/** The certificate of an audit; undefined where none was asked for. */
export function certificateOf(
  found: Found,
  settings: AuditConfig['settings'],
  labels: Int32Array,
): AuditResult['certificate'] {
  if (settings.certify === undefined) return undefined
  const { sigma, n, n0, alpha } = optionsOf(settings)
  const rows = certificatesIn(found).flatMap(({ places, classes, radii }) =>
    places.map((place, i) => ({
      isRight: classes[i] === labels[place],
      class: classes[i]!,
      radius: radii[i]!,
    })),
  )
  // When all draws agree.
  const most = smoothedRadius([n0], [n], { alpha, sigma }).radius
  return {
    sigma,
    n0,
    n,
    alpha,
    mostRadius: most,
    images: rows.length,
    abstained: rows.filter((row) => row.class < 0).length,
    accuracy: RADII.map((share) => share * sigma)
      .filter((radius) => radius <= most)
      .map((radius) => {
        const held = rows.filter((row) => row.isRight && row.radius >= radius).length
        return { radius, accuracy: rows.length === 0 ? 0 : held / rows.length }
      }),
  }
}
