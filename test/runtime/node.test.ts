// The engine of Node: models and programs in a worker thread, their errors, and its end.
import { execFile } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as g from '../../src/graph/build.ts'
import { constant, input, type Value } from '../../src/graph/value.ts'
import { exportModel } from '../../src/onnx/index.ts'
import type { ArrayWithShape, Engine, Program, Step, StepFeeds } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
})
afterAll(() => engine.close())

const x = input('x', [2, 3])
const w = input('w', [3, 1])
const product = exportModel(
  { inputs: [x, w], outputs: { y: g.matMul(x, w), sum: g.reduceSum(x) } },
  { name: 'product' },
)
const xs = (): ArrayWithShape => ({ shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) })
const ws = (): ArrayWithShape => ({ shape: [3, 1], data: Float32Array.of(1, 10, 100) })

/** A step that adds what it is fed to `total`, and tells the total after each step. */
function counter(): Step {
  const total = input('total', [2])
  const added = input('added', [2])
  const next = g.add(total, added)
  return {
    name: 'counter',
    graph: { inputs: [total, added], outputs: { 'next/total': next, largest: g.reduceMax(next) } },
    state: [{ input: 'total', output: 'next/total', shape: [2] }],
    perStep: ['added'],
    outputs: ['largest'],
  }
}
const openCounter = (by: Engine = engine): Promise<Program> => by.compile(counter())
const adding = (...numbers: number[]): StepFeeds => ({
  added: { shape: [numbers.length / 2, 2], data: Float32Array.from(numbers) },
})

/** A chain of so many products of 400x400 matrices. */
function slow(products: number): Uint8Array {
  const a = input('a', [400, 400])
  let value = a
  for (let i = 0; i < products; i++) value = g.tanh(g.matMul(value, a))
  return exportModel({ inputs: [a], outputs: { y: value } }, { name: 'slow' })
}

/** Runs a module of its own that is given `nodeEngine`, `input` and `ops`; killed when it does not end by itself. */
const runModule = (text: string): Promise<{ code: number | null; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    const module = (name: string): string =>
      JSON.stringify(new URL(`../../dist/${name}.js`, import.meta.url).href)
    const program = `import { nodeEngine } from ${module('runtime/node')}
      import { input, ops } from ${module('index')}\n${text}`
    const child = execFile(
      process.execPath,
      ['--input-type=module', '-e', program],
      { timeout: 30_000 },
      (_, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    )
  })

