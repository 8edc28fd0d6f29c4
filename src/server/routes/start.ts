// Beginning runs of every kind: their forms, texts that are looked at, dry runs, and the process that a filled form starts.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { z } from 'zod'
import {
  type CheckedText,
  formOf,
  type Known,
  type Startable,
  type StartForm,
  type StartPreview,
} from '../../answers/starting/index.ts'
import { TRAINING } from '../../runs/index.ts'
import { keepFile, lockHolder } from '../../runs/node/index.ts'
import { runName } from '../../runs/node/run-name.ts'
import { ConfigError } from '../../util/errors.ts'
import { flagOf } from '../../util/flag.ts'
import type { StudioContext } from '../context.ts'
import { RUN_NAME } from '../open-run.ts'
import type { Started, StartForms } from '../protocol.ts'
import { readBody, smallBody } from '../read-body.ts'

const text = z.string().max(48 * 1024)
const startSchema = z.object({
  recipe: z.string().default(TRAINING.name),
  model: z.string(),
  text: text.optional(),
  data: z.string().optional(),
  name: z.string().regex(RUN_NAME, 'expected a name of letters, digits, dots and dashes').optional(),
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
})
type Request = z.infer<typeof startSchema>

/** What was asked for, and found to be right. */
interface Asked {
  readonly request: Request
  readonly known: Known
  readonly form: StartForm
  readonly start: Startable
  /** Of a kind whose choices are texts. */
  readonly looked: CheckedText | undefined
}

/** The arguments that say the settings. */
const flagsOf = (settings: Request['settings']): string[] =>
  Object.entries(settings).flatMap(([setting, value]) => {
    const flag = flagOf(setting)
    if (typeof value === 'boolean') return [value ? flag : flag.replace('--', '--no-')]
    return [`${flag}=${value}`]
  })

/** The command that does what was asked for. @param chosen  the choice, as the command takes it */
const commandOf = (
  { form, request: { data, settings } }: Asked,
  chosen: string,
  folder: string,
): string[] => [
  form.command,
  chosen,
  ...(form.data && data !== undefined ? ['--data', data] : []),
  form.folderFlag,
  folder,
  ...flagsOf(settings),
]

/** The choice as the command takes it; its process runs in the runs folder. */
const chosenIn = ({ form, request: { model } }: Asked): string =>
  form.subject.choices.find(({ name }) => name === model)?.isInFolder ? `./${model}` : model

