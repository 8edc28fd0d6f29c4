// `sparring compare` on run folders: the page, the table at 80 columns, and every refusal.
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compareText } from '../../src/cli/compare-text.ts'
import { main } from '../../src/cli/main.ts'
import { compareRuns } from '../../src/lifecycle/compare-runs.ts'
import { tileGrid } from '../../src/report/index.ts'
import { encodePng } from '../../src/report/node/index.ts'
import { createRun } from '../../src/runs/node/index.ts'
import { inventedEvaluation } from '../runs/invented-evaluation.ts'
import { inventedConfig, inventedMetrics, inventedTimings } from '../runs/invented-run.ts'

let place: string
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'sparring-compare-'))
  for (const [name, model, seed] of [
    ['a-1', 'mlp-gan', 1],
    ['a-2', 'mlp-gan', 2],
    ['b-1', 'vae', 1],
  ] as const)
    await makeRun(name, model, seed)
})
afterAll(() => rm(place, { recursive: true, force: true }))

const at = (name: string): string => join(place, name)

async function makeRun(name: string, model: string, seed: number): Promise<void> {
  const config = inventedConfig({ model })
  const run = await createRun(at(name), { ...config, settings: { ...config.settings, seed } })
  await run.append('metrics', inventedMetrics(300))
  await run.append('timings', inventedTimings(300))
  await run.writeStatus({ state: 'finished', step: 299 })
  await run.writeFile('evaluation.json', JSON.stringify(inventedEvaluation({ step: 299 })))
  const pixels = new Uint8Array(4 * 784)
  const grid = tileGrid({ count: 4, height: 28, width: 28, channels: 1, pixels })
  await run.writeFile('figures/samples-grid.png', await encodePng(grid))
  await run.close()
}

async function sparring(...args: string[]) {
  let stdout = ''
  let stderr = ''
  const code = await main(args, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    environment: {},
  })
  return { code, stdout, stderr }
}
const out = (): string => at('page.html')

/** The result of comparing what was measured before. */
async function compared(folders: readonly string[], options: Parameters<typeof compareRuns>[1]) {
  const work = compareRuns(folders, { evaluate: false, ...options })
  for (let step = await work.next(); ; step = await work.next()) if (step.done) return step.value
}

it('writes a page with the grids inside, and all numbers where they are asked for', async () => {
  const numbers = at('numbers.json')
  const { code, stdout } = await sparring(
    'compare',
    ...['a-1', 'a-2', 'b-1'].map(at),
    '--out',
    out(),
    '--numbers',
    numbers,
    '--json',
  )
  expect(code).toBe(0)
  expect((await readFile(out(), 'utf8')).match(/<img class="pixels"/g)).toHaveLength(3)
  const { files, ...data } = JSON.parse(stdout)
  expect(files).toEqual({ page: out(), numbers })
  expect(JSON.parse(await readFile(numbers, 'utf8'))).toEqual(data)
  expect(data.groups.map((group: { label: string; runs: [] }) => [group.label, group.runs.length])).toEqual([
    ['mlp-gan', 2],
    ['vae', 1],
  ])
})

it('prints tables that fit 80 columns, and rows of their own in a narrower terminal', async () => {
  const result = await compared([at('a-1'), at('b-1')], { out: out() })
  const data = {
    ...result.data,
    groups: result.data.groups.map((group) => ({
      ...group,
      runs: [{ ...group.runs[0]!, folder: 'runs/x' }],
    })),
  }
  const text = (columns: number): string => compareText({ data, files: { page: 'x.html' } }, { columns })
  for (const columns of [40, 80])
    for (const line of text(columns).split('\n')) expect(line.length, line).toBeLessThanOrEqual(columns)
  expect(text(80)).toMatch(
    /\n {8,}mlp-gan +vae +real images\nFID +12\.40 ± 0\.25 +12\.40 ± 0\.25 +1\.000 ± 0\.050\n/,
  )
  expect(text(40)).toMatch(/\nFID\n {2}mlp-gan +12\.40 ± 0\.25\n {2}vae +12\.40/)
  expect(text(80)).toContain('3 draws of 10,000 samples')
})

