// audit.json: what an audit found, as one versioned record; everything else that an audit leaves is made of it.
import { z } from 'zod'

const count = z.int().min(0)
const share = z.number().min(0).max(1)
const interval = z.object({ low: share, high: share }).describe("Wilson's 95% interval")
const index = z.int().min(0)

export const CHECK_STATES = ['pass', 'fail', 'not run'] as const
export const VERDICTS = ['broken', 'no break found', 'certified', 'unreliable'] as const
export type Verdict = (typeof VERDICTS)[number]

const modelSchema = z.object({
  name: z.string().describe('file name'),
  sha256: z.string(),
  bytes: count,
  opset: z.int(),
  producer: z.string(),
  image: z.object({ height: z.int(), width: z.int(), channels: z.int() }),
  classes: z.int().min(2),
  intake: z
    .object({
      input: z.string(),
      layout: z.string(),
      scale: z.number(),
      mean: z.array(z.number()),
      std: z.array(z.number()),
      shape: z.array(z.int()).optional(),
      type: z.string().optional(),
      batch: z.int().optional(),
    })
    .describe('what the file takes is (image * scale - mean) / std, images being in [0, 1]'),
  head: z.object({ output: z.string(), gives: z.string(), scale: z.number().optional() }),
  notDifferentiable: z.string().optional().describe('why it could only be asked'),
  passedThrough: z
    .array(z.object({ op: z.string(), label: z.string().optional(), instead: z.string() }))
    .describe('what has no useful derivative, and what was done instead'),
})

const dataSchema = z.object({
  name: z.string(),
  hash: z.string(),
  part: z.enum(['held-out', 'training']),
  count: count.describe('images of that part'),
  n: count.describe('images of the audit'),
  choice: z.enum(['first', 'spread']).describe('the first n, or every k-th where labels are in order'),
  classes: z.array(z.string()),
  preparation: z.string().optional(),
})

const threatSchema = z.object({
  goal: z.string(),
  norm: z.enum(['linf', 'l2']),
  eps: z.number().min(0),
  knowledge: z.array(z.string()),
  atlas: z.array(z.string()).describe('techniques of MITRE ATLAS'),
  nist: z.array(z.string()).describe('terms of NIST AI 100-2'),
})

const attackSchema = z.object({
  name: z.string(),
  title: z.string(),
  source: z.string(),
  knowledge: z.string(),
  settings: z.record(z.string(), z.json()),
  seed: z.int(),
  tried: count.describe('images that were named rightly and had survived what came before'),
  found: count.describe('of these, images nearby that are named wrongly'),
  confirmed: count.describe('of these, confirmed by the runtime on the original file'),
  confirmedAs8Bit: count.describe('of these, still so when rounded to 8 bits'),
  queries: z.number().describe('images that the model was asked about, for all tried'),
  gradients: z.number(),
})

const exampleSchema = z.object({
  index: index.describe('in the data'),
  label: index,
  named: index
    .nullable()
    .describe('what the model names the image itself; null where its answer is not a number'),
  brokenBy: z.string().optional().describe('the first attack that found one'),
  becomes: index.optional(),
  linf: z.number().optional(),
  l2: z.number().optional(),
  as8Bit: z.boolean().optional(),
  picture: z.string().optional().describe('file in the folder'),
})

const checkSchema = z.object({
  number: z.int().min(1),
  name: z.string(),
  title: z.string(),
  state: z.enum(CHECK_STATES),
  evidence: z.string(),
})
export type CheckResult = z.infer<typeof checkSchema>

const certificateSchema = z.object({
  sigma: z.number(),
  n0: count,
  n: count,
  alpha: z.number(),
  mostRadius: z.number().describe('what so many draws can prove at most, all of them agreeing'),
  images: count,
  abstained: count,
  accuracy: z.array(z.object({ radius: z.number(), accuracy: share })).describe('certified, over L2 radius'),
})

const patchSchema = z.object({
  target: index,
  area: z.number(),
  side: z.int(),
  success: share,
  random: share,
  crop: share,
  images: count,
})

export const auditSchema = z.object({
  format: z.literal(1),
  sparring: z.string().describe('version that made it'),
  model: modelSchema,
  data: dataSchema,
  seed: z.int(),
  budget: z.string(),
  threats: z.array(threatSchema),
  attacks: z.array(attackSchema),
  examples: z.array(exampleSchema),
  summary: z.object({
    n: count,
    clean: share,
    cleanInterval: interval,
    worstCase: share.describe('share of all images that are named rightly and survive every attack'),
    worstCaseInterval: interval,
    perClass: z.array(z.object({ class: index, n: count, clean: share, worstCase: share })),
  }),
  curves: z.object({
    eps: z.array(z.object({ eps: z.number(), accuracy: share, n: count })),
    queries: z.array(z.object({ queries: count, success: share })),
  }),
  checks: z.array(checkSchema),
  certificate: certificateSchema.optional(),
  patch: z.array(patchSchema).optional(),
  verdict: z.enum(VERDICTS),
  certifiedAt: z.number().optional(),
  verdictText: z.string(),
  limitations: z.array(z.string()),
  command: z.array(z.string()),
})
export type AuditResult = z.infer<typeof auditSchema>
export type AuditedAttack = z.infer<typeof attackSchema>
export type AuditedExample = z.infer<typeof exampleSchema>

/** The JSON Schema of audit.json, as it is published in `docs/schemas`. */
export const auditJsonSchema = (): object => ({
  title: 'Sparring audit',
  description: 'What an audit of an image classifier found (audit.json, format 1).',
  ...z.toJSONSchema(auditSchema),
})
