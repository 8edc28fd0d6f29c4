// What an objective offers, at work: drawn inputs, and functions on weights wherever they lie.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rowInputs } from '../../src/data/examples.ts'
import * as g from '../../src/graph/build.ts'
import { dense } from '../../src/layers/index.ts'
import { network } from '../../src/layers/network.ts'
import { type Offer, offeredBy } from '../../src/objectives/offer.ts'
import type { Descent } from '../../src/objectives/phase.ts'
import { sgd } from '../../src/optimizers/index.ts'
import type { Engine, Program, StateArrays } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import {
  applyFunction,
  drawFrom,
  drawInputs,
  frozen,
  heldArrays,
  openFunction,
  type Weights,
} from '../../src/training/functions.ts'
import { initialState } from '../../src/training/state.ts'
import { stepGraph } from '../../src/training/step.ts'
import { ConfigError, ShapeError } from '../../src/util/errors.ts'
import { randomStream } from '../../src/util/random.ts'
import { objectiveOf } from './phases.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
})
afterAll(() => engine.close())

/** Makes [2, 1] of a latent and a class: twice the class is added to what a layer makes of the latent. */
const conditional = (draws?: Offer['draws'], rest: Partial<Offer> = {}) => {
  const layer = dense({ units: 2, name: 'made' })
  const generator = network(
    'generator',
    { z: [3], label: { shape: [], dtype: 'int64' } },
    ({ z, label }, apply) => ({
      images: g.reshape(
        g.add(apply(layer, z!), g.reshape(g.mul(g.cast(label!, 'float32'), 2), [label!.shape[0]!, 1])),
        [label!.shape[0]!, 2, 1],
      ),
    }),
  )
  const phase: Descent = {
    name: 'one',
    updates: ['generator'],
    optimizer: sgd({ learningRate: 0.5 }),
    loss: ({ networks }) => ({
      loss: g.reduceSum(networks.generator!.trainable['made/kernel']!),
    }),
  }
  return objectiveOf({ generator }, [phase], {
    offers: { generate: { network: 'generator', ...(draws ? { draws } : {}), ...rest } },
  })
}
const DRAWS: Offer['draws'] = {
  z: { distribution: 'normal' },
  label: { distribution: 'classes', count: 10 },
}
const generate = offeredBy(conditional(DRAWS), 'generate')!
const step = stepGraph(conditional(DRAWS), { batchSize: 1, columns: {} })
const arrays = initialState(step.state, 5)

describe('drawn inputs', () => {
  const draw = (given?: Record<string, number>) => drawInputs(generate, 400, randomStream(3, 'draw'), given)

  it('are of the type and number of each input, drawn as the objective says', () => {
    const { z, label } = draw()
    expect(z).toBeInstanceOf(Float32Array)
    expect(z).toHaveLength(1200)
    const mean = (z as Float32Array).reduce((sum, value) => sum + value, 0) / 1200
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(1200))
    expect(label).toBeInstanceOf(BigInt64Array)
    expect([...new Set(label as BigInt64Array)].sort()).toEqual(
      Array.from({ length: 10 }, (_, i) => BigInt(i)),
    )
    expect(draw()).toEqual({ z, label })
  })

  it('of a given class are those of the same seed but for the class', () => {
    const { z, label } = draw({ label: 7 })
    expect(z).toEqual(draw().z)
    expect(label).toEqual(new BigInt64Array(400).fill(7n))
    expect(new Set(draw({ z: 0.5 }).z as Float32Array)).toEqual(new Set([0.5]))
    expect(draw({ z: 0.5 }).label).toEqual(draw().label)
  })

  it('are refused for a class that is not there, and for an input that is not there', () => {
    for (const label of [10, -1, 1.5, Number.NaN]) {
      expect(() => draw({ label })).toThrow(ConfigError)
      expect(() => draw({ label })).toThrow(
        `"generate": label must be an integer with 0 <= label < 10, got ${label}`,
      )
    }
    expect(() => draw({ class: 3 })).toThrow('"generate" has no input "class"; it takes z, label')
  })

  it('must be given where the objective does not say how to draw them', () => {
    const bare = offeredBy(conditional({ z: { distribution: 'uniform', low: -1, high: 1 } }), 'generate')!
    const of = (given?: Record<string, number>) => drawInputs(bare, 2, randomStream(1, 'draw'), given)
    expect(() => of()).toThrow(ConfigError)
    expect(() => of()).toThrow(
      '"generate" takes "label", which the objective does not say how to draw; give it',
    )
    expect(of({ label: 123 }).label).toEqual(BigInt64Array.of(123n, 123n))
  })
})

