// Whether a version is slower than another: what ratios say, and what is refused.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { againstLine, keepHistory, measureAgainst, verdictOn } from '../../bench/against.mjs'

it('is slower where it is so by more than three percent, and for certain', () => {
  expect(verdictOn([1.06, 1.05, 1.07, 1.06, 1.05])).toMatchObject({ verdict: 'slower' })
  expect(verdictOn([1.02, 1.021, 1.019, 1.02, 1.02]).verdict).toBe('not told apart')
  expect(verdictOn([1.5, 0.7, 1.3, 0.9, 1.2]).verdict).toBe('not told apart')
  expect(verdictOn([0.9, 0.91, 0.9, 0.89, 0.9]).verdict).toBe('faster')
})

it('tells the mean of the ratios with its interval, the same from both sides', () => {
  const found = verdictOn([1.1, 1.2, 1.15])
  const turned = verdictOn([1 / 1.1, 1 / 1.2, 1 / 1.15])
  expect(found.ratio).toBeCloseTo((1.1 * 1.2 * 1.15) ** (1 / 3), 12)
  expect(turned.ratio).toBeCloseTo(1 / found.ratio, 12)
  expect(turned.low).toBeCloseTo(1 / found.high, 12)
  expect(againstLine({ model: 'dcgan', error: undefined, before: [100], after: [115], ...found })).toMatch(
    /^dcgan: 100 ms before, 115 after, 1\.149 times \(1\.0\d\d to 1\.2\d\d\): slower$/,
  )
})

it('refuses a folder that is no checkout, or was not built', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'against-'))
  await expect(measureAgainst(folder, ['cipher'], { rounds: 2, steps: 1 })).rejects.toThrow(
    `--against expects the folder of a checkout after \`npm run build\`, got "${folder}"`,
  )
  await keepHistory(join(folder, 'history.jsonl'), { one: 1 })
  await keepHistory(join(folder, 'history.jsonl'), { two: 2 })
  expect(await readFile(join(folder, 'history.jsonl'), 'utf8')).toBe('{"one":1}\n{"two":2}\n')
  await rm(folder, { recursive: true })
})
