// What npm start and npm test rely on before anything is built.
import { describe, expect, it } from 'vitest'
import { isAtLeast } from '../../scripts/lib/node-version.mjs'
import { run, StepError } from '../../scripts/lib/run.mjs'
import { skippedLines, tally } from '../../scripts/lib/tally.mjs'

describe('the version check', () => {
  it.each([
    ['20.19.0', true],
    ['20.20.2', true],
    ['22.0.0', true],
    ['100.0.0', true],
    ['20.18.3', false],
    ['18.20.8', false],
  ])('Node %s against 20.19: %s', (version, answer) => {
    expect(isAtLeast(version, '20.19')).toBe(answer)
  })
})

describe('running a program', () => {
  const node = (code: string): Promise<number> => run(process.execPath, ['-e', code])

  it('gives its exit code', async () => expect(await node('process.exit(7)')).toBe(7))

  it('gives 128 and the number of the signal that ended it', async () =>
    expect(await node("process.kill(process.pid, 'SIGTERM')")).toBe(143))

  it('hands on environment variables', async () =>
    expect(
      await run(process.execPath, ['-e', 'process.exit(Number(process.env.HOUSE))'], { env: { HOUSE: '3' } }),
    ).toBe(3))

  it('says which program could not be started', () =>
    expect(run('no-such-program', [])).rejects.toThrow(StepError))
})

describe('the tally of a test run', () => {
  const file = (status: string, ...tests: string[]) => ({
    status,
    assertionResults: tests.map((test) => ({ status: test, fullName: 'it works' })),
  })
  const report = (passed: number, failed: number, ...testResults: ReturnType<typeof file>[]): string =>
    JSON.stringify({ numPassedTests: passed, numFailedTests: failed, testResults })

  it('counts tests that passed and that failed', () =>
    expect(tally(report(3, 1, file('passed', 'passed', 'passed'), file('failed', 'passed', 'failed')))).toBe(
      '3 passed, 1 failed, 0 skipped',
    ))

  it('counts a file that could not be loaded as a failure', () =>
    expect(tally(report(1, 0, file('passed', 'passed'), file('failed')))).toBe(
      '1 passed, 1 failed, 0 skipped',
    ))

  it('counts tests that were skipped, and says why', () => {
    const skipped = (fullName: string) => ({ status: 'skipped', fullName })
    const tests = [skipped('a [skipped: no browser] b'), skipped('a [skipped: no browser] c'), skipped('d')]
    const text = report(1, 0, { status: 'passed', assertionResults: tests })
    expect(tally(text)).toBe('1 passed, 0 failed, 3 skipped')
    expect(skippedLines(text)).toEqual([
      'skipped: 2 tests, because no browser',
      'skipped: 1 test, because left out by name, or without a reason',
    ])
  })
})
