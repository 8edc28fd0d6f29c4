// Steps compiled by an engine, and graphs that run on the state of one.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as g from '../../src/graph/build.ts'
import { type DType, type Graph, input, type Value } from '../../src/graph/value.ts'
import type { Engine, FeedData, LoadedModel, Program, Step } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { ConfigError, ShapeError } from '../../src/util/errors.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
})
afterAll(() => engine.close())

/** Moves the weights `w` [2] and `b` [] by what it is fed, `rate` times. */
function descent(): Step {
  const [w, b] = [input('w', [2]), input('b', [])]
  const [move, rate] = [input('move', [2]), input('rate', [])]
  const [nextW, nextB] = [g.sub(w, g.mul(move, rate)), g.add(b, 1)]
  return {
    name: 'descent',
    graph: {
      inputs: [w, b, move, rate],
      outputs: { 'next/w': nextW, 'next/b': nextB, moved: g.mul(move, rate), steps: nextB },
    },
    state: [
      { input: 'w', output: 'next/w', shape: [2] },
      { input: 'b', output: 'next/b', shape: [] },
    ],
    perStep: ['move'],
    shared: ['rate'],
    outputs: ['moved', 'steps'],
  }
}
const moves = (rate: number, ...numbers: number[]) => ({
  move: { shape: [numbers.length / 2, 2], data: Float32Array.from(numbers) },
  rate: { shape: [], data: Float32Array.of(rate) },
})
const start = () => ({ w: Float32Array.of(1, 2), b: Float32Array.of(0) })

/** `x w + b` for three rows of x. */
function linear(): Graph {
  const [x, w, b] = [input('x', [3, 2]), input('w', [2]), input('b', [])]
  return { inputs: [x, w, b], outputs: { y: g.add(g.reduceSum(g.mul(x, w), { axes: [1] }), b) } }
}
const rows = () => ({ x: { shape: [3, 2], data: Float32Array.of(1, 0, 0, 1, 10, 10) } })
const answer = async (model: LoadedModel) => (await model.run(rows())).y!.data

async function opened(): Promise<{ program: Program; attached: LoadedModel }> {
  const program = await engine.compile(descent())
  return { program, attached: await program.attach(linear(), { name: 'linear' }) }
}

