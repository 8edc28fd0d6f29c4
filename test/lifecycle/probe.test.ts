// Probing a run, its ONNX file, random features and pixels; probes while it trains; what cannot be probed; fine-tuning of encoders.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startRun } from '../../src/lifecycle/index.ts'
import { type ProbeResult, probeOptions, probeRun } from '../../src/lifecycle/probe-run.ts'
import { openRun } from '../../src/runs/node/index.ts'
import { ConfigError } from '../../src/util/errors.ts'
import { command } from '../support/command.ts'

let root: string
const at = (name: string): string => join(root, name)
const COUNT = 600
const DATA = { data: 'digits', dataOptions: { count: COUNT } }

async function probed(
  subject: string,
  options: object = {},
  request: Partial<Parameters<typeof probeRun>[0]> = {},
): Promise<ProbeResult> {
  const events = probeRun({
    subject: at(subject),
    labels: [20, 'all'],
    draws: [1, 2],
    options: probeOptions.parse(options),
    threads: 1,
    ...request,
  })
  for await (const event of events) if (event.type === 'result') return event.result
  throw new Error('it ended without a result')
}

const train = async (name: string, model: string, settings: object): Promise<void> => {
  const events = startRun({
    model,
    ...DATA,
    folder: at(name),
    command: ['sparring', 'train', model],
    settings: { steps: 3, batchSize: 16, checkpointEvery: 0, validateEvery: 0, threads: 1, ...settings },
  })
  for await (const _ of events);
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sparring-probe-'))
  await train('encoder', 'simclr', { embedding: 12, projection: 8, probeEvery: 2 })
})
afterAll(() => rm(root, { recursive: true }))

describe('probing a run', () => {
  let run: ProbeResult
  beforeAll(async () => {
    run = await probed('encoder')
  })

  it('tells the share of held-out images that are named rightly, of every draw, and what it was of', () => {
    expect(run.features).toEqual({ from: 'run', network: 'encoder', layer: 'embedding', size: 12 })
    expect(run.step).toBe(2)
    expect(run.data).toMatchObject({ count: COUNT, heldOut: COUNT / 6 })
    expect(run.found.map(({ labels, draw }) => [labels, draw])).toEqual([
      [20, 1],
      [20, 2],
      ['all', 1],
    ])
    const [few, all] = run.rows
    expect(few!.linear).toMatchObject({
      n: 2,
      value: (run.found[0]!.linear + run.found[1]!.linear) / 2,
    })
    // Even features of chance tell drawn digits apart far better than chance.
    expect(all!.linear.value).toBeGreaterThan(0.4)
    expect(all!.nearest.value).toBeGreaterThan(0.4)
  })

  it('finds the same in its ONNX file', async () => {
    const file = await probed('encoder/encoder.onnx', {}, DATA)
    expect(file.features).toEqual({ from: 'run', size: 12 })
    file.found.forEach((one, i) => {
      // Rounding may turn one of a hundred.
      expect(Math.abs(one.linear - run.found[i]!.linear)).toBeLessThan(0.025)
      expect(Math.abs(one.nearest - run.found[i]!.nearest)).toBeLessThan(0.025)
    })
  })

  it('has random features, of each draw others, and pixels for comparison', async () => {
    const one = { labels: [20], draws: [1, 2] }
    const random = await probed('encoder', { from: 'random' }, one)
    expect(random.features).toMatchObject({ from: 'random', layer: 'embedding' })
    expect(random.step).toBeUndefined()
    expect(random.found[0]).not.toEqual(run.found[0])
    const pixels = await probed('encoder', { from: 'pixels' }, one)
    expect(pixels.features).toEqual({ from: 'pixels', size: 784 })
    // Another layer of the same network.
    expect((await probed('encoder', { layer: 'dense' }, one)).features.size).toBe(49 * 64)
  })

  it('is a command, with a table and with JSON', async () => {
    const flags = ['--labels', '20', '--draws', '2', '--threads', '1']
    const { code, text } = await command('probe', at('encoder'), ...flags)
    expect(code).toBe(0)
    expect(text).toContain('features of encoder at embedding, 12 numbers, step 2')
    expect(text).toMatch(/20 +\d+\.\d\d% \(\d+\.\d\d to \d+\.\d\d\) +\d/)
    const json = await command('probe', at('encoder'), ...flags, '--json')
    expect(JSON.parse(json.text)).toMatchObject({ rows: [{ labels: 20, linear: run.rows[0]!.linear }] })
    const refused = await command('probe', at('encoder/encoder.onnx'))
    expect(refused.code).toBe(2)
    expect(refused.text).toContain('name labelled images by --data')
  })
})

describe('probes while a run trains', () => {
  it('are a log of their own: the share of training images that their neighbours name', async () => {
    const rows = (await readFile(at('encoder/features.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { step: number; nearest: number })
    expect(rows.map(({ step }) => step)).toEqual([0, 2])
    for (const { nearest } of rows) expect(nearest).toBeGreaterThan(0.2)
  })

  it('are refused before there is a folder where there are no features of images', async () => {
    await expect(
      train('plane', 'mlp-points', { probeEvery: 1 }).catch((error: Error) => {
        throw error
      }),
    ).rejects.toThrow(/images/)
    await expect(openRun(at('plane'))).rejects.toThrow()
  })
})

it('an encoder is fine-tuned on what it gives', async () => {
  const { code, text } = await command(
    ...['finetune', at('encoder'), '--labels', '20', '--steps', '2', '--batch-size', '4'],
    ...['--train', 'head', '--threads', '1', '--validate-every', '0', '--out', at('tuned'), '--quiet'],
  )
  expect(text).not.toContain('error')
  expect(code).toBe(0)
  const { config } = await openRun(at('tuned'))
  expect(config.settings).toMatchObject({ network: 'encoder', layer: 'embedding' })
  const weights = config.networks[0]!.layers.filter(({ parameters }) => parameters > 0)
  expect(weights.at(-1)).toMatchObject({ name: 'logits', parameters: 12 * 10 + 10 })
  await expect(probed('tuned')).rejects.toThrow(ConfigError)
})
