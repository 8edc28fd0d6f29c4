// The latent space of a run, for pages that walk it, and for the page that takes it along.
import { Hono } from 'hono'
import type { StudioContext } from '../context.ts'
import { asDownload } from '../download.ts'
import { exportedPage } from '../exported-page.ts'
import { latentSpaces } from '../latent-spaces.ts'

export function latentRoutes(studio: StudioContext): Hono {
  const spaces = latentSpaces(studio)
  const app = new Hono()
  app.get('/api/runs/:name/latent', async (context) =>
    context.json(await spaces.space(await studio.training(context.req.param('name')))),
  )
  app.get('/api/runs/:name/latent/examples', async (context) =>
    context.json(await spaces.examples(await studio.training(context.req.param('name')))),
  )
  app.get('/api/runs/:name/export.html', async (context) => {
    const name = context.req.param('name')
    const page = await exportedPage(name, await studio.training(name), spaces)
    return context.body(page, 200, {
      'content-type': 'text/html; charset=utf-8',
      ...asDownload(`${name}.html`),
    })
  })
  return app
}
