// Somebody at the controls of a training: what requests change, and what they do not.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adam } from '../../src/optimizers/index.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import type { Controls, Request } from '../../src/training/controls.ts'
import { type TrainOptions, train } from '../../src/training/trainer.ts'
import type { TrainEvent } from '../../src/training/watcher.ts'
import { samples as sampling } from '../../src/training/watchers/samples.ts'
import { randomSource, tinyGan } from './tiny-gan.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
})
afterAll(() => engine.close())

const objective = tinyGan({ optimizer: () => adam({ learningRate: 0.01, beta1: 0.5 }) })

/** Requests in order; one that waits gets the next, and `stop` when there is none left. */
const script = (requests: readonly (Request | undefined)[]): Controls => {
  const left = [...requests]
  return {
    take: async () => left.shift(),
    wait: async (signal) => (signal?.aborted ? undefined : (left.shift() ?? { command: 'stop' })),
  }
}

async function run(changes: Partial<TrainOptions> = {}): Promise<TrainEvent[]> {
  const events: TrainEvent[] = []
  const options: TrainOptions = {
    objective,
    source: randomSource(30),
    engine,
    batchSize: 6,
    seed: 5,
    steps: 12,
    ...changes,
  }
  for await (const event of train(options)) events.push(structuredClone(event))
  return events
}

const rowsOf = (events: readonly TrainEvent[]) =>
  events.flatMap((event) => (event.type === 'steps' ? event.rows : []))
const endOf = (events: readonly TrainEvent[]) => {
  const end = events.at(-1)!
  if (end.type !== 'end') throw new Error('no end')
  return end
}
const typesOf = (events: readonly TrainEvent[]) => events.map(({ type }) => type)

/** Arrays of one network, slots of its optimizer included, in a state. */
const part = (arrays: Readonly<Record<string, Float32Array>>, name: string) =>
  Object.fromEntries(Object.entries(arrays).filter(([key]) => key.split('/').includes(name)))

/** The state after two whole steps, then one asked for by hand. */
async function afterSingle(updates?: readonly string[]) {
  const start = endOf(
    await run({ steps: 12, controls: script([{ command: 'step' }, { command: 'step' }]) }),
  ).state
  const events = await run({
    from: start,
    controls: script([{ command: 'step', ...(updates ? { updates } : {}) }]),
  })
  return { start, events, end: endOf(events).state }
}

describe('a training with somebody at the controls', () => {
  it('gives the same numbers and weights when it was paused and went on', async () => {
    const alone = await run()
    const paused = await run({
      controls: script([undefined, { command: 'pause' }, { command: 'pause' }, { command: 'continue' }]),
    })
    expect(rowsOf(paused)).toEqual(rowsOf(alone))
    expect(endOf(paused).state).toEqual(endOf(alone).state)
    expect(typesOf(paused)).toContain('paused')
    expect(typesOf(paused)).toContain('continued')
  })

  it('gives the same numbers and weights step by step by hand', async () => {
    const alone = await run()
    const byHand = await run({
      controls: script(Array.from({ length: 12 }, () => ({ command: 'step' }) as const)),
    })
    expect(rowsOf(byHand)).toEqual(rowsOf(alone))
    expect(endOf(byHand)).toEqual(endOf(alone))
  })

  it('writes its state before it waits', async () => {
    const events = await run({ steps: 100, controls: script([undefined, { command: 'pause' }]) })
    const types = typesOf(events)
    const at = types.indexOf('paused')
    expect(types[at - 1]).toBe('checkpoint')
    const [checkpoint, paused] = [events[at - 1]!, events[at]!]
    expect(checkpoint.type === 'checkpoint' && checkpoint.state.step).toBe(
      paused.type === 'paused' && paused.step,
    )
  })

  it.each(['discriminator', 'generator'] as const)('lets the %s learn alone', async (player) => {
    const other = player === 'generator' ? 'discriminator' : 'generator'
    const { start, end, events } = await afterSingle([player])
    expect(end.step).toBe(start.step + 1)
    expect(Object.keys(part(end.arrays, other)).length).toBeGreaterThan(2)
    expect(part(end.arrays, other)).toEqual(part(start.arrays, other))
    expect(part(end.arrays, player)).not.toEqual(part(start.arrays, player))
    // All numbers of the step are there, also those of the player that stood still.
    expect(Object.values(rowsOf(events)[0]!).every(Number.isFinite)).toBe(true)
    expect(events.find(({ type }) => type === 'notice')).toMatchObject({
      notice: { kind: 'single-player', message: expect.stringContaining(`only the ${player} learned`) },
    })
  })

  it('the discriminator alone learns what it would have learned in a whole step', async () => {
    const [alone, whole] = [await afterSingle(['discriminator']), await afterSingle()]
    expect(part(alone.end.arrays, 'discriminator')).toEqual(part(whole.end.arrays, 'discriminator'))
  })

  it('a generator that stood still is not the one of a whole step', async () => {
    const [alone, whole] = [await afterSingle(['discriminator']), await afterSingle()]
    expect(part(alone.end.arrays, 'generator')).not.toEqual(part(whole.end.arrays, 'generator'))
  })

  it('shows samples and keeps its state after every step by hand', async () => {
    const events = await run({
      watchers: [sampling({ every: 50 })],
      steps: 200,
      controls: script([{ command: 'step' }, { command: 'step' }]),
    })
    const samples = events.flatMap((event) =>
      event.type === 'samples' && event.latents === 'fixed' ? [event.step] : [],
    )
    const checkpoints = events.flatMap((event) => (event.type === 'checkpoint' ? [event.state.step] : []))
    expect(samples).toEqual([0, 1])
    expect(checkpoints).toEqual([0, 1])
  })

  it('goes on from a step by hand as if nothing had been', async () => {
    const mixed = await run({
      steps: 30,
      controls: script([undefined, { command: 'step' }, { command: 'continue' }]),
    })
    expect(rowsOf(mixed)).toEqual(rowsOf(await run({ steps: 30 })))
  })

  it('stops with a checkpoint when it is told to', async () => {
    const events = await run({ steps: 1000, controls: script([undefined, { command: 'stop' }]) })
    expect(endOf(events).reason).toBe('stopped')
    expect(events.at(-2)?.type).toBe('checkpoint')
  })

  it('refuses a step for networks that no phase updates alone, and goes on waiting', async () => {
    const events = await run({ controls: script([{ command: 'step', updates: ['encoder'] }]) })
    expect(events.find(({ type }) => type === 'notice')).toMatchObject({
      notice: {
        kind: 'request-refused',
        message: 'no phase updates encoder alone: expected discriminator, or generator',
      },
    })
    expect(rowsOf(events)).toEqual([])
    expect(typesOf(events)).toContain('paused')
  })

  it('ends while it waits when the signal aborts', async () => {
    const controller = new AbortController()
    const controls: Controls = {
      take: async () => ({ command: 'pause' }),
      wait: async () => {
        controller.abort()
        return undefined
      },
    }
    const events = await run({ steps: 1000, controls, signal: controller.signal })
    expect(endOf(events).reason).toBe('stopped')
  })
})
