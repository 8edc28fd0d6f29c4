// Watchers of a training: when each looks, in which order, at what, and that looking changes nothing.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sgd } from '../../src/optimizers/index.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import type { Request } from '../../src/training/controls.ts'
import { DivergedError } from '../../src/training/state.ts'
import { type TrainOptions, train } from '../../src/training/trainer.ts'
import type { OpenWatcher, TrainEvent, Watchable, Watcher } from '../../src/training/watcher.ts'
import { samples } from '../../src/training/watchers/samples.ts'
import { validation } from '../../src/training/watchers/validation.ts'
import { randomSource, tinyGan } from './tiny-gan.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
})
afterAll(() => engine.close())

const objective = tinyGan()
async function run(
  watchers: readonly OpenWatcher[],
  changes: Partial<TrainOptions> = {},
): Promise<TrainEvent[]> {
  const events: TrainEvent[] = []
  const settings = { objective, source: randomSource(12), engine, batchSize: 4, seed: 2, steps: 11 }
  for await (const event of train({ ...settings, watchers, ...changes })) events.push(structuredClone(event))
  return events
}
/** A watcher that says its name at each look. */
const named =
  (name: string, every: number, rest: Partial<Watcher> = {}): OpenWatcher =>
  async () => ({
    every,
    async *observe(step) {
      yield { type: 'record', log: name, row: { step } }
    },
    ...rest,
  })
/** A watcher that says nothing. */
const silent = (every: number, look: (step: number) => Promise<void>): Watcher => ({
  every,
  async *observe(step) {
    await look(step)
    yield* []
  },
})
const looks = (events: readonly TrainEvent[]): string[] =>
  events.flatMap((event) =>
    event.type === 'record'
      ? [`${event.log} ${event.row.step}`]
      : event.type === 'checkpoint'
        ? [`checkpoint ${event.state.step}`]
        : [],
  )
const rowsOf = (events: readonly TrainEvent[]) =>
  events.flatMap((event) => (event.type === 'steps' ? event.rows : []))

describe('watchers', () => {
  it('look each at its own pace and after the last step, in their order, before the checkpoint of a step', async () => {
    const events = await run([named('b', 4), named('a', 5), named('never', 0)], { checkpointEvery: 5 })
    expect(looks(events)).toEqual([
      ...['b 0', 'a 0', 'checkpoint 0', 'b 4', 'a 5', 'checkpoint 5', 'b 8'],
      ...['b 10', 'a 10', 'checkpoint 10'],
    ])
  })

  it('change no number of the training, whatever they look at', async () => {
    const busy: OpenWatcher = async ({ program }) => silent(1, async () => void (await program.read()))
    const watched = await run([
      samples({ every: 3, count: 2 }),
      validation({ every: 2, examples: randomSource(5) }),
      busy,
    ])
    const alone = await run([])
    expect(rowsOf(watched)).toEqual(rowsOf(alone))
    expect(watched.at(-1)).toEqual(alone.at(-1))
  })

  it('are given the training, and see the weights that the step left', async () => {
    const seen: { training?: Watchable; steps: Record<number, unknown> } = { steps: {} }
    const look: OpenWatcher = async (training) => {
      seen.training = training
      return silent(2, async (step) => {
        seen.steps[step] = await training.program.read()
      })
    }
    const events = await run([look], { checkpointEvery: 2 })
    expect(seen.training).toMatchObject({ objective, engine, seed: 2, steps: 11 })
    const states = events.flatMap((event) =>
      event.type === 'checkpoint' ? [[event.state.step, event.state.arrays] as const] : [],
    )
    expect(Object.fromEntries(states)).toEqual(seen.steps)
  })

  it('may find that there is nothing to look at', async () => {
    const none: OpenWatcher = async () => undefined
    expect(looks(await run([none, named('a', 10), none]))).toEqual(['a 0', 'a 10', 'checkpoint 10'])
  })

  it('look after a step that was asked for by hand only where they say so', async () => {
    const left: Request[] = [{ command: 'step' }, { command: 'step' }, { command: 'stop' }]
    const controls = { take: async () => left.shift(), wait: async () => left.shift() }
    const events = await run([named('always', 50, { alone: true }), named('paced', 50)], {
      controls,
      steps: 100,
    })
    expect(looks(events)).toEqual([
      // The first step is on the pace of both.
      ...['always 0', 'paced 0', 'checkpoint 0'],
      ...['always 1', 'checkpoint 1'],
    ])
  })

  it('are closed when the training ends, when it fails and when its reader walks away', async () => {
    const closed: string[] = []
    const closing = (name: string, rest: Partial<Watcher> = {}): OpenWatcher =>
      named(name, 5, { close: async () => void closed.push(name), ...rest })
    await run([closing('a'), closing('b')])
    expect(closed.splice(0)).toEqual(['a', 'b'])
    const failing = closing('b', {
      observe: () => {
        throw new Error('cannot look')
      },
    })
    await expect(run([closing('a'), failing])).rejects.toThrow('cannot look')
    expect(closed.splice(0)).toEqual(['a', 'b'])
    const settings = { objective, source: randomSource(12), engine, batchSize: 4, seed: 2, steps: 1000 }
    for await (const _ of train({ ...settings, watchers: [closing('a')] })) break
    expect(closed).toEqual(['a'])
  })

  it('that opened are closed when a later one cannot open', async () => {
    const closed: string[] = []
    const broken: OpenWatcher = async () => {
      throw new Error('cannot open')
    }
    await expect(run([named('a', 1, { close: async () => void closed.push('a') }), broken])).rejects.toThrow(
      'cannot open',
    )
    expect(closed).toEqual(['a'])
  })

  it('never look at weights that are no numbers', async () => {
    const absurd = tinyGan({ optimizer: () => sgd({ learningRate: (before) => (before >= 6 ? 1e38 : 0.1) }) })
    const seen: number[] = []
    const look: OpenWatcher = async ({ program }) =>
      silent(1, async (step) => {
        seen.push(step)
        for (const data of Object.values(await program.read())) expect(data.every(Number.isFinite)).toBe(true)
      })
    const failed = await run([look], { objective: absurd, steps: 40 }).catch((error: unknown) => error)
    if (!(failed instanceof DivergedError)) throw failed
    expect(seen).toEqual(Array.from({ length: failed.step }, (_, i) => i))
  })
})