describe('a function', () => {
  const inputs = drawInputs(generate, 4, randomStream(1, 'inputs'))
  /** The same in plain numbers. */
  const plain = (weights: StateArrays): number[] => {
    const [kernel, bias] = [weights['generator/made/kernel']!, weights['generator/made/bias']!]
    return Array.from({ length: 8 }, (_, at) => {
      const [i, j] = [at >> 1, at % 2]
      const sum = [0, 1, 2].reduce(
        (all, k) => all + (inputs.z![3 * i + k]! as number) * kernel[2 * k + j]!,
        bias[j]!,
      )
      return sum + 2 * Number(inputs.label![i]!)
    })
  }
  const made = async (weights: Weights): Promise<Float32Array> => {
    const opened = await openFunction(weights, generate, 4)
    const values = await opened.run(inputs)
    await opened.close()
    return values
  }
  const programOf = async (): Promise<Program> => {
    const program = await engine.compile({
      name: 'test',
      graph: step.graph,
      state: step.state.map(({ name, next, shape }) => ({ input: name, output: next, shape })),
      perStep: step.feeds.map(({ name }) => name),
      outputs: Object.values(step.metrics),
    })
    await program.write(arrays)
    return program
  }

  it('gives the same on arrays, on arrays that are asked for, and on the weights that a program holds', async () => {
    const program = await programOf()
    const all = [
      await made(frozen(engine, arrays)),
      await made(heldArrays(engine, Object.keys(arrays), () => arrays)),
      await made(program),
    ]
    await program.close()
    for (const values of all) {
      expect(values).toEqual(all[0])
      plain(arrays).forEach((value, i) => {
        expect(values[i]).toBeCloseTo(value, 5)
      })
    }
  })

  it('follows weights that change, of a program and of arrays that are asked for', async () => {
    const program = await programOf()
    let held = arrays
    const opened = [
      await openFunction(program, generate, 4),
      await openFunction(
        heldArrays(engine, Object.keys(arrays), () => held),
        generate,
        4,
      ),
    ]
    await program.advance({ 'one/learningRate': { data: Float32Array.of(0.5), shape: [1] } })
    held = await program.read()
    expect(held['generator/made/kernel']).not.toEqual(arrays['generator/made/kernel'])
    const [first, second] = [await opened[0]!.run(inputs), await opened[1]!.run(inputs)]
    expect(second).toEqual(first)
    plain(held).forEach((value, i) => {
      expect(first[i]).toBeCloseTo(value, 5)
    })
    await program.close()
  })

  it('refuses inputs of another number, and says which are missing', async () => {
    const opened = await openFunction(frozen(engine, arrays), generate, 2)
    await expect(opened.run({ ...inputs, z: new Float32Array(5) })).rejects.toThrow(ShapeError)
    await expect(opened.run({ ...inputs, z: new Float32Array(5) })).rejects.toThrow(
      '"generator" takes 2 inputs z [3] at once, 6 numbers in all; got 5',
    )
    await expect(opened.run({ z: new Float32Array(6) })).rejects.toThrow(
      'inputs label [] at once, 2 numbers in all; got none',
    )
    await opened.close()
  })

  it('on many inputs gives what it gives on each alone', async () => {
    const count = 205
    const many = drawInputs(generate, count, randomStream(2, 'inputs'))
    const rows = (first: number, some: number) =>
      Object.fromEntries(
        Object.entries(many).map(([port, data]) => {
          const size = data.length / count
          return [port, rowInputs(data.slice(first * size, (first + some) * size), some)]
        }),
      )
    const weights = frozen(engine, arrays)
    const whole = await applyFunction(weights, generate, rows(0, count))
    expect(whole).toHaveLength(2 * count)
    for (const at of [0, 99, 100, 204])
      for (const [i, value] of (await applyFunction(weights, generate, rows(at, 1))).entries())
        expect(whole[2 * at + i]).toBeCloseTo(value, 5)
    expect(await drawFrom(weights, generate, count, randomStream(2, 'inputs'))).toEqual(whole)
  })

  it('gives what the offer makes of the output', async () => {
    const second = offeredBy(
      conditional(DRAWS, { finish: (images) => g.slice(images, [{ axis: 1, start: 1, end: 2 }]) }),
      'generate',
    )!
    const whole = await applyFunction(frozen(engine, arrays), generate, rowsOf(inputs))
    const half = await applyFunction(frozen(engine, arrays), second, rowsOf(inputs))
    expect(Array.from(half)).toEqual([1, 3, 5, 7].map((at) => whole[at]))
  })
  const rowsOf = (given: typeof inputs) =>
    Object.fromEntries(Object.entries(given).map(([port, data]) => [port, rowInputs(data, 4)]))
})

describe('an offer', () => {
  it('is found by its name alone, with its network and output', () => {
    const objective = conditional(DRAWS)
    expect(offeredBy(objective, 'generate')).toMatchObject({
      name: 'generate',
      network: 'generator',
      output: { name: 'images', shape: [2, 1] },
    })
    for (const name of ['judge', 'toString']) expect(offeredBy(objective, name)).toBeUndefined()
  })
})
