// Be the critic: rounds of real and generated images, whose truth stays here until they are answered.
import { randomBytes, randomInt } from 'node:crypto'
import { Hono } from 'hono'
import { z } from 'zod'
import {
  type CriticNetworks,
  type CriticRound,
  criticRound,
  openCriticNetworks,
  ROUND_SIZE,
} from '../../answers/critic.ts'
import { type CriticRow, criticTotals, scoresOf } from '../../runs/index.ts'
import { appendCritic, type RunFolder, readCritic } from '../../runs/node/index.ts'
import { ConfigError } from '../../util/errors.ts'
import { NotFoundError, type StudioContext } from '../context.ts'
import { refuse } from '../guard.ts'
import type { CriticQuestions, CriticResult } from '../protocol.ts'
import { readBody } from '../read-body.ts'

/** Rounds kept; beyond them the oldest is forgotten. */
const MOST_OPEN = 200
/** Milliseconds that a round can be answered. */
const LIFETIME = 60 * 60 * 1000

/** Runs whose networks are kept ready. */
const MOST_READY = 4

const answersSchema = z.object({ saidReal: z.array(z.boolean()) })

/** A round that somebody was shown. Without the images, which have been sent. */
interface OpenRound {
  readonly folder: string
  readonly round: Omit<CriticRound, 'pixels' | 'shape'>
  /** Milliseconds, of the same clock as `now`. */
  readonly until: number
  isAnswered: boolean
}

/** @param now  milliseconds of a clock that only goes on; for tests */
export function criticRoutes(studio: StudioContext, now: () => number = () => performance.now()): Hono {
  const app = new Hono()
  /** By name, oldest first. */
  const open = new Map<string, OpenRound>()
  const tidy = (): void => {
    for (const [id, { until }] of open) if (until <= now()) open.delete(id)
    for (const id of [...open.keys()].slice(0, -MOST_OPEN)) open.delete(id)
  }

  const ready = new Map<string, { readonly networks: Promise<CriticNetworks>; uses: number }>()
  /** Does something with the networks of a run; the newest few stay open for the next round. */
  async function withNetworks<T>(run: RunFolder, use: (networks: CriticNetworks) => Promise<T>): Promise<T> {
    const key = `${run.folder} ${run.config.createdAt}`
    const kept = ready.get(key) ?? {
      networks: studio.engine().then((engine) => openCriticNetworks(engine, run.config)),
      uses: 0,
    }
    // The newest goes last.
    ready.delete(key)
    ready.set(key, kept)
    kept.uses++
    try {
      return await use(await kept.networks)
    } catch (error) {
      // What could not be opened is tried anew next time.
      await kept.networks.catch(() => ready.delete(key))
      throw error
    } finally {
      kept.uses--
      for (const [old, { networks, uses }] of [...ready].slice(0, -MOST_READY))
        if (uses === 0) {
          ready.delete(old)
          void networks.then((opened) => opened.close()).catch(() => {})
        }
    }
  }

  app.get('/api/runs/:name/critic', async (context) => {
    const run = await studio.training(context.req.param('name'))
    return context.json(criticTotals(await readCritic(run.folder)))
  })

  app.post('/api/runs/:name/critic', async (context) => {
    const run = await studio.training(context.req.param('name'))
    const { pixels, shape, ...round } = await withNetworks(run, async (networks) =>
      criticRound({ run, networks, data: await studio.data(run.config), seed: randomInt(2 ** 47) }),
    )
    const id = randomBytes(16).toString('hex')
    open.set(id, { folder: run.folder, round, until: now() + LIFETIME, isAnswered: false })
    tidy()
    const [height, width, channels] = shape
    return context.json({
      round: id,
      step: round.step,
      reals: round.reals,
      count: ROUND_SIZE,
      height,
      width,
      channels,
      pixels: Buffer.from(pixels).toString('base64'),
    } satisfies CriticQuestions)
  })

  app.post('/api/runs/:name/critic/:round', async (context) => {
    const run = await studio.training(context.req.param('name'))
    const { saidReal } = await readBody(context.req, answersSchema)
    tidy()
    const found = open.get(context.req.param('round'))
    if (found?.folder !== run.folder)
      throw new NotFoundError(
        'there is no such round of this run: rounds can be answered for an hour, until the studio ends; play another one',
      )
    if (found.isAnswered) return refuse(context, 409, 'this round was answered already; play another one')
    if (saidReal.length !== ROUND_SIZE)
      throw new ConfigError(`saidReal: expected ${ROUND_SIZE} answers, got ${saidReal.length}`)
    const row: CriticRow = { at: new Date().toISOString(), ...found.round, saidReal }
    // Before anything is waited for, so that no second answer comes between.
    found.isAnswered = true
    try {
      await appendCritic(run.folder, row)
    } catch (error) {
      found.isAnswered = false
      throw error
    }
    const { step, seed, isReal, probabilityOfReal } = row
    return context.json({
      step,
      seed,
      images: isReal.map((real, image) => ({
        isReal: real,
        saidReal: saidReal[image]!,
        probabilityOfReal: probabilityOfReal?.[image] ?? null,
      })),
      scores: scoresOf([row]),
      totals: criticTotals(await readCritic(run.folder)),
    } satisfies CriticResult)
  })
  return app
}
