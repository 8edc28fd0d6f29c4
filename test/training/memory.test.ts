// The memory of a step, told from its graph: counted by hand where that can be done, and refused before it is taken.
import { describe, expect, it } from 'vitest'
import { add, matMul, reduceSum, relu } from '../../src/graph/build.ts'
import { input } from '../../src/graph/value.ts'
import { MODELS } from '../../src/models/index.ts'
import { imageFacts } from '../../src/models/model.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { checkMemory, peakBytes } from '../../src/training/memory.ts'
import { stepGraph } from '../../src/training/step.ts'
import { train } from '../../src/training/trainer.ts'

describe('the largest memory at one time', () => {
  it('is that of inputs, results and what is needed between', () => {
    const a = input('a', [10, 20])
    const b = input('b', [20, 30])
    const product = matMul(a, b)
    const bent = relu(product)
    const sum = add(bent, product)
    // Inputs 200 + 600; then product, bent and sum, 300 each, are there at once.
    expect(peakBytes({ inputs: [a, b], outputs: { sum } })).toBe(4 * (800 + 900))
    // The product goes after it was bent, which goes after it was summed up.
    expect(peakBytes({ inputs: [a, b], outputs: { total: reduceSum(bent) } })).toBe(4 * (800 + 600))
  })

  it('grows with the batch, in every model', () => {
    for (const model of MODELS) {
      const objective = model.objective(model.options.parse({}), model.madeFor)
      const of = (batchSize: number) =>
        peakBytes(stepGraph(objective, { batchSize, columns: model.madeFor.columns }).graph)
      // Twice the examples are about twice the memory, beside that of the weights.
      const [small, large, larger] = [of(512), of(1024), of(2048)]
      const { batchSize } = model.defaults
      expect(large, model.name).toBeGreaterThan(small)
      expect((larger - large) / (large - small), model.name).toBeGreaterThan(1.5)
      // Twice the batch that it is trained with is far below any machine's memory.
      expect(of(2 * batchSize), model.name).toBeLessThan(3e9)
    }
  })
})

describe('a step that takes more than it may', () => {
  const model = MODELS.find(({ name }) => name === 'mlp-gan')!
  const objective = model.objective(model.options.parse({}), model.madeFor)

  it('is refused with what it takes, what it may take, and what to do', () => {
    const { columns } = imageFacts([28, 28, 1])
    const { graph } = stepGraph(objective, { batchSize: 50_000, columns })
    expect(() => checkMemory(graph, 1e9, { batchSize: 50_000, columns })).toThrow(
      /^a step of 50000 examples \[28, 28, 1\] takes about 2\.\d GB of memory, expected at most the 1 GB that one may take here; choose a smaller --batch-size/,
    )
  })

  it.each([
    [100_000, /takes about 5\.\d GB of memory, expected at most the 1 GB/],
    [1_000_000_000, /train: batchSize must be an integer with 1 <= batchSize <= 100000, got 1000000000/],
  ])(
    'is refused by the training itself, before the engine is asked for anything: %d',
    async (batchSize, words) => {
      const asked: string[] = []
      const engine = new Proxy({} as Engine, {
        get(_, name) {
          asked.push(String(name))
          return undefined
        },
      })
      const { columns } = imageFacts([28, 28, 1])
      const source = { count: 10, columns, fill: () => asked.push('fill') }
      const events = train({ objective, source, engine, batchSize, seed: 1, steps: 1, mostBytes: 1e9 })
      const before = process.memoryUsage().rss
      await expect(events.next()).rejects.toThrow(words)
      expect(asked).toEqual([])
      expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(300)
    },
  )
})