describe('a compiled step', () => {
  it('takes feeds per step and shared ones, and keeps outputs of any shape', async () => {
    const program = await engine.compile(descent())
    await program.write(start())
    const { outputs, feeds } = await program.advance(moves(0.5, 2, 4, 0, -2))
    expect(outputs).toEqual({ moved: Float32Array.of(1, 2, 0, -1), steps: Float32Array.of(1, 2) })
    expect(feeds).toEqual(moves(0.5, 2, 4, 0, -2))
    expect(await program.read()).toEqual({ w: Float32Array.of(0, 1), b: Float32Array.of(2) })
    await program.close()
  })

  it('gives the same in one call and in several', async () => {
    const [one, several] = [await engine.compile(descent()), await engine.compile(descent())]
    for (const program of [one, several]) await program.write(start())
    await one.advance(moves(0.1, 1, 2, 3, 4, 5, 6))
    await several.advance(moves(0.1, 1, 2))
    await several.advance(moves(0.1, 3, 4, 5, 6))
    expect(await several.read()).toEqual(await one.read())
    for (const program of [one, several]) await program.close()
  })

  it('takes and keeps every type of number', async () => {
    const kinds = {
      float32: Float32Array.of(0.5, 1, -1, 3),
      int32: Int32Array.of(1, -2, 3, 2 ** 31 - 1),
      int64: BigInt64Array.of(1n, -2n, 3n, 2n ** 60n),
      uint8: Uint8Array.of(0, 1, 255, 7),
      bool: Uint8Array.of(0, 1, 1, 0),
    } satisfies Partial<Record<DType, FeedData>>
    const types = Object.keys(kinds) as (keyof typeof kinds)[]
    const inputs = types.map((dtype) => input(dtype, [2], dtype))
    const program = await engine.compile({
      name: 'types',
      graph: {
        inputs,
        outputs: Object.fromEntries(inputs.map((value: Value) => [`${value.dtype} out`, value])),
      },
      state: [],
      perStep: types,
      outputs: types.map((dtype) => `${dtype} out`),
    })
    // Without a state there is nothing to write first.
    const { outputs } = await program.advance(
      Object.fromEntries(types.map((dtype) => [dtype, { shape: [2, 2], data: kinds[dtype].slice() }])),
    )
    expect(outputs).toEqual(Object.fromEntries(types.map((dtype) => [`${dtype} out`, kinds[dtype]])))
    await expect(
      program.advance({
        ...Object.fromEntries(types.map((dtype) => [dtype, { shape: [2, 2], data: kinds[dtype].slice() }])),
        int64: { shape: [2, 2], data: Int32Array.of(1, 2, 3, 4) },
      }),
    ).rejects.toThrow('feed "int64" of step "types" is int64 [steps, 2], got int32 [2, 2]')
    await program.close()
  })

  it('makes a single step first, and then as many as its pace and its memory allow', async () => {
    const program = await engine.compile(descent())
    await program.write(start())
    expect(program.stepsPerCall()).toBe(1)
    await program.advance(moves(1, 0, 0))
    expect(program.stepsPerCall()).toBeGreaterThan(1)
    const wide = input('wide', [2 ** 21]) // 8 MB a step.
    const large = await engine.compile({
      name: 'large',
      graph: { inputs: [wide], outputs: { sum: g.reduceSum(wide) } },
      state: [],
      perStep: ['wide'],
      outputs: ['sum'],
    })
    await large.advance({ wide: { shape: [1, 2 ** 21], data: new Float32Array(2 ** 21) } })
    expect(large.stepsPerCall()).toBeLessThanOrEqual(3)
    for (const one of [program, large]) await one.close()
  })

  it('is shown as it will run, and not compiled when somebody refuses it', async () => {
    const seen: string[][] = []
    const look = (graph: Graph): void => {
      seen.push(Object.keys(graph.outputs))
    }
    await (await engine.compile(descent(), { inspect: look })).close()
    expect(seen).toEqual([['next/w', 'next/b', 'moved', 'steps']])
    const refuse = (): never => {
      throw new ConfigError('too large')
    }
    await expect(engine.compile(descent(), { inspect: refuse })).rejects.toThrow('too large')
  })

  it('names the first number of its state that is not finite', async () => {
    const program = await engine.compile(descent())
    await expect(program.firstNotFinite()).rejects.toThrow('no state yet: write it first')
    await program.write(start())
    expect(await program.firstNotFinite()).toBeUndefined()
    await program.advance(moves(1, 0, Number.POSITIVE_INFINITY))
    expect(await program.firstNotFinite()).toEqual({ name: 'w', value: Number.NEGATIVE_INFINITY })
    await program.write({ w: new Float32Array(2), b: Float32Array.of(Number.NaN) })
    expect(await program.firstNotFinite()).toEqual({ name: 'b', value: Number.NaN })
    await program.close()
  })

  it.each<[string, Partial<Step>, new (message: string) => Error]>([
    [
      'step "descent" has no input "moves"; it has "w", "b", "move", "rate"',
      { perStep: ['moves'] },
      ConfigError,
    ],
    ['input "rate" of the step must be listed as state, perStep or shared', { shared: [] }, ConfigError],
    ['needs at least one input per step', { perStep: [], shared: ['rate', 'move'] }, ConfigError],
    ['the step has no output "loss"', { outputs: ['loss'] }, ConfigError],
    [
      'state "b" of step "descent" is said to be float32 [2], in the graph it is float32 []',
      {
        state: [
          { input: 'w', output: 'next/w', shape: [2] },
          { input: 'b', output: 'next/b', shape: [2] },
        ],
      },
      ShapeError,
    ],
  ])('is refused: %s', async (message, changes, kind) => {
    const compiling = engine.compile({ ...descent(), ...changes })
    await expect(compiling).rejects.toThrow(message)
    await expect(compiling).rejects.toBeInstanceOf(kind)
  })

  it('is refused with numbers that nobody can feed or carry', async () => {
    const [x, n] = [input('x', [2], 'float64'), input('n', [], 'int64')]
    const step = { name: 'odd', state: [], perStep: ['x'], outputs: [] }
    await expect(
      engine.compile({ ...step, graph: { inputs: [x], outputs: { y: g.add(x, x) } } }),
    ).rejects.toThrow(
      'input "x" of step "odd" is float64; expected one of float32, int32, int64, uint8, bool: cast it in the graph',
    )
    await expect(
      engine.compile({
        ...step,
        graph: { inputs: [n, x], outputs: { next: n } },
        state: [{ input: 'n', output: 'next', shape: [] }],
      }),
    ).rejects.toThrow('state "n" of step "odd" is said to be float32 [], in the graph it is int64 []')
  })

  it('refuses feeds that do not fit, and stays where it was', async () => {
    const program = await engine.compile(descent())
    await program.write(start())
    const { move, rate } = moves(1, 1, 1)
    const refused: [Parameters<Program['advance']>[0], string][] = [
      [{ move }, 'step "descent" needs "rate", float32 []; got "move"'],
      [{ move, rate, x: rate }, 'step "descent" takes no "x"; it takes "move", "rate"'],
      [
        { move, rate: { shape: [1], data: Float32Array.of(1) } },
        'feed "rate" of step "descent" is float32 [], got float32 [1]',
      ],
      [
        { move: { shape: [1, 2], data: Uint8Array.of(1, 2) }, rate },
        'feed "move" of step "descent" is float32 [steps, 2], got uint8 [1, 2]',
      ],
      [{ move: { shape: [0, 2], data: new Float32Array(0) }, rate }, 'got float32 [0, 2]'],
      [{ move: { shape: [2, 2], data: Float32Array.of(1, 2) }, rate }, 'needs 4 numbers, got 2'],
    ]
    for (const [feeds, message] of refused) await expect(program.advance(feeds)).rejects.toThrow(message)
    expect(await program.read()).toEqual(start())
    await program.close()
  })
})

