// Files that a page puts into the runs folder: those that a form lets people bring, whole or not at all.
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { keepFile } from '../../runs/node/index.ts'
import { ConfigError } from '../../util/errors.ts'
import { formatSize } from '../../util/format.ts'
import { FILES } from '../../util/limits.ts'
import type { StudioContext } from '../context.ts'
import { refuse } from '../guard.ts'
import { RUN_NAME } from '../open-run.ts'
import type { Uploaded } from '../protocol.ts'

export function uploadRoutes(studio: StudioContext): Hono {
  const app = new Hono()
  const limit = bodyLimit({
    maxSize: FILES.network.bytes,
    onError: (context) =>
      refuse(context, 413, `the file is too large: expected at most ${formatSize(FILES.network.bytes)}`),
  })
  app.post('/api/uploads/:name', limit, async (context) => {
    const name = context.req.param('name')
    const forms = await Promise.all(
      studio.starts.map((start) => start.form({ folder: studio.folder, runs: [] })),
    )
    const endings = forms.flatMap(({ subject }) => subject.upload?.ending ?? [])
    const ending = endings.find((candidate) => name.endsWith(candidate))
    if (ending === undefined || !RUN_NAME.test(name))
      throw new ConfigError(
        `"${name.slice(0, 130)}": expected a file whose name ends with ${endings.join(' or ')} and has at most 128 letters, digits, spaces, dots, dashes or underscores`,
      )
    const { body } = context.req.raw
    if (!body) throw new ConfigError(`"${name}": expected the bytes of the file, got none`)
    const kept = await keepFile(studio.folder, name.slice(0, -ending.length), ending, body)
    return context.json({ name: kept } satisfies Uploaded, 201)
  })
  return app
}
