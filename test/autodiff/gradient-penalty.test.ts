// Derivatives of derivatives where they are needed: the gradient penalty of a Wasserstein critic.
import { describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/backward.ts'
import * as g from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { input, type Tensor, type Value } from '../../src/graph/value.ts'
import { directionalChecks, expectDerivatives } from '../support/differences.ts'
import { literal, normalTensor, tensor } from '../support/tensors.ts'

/** ((||d critic / dx||_2 - 1)^2 mean over the examples; examples do not mix in the critic. */
function penalty(critic: (x: Value) => Value, x: Value): Value {
  const [slope] = gradients(g.reduceSum(critic(x)), [x])
  const norm = g.sqrt(g.reduceSum(g.square(slope!), { axes: [1] })) // [n]
  return g.reduceMean(g.square(g.sub(norm, 1)))
}

const sizes = [5, 16, 8, 1]
const weights = Object.fromEntries(
  sizes.slice(1).flatMap((size, i): [string, Tensor][] => [
    [`kernel${i}`, normalTensor([sizes[i]!, size], `kernel${i}`)],
    [`bias${i}`, normalTensor([size], `bias${i}`)],
  ]),
)

/** Dense and LeakyRelu, three times. */
const critic =
  (weights: Readonly<Record<string, Value>>) =>
  (x: Value): Value =>
    [0, 1, 2].reduce((h, i) => {
      const dense = g.add(g.matMul(h, weights[`kernel${i}`]!), weights[`bias${i}`]!)
      return i < 2 ? g.leakyRelu(dense, 0.2) : dense
    }, x)

const examples = normalTensor([6, 5], 'examples')

describe('the gradient penalty of a critic', () => {
  it('has the gradient that is known for a linear critic', () => {
    const w = input('w', [2, 1])
    const [dw] = gradients(
      penalty(
        (x) => g.matMul(x, w),
        literal([
          [1, 2],
          [0, 1],
          [5, 5],
        ]),
      ),
      [w],
    )
    // (|w| - 1)^2 has the gradient 2 (|w| - 1) w / |w|, whatever x is; here |w| = 5.
    const { value } = interpret({ value: dw! }, { w: tensor([[3], [4]]) })
    expect(value!.data[0]).toBeCloseTo(4.8, 12)
    expect(value!.data[1]).toBeCloseTo(6.4, 12)
  })

  it('agrees with differences in the direction of all weights, to second order', () => {
    const points = literal([0, 1, 2, 3, 4, 5].map((i) => Array.from(examples.data.slice(5 * i, 5 * i + 5))))
    const checks = expectDerivatives((w) => penalty(critic(w), points), weights)
    expect(Math.abs(checks[0]!.numeric)).toBeGreaterThan(0.1)
  })

  it('agrees with differences in the direction of each kernel alone', () => {
    for (const name of ['kernel0', 'kernel1', 'kernel2']) {
      const rest = Object.fromEntries(
        Object.entries(weights).map(([key, { shape, data }]) => [
          key,
          g.reshape(literal(Array.from(data)), shape),
        ]),
      )
      const points = g.reshape(literal(Array.from(examples.data)), examples.shape)
      const checks = directionalChecks((own) => penalty(critic({ ...rest, ...own }), points), {
        [name]: weights[name]!,
      })
      for (const { error } of checks) expect(error, name).toBeLessThan(1e-6)
      expect(Math.abs(checks[0]!.numeric), name).toBeGreaterThan(1e-2)
    }
  })

  it('agrees with differences with respect to the examples when the critic is smooth', () => {
    const { kernel0, kernel1 } = weights
    expectDerivatives(
      ({ x, a, b }) => penalty((points) => g.matMul(g.tanh(g.matMul(points, a)), b), x),
      { x: examples, a: kernel0!, b: kernel1! },
      { tolerance: 1e-5 },
    )
  })
})
