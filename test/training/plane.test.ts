// Frames of a duel on the plane: the pull against differences of the loss, the map against the networks, every objective, bounds.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gaussianModes, gaussians, ringCentres } from '../../src/data/points.ts'
import type { Examples } from '../../src/data/source.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { type Graph, inputName } from '../../src/graph/value.ts'
import { weightInputs } from '../../src/layers/use.ts'
import { resolveSettings } from '../../src/lifecycle/request.ts'
import { mlpPoints } from '../../src/models/index.ts'
import { PAIR_LOSSES } from '../../src/objectives/index.ts'
import { MAP_SIDE, MOST_FRAMES, type PlaneRow, planeEvery, planeRowSchema } from '../../src/runs/index.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { type PlaneOptions, plane, reportGraph, train } from '../../src/training/index.ts'
import { PLANE, planeGraph, planePlayers } from '../../src/training/plane-graph.ts'
import { planeMap } from '../../src/training/watchers/plane.ts'
import { dueSteps } from '../../src/util/pace.ts'
import { randomStream } from '../../src/util/random.ts'
import { sizeOf } from '../../src/util/shape.ts'
import { randomSource, tinyGan } from './tiny-gan.ts'

const centres = ringCentres(8, 2)
const modes = gaussianModes('ring', { centres, deviation: 0.02, seed: 1 })
let engine: Engine
let ring: Examples
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
  ring = await gaussians({ centres, deviation: 0.02, count: 120, seed: 1 })
})
afterAll(() => engine.close())

const objectiveOf = (settings: Record<string, unknown> = {}) => {
  const { options } = resolveSettings('mlp-points', { units: 8, latentDim: 3, ...settings })
  return mlpPoints.objective(options, { columns: ring.columns, steps: 8 })
}

async function framesOf(objective: ReturnType<typeof objectiveOf>, rest: Partial<PlaneOptions> = {}) {
  const rows: PlaneRow[] = []
  for await (const event of train({
    ...{ objective, source: ring, engine, batchSize: 8, seed: 3, steps: 8 },
    watchers: [plane({ every: 4, count: 16, arrows: 5, shown: 20, side: 6, real: ring, modes, ...rest })],
  }))
    if (event.type === 'record' && event.log === 'plane') rows.push(planeRowSchema.parse(event.row))
  return rows
}

describe('a frame of the plane', () => {
  it.each(PAIR_LOSSES.map(({ name }) => name))('is made under %s', async (objective) => {
    const rows = await framesOf(objectiveOf({ objective }))
    expect(rows.map(({ step }) => step)).toEqual([0, 4, 7])
    for (const { made, real, pull, map, modes: found } of rows) {
      expect([made.length, real.length, pull.length]).toEqual([32, 40, 10])
      expect(Math.hypot(...pull)).toBeGreaterThan(0)
      // Judged beside their latents, points alone have no score.
      expect(map === undefined).toBe(objective === 'veegan')
      if (map) expect(map.level.length).toBe(36)
      if (map) expect(new Set(map.level).size).toBeGreaterThan(2)
      expect(found).toMatchObject({ of: 8, samples: 400 })
    }
    // The same latents: what differs was learned.
    expect(rows[0]!.made).not.toEqual(rows[2]!.made)
    expect(rows[0]!.real).toEqual(rows[2]!.real)
    expect(rows[0]!.window).toEqual(rows[2]!.window)
  })

  it('tells probabilities where the objective has some, and scores where not, or of packs', async () => {
    const unit = async (settings: Record<string, unknown>) =>
      (await framesOf(objectiveOf(settings)))[0]!.map!.unit
    expect(await unit({})).toBe('probability')
    expect(await unit({ objective: 'wgan-gp' })).toBe('score')
    expect(await unit({ pack: 2 })).toBe('score')
  })

  it('shows the points of the network that learns, whatever average makes the samples', async () => {
    const [plain, averaged] = [await framesOf(objectiveOf()), await framesOf(objectiveOf({ ema: 0.9 }))]
    expect(averaged.map(({ made, pull }) => ({ made, pull }))).toEqual(
      plain.map(({ made, pull }) => ({ made, pull })),
    )
  })

  it('is made of nothing but points: images, and data of another shape, have none', async () => {
    const rows: unknown[] = []
    const source = randomSource(5)
    const options = { every: 1, count: 4, arrows: 2, shown: 2, side: 2, real: source }
    for await (const event of train({
      ...{ objective: tinyGan(), source, engine, batchSize: 2, seed: 1, steps: 2 },
      watchers: [plane(options), plane({ ...options, real: undefined }), plane({ ...options, every: 0 })],
    }))
      if (event.type === 'record') rows.push(event)
    expect(rows).toEqual([])
  })
})

