// What steers runs: telling the process of one to pause, go on, step or stop, and going on with one that stopped.
import { Hono } from 'hono'
import { z } from 'zod'
import { stepProblem } from '../../lifecycle/run-parts.ts'
import { lockHolder, sendControl } from '../../runs/node/index.ts'
import { controlRowSchema } from '../../runs/schema.ts'
import { ConfigError } from '../../util/errors.ts'
import type { StudioContext } from '../context.ts'
import { keeperOf } from '../open-run.ts'
import { readBody, smallBody } from '../read-body.ts'

const controlSchema = z.union([controlRowSchema, z.object({ command: z.literal('resume') })])

export function controlRoutes(studio: StudioContext): Hono {
  const app = new Hono()
  app.post('/api/runs/:name/control', smallBody, async (context) => {
    const request = await readBody(context.req, controlSchema)
    const name = context.req.param('name')
    const run = await studio.open(name)
    const keeper = keeperOf(name)
    if (keeper !== undefined)
      throw new ConfigError(`this run is a part of "${keeper}": pause, stop and go on with that`)
    if (request.command === 'resume') {
      if (await lockHolder(run.folder)) throw new ConfigError('the run is going on already')
      studio.launched.resume(name)
    } else {
      if (request.command === 'step') {
        const { config } = await studio.training(name)
        const problem = stepProblem(config, request.updates)
        if (problem) throw new ConfigError(problem)
      }
      await sendControl(run.folder, request)
    }
    return context.json({}, 202)
  })
  return app
}
