// The events of a training as they appear on a terminal and in a log.
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { InterruptedError } from '../../src/cli/exit-codes.ts'
import { openSession } from '../../src/cli/session.ts'
import { liveTerminal, plainTerminal } from '../../src/cli/terminal.ts'
import { eventDrawer, watchRun } from '../../src/cli/watch-run.ts'
import type { RunEvent, RunResult } from '../../src/measuring/events.ts'
import { screen } from './screen.ts'

const folder = resolve('runs/first')
const config = {
  model: 'mlp-gan',
  settings: { steps: 100, batchSize: 32, seed: 7 },
  data: { name: 'digits', count: 60_000, height: 28, width: 28, channels: 1 },
  metrics: [{ name: 'generatorLoss', label: 'generator loss', axis: 'left' }],
}
const run = (more = {}): RunEvent => ({ type: 'run', folder, config, ...more }) as unknown as RunEvent
const steps = (first: number, count: number): RunEvent => ({
  type: 'steps',
  step: first + count - 1,
  rows: Array.from({ length: count }, (_, i) => ({ step: first + i, generatorLoss: 0.5 })),
  seconds: 1,
})
const notice: RunEvent = {
  type: 'notice',
  notice: { step: 12, kind: 'samples-collapsed', severity: 'warning', message: 'all alike' },
}
const result: RunResult = {
  outcome: 'finished',
  folder,
  step: 99,
  steps: 100,
  files: {},
  metrics: {},
  standings: [],
  seconds: 2,
  stepsPerSecond: 50,
}

/** Draws events one second apart. */
function drawPlain(events: readonly RunEvent[]): string[] {
  let text = ''
  let now = 0
  const drawer = eventDrawer(plainTerminal({ write: (more) => (text += more) }), undefined, () => now)
  for (const event of events) {
    now++
    drawer.draw(event)
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: there must be none
  expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/)
  return text.trimEnd().split('\n')
}

const evaluation: RunEvent = {
  type: 'evaluation',
  row: { step: 9, fid: 12.34, recall: 0.5, kid: Number.NaN },
  measures: [
    { name: 'fid', label: 'FID', better: 'lower', format: 'number' },
    { name: 'kid', label: 'KID', better: 'lower', format: 'number' },
    { name: 'recall', label: 'Recall', better: 'higher', format: 'percent' },
  ],
}

describe('in a log', () => {
  it('measures of samples are a line, without those that have no value', () => {
    expect(drawPlain([run(), evaluation]).at(-1)).toBe('step 9: FID 12.3, Recall 50.0%')
  })

  it('the training of the classifier that measures need is told now and then', () => {
    const events = [1, 2, 3, 99].map((step): RunEvent => ({ type: 'extractor', step, steps: 100 }))
    expect(drawPlain(events)).toEqual(
      [1, 99].map(
        (step) => `training the classifier that measures need, once for this data: step ${step} of 100`,
      ),
    )
  })

  it('a training is lines: what it is, how far it is, what happened', () => {
    expect(
      drawPlain([
        run(),
        steps(0, 10),
        { type: 'samples', step: 9, file: 'samples/step-000009.png' },
        { type: 'samples', step: 9, file: 'samples/fresh-000009.png' },
        notice,
        steps(10, 90),
        { type: 'checkpoint', step: 99 },
        { type: 'finishing', what: 'pictures' },
        { type: 'result', result },
      ]),
    ).toEqual([
      'training mlp-gan on digits (60,000 images of 28x28x1)',
      '100 steps of 32, seed 7',
      `run folder: ${resolve('runs/first').slice(resolve('.').length + 1)}`,
      '10/100 steps (10%), 10.0 steps/s, 9s left, generator loss 0.500',
      'step 9: samples/step-000009.png',
      'warning: step 12: all alike',
      '100/100 steps (100%), 20.0 steps/s, generator loss 0.500',
      'step 99: checkpoint written',
      'making the pictures',
    ])
  })

  it('a continued run says where it goes on, and which checkpoints were passed over', () => {
    const skipped = [{ file: 'checkpoints/step-000050.safetensors', reason: 'torn' }]
    expect(drawPlain([run({ resumedFrom: 39, skipped }), steps(40, 10)])).toEqual([
      'continuing mlp-gan on digits (60,000 images of 28x28x1)',
      '40 of 100 steps of 32, seed 7, are done',
      expect.stringContaining('run folder'),
      'warning: checkpoints/step-000050.safetensors was passed over: torn',
      '50/100 steps (50%), 10.0 steps/s, 5s left, generator loss 0.500',
    ])
  })

  it('images that were made to fit are a line of what was done', () => {
    const fitted = { ...config, data: { ...config.data, preparation: '9 x 9 scaled' } }
    expect(drawPlain([run({ config: fitted })])[1]).toBe('images: 9 x 9 scaled')
  })

  it('the reading of images is a line at its begin and end, and every ten seconds', () => {
    const events = Array.from(
      { length: 26 },
      (_, i): RunEvent => ({ type: 'images', done: 1000 * i, total: 25_000 }),
    )
    expect(drawPlain(events)).toEqual([
      'reading images: 0 of 25,000',
      'reading images: 10,000 of 25,000',
      'reading images: 20,000 of 25,000',
      'reading images: 25,000 of 25,000',
    ])
  })

  it('a download is a line at its begin and end, and every ten seconds', () => {
    const download = (received: number): RunEvent => ({
      type: 'download',
      file: 'images.gz',
      received,
      total: 30_000_000,
    })
    const events = Array.from({ length: 31 }, (_, i) => download(i * 1e6))
    expect(drawPlain(events)).toEqual([
      'downloading images.gz: 0 bytes of 30 MB',
      'downloading images.gz: 10 MB of 30 MB',
      'downloading images.gz: 20 MB of 30 MB',
      'downloading images.gz: 30 MB of 30 MB',
    ])
  })
})

