// The measures that are taken together: what each is called, which way is better, and how it is taken.
import { classHistogram } from './class-histogram.ts'
import { conditionalAccuracy } from './conditional-accuracy.ts'
import { densityCoverage } from './density-coverage.ts'
import { duplicateRate } from './duplicate-rate.ts'
import type { Samples } from './features.ts'
import { fid } from './fid.ts'
import { inceptionScore } from './inception-score.ts'
import { kid } from './kid.ts'
import type { Measured } from './measured.ts'
import { memorisation, type NearestTraining } from './memorisation.ts'
import type { Neighbourhoods } from './neighbourhoods.ts'
import { precisionRecall } from './precision-recall.ts'
import { sharpness } from './sharpness.ts'
import type { MeasureEngine } from './with-model.ts'

/** Images, and what a classifier of the data set makes of them. */
export interface MeasureSide {
  /** [n, height, width, channels] in [0, 1] */
  readonly images: Samples
  /** [n, d]; with neighbourhoods for k = 5 nothing is searched twice. */
  readonly features: Samples | Neighbourhoods
  /** Of the classes [n, classes]. */
  readonly probabilities: Samples
  /** The class that each was asked to be, or has by its label [n]; absent where nobody asked. */
  readonly asked?: ArrayLike<number> | undefined
}

export interface MeasureSets {
  /** Held-out real images. */
  readonly real: MeasureSide
  readonly fake: MeasureSide
  /** What copies are looked for in. */
  readonly copies?: {
    /** Training images. */
    readonly train: Samples
    /** Held-out images, or what `nearestTraining` found of them. */
    readonly heldOut: Samples | NearestTraining
  }
}

export interface MeasureInfo {
  readonly name: string
  /** What people read. */
  readonly label: string
  /** Which way is better; `floor`: the nearer to that of real images, the better. */
  readonly better: 'lower' | 'higher' | 'floor'
  readonly format: 'number' | 'percent'
  /** What it is for real images by its construction. */
  readonly ofReal?: number
}

/** Measures that are computed together. */
export interface MeasureGroup {
  readonly measures: readonly MeasureInfo[]
  /** One result per measure, in their order; undefined when the sets lack what it needs. */
  take(engine: MeasureEngine, sets: MeasureSets): Promise<readonly Measured[] | undefined>
}

const info = (
  name: string,
  label: string,
  better: MeasureInfo['better'],
  format: MeasureInfo['format'] = 'number',
): MeasureInfo => ({ name, label, better, format })

/** The most likely class of each sample. */
export function likeliest({ data, shape }: Samples): Int32Array {
  const [n, classes] = [shape[0]!, shape[1]!]
  return Int32Array.from({ length: n }, (_, i) => {
    const row = data.subarray(i * classes, (i + 1) * classes)
    return row.indexOf(Math.max(...row))
  })
}

/** Of how many samples copies are looked for: each is held against all training images. */
export const COPY_SAMPLES = 2000

/** The first samples, at most so many. */
export const firstOf = ({ data, shape: [n = 0, ...rest] }: Samples, most: number): Samples => {
  const count = Math.min(n, most)
  return { data: data.subarray(0, (data.length / n) * count), shape: [count, ...rest] }
}

/** How often samples of a conditional generator are named as asked. */
export const CONDITIONAL = info('conditionalAccuracy', 'Conditional accuracy', 'higher', 'percent')

/** Everything that is measured, in the order in which it is shown. */
export const PANEL: readonly MeasureGroup[] = [
  {
    measures: [info('fid', 'FID', 'lower')],
    take: async (engine, { real, fake }) => [await fid(engine, real.features, fake.features)],
  },
  {
    measures: [info('kid', 'KID', 'lower')],
    take: async (engine, { real, fake }) => [await kid(engine, real.features, fake.features)],
  },
  {
    measures: [info('inceptionScore', 'Inception score', 'higher')],
    take: async (_, { fake }) => [inceptionScore(fake.probabilities)],
  },
  {
    measures: [
      info('precision', 'Precision', 'higher', 'percent'),
      info('recall', 'Recall', 'higher', 'percent'),
    ],
    async take(engine, { real, fake }) {
      const { precision, recall } = await precisionRecall(engine, real.features, fake.features)
      return [precision, recall]
    },
  },
  {
    measures: [info('density', 'Density', 'higher'), info('coverage', 'Coverage', 'higher', 'percent')],
    async take(engine, { real, fake }) {
      const { density, coverage } = await densityCoverage(engine, real.features, fake.features)
      return [density, coverage]
    },
  },
  {
    measures: [info('classDivergence', 'Class divergence', 'lower')],
    take: async (_, { real, fake }) => [
      classHistogram(likeliest(fake.probabilities), {
        classes: fake.probabilities.shape[1]!,
        real: likeliest(real.probabilities),
      }),
    ],
  },
  {
    measures: [CONDITIONAL],
    take: async (_, { fake: { asked, probabilities } }) =>
      asked && [conditionalAccuracy(likeliest(probabilities), asked, { classes: probabilities.shape[1]! })],
  },
  {
    measures: [info('sharpness', 'Sharpness', 'floor'), info('noise', 'Noise', 'floor')],
    async take(engine, { fake }) {
      const found = await sharpness(engine, fake.images)
      return [found.sharpness, found.noise]
    },
  },
  {
    measures: [info('duplicateRate', 'Duplicates', 'floor', 'percent')],
    take: async (engine, { real, fake }) => [
      await duplicateRate(engine, fake.images, { scale: real.images }),
    ],
  },
  {
    measures: [{ ...info('memorisation', 'Memorisation', 'floor', 'percent'), ofReal: 0.5 }],
    async take(engine, { fake, copies }) {
      if (!copies) return undefined
      return [await memorisation(engine, { ...copies, fake: firstOf(fake.images, COPY_SAMPLES) })]
    },
  },
]

/** Of the panel, what is taken while a run trains: quick, and of use when its course is looked at. */
export const COURSE: readonly MeasureGroup[] = PANEL.filter(
  ({ measures }) => !measures.some(({ name }) => name === 'memorisation' || name === 'duplicateRate'),
)

/** Takes every measure of the groups that the sets allow. */
export async function takeMeasures(
  engine: MeasureEngine,
  sets: MeasureSets,
  groups: readonly MeasureGroup[] = PANEL,
): Promise<readonly (MeasureInfo & { readonly result: Measured })[]> {
  const found: (MeasureInfo & { readonly result: Measured })[] = []
  for (const { measures, take } of groups) {
    const results = await take(engine, sets)
    results?.forEach((result, at) => {
      found.push({ ...measures[at]!, result })
    })
  }
  return found
}
