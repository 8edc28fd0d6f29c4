// Checks derivatives of graphs against directional differences, to any order.
import { expect } from 'vitest'
import { gradients } from '../../src/autodiff/backward.ts'
import { add, mul, reduceSum } from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { constant, input, type Tensor, type Value } from '../../src/graph/value.ts'
import { dot, normalTensor } from './tensors.ts'

/** A directional derivative found in two ways. */
export interface DirectionalCheck {
  /** 1 for the first derivative. */
  readonly order: number
  /** By the gradient rules. */
  readonly analytic: number
  /** By differences. */
  readonly numeric: number
  /** Their difference, relative to the larger but at least to 1e-3. */
  readonly error: number
}

export interface DirectionalOptions {
  /** Up to which order; default 2. */
  readonly orders?: number
  /** Names the random directions; default 1. */
  readonly seed?: number
  /** Distance of the points compared; default 1e-4. Kinks must lie farther away than four times this. */
  readonly step?: number
}

type Tensors<Name extends string> = Readonly<Record<Name, Tensor>>

/** The scalar sum of value * r, for random numbers r named by `name`. */
function project(value: Value, name: string, seed: number): Value {
  const { data } = normalTensor(value.shape, name, seed)
  return reduceSum(mul(value, constant(data, value.shape, value.dtype)))
}

/**
 * Compares v^T (gradient) with a difference of function values along v, in float64: f is projected to a scalar by
 * random weights and differentiated, then the gradient is projected and differentiated again, and so on.
 * Differences are central and of fourth order: (8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12 h.
 *
 * @param f   builds a value of any shape from inputs of the names in `at`; constants inside are held fixed
 * @param at  the point, in the region where f is smooth; all of it is differentiated
 * @returns one check per order
 * @source "check_grads" of JAX
 */
export function directionalChecks<Name extends string>(
  f: (inputs: Readonly<Record<Name, Value>>) => Value,
  at: Tensors<Name>,
  { orders = 2, seed = 1, step = 1e-4 }: DirectionalOptions = {},
): DirectionalCheck[] {
  const names = Object.keys(at) as Name[]
  const inputs = Object.fromEntries(names.map((name) => [name, input(name, at[name].shape)])) as Record<
    Name,
    Value
  >
  const wrt = names.map((name) => inputs[name])
  const direction = names.map((name) => normalTensor(at[name].shape, `direction/${name}`, seed).data)
  const moved = (distance: number): Record<string, Tensor> =>
    Object.fromEntries(
      names.map((name, i) => {
        const data = Float64Array.from(at[name].data, (x, j) => x + distance * direction[i]![j]!)
        return [name, { shape: at[name].shape, data }]
      }),
    )

  let y = project(f(inputs), 'weights/0', seed)
  const checks: DirectionalCheck[] = []
  for (let order = 1; order <= orders; order++) {
    const scalar = y
    const valueAt = (distance: number): number => interpret({ scalar }, moved(distance)).scalar!.data[0]!
    const near = valueAt(step) - valueAt(-step)
    const far = valueAt(2 * step) - valueAt(-2 * step)
    const numeric = (8 * near - far) / (12 * step)
    const found = gradients(scalar, wrt)
    const values = interpret(Object.fromEntries(found.map((value, i) => [i, value])), moved(0))
    const analytic = direction.reduce((sum, v, i) => sum + dot(v, values[i]!.data), 0)
    const size = Math.max(Math.abs(analytic), Math.abs(numeric), 1e-3)
    checks.push({ order, analytic, numeric, error: Math.abs(analytic - numeric) / size })
    y = found.map((value, i) => project(value, `weights/${order}/${i}`, seed)).reduce((a, b) => add(a, b))
  }
  return checks
}

/** Expects every check of `directionalChecks` to agree within `tolerance`, relative; default 1e-6. */
export function expectDerivatives<Name extends string>(
  f: (inputs: Readonly<Record<Name, Value>>) => Value,
  at: Tensors<Name>,
  { tolerance = 1e-6, ...options }: DirectionalOptions & { readonly tolerance?: number } = {},
): DirectionalCheck[] {
  const checks = directionalChecks(f, at, options)
  for (const { order, analytic, numeric, error } of checks)
    expect(error, `order ${order}: gradient ${analytic}, difference ${numeric}`).toBeLessThan(tolerance)
  return checks
}
