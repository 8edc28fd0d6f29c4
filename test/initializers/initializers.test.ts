// Initializers: their spread, their fans and their names.
import { describe, expect, test } from 'vitest'
import {
  constant,
  describeInitializer,
  fans,
  glorotUniform,
  INITIALIZERS,
  type Initializer,
  type InitializerName,
  initializerOf,
  ones,
  randomNormal,
  randomUniform,
  truncatedNormal,
  varianceScaling,
  zeros,
} from '../../src/initializers/index.ts'
import { ConfigError } from '../../src/util/errors.ts'
import { randomStream } from '../../src/util/random.ts'
import type { Shape } from '../../src/util/shape.ts'

function statistics(initializer: Initializer, shape: Shape) {
  const data = initializer.fill(shape, randomStream(11, 'weights'))
  const mean = data.reduce((sum, x) => sum + x, 0) / data.length
  const variance = data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / data.length
  const largest = data.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
  return { mean, deviation: Math.sqrt(variance), largest, length: data.length }
}

describe('fans', () => {
  test.each<[Shape, number, number]>([
    [[100, 256], 100, 256],
    [[5, 5, 64, 128], 25 * 64, 25 * 128],
    [[3, 16, 32], 3 * 16, 3 * 32],
    [[7], 7, 7],
    [[], 1, 1],
  ])('of %j are %i in and %i out', (shape, fanIn, fanOut) => {
    expect(fans(shape)).toEqual({ fanIn, fanOut })
  })
})

describe('initializers that scale by fans', () => {
  const CUT = 0.87962566103423978
  const shapes: Shape[] = [
    [200, 300],
    [3, 3, 60, 90],
  ]
  const variances: [InitializerName, (fanIn: number, fanOut: number) => number][] = [
    ['glorotUniform', (i, o) => 2 / (i + o)],
    ['glorotNormal', (i, o) => 2 / (i + o)],
    ['heUniform', (i) => 2 / i],
    ['heNormal', (i) => 2 / i],
    ['lecunUniform', (i) => 1 / i],
    ['lecunNormal', (i) => 1 / i],
  ]
  test.each(variances)('%s has the variance that its paper asks for, and its bounds', (name, variance) => {
    for (const shape of shapes) {
      const { fanIn, fanOut } = fans(shape)
      const expected = Math.sqrt(variance(fanIn, fanOut))
      const { mean, deviation, largest, length } = statistics(INITIALIZERS[name](), shape)
      expect(Math.abs(mean)).toBeLessThan((5 * expected) / Math.sqrt(length))
      expect(deviation / expected).toBeGreaterThan(0.98)
      expect(deviation / expected).toBeLessThan(1.02)
      // Uniform numbers end at sqrt(3) deviations, truncated normal ones at 2 / .8796.
      const bound = expected * (name.endsWith('Uniform') ? Math.sqrt(3) : 2 / CUT)
      expect(largest).toBeLessThanOrEqual(bound * (1 + 1e-6))
      expect(largest).toBeGreaterThan(bound * 0.98)
    }
  })
})

describe('varianceScaling', () => {
  test.each([
    ['truncatedNormal', 'fanIn', 200, 2 / 0.87962566103423978],
    ['uniform', 'fanOut', 300, Math.sqrt(3)],
    ['untruncatedNormal', 'fanAverage', 250, undefined],
  ] as const)('%s over %s has the variance that it is told', (distribution, mode, fan, bound) => {
    const initializer = varianceScaling({ scale: 0.5, mode, distribution })
    const { mean, deviation, largest, length } = statistics(initializer, [200, 300])
    const expected = Math.sqrt(0.5 / fan)
    expect(Math.abs(mean)).toBeLessThan((5 * expected) / Math.sqrt(length))
    expect(Math.abs(deviation / expected - 1)).toBeLessThan(0.02)
    if (bound) expect(largest).toBeLessThanOrEqual(expected * bound * (1 + 1e-6))
    else expect(largest).toBeGreaterThan(3.5 * expected)
  })

  test('is that of which the named ones are cases, and is made again from its configuration', () => {
    const fill = (initializer: Initializer) => [...initializer.fill([20, 30], randomStream(3, 'w'))]
    expect(fill(varianceScaling({ mode: 'fanAverage', distribution: 'uniform' }))).toEqual(
      fill(glorotUniform()),
    )
    const made = varianceScaling({ scale: 0.3, mode: 'fanOut' })
    const config = JSON.parse(JSON.stringify(describeInitializer(made)))
    expect(fill(initializerOf('a layer', 'kernelInitializer', config))).toEqual(fill(made))
  })

  test('refuses what it does not have', () => {
    expect(() => varianceScaling({ scale: 0 })).toThrow('scale must be a number with scale > 0, got 0')
    expect(() => varianceScaling({ mode: 'fan_in' as never })).toThrow(
      /unknown mode "fan_in"; did you mean "fanIn"/,
    )
    expect(() => varianceScaling({ distribution: 'normal' as never })).toThrow(ConfigError)
  })
})

