// Whether a version is slower than another: what ratios say, and what is refused.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { againstLine, keepHistory, measureAgainst, mustNotPass, verdictOn } from '../../bench/against.mjs'

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

/** A step program that tells a time of its own, a little different in every process. */
const telling = (ms: number): string =>
  `console.log(JSON.stringify({ best: ${ms} * (1 + 0.002 * Math.random()), msPerStep: {}, settings: {} }))`

async function benchAgainst(
  before: number,
  after: number,
): Promise<{ code: unknown; told: string; line: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'against-'))
  await mkdir(join(folder, 'bench'))
  await mkdir(join(folder, 'dist'))
  await writeFile(join(folder, 'bench/ours.mjs'), telling(before))
  await writeFile(join(folder, 'now.mjs'), telling(after))
  const script = fileURLToPath(new URL('../../scripts/bench.mjs', import.meta.url))
  const given = [
    '--against',
    folder,
    '--program',
    `ours=${join(folder, 'now.mjs')}`,
    '--model',
    'cipher',
    '--rounds',
    '3',
  ]
  const history = join(folder, 'history.jsonl')
  const ended = await new Promise<{ code: unknown; told: string }>((resolve) => {
    execFile(process.execPath, [script, ...given, '--history', history], (error, stdout) =>
      resolve({ code: error ? error.code : 0, told: stdout.trim() }),
    )
  })
  const line = await readFile(history, 'utf8')
  await rm(folder, { recursive: true })
  return { ...ended, line }
}

it('the command ends with 1 where a step became slower, with 0 where it did not, and keeps both', async () => {
  const [slower, same] = await Promise.all([benchAgainst(10, 11), benchAgainst(10, 10)])
  expect(slower).toMatchObject({
    code: 1,
    told: expect.stringMatching(/^cipher: 10\.0 ms before.*: slower$/),
  })
  expect(same).toMatchObject({ code: 0, told: expect.stringMatching(/: not told apart$/) })
  for (const [{ line }, verdict] of [
    [slower, 'slower'],
    [same, 'not told apart'],
  ] as const) {
    const kept = JSON.parse(line)
    expect(kept).toMatchObject({ before: 'unknown', found: [{ model: 'cipher', verdict }] })
    expect(kept.found[0].before).toHaveLength(3)
    expect(kept.machine.processor).toBeDefined()
  }
})

it('a version may not pass with a slower step, nor with one that could not be measured', () => {
  expect(
    mustNotPass([
      { model: 'vae', verdict: 'faster' },
      { model: 'ring', verdict: 'not told apart' },
    ]),
  ).toBe(false)
  expect(
    mustNotPass([
      { model: 'vae', verdict: 'faster' },
      { model: 'ring', verdict: 'slower' },
    ]),
  ).toBe(true)
  expect(mustNotPass([{ model: 'vae', error: 'before: it printed nothing' }])).toBe(true)
})
