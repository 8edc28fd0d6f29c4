// The networks for points of the plane, under every objective of a pair: settings, training, exact resuming, refusals.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gaussians, ringCentres } from '../../src/data/points.ts'
import { countParameters } from '../../src/layers/use.ts'
import { continueRun, startRun } from '../../src/lifecycle/index.ts'
import { resolveSettings } from '../../src/lifecycle/request.ts'
import { mlpPoints } from '../../src/models/index.ts'
import { imageFacts } from '../../src/models/model.ts'
import { PAIR_LOSSES } from '../../src/objectives/index.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { train } from '../../src/training/index.ts'
import { command as run } from '../support/command.ts'
import { runContents } from '../support/run-contents.ts'

let root: string
let engine: Engine
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sparring-pairs-'))
  engine = await nodeEngine({ threads: 1 })
})
afterAll(async () => {
  await engine.close()
  await rm(root, { recursive: true })
})

describe('mlp-points', () => {
  it('is a plain GAN of three layers of 128 unless told', () => {
    const { options } = resolveSettings('mlp-points', {})
    expect(options).toMatchObject({ objective: 'non-saturating', latentDim: 16, units: 128, pack: 1 })
    const { networks, logs } = mlpPoints.objective(options, mlpPoints.madeFor)
    expect(countParameters(networks.generator!).total).toBe(35_458)
    expect(countParameters(networks.discriminator!).total).toBe(33_537)
    expect(logs.map(({ name }) => name)).toEqual([
      'generatorLoss',
      'discriminatorLoss',
      'discriminatorAccuracy',
    ])
  })

  it.each(PAIR_LOSSES.map(({ name }) => name))(
    'learns the ring under %s to finite numbers',
    async (objective) => {
      const { options } = resolveSettings('mlp-points', {
        objective,
        units: 16,
        latentDim: 4,
        lookahead: objective === 'unrolled' ? 2 : undefined,
      })
      const source = await gaussians({ centres: ringCentres(8, 2), deviation: 0.02, count: 200, seed: 1 })
      const rows: Record<string, number>[] = []
      const made = mlpPoints.objective(options, { columns: source.columns, steps: 200 })
      for await (const event of train({
        objective: made,
        source,
        engine,
        batchSize: 32,
        seed: 1,
        steps: 200,
      }))
        if (event.type === 'steps') rows.push(...(event.rows as unknown as Record<string, number>[]))
      expect(rows.length).toBe(200)
      expect(rows.flatMap((row) => Object.values(row)).every(Number.isFinite)).toBe(true)
      // Both players moved.
      expect(rows.at(-1)!.generatorLoss).not.toBeCloseTo(rows[0]!.generatorLoss!, 6)
    },
  )

  it('refuses images, and says what it learns', () => {
    const { options } = resolveSettings('mlp-points', {})
    expect(() => mlpPoints.objective(options, imageFacts([28, 28, 1]))).toThrow(
      'mlp-points learns points [2], the data has images [28, 28, 1]; choose --data ring',
    )
  })

  it('ends with the same bytes after it was stopped and resumed, packed and averaged', async () => {
    const start = async (name: string, stopAfter?: number): Promise<void> => {
      const stop = new AbortController()
      const events = startRun({
        model: 'mlp-points',
        data: 'ring',
        dataOptions: { count: 90 },
        folder: join(root, name),
        command: ['sparring', 'train', 'mlp-points'],
        signal: stop.signal,
        settings: {
          ...{ objective: 'r3gan', pack: 2, ema: 0.9, units: 8, latentDim: 2, batchSize: 8, threads: 1 },
          ...{ steps: 24, sampleEvery: 8, checkpointEvery: 8, validateEvery: 8 },
        },
      })
      for await (const event of events)
        if (event.type === 'checkpoint' && event.step === stopAfter) stop.abort()
    }
    await start('whole')
    await start('halves', 8)
    for await (const _ of continueRun(join(root, 'halves')));
    expect(await runContents(join(root, 'halves'))).toEqual(await runContents(join(root, 'whole')))
  }, 60_000)
})

describe('settings of an objective', () => {
  it('are those of its paper, and told by summary', async () => {
    const { code, text } = await run('summary', 'dcgan', '--objective', 'wgan-gp')
    expect(code).toBe(0)
    expect(text).toContain('--learning-rate 0.0001 --discriminator-rate 0.0001')
    expect(text).toContain('--discriminator-updates 5 --penalty 10')
    const config = resolveSettings('dcgan', { objective: 'wgan-gp', penalty: 1, learningRate: 3e-4 })
    expect(config.options).toMatchObject({
      penalty: 1,
      learningRate: 3e-4,
      discriminatorRate: 3e-4,
      beta1: 0,
    })
    expect(resolveSettings('dcgan', {}).options).toEqual({ latentDim: 100, learningRate: 2e-4, beta1: 0.5 })
  })

  it('are refused where the objective has none, and without one', () => {
    expect(() => resolveSettings('dcgan', { objective: 'hinge', penalty: 1 })).toThrow(
      'dcgan: --penalty is for --objective wgan-gp, dragan, r3gan, got --objective hinge; leave one of them out',
    )
    expect(() => resolveSettings('mlp-gan', { ema: 0.9 })).toThrow(
      /mlp-gan: --ema is for --objective minimax,.* got none/,
    )
    expect(() => resolveSettings('mlp-gan', { objective: 'gan' })).toThrow(
      /--objective "gan": expected one of minimax/,
    )
  })

  it('fail before training where packs do not divide the batch', async () => {
    const flags = [
      '--objective',
      'minimax',
      '--pack',
      '3',
      '--batch-size',
      '8',
      '--run',
      join(root, 'refused'),
    ]
    const { code, text } = await run('train', 'mlp-points', ...flags)
    expect(code).toBe(2)
    expect(text).toContain(
      '--pack 3: the batch must be divisible by it, got a batch of 8; give --batch-size 9',
    )
  })
})
