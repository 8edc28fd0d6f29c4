// study.json: what a study found. Its schema is published, so that others can read it.
import { z } from 'zod'

const count = z.int().min(0)

/** A number of one run, or of several: mean, spread and count, or the reason why there is none. */
export const foundSchema = z.object({
  value: z.number().nullable().describe('null where there is none; then `reason` says why'),
  deviation: z.number().optional().describe('standard deviation over the n (divisor n - 1)'),
  n: count.describe('how many numbers the mean is of'),
  over: z.enum(['runs', 'draws', 'parts']).describe('what the mean was taken over'),
  reason: z.string().optional(),
  caveats: z.array(z.string()),
})

/** A row: one number per group, and what it is for real images. */
export const rowSchema = z.object({
  name: z.string().min(1),
  label: z.string(),
  format: z.enum(['number', 'percent', 'count', 'seconds', 'milliseconds']),
  better: z.enum(['lower', 'higher', 'floor']).optional(),
  floor: z
    .object({ value: z.number(), deviation: z.number().optional() })
    .optional()
    .describe('the same of real images'),
  floorReason: z.string().optional(),
  values: z.array(foundSchema).describe('one per group'),
  runs: z.array(z.array(foundSchema)).describe('what each run found: per group, by seed'),
  best: count.optional().describe('the group that is better than every other and told apart from it'),
  note: z.string().optional(),
})
export type RowRecord = z.infer<typeof rowSchema>

export const sentenceSchema = z.object({
  topic: z.string(),
  row: z.string(),
  text: z.string(),
  claims: z.boolean().describe('whether it claims a difference'),
})

/** What a job is in the table of a study. */
const jobSchema = z.object({
  id: z.string().describe('hash of all that the result depends on'),
  name: z.string().describe('unique in the study; the folder of its run bears it'),
  kind: z.string(),
  group: z.string(),
  seed: z.int().optional(),
  failed: z.string().optional().describe('why it has no numbers, e.g. that it diverged'),
})
export type StudyJob = z.infer<typeof jobSchema>

/** Groups whose numbers may be compared. */
const panelSchema = z.object({
  title: z.string().describe('what its groups have in common; empty where there is one panel'),
  at: z.record(z.string(), z.json()).describe('the values of the axes that it does not compare'),
  groups: z.array(
    z.object({
      label: z.string(),
      axes: z.record(z.string(), z.json()).describe('what its jobs were told, of what varies in the study'),
      jobs: z.array(z.string()).describe('names of its jobs'),
    }),
  ),
  measures: z.array(rowSchema),
  training: z.array(rowSchema),
  sentences: z.array(sentenceSchema),
  protocol: z.json().optional().describe('how samples were measured'),
  estimators: z.array(z.json()),
})
export type StudyPanel = z.infer<typeof panelSchema>

const curveSchema = z.object({
  over: z.string().describe('name of the number, as panels have it in `at`'),
  label: z.string().describe('the same in words'),
  places: z
    .array(
      z.object({
        value: z.union([z.string(), z.number(), z.boolean()]).describe('as panels have it'),
        at: z.number().positive().describe('where it stands'),
      }),
    )
    .min(2)
    .describe('its values, in order'),
})
export type StudyCurve = z.infer<typeof curveSchema>

/** What depends on nothing but the jobs' results: the same bytes however often the study was interrupted. */
export const studyResultSchema = z.object({
  format: z.literal(1),
  name: z.string(),
  title: z.string(),
  about: z.string(),
  version: z.string().describe('of the program, which is part of what every job is'),
  measures: z.array(z.string()).describe('the rows that pictures and table show first, by name'),
  panels: z.array(panelSchema),
  curve: curveSchema
    .optional()
    .describe('the number over which pictures are drawn, where the study names one'),
  jobs: z.array(jobSchema),
  figures: z.array(z.object({ name: z.string(), title: z.string(), caption: z.string() })),
  rule: z.string().describe('when two numbers count as different'),
})
export type StudyResult = z.infer<typeof studyResultSchema>

/** What was measured with a clock, panel by panel: `times.json`. */
export const studyTimesSchema = z.array(
  panelSchema.pick({ title: true, at: true, training: true, sentences: true }).extend({
    /** Whether all jobs ran on one kind of machine, so that their seconds may be compared. */
    comparable: z.boolean().default(false),
  }),
)
export type StudyTimes = z.infer<typeof studyTimesSchema>

/** `so-far.json`: what the results say that are there, while jobs are still being done. */
export const soFarSchema = z.object({
  result: studyResultSchema,
  times: studyTimesSchema,
  /** Jobs whose results it is made of. */
  results: count,
})
export type StudySoFar = z.infer<typeof soFarSchema>

/** The schema of study.json as JSON Schema. */
export const studyResultJsonSchema = () => ({
  title: 'Result of a study (study.json)',
  ...z.toJSONSchema(studyResultSchema),
})