describe('compare refuses', () => {
  const refused = async (...args: string[]) => {
    const { code, stderr } = await sparring('compare', ...args)
    return { code, message: stderr.replace(/\s+/g, ' ') }
  }

  it('fewer than two runs', async () => {
    const { code, message } = await refused(at('a-1'))
    expect(code).toBe(2)
    expect(message).toContain(`expected two runs or more, got only ${at('a-1')}`)
    expect((await refused()).code).toBe(2)
  })

  it('one run under two names', async () => {
    await symlink(at('a-1'), at('alias'))
    for (const other of [at('a-1'), at('alias'), `${at('a-1')}/`]) {
      const { code, message } = await refused(at('a-1'), other)
      expect(code).toBe(2)
      expect(message).toMatch(/is named twice|are the same run/)
    }
  })

  it('folders that are no runs', async () => {
    await mkdir(at('plain'), { recursive: true })
    expect(await refused(at('a-1'), at('plain'))).toMatchObject({
      code: 3,
      message: expect.stringContaining('is not a run folder'),
    })
    expect(await refused(at('a-1'), at('nowhere'))).toMatchObject({
      code: 3,
      message: expect.stringContaining('there is no run folder'),
    })
  })

  it('a run that is not finished', async () => {
    await makeRun('open', 'dcgan', 1)
    await writeFile(
      at('open/status.json'),
      JSON.stringify({ state: 'stopped', step: 120, updatedAt: '2026-01-02T03:04:05.000Z' }),
    )
    expect(await refused(at('a-1'), at('open'), '--out', out())).toMatchObject({
      code: 3,
      message: expect.stringContaining(`sparring resume ${at('open')}`),
    })
    expect((await refused(at('a-1'), at('open'), '--out', out(), '--unfinished')).code).toBe(0)
  })

  it('a damaged evaluation', async () => {
    await makeRun('damaged', 'dcgan', 1)
    await writeFile(at('damaged/evaluation.json'), '{"format": 1')
    expect(await refused(at('a-1'), at('damaged'), '--out', out())).toMatchObject({
      code: 3,
      message: expect.stringContaining('evaluation.json is damaged'),
    })
  })

  it('a page or quality that is none', async () => {
    expect(await refused(at('a-1'), at('b-1'), '--out', at('page.json'))).toMatchObject({
      code: 2,
      message: expect.stringContaining('--out: expected the name of a page such as comparison.html'),
    })
    expect(await refused(at('a-1'), at('b-1'), '--quality', 'good')).toMatchObject({
      code: 2,
      message: expect.stringContaining('such as fid=10'),
    })
  })
})

it('says of a run that is not measured, or was trained on since, that evaluate is needed', async () => {
  await makeRun('bare', 'dcgan', 1)
  await rm(at('bare/evaluation.json'))
  await makeRun('older', 'dcgan-64', 1)
  await mkdir(at('older/checkpoints'))
  await writeFile(at('older/checkpoints/step-000400.safetensors'), '')
  const { data } = await compared([at('a-1'), at('bare'), at('older')], { out: out() })
  expect(data.remarks[0]).toBe(`${at('bare')}: not measured; needs "sparring evaluate ${at('bare')}".`)
  expect(data.remarks[1]).toContain('measured at step 299, but trained to step 400 since')
  expect(data.measures[0]!.values.map(({ value }) => value)).toEqual([12.4, null, null])
})

it('leaves out a grid that cannot be read, and says so', async () => {
  await makeRun('torn', 'dcgan', 1)
  await writeFile(at('torn/figures/samples-grid.png'), 'no picture')
  const { problems } = await compared([at('a-1'), at('torn')], { out: out() })
  expect(problems).toEqual([expect.stringContaining('samples-grid.png cannot be read as a picture')])
})
