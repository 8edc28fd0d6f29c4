// One sticker for all images: trained on half of them, measured on the others beside its controls, drawn to be printed.
import { openOracle } from '../attacks/oracle.ts'
import { type LabelledImages, patchOptions, trainPatch } from '../attacks/patch.ts'
import { measurePatch } from '../attacks/patch-measure.ts'
import { patchSvg } from '../attacks/patch-svg.ts'
import type { AuditConfig } from '../runs/audit.ts'
import type { AuditResult } from '../runs/audit-result.ts'
import { formatCount, formatPercent } from '../util/format.ts'
import { type AuditContext, type Exhibits, type Found, type Part, pick, sizeOfImage } from './part.ts'

export const PATCH = 'patch'
export const PATCH_FILE = 'figures/patch.svg'

/** What the part keeps. */
export interface PatchValue {
  readonly rows: NonNullable<AuditResult['patch']>
}

/** Every second image, from the first or the second on. */
function half({ images, labels }: Exhibits, size: number, first: 0 | 1): LabelledImages {
  const places = [...labels.keys()].filter((place) => place % 2 === first)
  return {
    images: pick(images, size, places),
    labels: Int32Array.from(places, (place) => labels[place]!),
    ids: Int32Array.from(places),
  }
}

/**
 * @param target       the class that everything is to be taken for
 * @param millimetres  of a side, as it is printed
 */
export function patchPart(
  { seed, batch }: AuditConfig['settings'],
  target: number,
  millimetres: number,
): Part {
  const options = patchOptions.parse({ batch })
  return {
    name: PATCH,
    title: 'A sticker that fools it',
    work: options.steps * options.batch,
    async run({ engine, classifier, exhibits, signal, onProgress }: AuditContext) {
      const size = sizeOfImage(classifier)
      const [shown, heldOut] = [half(exhibits, size, 0), half(exhibits, size, 1)]
      if (!shown.labels.includes(target) || !heldOut.labels.some((label) => label !== target))
        return {
          finding: `not tried: it needs images of class ${target} and of others, more than these ${formatCount(exhibits.count)}`,
          value: { rows: [] } satisfies PatchValue,
        }
      const oracle = openOracle(engine, classifier, { knowledge: 'gradient', batch })
      try {
        const patch = await trainPatch(oracle, { ...shown, target, seed, signal, onProgress }, options)
        const measured = await measurePatch(
          oracle,
          patch,
          { target, seed, signal, heldOut, real: shown },
          options,
        )
        const rows = measured.sizes.map((one) => ({
          target,
          area: one.area,
          side: Math.round(one.side),
          success: one.patch.share ?? 0,
          random: one.random.share ?? 0,
          crop: one.bestCrop.share ?? 0,
          images: one.patch.n,
        }))
        const best = rows.at(-1)!
        return {
          finding: `covering ${formatPercent(best.area)} of ${formatCount(best.images)} held-out images it turns ${formatPercent(best.success)} into class ${target}; random colours ${formatPercent(best.random)}`,
          value: { rows } satisfies PatchValue,
          texts: { [PATCH_FILE]: patchSvg(patch, { millimetres }) },
        }
      } finally {
        await oracle.close()
      }
    },
  }
}

export const patchRows = (found: Found): AuditResult['patch'] =>
  (found.get(PATCH) as PatchValue | undefined)?.rows.map((row) => ({ ...row }))
