// Audits: the network by which a page attacks an image of one's own.
import { Hono } from 'hono'
import { attackNetwork } from '../../answers/attack-network.ts'
import { AUDIT, type AuditConfig } from '../../runs/audit.ts'
import type { RunFolder } from '../../runs/node/index.ts'
import { NotFoundError, type StudioContext } from '../context.ts'

export function auditRoutes(studio: StudioContext): Hono {
  const app = new Hono()
  app.get('/api/runs/:name/attack.onnx', async (context) => {
    const run = await studio.open(context.req.param('name'))
    if (run.recipe.name !== AUDIT.name)
      throw new NotFoundError(`"${context.req.param('name')}" is ${run.recipe.called}, not ${AUDIT.called}`)
    return context.body(await attackNetwork(run as RunFolder<AuditConfig>), 200, {
      'content-type': 'application/octet-stream',
    })
  })
  return app
}
