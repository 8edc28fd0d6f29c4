// The map of a run's features: where images lie, what they are, and where another one would lie.
import { Hono } from 'hono'
import { z } from 'zod'
import { openFeatureMap } from '../../answers/feature-map.ts'
import { ConfigError } from '../../util/errors.ts'
import type { StudioContext } from '../context.ts'
import { perCheckpoint } from '../per-checkpoint.ts'
import type { FeatureMap, FeaturePlace, MapImages } from '../protocol.ts'
import { readBody } from '../read-body.ts'
import { imageBytes, served } from '../served-image.ts'

/** Images that are asked for at once: one and its neighbours. */
const MOST = 32

const placeSchema = z.object({ pixels: z.base64() })

export function mapRoutes(studio: StudioContext): Hono {
  const maps = perCheckpoint(async (run) => openFeatureMap(run, await studio.engine(), studio.data))
  const app = new Hono()

  app.get('/api/runs/:name/map', async (context) => {
    const run = await studio.training(context.req.param('name'))
    const known = context.req.query('known')
    // Pages ask now and then whether there is another.
    if (known !== undefined && known === String((await run.listCheckpoints())[0])) return context.json(null)
    return context.json((await maps(run)).map satisfies FeatureMap)
  })

  app.get('/api/runs/:name/map/images', async (context) => {
    const run = await studio.training(context.req.param('name'))
    const given = context.req.query('at') ?? ''
    const places = given.split(',')
    if (places.length > MOST || !places.every((place) => /^\d{1,9}$/.test(place)))
      throw new ConfigError(
        `"at" must be at most ${MOST} whole numbers with commas between them, got "${given.slice(0, 30)}"`,
      )
    const { images } = await maps(run)
    return context.json({ images: images(places.map(Number)).map(served) } satisfies MapImages)
  })

  app.post('/api/runs/:name/map', async (context) => {
    const run = await studio.training(context.req.param('name'))
    const { pixels } = await readBody(context.req, placeSchema)
    const bytes = imageBytes(run.config, pixels)
    return context.json((await (await maps(run)).place(bytes)) satisfies FeaturePlace)
  })

  return app
}
