// What a study file says, as a schema: jobs as a grid, and what is to be made of their results.
import { z } from 'zod'
import { ConfigError } from '../util/errors.ts'
import { MOST } from '../util/limits.ts'
import { nearestName } from '../util/nearest-name.ts'
import { show } from '../util/options.ts'

const scalar = z.union([z.string(), z.number(), z.boolean()])
const label = z.string().min(1).optional().describe('what it is called in tables and pictures')
const name = /^[a-z0-9][a-z0-9-]*$/
const named = (what: string) =>
  z.string().regex(name, `expected ${what} of lower-case letters, digits and dashes`)

const dataChoice = z.union([
  z.string().min(1),
  z
    .object({ data: z.string().min(1), label })
    .catchall(scalar)
    .describe('a data set with options of its own'),
])
const modelChoice = z.union([
  z.string().min(1),
  z
    .object({ model: z.string().min(1), label })
    .catchall(z.json())
    .describe('a model with options of its own'),
])

/** What jobs there are: every combination of everything named here. */
const blockShape = {
  kind: z.string().min(1).optional().describe('kind of job (default: training)'),
  models: z.array(modelChoice).min(1).optional().describe('names of models, or models with options'),
  data: z
    .union([dataChoice, z.array(dataChoice).min(1)])
    .optional()
    .describe("data sets or folders (default: the model's usual data)"),
  options: z.record(z.string(), z.json()).optional().describe('what all jobs are told, e.g. steps'),
  grid: z
    .record(z.string(), z.array(scalar).min(1))
    .optional()
    .describe('what they are told in turn: every combination of these values'),
  seeds: z
    .union([z.array(z.int().min(0)).min(1), z.int().min(1).max(1000).describe('so many seeds, from 1 on')])
    .optional()
    .describe('seeds; jobs that differ in nothing else are one group (default: 1)'),
  needs: z
    .record(z.string(), z.string())
    .optional()
    .describe('blocks of this study whose results these jobs take, by the part that they play'),
}

const blockSchema = z.strictObject({
  ...blockShape,
  label: z
    .string()
    .min(1)
    .optional()
    .describe('what its jobs are called in tables and pictures (default: its name)'),
  show: z
    .boolean()
    .optional()
    .describe(
      'whether its jobs have rows in tables and pictures (default: true); false of jobs that are there for those that need them',
    ),
})
export type Block = z.output<typeof blockSchema>

export const studySchema = z.strictObject({
  $schema: z.string().optional().describe('address of this schema, for editors'),
  name: named('a name').describe('names its folder'),
  title: z.string().min(1).optional().describe('heads its page (default: the name)'),
  about: z.string().optional().describe('what is asked, in words'),
  ...blockShape,
  jobs: z
    .record(named('the name of a block'), blockSchema)
    .optional()
    .describe('several blocks of jobs; what stands beside them holds for each that does not say otherwise'),
  within: z
    .array(z.string())
    .optional()
    .describe(
      'names of what is never compared with each other, e.g. a number of labels in the grid (default: data)',
    ),
  curve: z
    .union([
      z.string().min(1),
      z.strictObject({
        over: z.string().min(1).describe('name of the number'),
        at: z
          .record(z.string(), z.number().positive())
          .optional()
          .describe('where values stand that are no numbers, e.g. { all: 60000 }'),
      }),
    ])
    .optional()
    .describe(
      'the number over which pictures are drawn, on a logarithmic axis, e.g. labels of the grid: a line for each group; what differs in it is not compared',
    ),
  measures: z
    .array(z.string())
    .optional()
    .describe(
      'numbers that tables show first and that are drawn, e.g. fid (default: all; the first six drawn)',
    ),
})
export type StudyFile = z.output<typeof studySchema>

/** The schema of study files as JSON Schema. */
export const studyJsonSchema = () => ({
  title: 'A study (sparring study)',
  ...z.toJSONSchema(studySchema, { io: 'input' }),
})

/** Jobs of one study: more are a mistake of the grid, and a table that nobody reads. */
export const MOST_JOBS = MOST.jobs

const pathText = (path: readonly PropertyKey[]): string =>
  path
    .map(String)
    .reduce((text, part) => (/^\d+$/.test(part) ? `${text}[${part}]` : text ? `${text}.${part}` : part), '')

/** The names that a study or a block may have at a place. */
const namesAt = (path: readonly PropertyKey[]): string[] =>
  path.length === 0 ? Object.keys(studySchema.shape) : Object.keys(blockSchema.shape)

/** Something that a study cannot say, and where it stands. */
export interface StudyProblem {
  readonly path: readonly PropertyKey[]
  /** Naming the place, what was expected and what was got, with the name that was meant. */
  readonly message: string
}

/** Everything that is wrong with what was read from a file. */
export function problemsOf(value: unknown): StudyProblem[] {
  const found = studySchema.safeParse(value)
  return found.success ? [] : found.error.issues.map((issue) => problemOf(issue, value))
}

function problemOf(issue: z.core.$ZodIssue, value: unknown): StudyProblem {
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys
    const known = namesAt(issue.path)
    const near = nearestName(key!, known)
    const at = issue.path.length > 0 ? ` in ${pathText(issue.path)}` : ''
    return {
      path: [...issue.path, key!],
      message: `there is no "${key}"${at}${near ? `; did you mean "${near}"?` : '.'} Known: ${known.join(', ')}`,
    }
  }
  const at = pathText(issue.path)
  const got = issue.path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown>)?.[key], value)
  // The validator's words are for developers; what stands after "expected" is plain.
  const [, expected = 'what docs/schemas/study.schema.json says of it'] =
    /expected (.*)$/i.exec(issue.message) ?? []
  return {
    path: issue.path,
    message: `${at ? `"${at}": ` : ''}expected ${expected.replace(/, received .*$/, '')}, got ${show(got).slice(0, 80)}`,
  }
}

/**
 * Checks what was read from a file.
 *
 * @param where  the file, as messages name it
 * @throws ConfigError naming the place, what was expected and what was got, with the name that was meant
 */
export function checkStudy(value: unknown, where: string): StudyFile {
  const found = studySchema.safeParse(value)
  if (found.success) return found.data
  throw new ConfigError(`${where}: ${problemOf(found.error.issues[0]!, value).message}`)
}
