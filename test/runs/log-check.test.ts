// What a log holds, line by line: found when lines are gone, twice, torn or out of order.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkLog, type LogRules } from '../../src/runs/index.ts'

const lines = (steps: readonly number[]): string[] =>
  steps.map((step) => `{"step":${step},"loss":${step / 2}}`)
const log = (texts: readonly string[]): string => texts.map((text) => `${text}\n`).join('')
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
const rules = (changes: Partial<LogRules> = {}): LogRules => ({
  until: 9,
  once: true,
  expected: range(10),
  columns: ['loss'],
  ...changes,
})

describe('a log', () => {
  it('that is whole has no problem, whatever follows the step that is looked at', () => {
    const text = log(lines(range(12)))
    expect(checkLog(`${text}{"step":12,"lo`, rules())).toEqual({ text: log(lines(range(10))), problems: [] })
    expect(checkLog(`${text}garbage\n`, rules()).problems).toEqual([])
  })

  it('is put right where lines stand twice or in another order, whichever they are', () => {
    const all = lines(range(10))
    fc.assert(
      fc.property(fc.shuffledSubarray(all), fc.shuffledSubarray(all, { minLength: 10 }), (extra, order) => {
        const { text, problems } = checkLog(log([...extra, ...order]), rules())
        expect(text).toBe(log(all))
        expect(problems.every(({ mended }) => mended)).toBe(true)
      }),
    )
  })

  it('names the steps that it lacks, whichever they are', () => {
    fc.assert(
      fc.property(fc.subarray(range(10), { maxLength: 9 }), (kept) => {
        const { problems } = checkLog(log(lines(kept)), rules())
        expect(problems).toEqual([{ problem: expect.stringContaining('it lacks the line'), mended: false }])
        const first = range(10).find((step) => !kept.includes(step))
        expect(problems[0]!.problem).toMatch(new RegExp(`steps? ${first}\\b`))
      }),
    )
  })

  it.each([
    ['one step', [3], 'it lacks the line of step 3'],
    ['steps in a row', [3, 4, 5], 'it lacks the lines of steps 3 to 5'],
    ['steps here and there', [0, 3, 4, 9], 'it lacks the lines of steps 0, 3 to 4 and 9'],
  ])('says %s as people do', (_, gone, problem) => {
    const text = log(lines(range(10).filter((step) => !gone.includes(step))))
    expect(checkLog(text, rules()).problems).toEqual([{ problem, mended: false }])
  })

  it('tells lines of one step that differ, lines that cannot be read, and lines without their numbers', () => {
    const texts = lines(range(10))
    const two = checkLog(log([...texts, '{"step":4,"loss":7}']), rules()).problems
    expect(two).toContainEqual({ problem: 'it has lines of step 4 that differ', mended: false })
    const torn = checkLog(log(texts.map((text, i) => (i === 4 ? text.slice(0, 8) : text))), rules()).problems
    expect(torn.map(({ problem }) => problem)).toEqual([
      'line 5 cannot be read',
      'it lacks the line of step 4',
    ])
    const bare = checkLog(log(texts.map((text, i) => (i === 4 ? '{"step":4}' : text))), rules()).problems
    expect(bare.at(-1)).toEqual({ problem: 'it lacks the line of step 4', mended: false })
  })

  it('of events may say the same twice, and misses what cannot be read', () => {
    const text = log(['{"step":2}', '{"step":2}', '{"st', '{"step":5}'])
    const events = rules({ once: false, expected: [], columns: [] })
    expect(checkLog(text, events)).toEqual({
      text: log(['{"step":2}', '{"step":2}', '{"step":5}']),
      problems: [{ problem: 'line 3 cannot be read', mended: false }],
    })
  })
})