describe('on a terminal', () => {
  it('a training is one redrawn line below what stays', () => {
    const shown = screen(60)
    const drawer = eventDrawer(liveTerminal(shown), undefined, () => 1)
    for (const event of [run(), steps(0, 10), steps(10, 20), notice]) drawer.draw(event)
    expect(shown.lines().slice(-2)).toEqual([
      'warning: step 12: all alike',
      '███████░░░░░░░░░░░░░░░░░░  30/100 30.0/s 2s gen loss 0.50',
    ])
    drawer.draw({ type: 'finishing', what: 'report' })
    expect(shown.lines().at(-1)).toBe('making the report ...')
    drawer.draw({ type: 'result', result })
    expect(shown.lines().at(-1)).toBe('warning: step 12: all alike')
    expect(shown.cursorShown()).toBe(true)
  })
})

describe('watchRun', () => {
  const session = () => {
    const stderr = screen()
    return {
      stderr,
      session: openSession([], { stdout: { write: () => true }, stderr, environment: {} }),
    }
  }

  it('gives back the result and what the metrics are called', async () => {
    const watched = await watchRun(session().session, async function* () {
      yield run()
      yield { type: 'result', result }
    })
    expect(watched).toMatchObject({ result, metrics: [{ label: 'generator loss' }] })
  })

  it('aborts at the first interruption and says that a checkpoint is written', async () => {
    const { session: opened, stderr } = session()
    const stopped: RunResult = { ...result, outcome: 'stopped', step: 9 }
    const watched = await watchRun(opened, async function* (signal) {
      yield run()
      yield steps(0, 10)
      process.emit('SIGINT')
      if (signal.aborted) yield { type: 'result', result: stopped }
    })
    expect(watched.result.outcome).toBe('stopped')
    expect(stderr.written()).toContain('stopping after this call; a checkpoint is written')
    expect(process.listenerCount('SIGINT')).toBe(0)
  })

  it('reports an interruption before there is a run as such', async () => {
    const watching = watchRun(session().session, async function* (signal) {
      process.emit('SIGINT')
      signal.throwIfAborted()
      yield run()
    })
    await expect(watching).rejects.toThrow(InterruptedError)
  })

  it('shows the cursor again when the training fails', async () => {
    const { session: opened, stderr } = session()
    const watching = watchRun(opened, async function* () {
      yield run()
      throw new TypeError('a bug')
    })
    await expect(watching).rejects.toThrow('a bug')
    expect(stderr.cursorShown()).toBe(true)
  })
})