describe('initializers with a spread of their own', () => {
  const shape = [300, 200]

  test('fill with one number', () => {
    expect([...zeros().fill([2, 2], randomStream(1, 'w'))]).toEqual([0, 0, 0, 0])
    expect([...ones().fill([3], randomStream(1, 'w'))]).toEqual([1, 1, 1])
    expect([...constant({ value: 0.5 }).fill([2], randomStream(1, 'w'))]).toEqual([0.5, 0.5])
    expect([...constant().fill([], randomStream(1, 'w'))]).toEqual([0])
  })

  test('randomUniform stays in its range, by default ±0.05', () => {
    const { mean, largest } = statistics(randomUniform(), shape)
    expect(Math.abs(mean)).toBeLessThan(0.001)
    expect(largest).toBeGreaterThan(0.0499)
    expect(largest).toBeLessThanOrEqual(Math.fround(0.05))
    const data = randomUniform({ minval: 2, maxval: 3 }).fill(shape, randomStream(1, 'w'))
    expect(data.every((x) => x >= 2 && x <= 3)).toBe(true)
  })

  test('randomNormal has its mean and deviation, by default 0 and 0.05', () => {
    const standard = statistics(randomNormal(), shape)
    expect(standard.deviation).toBeCloseTo(0.05, 3)
    expect(standard.largest).toBeGreaterThan(0.15)
    const moved = statistics(randomNormal({ mean: 1, stddev: 0.02 }), shape)
    expect(moved.mean).toBeCloseTo(1, 3)
    expect(moved.deviation).toBeCloseTo(0.02, 3)
  })

  test('truncatedNormal ends at two deviations, which leaves 0.8796 of the spread', () => {
    const { deviation, largest } = statistics(truncatedNormal({ stddev: 0.1 }), shape)
    expect(largest).toBeLessThanOrEqual(Math.fround(0.2))
    expect(largest).toBeGreaterThan(0.198)
    expect(deviation).toBeCloseTo(0.087963, 3)
  })

  test('the same stream gives the same weights, another stream others', () => {
    for (const name of Object.keys(INITIALIZERS) as InitializerName[]) {
      const fill = (purpose: string): number[] => [
        ...INITIALIZERS[name]().fill([4, 5], randomStream(1, purpose)),
      ]
      expect(fill('a')).toEqual(fill('a'))
      if (!['zeros', 'ones', 'constant'].includes(name)) expect(fill('a')).not.toEqual(fill('b'))
    }
  })
})

describe('initializers as options', () => {
  test('are given by name, as data or made', () => {
    const made = randomNormal({ stddev: 0.02 })
    expect(initializerOf('dense', 'kernelInitializer', 'heNormal').name).toBe('heNormal')
    expect(initializerOf('dense', 'kernelInitializer', made)).toBe(made)
    const data = JSON.parse(JSON.stringify(describeInitializer(made)))
    expect(data).toEqual({ name: 'randomNormal', config: { mean: 0, stddev: 0.02 } })
    const again = initializerOf('dense', 'kernelInitializer', data)
    const fill = (one: Initializer): number[] => [...one.fill([3, 3], randomStream(1, 'w'))]
    expect(fill(again)).toEqual(fill(made))
    expect(describeInitializer(glorotUniform())).toBe('glorotUniform')
  })

  test('may be written by the user', () => {
    const identity: Initializer = {
      name: 'identity',
      fill: ([n, m]) => Float32Array.from({ length: n! * m! }, (_, i) => (i % (m! + 1) === 0 ? 1 : 0)),
    }
    expect(initializerOf('dense', 'kernelInitializer', identity)).toBe(identity)
    expect(describeInitializer(identity)).toBe('identity')
  })

  test('are refused with the nearest name, or with the option that is wrong', () => {
    const refuse = (given: unknown, message: string | RegExp): void => {
      const attempt = (): Initializer => initializerOf('dense', 'kernelInitializer', given as 'zeros')
      expect(attempt).toThrow(ConfigError)
      expect(attempt).toThrow(message)
    }
    refuse('glorotUnifrom', 'dense: unknown kernelInitializer "glorotUnifrom"; did you mean "glorotUniform"?')
    refuse({ name: 'heNormall' }, 'did you mean "heNormal"?')
    refuse(undefined, 'unknown kernelInitializer undefined. Known: zeros, ones')
    refuse({ name: 'heNormal', config: { gain: 2 } }, 'heNormal: unknown option "gain"')
    refuse(
      { name: 'randomNormal', config: { stddev: -1 } },
      'stddev must be a number with stddev >= 0, got -1',
    )
    refuse({ name: 'randomUniform', config: { minval: 1, maxval: 0 } }, 'minval must not exceed maxval')
    refuse({ name: 'constant', config: { value: 'x' } }, 'constant: value must be a number, got "x"')
  })
})
