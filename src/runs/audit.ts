// The audit as a kind of run: its config, and the log of its parts.
import { z } from 'zod'
import { runHeadSchema } from './head.ts'
import { LOGS, logTable } from './logs.ts'
import type { Recipe } from './recipe.ts'

/** What was found in one part of an audit: an attack on some images, a check, a point of a curve. */
export const partRowSchema = z.object({
  /** Parts are the steps of an audit. */
  step: z.int().min(0),
  /** `attack/pgd/0` */
  part: z.string(),
  /** In words, for those who watch. */
  title: z.string(),
  /** What was found, in words. */
  finding: z.string(),
  /** What later parts and the result are made of. */
  value: z.json(),
})
export type PartRow = z.infer<typeof partRowSchema>

/** `config.json` of an audit. */
export const auditConfigSchema = runHeadSchema.extend({
  recipe: z.literal('audit'),
  /** `copy`: hash of the copy in the folder, which is another where tensors lay beside the file. */
  model: z.object({ name: z.string(), file: z.string(), sha256: z.string(), copy: z.string() }),
  data: z.object({
    name: z.string(),
    folder: z.string().optional(),
    options: z.record(z.string(), z.json()).optional(),
    hash: z.string(),
  }),
  settings: z.object({
    norm: z.enum(['linf', 'l2']),
    eps: z.number().min(0).max(1e6),
    n: z.int().min(1),
    budget: z.enum(['quick', 'standard', 'full']),
    seed: z.int().min(0),
    batch: z.int().min(1),
    threads: z.int().min(0),
    layout: z.enum(['NCHW', 'NHWC']).optional(),
    mean: z.array(z.number()).optional(),
    std: z.array(z.number()).optional(),
    scale: z.number().optional(),
    output: z.string().optional(),
    classes: z.int().min(2).optional(),
    image: z.object({ height: z.int(), width: z.int(), channels: z.int() }).optional(),
    /** Classes of the model in its order, where the data names its own. */
    labels: z.array(z.string()).optional(),
    certify: z.number().optional(),
    certifyN: z.int().min(1).optional(),
    /** Class that a patch aims at, and millimetres of its side when it is printed. */
    patch: z.int().min(0).optional(),
    patchSize: z.number().optional(),
  }),
  /** Titles of the parts, in their order. */
  parts: z.array(z.string()).min(1),
})
export type AuditConfig = z.infer<typeof auditConfigSchema>

export const AUDIT_FILE = 'audit.json'

export const AUDIT: Recipe<AuditConfig> = {
  name: 'audit',
  called: 'an audit',
  schema: auditConfigSchema,
  logs: {
    ...logTable<'findings', AuditConfig>({
      findings: {
        title: 'Parts of the audit',
        holds: 'what each attack and check found',
        schema: partRowSchema,
        every: () => 1,
        ownView: true,
      },
    }),
    timings: LOGS.timings,
    control: LOGS.control,
  },
  records: [AUDIT_FILE, 'audit.sarif', 'model-card.md'],
  subject: ({ model, data, settings: { seed }, parts }) => ({
    model: model.name,
    data: data.name,
    seed,
    steps: parts.length,
    unit: 'parts',
  }),
}