describe('an opened graph', () => {
  it('is what its inputs and outputs say', async () => {
    const model = await engine.open(linear(), { name: 'linear' })
    expect([model.inputNames, model.outputNames]).toEqual([['x', 'w', 'b'], ['y']])
    const given = {
      ...rows(),
      w: { shape: [2], data: Float32Array.of(1, 2) },
      b: { shape: [], data: Float32Array.of(0.5) },
    }
    expect((await model.run(given)).y).toEqual({
      shape: [3],
      data: Float32Array.of(1.5, 2.5, 30.5),
      dtype: 'float32',
    })
    const { x, w, b } = given
    await expect(model.run({ x, w })).rejects.toThrow('"linear" needs "b", float32 []; got "x", "w"')
    await expect(model.run({ ...given, c: b })).rejects.toThrow(
      '"linear" takes no "c"; it takes "x", "w", "b"',
    )
    await expect(model.run({ ...given, w: b })).rejects.toThrow(
      'input "w" of "linear" is float32 [2], got float32 []',
    )
    await expect(model.run({ x, b, w: { shape: [2], data: Float32Array.of(1) } })).rejects.toThrow(
      'needs 2 numbers, got 1',
    )
    await model.close()
    await expect(model.run(given)).rejects.toThrow('was closed')
  })

  it('takes bytes as booleans, and ordinary numbers as int64 when they are called so', async () => {
    const [flags, labels] = [input('flags', [2], 'bool'), input('labels', [2], 'int64')]
    const model = await engine.open(
      { inputs: [flags, labels], outputs: { not: g.not(flags), twice: g.add(labels, labels) } },
      { name: 'flags' },
    )
    const { not, twice } = await model.run({
      flags: { shape: [2], data: Uint8Array.of(1, 0) },
      labels: { shape: [2], data: Uint8Array.of(3, 4), dtype: 'int64' },
    })
    expect([not!.data, twice!.data]).toEqual([Uint8Array.of(0, 1), BigInt64Array.of(6n, 8n)])
    await model.close()
  })
})

