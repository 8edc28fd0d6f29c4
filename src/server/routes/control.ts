// What changes runs: starting one, and telling the process that trains it to pause, go on, step or stop.
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import { namedSets } from '../../data/node/index.ts'
import { settingsOfData, splitDataOptions } from '../../lifecycle/data-settings.ts'
import { commonSettings, resolveSettings } from '../../lifecycle/request.ts'
import { stepProblem } from '../../lifecycle/run-parts.ts'
import { type Setting, settingsOf } from '../../lifecycle/setting.ts'
import { MODELS, modelNamed } from '../../models/index.ts'
import { isTraining, lockHolder, sendControl } from '../../runs/node/index.ts'
import { runName } from '../../runs/node/run-name.ts'
import { controlRowSchema, describeIssues } from '../../runs/schema.ts'
import { ConfigError } from '../../util/errors.ts'
import { flagOf } from '../../util/flag.ts'
import type { StudioContext } from '../context.ts'
import { refuse } from '../guard.ts'
import { RUN_NAME } from '../open-run.ts'
import type { ModelForms, SettingField, Started } from '../protocol.ts'

const startSchema = z.object({
  model: z.string(),
  data: z.string(),
  name: z.string().regex(RUN_NAME, 'expected a name of letters, digits, dots and dashes').optional(),
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
})

const controlSchema = z.union([controlRowSchema, z.object({ command: z.literal('resume') })])

/** A body that fits a schema. @throws ConfigError saying what does not fit */
export async function readBody<T>(request: { text(): Promise<string> }, schema: z.ZodType<T>): Promise<T> {
  let value: unknown
  try {
    value = JSON.parse(await request.text())
  } catch {
    throw new ConfigError('expected a body of JSON')
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new ConfigError(`the request does not fit: ${describeIssues(parsed.error)}`)
  return parsed.data
}

/** A setting as the form takes it. */
export const fieldOf =
  (own: boolean) =>
  ({
    name,
    kind,
    description,
    integer,
    minimum,
    maximum,
    above,
    below,
    pattern,
    choices,
    expected,
    default: value,
  }: Setting): SettingField => ({
    name,
    kind: choices ? 'choice' : kind,
    description,
    integer,
    own,
    expected,
    ...(value === undefined ? {} : { default: value as string | number | boolean }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(above === undefined ? {} : { above }),
    ...(below === undefined ? {} : { below }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(choices === undefined ? {} : { choices }),
  })

export function controlRoutes(studio: StudioContext): Hono {
  const app = new Hono()
  const limit = bodyLimit({
    maxSize: 64 * 1024,
    onError: (context) => refuse(context, 413, 'the body is too large: expected at most 64 kB'),
  })

  /** Named sets, and folders that runs here were trained on: no page names other places on the disk. */
  const dataNames = async (): Promise<string[]> => {
    const used = (await studio.runs()).filter(isTraining).map(({ config }) => config.data.name)
    return [...new Set([...Object.keys(namedSets), ...used])]
  }

  app.get('/api/models', async (context) =>
    context.json({
      models: MODELS.map((model) => ({
        name: model.name,
        summary: model.description,
        settings: [
          ...settingsOf(commonSettings, { ...model.defaults }).map(fieldOf(false)),
          ...settingsOf(model.options).map(fieldOf(true)),
        ],
      })),
      data: (await dataNames()).map((name) => ({
        name,
        settings: settingsOfData(name).map(fieldOf(false)),
      })),
    } satisfies ModelForms),
  )

  app.post('/api/runs', limit, async (context) => {
    const { model, data, settings, name } = await readBody(context.req, startSchema)
    const { settings: training } = splitDataOptions(data, settings)
    resolveSettings(modelNamed(model).name, training)
    const known = await dataNames()
    if (!known.includes(data))
      throw new ConfigError(
        `unknown data "${data}"; expected one of ${known.join(', ')}. Other folders: sparring train ${model} --data <folder>`,
      )
    const taken = new Set((await studio.runs()).map((run) => run.name))
    const beginning = new Set(
      studio.trainings.beginnings(taken).flatMap((run) => (run.failure === undefined ? [run.name] : [])),
    )
    const isTaken = (wanted: string): boolean => taken.has(wanted) || beginning.has(wanted)
    if (name !== undefined && isTaken(name))
      throw new ConfigError(`there is a run "${name}" already; choose another name`)
    const free = name ?? runName(model, new Date(), isTaken)
    const flags = Object.entries(settings).flatMap(([setting, value]) => {
      const flag = flagOf(setting)
      if (typeof value === 'boolean') return [value ? flag : flag.replace('--', '--no-')]
      return [`${flag}=${value}`]
    })
    studio.trainings.start({ name: free, model, data }, flags)
    return context.json({ name: free } satisfies Started, 202)
  })

  app.post('/api/runs/:name/control', limit, async (context) => {
    const request = await readBody(context.req, controlSchema)
    const run = await studio.open(context.req.param('name'))
    if (request.command === 'resume') {
      if (await lockHolder(run.folder)) throw new ConfigError('the run is being trained already')
      studio.trainings.resume(context.req.param('name'))
    } else {
      if (request.command === 'step') {
        const { config } = await studio.training(context.req.param('name'))
        const problem = stepProblem(config, request.updates)
        if (problem) throw new ConfigError(problem)
      }
      await sendControl(run.folder, request)
    }
    return context.json({}, 202)
  })
  return app
}