describe('a loaded model', () => {
  it('names its inputs and outputs and multiplies', async () => {
    const model = await engine.load(product)
    expect([model.inputNames, model.outputNames]).toEqual([
      ['x', 'w'],
      ['y', 'sum'],
    ])
    const { y, sum } = await model.run({ x: xs(), w: ws() })
    expect(y).toEqual({ shape: [2, 1], data: Float32Array.of(321, 654), dtype: 'float32' })
    expect(sum).toEqual({ shape: [], data: Float32Array.of(21), dtype: 'float32' })
    await model.close()
  })

  it('takes and gives every type of the graph', async () => {
    const types = ['float32', 'float64', 'int64', 'int32', 'uint8', 'bool'] as const
    const given = Object.fromEntries(types.map((dtype) => [dtype, input(dtype, [2], dtype)])) as Record<
      (typeof types)[number],
      Value
    >
    const model = await engine.load(
      exportModel(
        {
          inputs: Object.values(given),
          outputs: {
            'y/float32': g.mul(given.float32, 2),
            'y/float64': g.mul(given.float64, 2),
            'y/int64': g.add(given.int64, constant([1], [], 'int64')),
            'y/int32': g.add(given.int32, constant([1], [], 'int32')),
            'y/uint8': g.gather(given.uint8, constant([1, 0], [2], 'int64')),
            'y/bool': g.not(given.bool),
          },
        },
        { name: 'types' },
      ),
    )
    const feeds: Record<(typeof types)[number], ArrayWithShape> = {
      float32: { shape: [2], data: Float32Array.of(0.5, -1) },
      float64: { shape: [2], data: Float64Array.of(0.1, 1e300) },
      int64: { shape: [2], data: BigInt64Array.of(-5n, 2n ** 60n) },
      int32: { shape: [2], data: Int32Array.of(-5, 7) },
      uint8: { shape: [2], data: Uint8Array.of(0, 255) },
      bool: { shape: [2], data: Uint8Array.of(1, 0), dtype: 'bool' },
    }
    const expected: Record<(typeof types)[number], ArrayWithShape['data']> = {
      float32: Float32Array.of(1, -2),
      float64: Float64Array.of(0.2, 2e300),
      int64: BigInt64Array.of(-4n, 2n ** 60n + 1n),
      int32: Int32Array.of(-4, 8),
      uint8: Uint8Array.of(255, 0),
      bool: Uint8Array.of(0, 1),
    }
    const results = await model.run(feeds)
    for (const dtype of types)
      expect(results[`y/${dtype}`], dtype).toEqual({ shape: [2], data: expected[dtype], dtype })
    // Labels are mostly at hand as ordinary numbers.
    for (const data of [Int32Array.of(3, 4), Uint8Array.of(3, 4), Float32Array.of(3, 4)])
      expect(
        (await model.run({ ...feeds, int64: { shape: [2], data, dtype: 'int64' } }))['y/int64']!.data,
      ).toEqual(BigInt64Array.of(4n, 5n))
    await model.close()
  })

  it('does not change what it is given', async () => {
    const model = await engine.load(product)
    const [given, weights] = [xs(), ws()]
    await model.run({ x: given, w: weights })
    await model.run({ x: given, w: weights })
    expect([given, weights]).toEqual([xs(), ws()])
    await model.close()
  })

  it('answers calls that were made together in any order, each with its own result', async () => {
    const model = await engine.load(product)
    const results = await Promise.all(
      [1, 2, 3, 4, 5].map((factor) =>
        model.run({ x: xs(), w: { shape: [3, 1], data: Float32Array.of(factor, 0, 0) } }),
      ),
    )
    expect(results.map(({ y }) => Array.from(y!.data as Float32Array))).toEqual(
      [1, 2, 3, 4, 5].map((factor) => [factor, 4 * factor]),
    )
    await model.close()
  })

  it('leaves the calling thread free while it runs', async () => {
    const model = await engine.load(slow(40))
    let ticks = 0
    let done = false
    const running = model.run({ a: { shape: [400, 400], data: new Float32Array(160_000).fill(0.01) } })
    running.finally(() => {
      done = true
    })
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve))
      ticks++
    }
    await running
    expect(ticks).toBeGreaterThan(3)
    await model.close()
  })
})

