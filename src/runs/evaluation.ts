// `evaluation.json`: what the measures say of a run's samples, and how that was found out.
import { z } from 'zod'

const count = z.int().min(0)
const named = z.string().min(1)

/** What a classifier's features were taken with: without it the numbers mean nothing. */
export const extractorSchema = z.object({
  /** Name in the model registry, e.g. `classifier`. */
  name: named,
  /** SHA-256 of its ONNX file. Numbers of two extractors cannot be compared. */
  hash: named,
  /** Share of held-out images that it names rightly, 0 to 1. */
  accuracy: z.number().min(0).max(1),
  /** How many held-out images that was measured on. */
  testCount: count,
  /** Length of the features. */
  features: count,
})
export type ExtractorRecord = z.infer<typeof extractorSchema>

const found = z.object({
  /** `null` when the measure has no meaning for these samples; then `reason` says why. */
  value: z.number().nullable(),
  /** Standard deviation over draws. */
  spread: z.number().optional(),
  reason: z.string().optional(),
})

/** One number, its circumstances, and what it is for real images. */
export const measureSchema = found.extend({
  /** E.g. `fid`. */
  name: named,
  /** What people read, e.g. `FID`. */
  label: named,
  /** Which way is better; `floor`: the nearer to that of real images, the better. */
  better: z.enum(['lower', 'higher', 'floor']),
  /** `percent` shows .61 as 61%. */
  format: z.enum(['number', 'percent']),
  /** What limits a value that is there. */
  caveat: z.string().optional(),
  /** The value of each draw of samples. */
  draws: z.array(z.number().nullable()),
  /** The same measure of real images. */
  floor: found.optional(),
  /** How many samples went in, by role. */
  n: z.record(z.string(), count),
  /** How the number was estimated, settings included. */
  estimator: z.string(),
})
export type MeasureRecord = z.infer<typeof measureSchema>

export const evaluationSchema = z.object({
  format: z.literal(1),
  at: z.iso.datetime(),
  /** The step of the weights. */
  step: count,
  protocol: z.object({
    /** Samples of a draw. */
    count,
    /** How often fresh samples were drawn. */
    draws: count,
    seed: z.int(),
    /** What the samples were compared with, in words. */
    reference: named,
    /** What was measured, where it is no samples, and what stands beside it: `trials` and `by chance`. */
    of: z.object({ what: named, beside: named }).optional(),
  }),
  data: z.object({
    name: named,
    /** Hash of the part that the run was trained on. */
    hash: named,
    /** Hash of the real images that the samples were compared with. */
    referenceHash: named,
  }),
  /** Absent where no measure looked through a classifier. */
  extractor: extractorSchema.optional(),
  measures: z.array(measureSchema),
  /** How many samples and how many real images the extractor gives to each class, as shares. */
  histogram: z
    .object({
      classes: z.array(z.string()),
      fake: z.array(z.number()),
      real: z.array(z.number()),
    })
    .optional(),
  /** Of conditional generators: samples that were asked to be of each class, over all draws, and how many are named so. */
  conditional: z
    .object({ classes: z.array(z.string()), asked: z.array(count), right: z.array(count) })
    .optional(),
})
export type Evaluation = z.infer<typeof evaluationSchema>

/** What was measured and what stands beside it, in words. */
export const measuredOf = ({
  protocol,
  histogram,
}: Pick<Evaluation, 'protocol' | 'histogram'>): { what: string; beside: string; explained: string } =>
  protocol.of
    ? { ...protocol.of, explained: `${protocol.of.beside}: ${protocol.reference}` }
    : {
        what: 'samples',
        beside: histogram ? 'real images' : 'real',
        explained: histogram
          ? 'real images: as many training images in place of the samples'
          : 'real: as many real examples in place of the samples',
      }
