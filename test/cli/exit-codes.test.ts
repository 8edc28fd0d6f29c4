// Every kind of error ends with its documented exit code.
import { CommanderError } from 'commander'
import { describe, expect, it } from 'vitest'
import { EXIT_CODES, failureOf, InterruptedError } from '../../src/cli/exit-codes.ts'
import { DivergedError } from '../../src/training/state.ts'
import { ConfigError, DataError, ShapeError, UnsupportedError } from '../../src/util/errors.ts'

const systemError = (code: string): Error =>
  Object.assign(new Error(`${code}: no luck, open 'x'`), { code, syscall: 'open' })

describe('failureOf', () => {
  it.each([
    [
      'a wrong flag',
      new CommanderError(1, 'commander.unknownOption', "error: unknown option '--x'"),
      'usage',
      2,
    ],
    ['a wrong setting', new ConfigError('steps'), 'config', 2],
    ['unusable data', new DataError('torn'), 'data', 3],
    ['data of a wrong shape', new ShapeError('28x27'), 'data', 3],
    ['a file that cannot be opened', systemError('EACCES'), 'data', 3],
    ['a full disk', systemError('ENOSPC'), 'data', 3],
    ['a diverged training', new DivergedError('"loss"', 3, 'NaN'), 'diverged', 4],
    ['a missing operator', new UnsupportedError('Foo'), 'unsupported', 5],
    ['an early Ctrl-C', new InterruptedError('stopped'), 'interrupted', 130],
    ['a bug', new TypeError('undefined is not a function'), 'internal', 1],
    ['something that is no error', 'oops', 'internal', 1],
  ])('sorts %s', (_, error, kind, exitCode) => {
    expect(failureOf(error)).toMatchObject({ kind, exitCode })
  })

  it('gives only codes that are documented', () => {
    const documented = EXIT_CODES.map(({ code }) => code)
    expect(new Set(documented).size).toBe(documented.length)
    for (const error of [new ConfigError(''), new DataError(''), new UnsupportedError(''), new Error('')])
      expect(documented).toContain(failureOf(error).exitCode)
  })

  it('keeps the message, without the word that is printed before it', () => {
    const error = new CommanderError(1, 'commander.unknownOption', "error: unknown option '--x'")
    expect(failureOf(error).message).toBe("unknown option '--x'")
    expect(failureOf(new DataError('a.idx is torn')).message).toBe('a.idx is torn')
  })

  it('does not take an error with a foreign name for a known one', () => {
    const error = Object.assign(new Error('x'), { name: 'toString' })
    expect(failureOf(error).kind).toBe('internal')
  })
})