describe('the pull', () => {
  it.each(['minimax', 'least-squares', 'relativistic', 'r3gan', 'wgan-gp'])(
    'moves all made points together as the loss falls when the last bias of the generator does, under %s',
    (objective) => {
      const game = objectiveOf({ objective })
      const [count, { columns }] = [4, ring]
      const look = planeGraph(game, planePlayers(game, columns)!, { count, asked: 1, columns })
      const report = reportGraph(game, { batchSize: count, columns })
      /** Numbers by the name of an input: the same random ones for both graphs. */
      const feed = (graph: Graph, bias: readonly number[]) =>
        Object.fromEntries(
          graph.inputs.map((value) => {
            const name = inputName(value)!
            const key = name.replace(/^(plane|validation)\//, '')
            const data = new Float32Array(sizeOf(value.shape))
            randomStream(5, key).fillNormal(data)
            return [
              name,
              { shape: value.shape, data: key === LAST ? Float64Array.from(bias) : Float64Array.from(data) },
            ]
          }),
        )
      const LAST = Object.keys(weightInputs(game.networks.generator!)).at(-1)!
      expect(LAST).toMatch(/bias$/)
      const bias = [0.3, -0.2]
      const found = interpret(look.graph, feed(look.graph, bias))
      const pull = [0, 1].map((axis) =>
        Array.from({ length: count }, (_, i) => found[PLANE.pull]!.data[2 * i + axis]!).reduce(
          (a, b) => a + b,
        ),
      )
      const loss = (...at: number[]): number =>
        interpret(report.graph, feed(report.graph, at))['log/generatorLoss']!.data[0]!
      const h = 1e-5
      const [x, y] = bias as [number, number]
      expect(pull[0]! / count).toBeCloseTo((loss(x - h, y) - loss(x + h, y)) / (2 * h), 6)
      expect(pull[1]! / count).toBeCloseTo((loss(x, y - h) - loss(x, y + h)) / (2 * h), 6)
      expect(Math.hypot(...pull)).toBeGreaterThan(1e-4)
    },
  )

  it('asks the discriminator of packs about a point beside made ones', () => {
    const game = objectiveOf({ pack: 3 })
    const { columns } = ring
    const { graph } = planeGraph(game, planePlayers(game, columns)!, { count: 9, asked: 9, columns })
    const feeds = Object.fromEntries(
      graph.inputs.map((value) => {
        const data = new Float32Array(sizeOf(value.shape))
        randomStream(7, inputName(value)!).fillNormal(data)
        return [inputName(value)!, { shape: value.shape, data: Float64Array.from(data) }]
      }),
    )
    const made = interpret(graph, feeds)[PLANE.made]!
    const found = interpret(graph, { ...feeds, [PLANE.asked]: made })
    expect(found[PLANE.said]!.data.length).toBe(9)
    expect(Array.from(found[PLANE.said]!.data)).toEqual(Array.from(found[PLANE.saidOfMade]!.data))
  })
})

describe('levels of the map', () => {
  it('are percentages of probabilities', () => {
    const said = {
      cells: Float32Array.of(0, 0.254, 0.5, 1),
      real: Float32Array.of(0.75),
      made: Float32Array.of(0.25),
    }
    expect(planeMap('probability', 2, said)).toEqual({
      ...{ unit: 'probability', side: 2, real: 0.75, made: 0.25 },
      level: [0, 25, 50, 100],
    })
  })
  it('of scores have their border where nine of ten real points lie above, and reach the highest and the lowest tenth', () => {
    const said = {
      cells: Float32Array.from({ length: 11 }, (_, i) => i - 6), // -6 to 4; nine of ten exceed -5
      real: Float32Array.from({ length: 11 }, (_, i) => i), // 0 to 10; nine of ten exceed 1
      made: Float32Array.of(-3),
    }
    const { level, ...rest } = planeMap('score', 2, said)
    expect(rest).toEqual({ unit: 'score', side: 2, real: 5, made: -3 })
    // Below 1 in steps of 50/6, cut at 0; above it in steps of 50/9.
    expect(level).toEqual([0, 0, 8, 17, 25, 33, 42, 50, 56, 61, 67])
  })
  it('are nothing but the border where all scores are alike', () => {
    const flat = { cells: new Float32Array(4), real: new Float32Array(3), made: new Float32Array(3) }
    expect(planeMap('score', 2, flat).level).toEqual([50, 50, 50, 50])
  })
})

describe('a training', () => {
  it('has at most a hundred and one frames, however long it is', () => {
    for (const steps of [1, 99, 100, 101, 20_000, 123_457])
      expect(dueSteps(planeEvery(steps), steps, steps - 1).length).toBeLessThanOrEqual(MOST_FRAMES + 1)
    expect(MAP_SIDE ** 2).toBeLessThan(2000)
  })
})
