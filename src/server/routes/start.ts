// Beginning runs of every kind: their forms, and the process that a filled one starts.
import { join } from 'node:path'
import { Hono } from 'hono'
import { z } from 'zod'
import type { Known, Startable, StartForm } from '../../answers/starting/index.ts'
import { TRAINING } from '../../runs/index.ts'
import { runName } from '../../runs/node/run-name.ts'
import { ConfigError } from '../../util/errors.ts'
import { flagOf } from '../../util/flag.ts'
import type { StudioContext } from '../context.ts'
import { RUN_NAME } from '../open-run.ts'
import type { Started, StartForms } from '../protocol.ts'
import { readBody, smallBody } from '../read-body.ts'

const startSchema = z.object({
  recipe: z.string().default(TRAINING.name),
  model: z.string(),
  data: z.string(),
  name: z.string().regex(RUN_NAME, 'expected a name of letters, digits, dots and dashes').optional(),
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
})

export function startRoutes(studio: StudioContext): Hono {
  const app = new Hono()

  const formsOf = (known: Known): Promise<(readonly [StartForm, Startable])[]> =>
    Promise.all(studio.starts.map(async (start) => [await start.form(known), start] as const))

  app.get('/api/forms', async (context) => {
    const forms = await formsOf({ folder: studio.folder, runs: await studio.runs() })
    return context.json({ forms: forms.map(([form]) => form) } satisfies StartForms)
  })

  app.post('/api/runs', smallBody, async (context) => {
    const request = await readBody(context.req, startSchema)
    const { recipe, model, data, settings, name } = request
    const runs = await studio.runs()
    const forms = await formsOf({ folder: studio.folder, runs })
    const [form, start] = forms.find(([candidate]) => candidate.recipe === recipe) ?? []
    if (!form || !start)
      throw new ConfigError(
        `unknown kind of run "${recipe}"; expected one of ${forms.map(([{ recipe }]) => recipe).join(', ')}`,
      )
    start.check(request, form)
    const known = form.data.choices.map(({ name }) => name)
    if (!known.includes(data))
      throw new ConfigError(
        `unknown data "${data}"; expected one of ${known.join(', ')}. Other folders: sparring ${form.command} ${model} --data <folder>`,
      )
    const taken = new Set(runs.map((run) => run.name))
    const beginning = new Set(
      studio.launched.beginnings(taken).flatMap((run) => (run.failure === undefined ? [run.name] : [])),
    )
    const isTaken = (wanted: string): boolean => taken.has(wanted) || beginning.has(wanted)
    if (name !== undefined && isTaken(name))
      throw new ConfigError(`there is a run "${name}" already; choose another name`)
    const free = name ?? runName(form.called ?? model, new Date(), isTaken)
    const flags = Object.entries(settings).flatMap(([setting, value]) => {
      const flag = flagOf(setting)
      if (typeof value === 'boolean') return [value ? flag : flag.replace('--', '--no-')]
      return [`${flag}=${value}`]
    })
    // Its process runs in the runs folder.
    const chosen = form.subject.areInFolder ? `./${model}` : model
    studio.launched.start({ name: free, model, data }, [
      form.command,
      chosen,
      '--data',
      data,
      form.folderFlag,
      join(studio.folder, free),
      ...flags,
    ])
    return context.json({ name: free } satisfies Started, 202)
  })
  return app
}
