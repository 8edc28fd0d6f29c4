// Drawing: which networks can look at an image, real images to begin with, and those that are nearest to one.

import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { type CompanionSource, companionsOf, extractorBytes } from '../../answers/companions.ts'
import { exampleImage, nearestImages } from '../../answers/nearest-images.ts'
import { ConfigError } from '../../util/errors.ts'
import type { StudioContext } from '../context.ts'
import type { Companions, ExampleImage, NearestImages } from '../protocol.ts'
import { readBody } from '../read-body.ts'
import { imageBytes, served } from '../served-image.ts'

/** Images that are found. */
const NEAREST = 6

const nearestSchema = z.object({ pixels: z.base64() })

export function drawRoutes(studio: StudioContext): Hono {
  const app = new Hono()

  const source = async (context: Context): Promise<CompanionSource> => {
    const name = context.req.param('name')!
    const run = await studio.training(name)
    return { folder: studio.folder, name, run, data: () => studio.data(run.config) }
  }

  app.get('/api/runs/:name/companions', async (context) =>
    context.json((await companionsOf(await source(context))) satisfies Companions),
  )

  app.get('/api/runs/:name/extractor.onnx', async (context) =>
    context.body(await extractorBytes(await source(context)), 200, {
      'content-type': 'application/octet-stream',
    }),
  )

  app.get('/api/runs/:name/example', async (context) => {
    const { config } = await studio.training(context.req.param('name'))
    const given = context.req.query('seed') ?? ''
    if (!/^\d{1,15}$/.test(given))
      throw new ConfigError(`"seed" must be a whole number, got "${given.slice(0, 30)}"`)
    const image = exampleImage(await studio.data(config), Number(given))
    return context.json({ ...served(image), heldOut: image.heldOut } satisfies ExampleImage)
  })

  app.post('/api/runs/:name/nearest', async (context) => {
    const { config } = await studio.training(context.req.param('name'))
    const { pixels } = await readBody(context.req, nearestSchema)
    // Before the data is loaded for it.
    const bytes = imageBytes(config, pixels)
    const { train } = await studio.data(config)
    const began = performance.now()
    const found = await nearestImages(train, bytes, NEAREST, context.req.raw.signal)
    return context.json({
      images: found.map((image) => ({ ...served(image), distance: image.distance })),
      count: train.count,
      milliseconds: performance.now() - began,
    } satisfies NearestImages)
  })

  return app
}
