// The latent space of a run, for pages that walk it.
import { Hono } from 'hono'
import type { StudioContext } from '../context.ts'
import { latentSpaces } from '../latent-spaces.ts'

export function latentRoutes(studio: StudioContext): Hono {
  const spaceOf = latentSpaces(studio)
  const app = new Hono()
  app.get('/api/runs/:name/latent', async (context) =>
    context.json(await spaceOf(await studio.open(context.req.param('name')))),
  )
  return app
}