describe('a program', () => {
  it('gives back the state that was written, and copies of it', async () => {
    const program = await openCounter()
    const written = { total: Float32Array.of(1.5, -2) }
    await program.write(written)
    expect(written.total).toEqual(Float32Array.of(1.5, -2))
    const read = await program.read()
    expect(read).toEqual(written)
    read.total!.fill(9)
    written.total.fill(9)
    expect(await program.read()).toEqual({ total: Float32Array.of(1.5, -2) })
    await program.close()
  })

  it('makes as many steps as it is fed, and goes on from where it was', async () => {
    const program = await openCounter()
    await program.write({ total: new Float32Array(2) })
    expect((await program.advance(adding(1, 0, 2, 0, 3, 0))).outputs).toEqual({
      largest: Float32Array.of(1, 3, 6),
    })
    expect((await program.advance(adding(0, 100))).outputs).toEqual({ largest: Float32Array.of(100) })
    expect(await program.read()).toEqual({ total: Float32Array.of(6, 100) })
    await program.write({ total: Float32Array.of(-1, -2) })
    expect((await program.advance(adding(0, 0))).outputs.largest).toEqual(Float32Array.of(-1))
    await program.close()
  })

  it('takes the memory of its feeds and hands it back, to be filled again', async () => {
    const program = await openCounter()
    await program.write({ total: new Float32Array(2) })
    const given = adding(1, 2, 3, 4)
    const { feeds } = await program.advance(given)
    expect(given.added!.data.byteLength).toBe(0)
    expect(feeds).toEqual(adding(1, 2, 3, 4))
    const again = await program.advance({
      added: { ...feeds.added!, data: (feeds.added!.data as Float32Array<ArrayBuffer>).fill(10) },
    })
    expect(again.outputs.largest).toEqual(Float32Array.of(16, 26))
    expect(again.feeds.added!.data).toEqual(Float32Array.of(10, 10, 10, 10))
    await program.close()
  })

  it('reads feeds that share one buffer or begin in its middle', async () => {
    const total = input('total', [1])
    const [a, b] = [input('a', [1]), input('b', [1])]
    const program = await engine.compile({
      name: 'two',
      graph: {
        inputs: [total, a, b],
        outputs: { next: g.add(total, g.sub(a, b)), difference: g.sub(a, b) },
      },
      state: [{ input: 'total', output: 'next', shape: [1] }],
      perStep: ['a', 'b'],
      outputs: ['difference'],
    })
    await program.write({ total: new Float32Array(1) })
    const shared = Float32Array.of(0, 5, 7, 1, 2, 0)
    const { outputs, feeds } = await program.advance({
      a: { shape: [2, 1], data: shared.subarray(1, 3) },
      b: { shape: [2, 1], data: shared.subarray(3, 5) },
    })
    expect(outputs.difference).toEqual(Float32Array.of(4, 5))
    expect([feeds.a!.data, feeds.b!.data]).toEqual([Float32Array.of(5, 7), Float32Array.of(1, 2)])
    expect(feeds.a!.data.buffer).toBe(feeds.b!.data.buffer)
    await program.close()
  })

  it('keeps its state apart from that of another, also when both run at once', async () => {
    const [first, second] = [await openCounter(), await openCounter()]
    await Promise.all([
      first.write({ total: Float32Array.of(0, 0) }),
      second.write({ total: Float32Array.of(1000, 0) }),
    ])
    const advanced = await Promise.all([
      first.advance(adding(1, 0)),
      second.advance(adding(1, 0, 1, 0)),
      first.advance(adding(1, 0, 1, 0)),
      second.advance(adding(1, 0)),
    ])
    expect(advanced.map(({ outputs }) => outputs.largest)).toEqual([
      Float32Array.of(1),
      Float32Array.of(1001, 1002),
      Float32Array.of(2, 3),
      Float32Array.of(1003),
    ])
    await first.close()
    expect(await second.read()).toEqual({ total: Float32Array.of(1003, 0) })
    await second.close()
  })
})

describe('what goes wrong comes back as an error', () => {
  it('for bytes that are no model', async () => {
    await expect(engine.load(Uint8Array.of(1, 2, 3))).rejects.toThrow(Error)
    await expect(engine.load(new Uint8Array(0))).rejects.toThrow(Error)
    await expect(engine.load(product.slice(0, product.length >> 1))).rejects.toThrow(Error)
  })

  it('for inputs that are missing, of another shape or of another type', async () => {
    const model = await engine.load(product)
    await expect(model.run({ x: xs() })).rejects.toThrow("'w'")
    await expect(model.run({ x: xs(), w: { shape: [2, 1], data: new Float32Array(2) } })).rejects.toThrow(/w/)
    await expect(model.run({ x: xs(), w: { shape: [3, 1], data: new Float32Array(2) } })).rejects.toThrow(
      /size|length/,
    )
    await expect(model.run({ x: xs(), w: { shape: [3, 1], data: new Float64Array(3) } })).rejects.toThrow(
      /type/,
    )
    expect((await model.run({ x: xs(), w: ws() })).y!.data).toEqual(Float32Array.of(321, 654))
    await model.close()
  })

  it('for a program without state, with half of it, or with feeds that do not fit', async () => {
    const program = await openCounter()
    await expect(program.read()).rejects.toThrow('no state yet: write it first')
    await expect(program.advance(adding(1, 2))).rejects.toThrow('no state yet: write it first')
    await expect(program.write({})).rejects.toThrow('state "total" was not given')
    await expect(program.write({ total: new Float32Array(3) })).rejects.toThrow(
      'state "total" [2] needs 2 numbers of float32, got 3 of float32',
    )
    await program.write({ total: new Float32Array(2) })
    await expect(program.advance({})).rejects.toThrow('step "counter" needs "added", float32 [2]; got none')
    await expect(program.advance({ added: { shape: [1, 3], data: new Float32Array(3) } })).rejects.toThrow(
      'feed "added" of step "counter" is float32 [steps, 2], got float32 [1, 3]',
    )
    // The state is what it was before the failure.
    expect(await program.read()).toEqual({ total: new Float32Array(2) })
    expect((await program.advance(adding(1, 2))).outputs.largest).toEqual(Float32Array.of(2))
    await program.close()
  })

  it('for feeds whose memory was handed over before', async () => {
    const program = await openCounter()
    await program.write({ total: new Float32Array(2) })
    const feeds = adding(1, 2)
    await program.advance(feeds)
    await expect(program.advance(feeds)).rejects.toThrow(
      'feed "added" [1, 2] needs 2 numbers, got 0; its memory may have been handed over to an earlier call',
    )
    expect(await program.read()).toEqual({ total: Float32Array.of(1, 2) })
    await program.close()
  })

  it('for models and programs that were closed', async () => {
    const [model, program] = [await engine.load(product), await openCounter()]
    await model.close()
    await program.close()
    await expect(model.run({ x: xs(), w: ws() })).rejects.toThrow('was closed')
    await expect(program.read()).rejects.toThrow('was closed')
    await program.close()
  })
})