describe("a graph on a program's state", () => {
  it('is given only what the state does not hold', async () => {
    const { program, attached } = await opened()
    expect([attached.inputNames, attached.outputNames]).toEqual([['x'], ['y']])
    await program.write(start())
    expect(await answer(attached)).toEqual(Float32Array.of(1, 2, 30))
    await expect(attached.run({})).rejects.toThrow('"linear" needs "x", float32 [3, 2]; got none')
    await expect(attached.run({ ...rows(), w: { shape: [2], data: new Float32Array(2) } })).rejects.toThrow(
      '"linear" takes no "w"; it takes "x"',
    )
    await program.close()
  })

  it('sees the newest weights: after every call, and after they were written', async () => {
    const { program, attached } = await opened()
    await program.write(start())
    await program.advance(moves(1, 1, 0))
    expect(await answer(attached)).toEqual(Float32Array.of(1, 3, 21))
    await program.advance(moves(1, 0, 2, 1, 0))
    expect(await answer(attached)).toEqual(Float32Array.of(2, 3, -7))
    await program.write({ w: Float32Array.of(5, 6), b: Float32Array.of(-1) })
    expect(await answer(attached)).toEqual(Float32Array.of(4, 5, 109))
    await program.close()
  })

  it('takes its turn among calls that were made at once, and gives what a separate model gives', async () => {
    const { program, attached } = await opened()
    const separate = await engine.open(linear(), { name: 'separate' })
    await program.write(start())
    const calls: [Promise<FeedData>, Promise<Record<string, Float32Array<ArrayBuffer>>>][] = []
    for (let i = 0; i < 5; i++) {
      const advancing = program.advance(moves(0.3, i, -1, 0.7, i))
      advancing.catch(() => {})
      calls.push([answer(attached) as Promise<FeedData>, program.read()])
    }
    for (const [attachedGave, state] of calls) {
      const { w, b } = await state
      const { y } = await separate.run({
        ...rows(),
        w: { shape: [2], data: w! },
        b: { shape: [], data: b! },
      })
      expect(await attachedGave).toEqual(y!.data)
    }
    await separate.close()
    await program.close()
  })

  it('gives copies: what the caller does with them changes no state', async () => {
    const program = await engine.compile(descent())
    const w = input('w', [2])
    const mirror = await program.attach({ inputs: [w], outputs: { one: w, again: w } }, { name: 'mirror' })
    await program.write(start())
    const first = await mirror.run({})
    ;(first.one!.data as Float32Array).fill(9)
    expect((await mirror.run({})).again!.data).toEqual(Float32Array.of(1, 2))
    expect(await program.read()).toEqual(start())
    await program.advance(moves(1, 1, 1))
    expect((await mirror.run({})).one!.data).toEqual(Float32Array.of(0, 1))
    await program.close()
  })

  it('says that there is no state yet, unless it asks for none', async () => {
    const { program, attached } = await opened()
    const x = input('x', [3, 2])
    const alone = await program.attach({ inputs: [x], outputs: { y: g.reduceSum(x) } }, { name: 'alone' })
    await expect(attached.run(rows())).rejects.toThrow('the program has no state yet: write it first')
    expect(await answer(alone)).toEqual(Float32Array.of(22))
    await program.close()
  })

  it('must agree with the state in shape', async () => {
    const program = await engine.compile(descent())
    const w = input('w', [3])
    const attaching = program.attach({ inputs: [w], outputs: { y: g.reduceSum(w) } }, { name: 'other' })
    await expect(attaching).rejects.toThrow(
      'input "w" of "other" is float32 [3], the program\'s state of that name is float32 [2]',
    )
    await expect(attaching).rejects.toBeInstanceOf(ShapeError)
    await program.close()
  })

  it('ends by itself, or with its program', async () => {
    const { program, attached } = await opened()
    await program.write(start())
    const other = await program.attach(linear(), { name: 'other' })
    await other.close()
    await expect(other.run(rows())).rejects.toThrow('was closed')
    expect(await answer(attached)).toEqual(Float32Array.of(1, 2, 30))
    await program.close()
    await expect(attached.run(rows())).rejects.toThrow('was closed')
    await expect(program.attach(linear(), { name: 'late' })).rejects.toThrow('was closed')
    await attached.close()
  })
})

describe('lanes', () => {
  it('are one step on several threads, with a state of each', async () => {
    const wide = await nodeEngine({ threads: 3 })
    try {
      expect(wide.lanes).toBe(3)
      const lanes = await wide.compileLanes(descent())
      expect(lanes).toHaveLength(3)
      const found = await Promise.all(
        lanes.map(async (lane, i) => {
          await lane.write(start())
          await lane.advance(moves(1, i, 2 * i))
          return lane.read()
        }),
      )
      expect(found).toEqual(
        [0, 1, 2].map((i) => ({ w: Float32Array.of(1 - i, 2 - 2 * i), b: Float32Array.of(1) })),
      )
      await lanes[1]!.close()
      await expect(lanes[1]!.read()).rejects.toThrow('closed')
      expect((await lanes[2]!.read()).b).toEqual(Float32Array.of(1))
    } finally {
      await wide.close()
    }
  })

  it('are the engine itself where it has one thread', async () => {
    expect(engine.lanes).toBe(1)
    expect(await engine.compileLanes(descent())).toHaveLength(1)
  })

  it('end with their engine', async () => {
    const wide = await nodeEngine({ threads: 2 })
    const [, second] = await wide.compileLanes(descent())
    await second!.write(start())
    await wide.close()
    await expect(second!.read()).rejects.toThrow('the engine was closed')
  })
})
