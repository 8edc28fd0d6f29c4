// The program of many steps: the same as the steps one by one, in any division.
import { describe, expect, it } from 'vitest'
import * as g from '../../src/graph/build.ts'
import { constant, input } from '../../src/graph/value.ts'
import { exportProgram } from '../../src/onnx/scan-program.ts'
import { randomStream } from '../../src/util/random.ts'
import { openSession } from './session.ts'

const [rows, columns] = [6, 3]
const rate = 0.05

/** One step of gradient descent with momentum on a linear regression. */
function step() {
  const weights = input('weights', [columns, 1])
  const velocity = input('velocity', [columns, 1])
  const x = input('x', [rows, columns])
  const y = input('y', [rows, 1])
  const momentum = input('momentum', [])
  const error = g.sub(g.matMul(x, weights), y)
  const gradient = g.mul(g.matMul(g.transposeLast(x), error), 2 / rows)
  const nextVelocity = g.sub(
    g.mul(velocity, momentum),
    g.mul(gradient, constant(new Array(columns).fill(rate), [columns, 1])),
  )
  return {
    inputs: [weights, velocity, x, y, momentum],
    outputs: {
      'next/weights': g.add(weights, nextVelocity),
      'next/velocity': nextVelocity,
      loss: g.reduceMean(g.square(error)),
      seen: g.identity(x),
      momentum_used: momentum,
    },
  }
}
const roles = {
  state: [
    { input: 'weights', output: 'next/weights' },
    { input: 'velocity', output: 'next/velocity' },
  ],
  perStep: ['x', 'y'],
  shared: ['momentum'],
  outputs: ['loss', 'seen', 'momentum_used'],
  name: 'regression',
}

const steps = 5
const random = randomStream(3, 'test')
const xs = random.fillNormal(new Float32Array(steps * rows * columns))
const ys = random.fillNormal(new Float32Array(steps * rows))
const momentum = { shape: [], data: [0.5] }

/** The same in plain numbers. */
function plainTrajectory() {
  let weights = [0.1, -0.2, 0.3]
  let velocity = [0, 0, 0]
  const losses: number[] = []
  for (let k = 0; k < steps; k++) {
    const error = Array.from({ length: rows }, (_, i) => {
      const row = weights.map((w, j) => w * xs[(k * rows + i) * columns + j]!)
      return row.reduce((a, b) => a + b, 0) - ys[k * rows + i]!
    })
    losses.push(error.reduce((sum, e) => sum + e * e, 0) / rows)
    velocity = velocity.map((v, j) => {
      const gradient =
        error.reduce((sum, e, i) => sum + e * xs[(k * rows + i) * columns + j]!, 0) * (2 / rows)
      return 0.5 * v - rate * gradient
    })
    weights = weights.map((w, j) => w + velocity[j]!)
  }
  return { weights, velocity, losses }
}

const feed = (from: number, to: number) => ({
  x: { shape: [to - from, rows, columns], data: xs.slice(from * rows * columns, to * rows * columns) },
  y: { shape: [to - from, rows, 1], data: ys.slice(from * rows, to * rows) },
  momentum,
})
const start = {
  weights: { shape: [columns, 1], data: [0.1, -0.2, 0.3] },
  velocity: { shape: [columns, 1], data: [0, 0, 0] },
}

describe('exportProgram', () => {
  it('runs K steps of gradient descent as plain numbers do', async () => {
    const session = await openSession(exportProgram({ ...roles, step: step() }))
    const result = await session.run({ ...start, ...feed(0, steps) })
    const plain = plainTrajectory()
    const close = (actual: number[], expected: number[]) => {
      expect(actual.length).toBe(expected.length)
      actual.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i]!, 5)
      })
    }
    close(result['next/weights']!.data, plain.weights)
    close(result['next/velocity']!.data, plain.velocity)
    close(result.loss!.data, plain.losses)
    expect(result.loss!.shape).toEqual([steps])
    expect(result.seen!.data).toEqual(Array.from(xs))
    expect(result.momentum_used!.data).toEqual([0.5, 0.5, 0.5, 0.5, 0.5])
  })

  it('gives the same bits for 3 steps and then 2 as for 5', async () => {
    const session = await openSession(exportProgram({ ...roles, step: step() }))
    const whole = await session.run({ ...start, ...feed(0, 5) })
    const first = await session.run({ ...start, ...feed(0, 3) })
    const second = await session.run({
      weights: first['next/weights']!,
      velocity: first['next/velocity']!,
      ...feed(3, 5),
    })
    expect(second['next/weights']!.data).toEqual(whole['next/weights']!.data)
    expect(second['next/velocity']!.data).toEqual(whole['next/velocity']!.data)
    expect([...first.loss!.data, ...second.loss!.data]).toEqual(whole.loss!.data)
  })

  it('takes a state that no step changes, and an output that is a state', async () => {
    const kept = input('kept', [2])
    const noise = input('noise', [2])
    const graph = {
      inputs: [kept, noise],
      outputs: { same: kept, sum: g.add(kept, noise), fixed: constant([7], []) },
    }
    const session = await openSession(
      exportProgram({
        step: graph,
        state: [{ input: 'kept', output: 'same' }],
        perStep: ['noise'],
        outputs: ['sum', 'fixed'],
        name: 'kept',
      }),
    )
    const result = await session.run({
      kept: { shape: [2], data: [1, 2] },
      noise: { shape: [3, 2], data: [1, 1, 2, 2, 3, 3] },
    })
    expect(result.same!.data).toEqual([1, 2])
    expect(result.sum!.data).toEqual([2, 3, 3, 4, 4, 5])
    expect(result.fixed!.data).toEqual([7, 7, 7])
  })

  it('names the input without a role, the missing name and the state that changes its shape', () => {
    const graph = step()
    expect(() => exportProgram({ ...roles, step: graph, shared: [] })).toThrow(
      'input "momentum" of the step must be listed as state, perStep or shared',
    )
    expect(() => exportProgram({ ...roles, step: graph, outputs: ['accuracy'] })).toThrow(
      'the step has no output "accuracy"; it has "next/weights"',
    )
    expect(() =>
      exportProgram({
        ...roles,
        step: graph,
        state: [{ input: 'weights', output: 'loss' }, roles.state[1]!],
      }),
    ).toThrow('state "weights" is float32 [3, 1], its next value "loss" is float32 []')
    expect(() => exportProgram({ ...roles, step: graph, perStep: ['x', 'y', 'x'] })).toThrow('listed twice')
  })
})