describe('an engine', () => {
  it('says which runtime it is', () => {
    expect(engine.name).toMatch(/^onnxruntime-node \d+\.\d+\.\d+/)
  })

  it('rejects calls after it was closed, and those that were under way', async () => {
    const short = await nodeEngine({ threads: 1 })
    const program = await openCounter(short)
    await program.write({ total: new Float32Array(2) })
    const underWay = program.read().then(
      () => 'answered',
      (error: Error) => error.message,
    )
    await short.close()
    expect(['answered', 'the engine was closed']).toContain(await underWay)
    await expect(program.read()).rejects.toThrow('the engine was closed')
    await expect(program.advance(adding(1, 2))).rejects.toThrow('the engine was closed')
    await expect(short.load(product)).rejects.toThrow('the engine was closed')
    await short.close()
  })

  it('does not disturb another engine when it is closed', async () => {
    const other = await nodeEngine({ threads: 1 })
    const program = await openCounter()
    await program.write({ total: new Float32Array(2) })
    await other.close()
    expect((await program.advance(adding(3, 4))).outputs.largest).toEqual(Float32Array.of(4))
    await program.close()
  })

  it('lets the process end: when closed, when idle, and after calls that could not be sent', async () => {
    const { stdout } = await runModule(`
      const open = async () => {
        const engine = await nodeEngine({ threads: 1 })
        const [total, added] = [input('total', [2]), input('added', [2])]
        const program = await engine.compile({
          name: 'counter',
          graph: { inputs: [total, added], outputs: { next: ops.add(total, added) } },
          state: [{ input: 'total', output: 'next', shape: [2] }],
          perStep: ['added'],
          outputs: [],
        })
        await program.write({ total: new Float32Array(2) })
        return { engine, program }
      }
      const [closed, idle, lost] = [await open(), await open(), await open()]
      await closed.engine.close()
      const feeds = { added: { shape: [1, 2], data: new Float32Array(2) } }
      await lost.program.advance(feeds)
      const message = await lost.program.advance(feeds).then(() => 'advanced', () => 'rejected')
      console.log(message, Array.from((await idle.program.read()).total))
    `)
    expect(stdout).toBe('rejected [ 0, 0 ]\n')
  })

  // A thread that is ended inside native code takes the process with it: "terminate called", exit code 134.
  it.each([
    ['that it is closed', "await engine.close()\nconsole.log('closed', ...(await Promise.all(both)))", 0],
    ['process.exit', 'process.exit(130)', 130],
    ['an error that nobody catches', "throw new Error('ours')", 1],
  ])('in the middle of a call survives %s', async (_, end, expected) => {
    const { code, stdout, stderr } = await runModule(`
      const engine = await nodeEngine({ threads: 1 })
      const model = await engine.load(Uint8Array.from(${JSON.stringify(Array.from(slow(200)))}))
      const feeds = { a: { shape: [400, 400], data: new Float32Array(160_000).fill(0.01) } }
      const message = (error) => error.message
      const both = [model.run(feeds).catch(message), model.run(feeds).catch(message)]
      await new Promise((resolve) => setTimeout(resolve, 60))
      ${end}
    `)
    expect(code, stderr).toBe(expected)
    expect(stderr).not.toContain('terminate called')
    expect(stdout).toBe(expected === 0 ? 'closed the engine was closed the engine was closed\n' : '')
  })
})
