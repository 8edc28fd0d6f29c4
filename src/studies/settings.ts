// What a study is told besides its file: settings of the command, and of the form that begins one.
import { z } from 'zod'

export const studySettings = z.object({
  jobs: z
    .number()
    .int()
    .min(1)
    .max(256)
    .optional()
    .describe('jobs at once on this machine, each with the threads its settings say (default: one per core)'),
})
