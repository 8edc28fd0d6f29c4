// What changes runs: starting one, and telling the process that trains it to pause, go on, step or stop.
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import { namedSets } from '../../data/node/index.ts'
import { MODELS, modelNamed } from '../../models/index.ts'
import { lockHolder, sendControl } from '../../runs/node/index.ts'
import { describeIssues } from '../../runs/schema.ts'
import { ConfigError } from '../../util/errors.ts'
import { commonSettings, flagOf, resolveSettings } from '../../workflow/request.ts'
import { runParts } from '../../workflow/run-parts.ts'
import { type Setting, settingsOf } from '../../workflow/setting.ts'
import type { StudioContext } from '../context.ts'
import { refuse } from '../guard.ts'
import { ownRuns, RUN_NAME } from '../open-run.ts'
import type { ModelForms, SettingField, Started } from '../protocol.ts'

const startSchema = z.object({
  model: z.string(),
  data: z.string(),
  name: z.string().regex(RUN_NAME, 'expected a name of letters, digits, dots and dashes').optional(),
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
})

const controlSchema = z.discriminatedUnion('command', [
  z.object({ command: z.enum(['pause', 'continue', 'stop', 'resume']) }),
  z.object({ command: z.literal('step'), updates: z.array(z.string()).min(1).max(8).optional() }),
])

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

const fieldOf =
  (own: boolean) =>
  ({
    name,
    kind,
    description,
    integer,
    minimum,
    maximum,
    choices,
    default: value,
  }: Setting): SettingField => ({
    name,
    kind: choices ? 'choice' : kind,
    description,
    integer,
    own,
    ...(value === undefined ? {} : { default: value as string | number | boolean }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(choices === undefined ? {} : { choices }),
  })

const two = (n: number): string => String(n).padStart(2, '0')
/** `mlp-gan-20260131-174509`, in local time. */
const defaultName = (model: string, date: Date): string =>
  `${model}-${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}-${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`

export function controlRoutes(studio: StudioContext): Hono {
  const app = new Hono()
  const limit = bodyLimit({
    maxSize: 64 * 1024,
    onError: (context) => refuse(context, 413, 'the body is too large: expected at most 64 kB'),
  })

  /** Named sets, and folders that runs here were trained on: no page names other places on the disk. */
  const dataNames = async (): Promise<string[]> => {
    const used = (await ownRuns(studio.folder)).flatMap((run) =>
      'config' in run ? [run.config.data.name] : [],
    )
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
      data: await dataNames(),
    } satisfies ModelForms),
  )

  app.post('/api/runs', limit, async (context) => {
    const { model, data, settings, name } = await readBody(context.req, startSchema)
    resolveSettings(modelNamed(model).name, settings)
    const known = await dataNames()
    if (!known.includes(data))
      throw new ConfigError(
        `unknown data "${data}"; expected one of ${known.join(', ')}. Other folders: sparring train ${model} --data <folder>`,
      )
    const taken = new Set((await ownRuns(studio.folder)).map((run) => run.name))
    const beginning = new Set(
      studio.trainings.beginnings(taken).flatMap((run) => (run.failure === undefined ? [run.name] : [])),
    )
    const isTaken = (wanted: string): boolean => taken.has(wanted) || beginning.has(wanted)
    if (name !== undefined && isTaken(name))
      throw new ConfigError(`there is a run "${name}" already; choose another name`)
    const base = name ?? defaultName(model, new Date())
    let free = base
    for (let copy = 2; isTaken(free); copy++) free = `${base}-${copy}`
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
    const { command } = request
    if (command === 'resume') {
      if (await lockHolder(run.folder)) throw new ConfigError('the run is being trained already')
      studio.trainings.resume(context.req.param('name'))
    } else {
      if (command === 'step' && request.updates) {
        const { players } = runParts(run.config)
        const wanted = [...request.updates].sort().join('+')
        if (!players.some((names) => [...names].sort().join('+') === wanted))
          throw new ConfigError(
            `no phase of ${run.config.model} updates ${request.updates.join(' and ')} alone; expected one of ${players.map((names) => names.join('+')).join(', ')}`,
          )
      }
      await sendControl(run.folder, command === 'step' ? request : { command })
    }
    return context.json({}, 202)
  })
  return app
}
