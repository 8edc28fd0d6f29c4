// Taking a run away: what there is with its size, and the logs as tables.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Hono } from 'hono'
import { stream } from 'hono/streaming'
import { logCsv } from '../../answers/log-csv.ts'
import { liveLogs } from '../../runs/index.ts'
import { NotFoundError, type StudioContext } from '../context.ts'
import { asDownload } from '../download.ts'
import { offeredPath } from '../open-run.ts'
import type { RunFiles } from '../protocol.ts'
import { offeredFiles } from '../snapshot.ts'

export function fileRoutes(studio: StudioContext): Hono {
  const app = new Hono()

  app.get('/api/runs/:name/files', async (context) => {
    const run = await studio.open(context.req.param('name'))
    const sizes = (await offeredFiles(run)).map(async (name) => ({
      name,
      // A file may go while they are listed.
      bytes: (await stat(join(run.folder, name)).catch(() => undefined))?.size,
    }))
    const files = (await Promise.all(sizes)).flatMap(({ name, bytes }) =>
      bytes === undefined ? [] : [{ name, bytes }],
    )
    const [checkpoint] = await run.listCheckpoints()
    return context.json({ files, ...(checkpoint === undefined ? {} : { checkpoint }) } satisfies RunFiles)
  })

  app.get('/api/runs/:name/:csv{[a-z][a-z0-9-]*\\.csv}', async (context) => {
    const { name, csv } = context.req.param()
    const run = await studio.open(name)
    const log = liveLogs(run.logs).find((candidate) => `${candidate.name}.csv` === csv)
    if (!log) throw new NotFoundError(`there is no log "${csv.slice(0, 130)}" of the run`)
    const table = await logCsv(await offeredPath(run, log.file), log, run.config)
    context.header('content-type', 'text/csv; charset=utf-8; header=present')
    context.header('content-disposition', asDownload(`${name}-${csv}`)['content-disposition'])
    return stream(context, async (out) => {
      for await (const lines of table) {
        if (out.aborted) return
        await out.write(lines)
      }
    })
  })

  return app
}
