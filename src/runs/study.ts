// The study as a kind of run: its config, the results of its jobs as they come, and its journal.
import { z } from 'zod'
import { runHeadSchema } from './head.ts'
import { LOGS, logTable } from './logs.ts'
import type { Recipe } from './recipe.ts'

const count = z.int().min(0)

/** A line of `results.jsonl`: a job has its result. In the order in which they came, so not the same in every run. */
export const resultRowSchema = z.object({
  /** Jobs that had theirs before. */
  step: count,
  job: z.string(),
  /** Its name in the study. */
  name: z.string(),
  group: z.string(),
  seed: z.int().optional(),
  /** Its numbers by name, those that exist. */
  values: z.record(z.string(), z.number()),
  /** Why it has none. */
  failed: z.string().optional(),
  /** Seconds of work, wherever and whenever that was done; absent where nothing was recorded. */
  seconds: z.number().min(0).optional(),
  /** Whether it was there already, found by another study or another session. */
  found: z.boolean(),
  /** The run that it left, relative to the study's folder. */
  folder: z.string().optional(),
})
export type ResultRow = z.infer<typeof resultRowSchema>

/** A line of `journal.jsonl`: what happened to a job. */
export const journalRowSchema = z.object({
  /** Jobs that had their result then. */
  step: count,
  at: z.iso.datetime(),
  job: z.string(),
  name: z.string(),
  event: z.enum(['started', 'finished', 'retried', 'failed']),
  attempt: z.int().min(1),
  /** Where it was done, or why it failed. */
  worker: z.string().optional(),
  message: z.string().optional(),
})
export type JournalRow = z.infer<typeof journalRowSchema>

/** `config.json` of a study. */
export const studyConfigSchema = runHeadSchema.extend({
  recipe: z.literal('study'),
  /** The file, as it was understood. */
  study: z.record(z.string(), z.json()),
  name: z.string().min(1),
  title: z.string(),
  /** The folder that holds results of jobs; absent where that is no folder. */
  store: z.string().optional(),
  /** What it is about, in short: data and kinds of jobs, for lists. */
  data: z.string(),
  jobs: z.object({
    total: z.int().min(1),
    /** Of each group. */
    groups: z.array(z.object({ label: z.string(), jobs: z.int().min(1) })),
  }),
})
export type StudyConfig = z.infer<typeof studyConfigSchema>

export const STUDY_FILE = 'study.json'
/** What was measured with a clock: not the same in every run. */
export const STUDY_TIMES = 'times.json'
export const STUDY_TABLE = 'study.md'
/** What is known before all jobs have ended; gone when they have. */
export const STUDY_SO_FAR = 'so-far.json'

/** Where the runs of its jobs are, in its folder. */
export const JOB_RUNS = 'runs'

export const STUDY: Recipe<StudyConfig> = {
  name: 'study',
  called: 'a study',
  schema: studyConfigSchema,
  logs: {
    ...logTable<'results' | 'journal', StudyConfig>({
      results: {
        title: 'Results of jobs',
        holds: 'what each job found, as it ended',
        schema: resultRowSchema,
        every: () => 1,
        exact: false,
        ownView: true,
      },
      journal: {
        title: 'Journal',
        holds: 'what happened to each job',
        schema: journalRowSchema,
        lines: 'event',
        exact: false,
        ownView: true,
      },
    }),
    control: LOGS.control,
  },
  records: [STUDY_FILE, STUDY_TIMES, STUDY_TABLE],
  subject: ({ name, data, jobs }) => ({ model: name, data, steps: jobs.total, unit: 'jobs' }),
  runs: JOB_RUNS,
}
