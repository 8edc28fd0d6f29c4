// Checks of options: what they let through and what they say.
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/util/errors.ts'
import { nearestName } from '../../src/util/nearest-name.ts'
import { checkBoolean, checkChoice, checkNames, checkNumber } from '../../src/util/options.ts'

describe('nearestName', () => {
  const known = ['train', 'resume', 'sample', 'summary', 'report', 'glorotUniform']
  test.each([
    ['trian', 'train'],
    ['resum', 'resume'],
    ['smaple', 'sample'],
    ['Report', 'report'],
    ['glorot_uniform', 'glorotUniform'],
    ['glorot-uniform', 'glorotUniform'],
  ])('finds for %s %s', (name, expected) => {
    expect(nearestName(name, known)).toBe(expected)
  })

  test('finds nothing for a name unlike all', () => {
    expect(nearestName('xylophone', known)).toBeUndefined()
    expect(nearestName('', known)).toBeUndefined()
    expect(nearestName('x', [])).toBeUndefined()
  })
})

describe('checks of options', () => {
  const message = (attempt: () => unknown): string => {
    expect(attempt).toThrow(ConfigError)
    try {
      attempt()
      return ''
    } catch (error) {
      return (error as Error).message
    }
  }

  test('let good values through', () => {
    expect(checkNumber('f', 'n', 3, { integer: true, atLeast: 3, atMost: 3 })).toBe(3)
    expect(checkNumber('f', 'n', -1e9)).toBe(-1e9)
    expect(checkBoolean('f', 'on', false)).toBe(false)
    expect(checkChoice('f', 'kind', 'b', { a: 1, b: 2 })).toBe(2)
    checkNames('f', { a: 1 }, ['a', 'b'])
  })

  test('say which range was left', () => {
    const f = (value: unknown, range: object) => message(() => checkNumber('f', 'n', value, range))
    expect(f(1, { atLeast: 0, below: 1 })).toBe('f: n must be a number with 0 <= n < 1, got 1')
    expect(f(0, { above: 0, atMost: 1 })).toBe('f: n must be a number with 0 < n <= 1, got 0')
    expect(f(0, { above: 0 })).toBe('f: n must be a number with n > 0, got 0')
    expect(f(2, { atMost: 1 })).toBe('f: n must be a number with n <= 1, got 2')
    expect(f(1, { below: 1, integer: true })).toBe('f: n must be an integer with n < 1, got 1')
    expect(f(Number.POSITIVE_INFINITY, {})).toBe('f: n must be a number, got Infinity')
    expect(f(null, {})).toBe('f: n must be a number, got null')
    expect(f([1], {})).toBe('f: n must be a number, got [1]')
    expect(f(Math.max, {})).toBe('f: n must be a number, got function max')
  })

  test('say what is known', () => {
    expect(message(() => checkNames('f', { colour: 1 }, ['color', 'size']))).toBe(
      'f: unknown option "colour"; did you mean "color"? Known options: color, size',
    )
    expect(message(() => checkNames('f', { q: 1 }, ['color', 'size']))).toBe(
      'f: unknown option "q". Known options: color, size',
    )
    expect(message(() => checkNames('f', [1], []))).toBe('f: expects one record of options, got [1]')
    expect(message(() => checkChoice('f', 'kind', 'toString', { a: 1 }))).toBe(
      'f: unknown kind "toString". Known: a',
    )
    expect(message(() => checkBoolean('f', 'on', 'yes'))).toBe('f: on must be true or false, got "yes"')
  })
})