export function startRoutes(studio: StudioContext): Hono {
  const app = new Hono()

  const knownNow = async (): Promise<Known> => ({ folder: studio.folder, runs: await studio.runs() })

  const startOf = (recipe: string): Startable => {
    const start = studio.starts.find((candidate) => candidate.recipe === recipe)
    if (start) return start
    throw new ConfigError(
      `unknown kind of run "${recipe}"; expected one of ${studio.starts.map(({ recipe }) => recipe).join(', ')}`,
    )
  }

  /** @throws ConfigError for a request that is refused */
  async function readAsked(body: { text(): Promise<string> }): Promise<Asked> {
    const request = await readBody(body, startSchema)
    const { recipe, model, data } = request
    const start = startOf(recipe)
    const known = await knownNow()
    const form = await formOf(start, known)
    const choice = form.subject.choices.find(({ name }) => name === model)
    const given = request.text ?? (choice?.isDraft ? choice.text : undefined)
    if (given !== undefined && !start.checkText)
      throw new ConfigError(`${form.title}: expected one of the choices, got a text`)
    await start.check(request, form, known)
    const names = form.data?.choices.map(({ name }) => name)
    if (choice?.hasOwnData && data !== undefined)
      throw new ConfigError(`${model} makes its data itself; expected none to be named, got "${data}"`)
    if (names && !choice?.hasOwnData && (data === undefined || !names.includes(data)))
      throw new ConfigError(
        `unknown data "${data ?? ''}"; expected one of ${names.join(', ')}. Other folders: sparring ${form.command} ${model} --data <folder>`,
      )
    const shown = given ?? choice?.text
    return {
      request: { ...request, text: given },
      known,
      form,
      start,
      looked: shown === undefined ? undefined : await start.checkText?.(shown, known),
    }
  }

  /** The folder's name. @throws ConfigError when it is taken */
  async function folderFor({ request, form, start, looked, known }: Asked): Promise<string> {
    const wanted = request.name ?? looked?.name
    const taken = new Set(known.runs.map((run) => run.name))
    const beginning = new Set(
      studio.launched.beginnings(taken).flatMap((run) => (run.failure === undefined ? [run.name] : [])),
    )
    const isTaken = (name: string): boolean => taken.has(name) || beginning.has(name)
    if (wanted === undefined || (request.name === undefined && !isTaken(wanted)))
      return wanted ?? runName(form.called ?? request.model, new Date(), isTaken)
    if (!isTaken(wanted)) return wanted
    const there = known.runs.find(({ name }) => name === wanted)
    if (there && looked?.name !== undefined && start.goesOnWith?.(there, looked.name)) {
      if (!(await lockHolder(there.folder))) return wanted
      throw new ConfigError(`"${wanted}" is going on already: open it, or choose another name`)
    }
    if (request.name !== undefined)
      throw new ConfigError(`there is a run "${wanted}" already; choose another name`)
    return runName(wanted, new Date(), isTaken)
  }

  app.get('/api/forms', async (context) => {
    const known = await knownNow()
    const forms = await Promise.all(studio.starts.map((start) => formOf(start, known)))
    return context.json({ forms } satisfies StartForms)
  })

  app.post('/api/forms/:recipe/text', smallBody, async (context) => {
    const start = startOf(context.req.param('recipe'))
    const body = await readBody(context.req, z.object({ text }))
    if (!start.checkText) throw new ConfigError('runs of this kind are begun with no text')
    return context.json((await start.checkText(body.text, await knownNow())) satisfies CheckedText)
  })

  app.post('/api/dry-runs', smallBody, async (context) => {
    const asked = await readAsked(context.req)
    const { form, start, request, looked } = asked
    if (!form.dryRun || !start.previewOf)
      throw new ConfigError(`"${form.command}" does not say what it would do`)
    const folder = join(studio.folder, request.name ?? looked?.name ?? 'new')
    // A text is no file yet, and becomes none for this.
    const place = request.text === undefined ? undefined : await mkdtemp(join(tmpdir(), 'sparring-dry-run-'))
    try {
      const file = place && join(place, looked?.file ?? 'text')
      if (file) await writeFile(file, request.text!)
      const command = commandOf(asked, file ?? chosenIn(asked), folder)
      const result = await studio.launched.ask([...command, form.dryRun.flag], context.req.raw.signal)
      return context.json(start.previewOf(result) satisfies StartPreview)
    } finally {
      if (place) await rm(place, { recursive: true, force: true })
    }
  })

  app.post('/api/runs', smallBody, async (context) => {
    const asked = await readAsked(context.req)
    const { form, request, looked } = asked
    const name = await folderFor(asked)
    let chosen = chosenIn(asked)
    if (request.text !== undefined) {
      const { ending } = form.subject.upload!
      const bytes = new TextEncoder().encode(request.text)
      const base = (looked?.file ?? request.model).slice(0, -ending.length)
      chosen = `./${await keepFile(studio.folder, base, ending, once(bytes))}`
    }
    studio.launched.start(
      {
        name,
        model: looked?.name ?? request.model,
        ...(request.data === undefined ? {} : { data: request.data }),
      },
      commandOf(asked, chosen, join(studio.folder, name)),
    )
    return context.json({ name } satisfies Started, 202)
  })
  return app
}

async function* once<Item>(item: Item): AsyncGenerator<Item> {
  yield item
}
