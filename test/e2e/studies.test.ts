// `sparring study` as people call it: killed with all its processes and called again, it ends as one that was left alone.
import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { onWindows, unless } from '../support/unless.ts'
import { ownEnvironment, program, sparring, sparringHere } from './sparring.ts'

let cwd: string
const STUDY = {
  name: 'tiny',
  models: [
    { model: 'dcgan-64', label: 'one filter', filters: 1 },
    { model: 'dcgan-64', label: 'two filters', filters: 2 },
  ],
  data: { data: 'digits', count: 120 },
  options: { imageSize: '16', latentDim: 4, steps: 40, batchSize: 8, sampleEvery: 0, checkpointEvery: 8 },
  seeds: 1,
}
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'sparring-studies-'))
  await writeFile(join(cwd, 'tiny.json'), JSON.stringify(STUDY))
})
afterAll(() => rm(cwd, { recursive: true }))

/** Everything below a study's folder that must not depend on interruptions. */
async function contents(folder: string): Promise<Record<string, string>> {
  const names = await readdir(join(cwd, folder), { recursive: true })
  const exact = names.filter((name) => /^study\.|\.onnx$|metrics\.jsonl$|\.safetensors$/.test(name)).sort()
  expect(exact.length).toBeGreaterThan(8)
  const entries = exact.map(
    async (name) => [name, (await readFile(join(cwd, folder, name))).toString('base64')] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}

/** Starts the study, and kills it and all its processes as soon as its progress says something. */
const killed = (moment: RegExp): Promise<NodeJS.Signals | null> =>
  new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [program, 'study', 'tiny.json', '--out', 'broken/tiny', '--jobs', '2'],
      {
        cwd,
        env: ownEnvironment,
        stdio: ['ignore', 'ignore', 'pipe'],
        detached: true,
      },
    )
    let told = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      told += text
      if (moment.test(told)) process.kill(-child.pid!, 'SIGKILL')
    })
    child.on('exit', (_, signal) => resolve(signal))
  })

unless(onWindows).it(
  'ends with the same bytes after being killed while its jobs train and when one has ended',
  async () => {
    const whole = await sparring(['study', 'tiny.json', '--out', 'whole/tiny', '--quiet'], { cwd })
    expect(whole.code, whole.stderr).toBe(0)
    for (const moment of [/0\/2 jobs/, /1\/2 \S/]) expect(await killed(moment)).toBe('SIGKILL')
    const again = await sparring(['resume', 'broken/tiny', '--json'], { cwd })
    expect(again.code, again.stderr).toBe(0)
    expect(again.json()).toMatchObject({ outcome: 'finished', jobs: { length: 2 } })
    expect(await contents('broken/tiny')).toEqual(await contents('whole/tiny'))
    const { stdout } = await sparringHere(['verify', 'broken/tiny'], { cwd })
    expect(stdout).toContain('is whole')
  },
  180_000,
)

it('says what a study would do, which names it does not know, and which queue is not there', async () => {
  const cost = await sparringHere(['study', 'tiny.json', '--out', 'new/tiny', '--dry-run', '--json'], { cwd })
  expect(cost.json()).toMatchObject({ total: 2, done: 0, left: [{ jobs: 1, amount: 40, unit: 'steps' }, {}] })
  await writeFile(join(cwd, 'wrong.yaml'), 'name: wrong\nmodels: [mlp-gna]\n')
  const wrong = await sparringHere(['study', 'wrong.yaml'], { cwd })
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('did you mean "mlp-gan"?')])
  const queue = await sparringHere(
    ['study', 'tiny.json', '--out', 'queued/tiny', '--queue', 'redis://127.0.0.1:1'],
    { cwd },
  )
  expect([queue.code, queue.stderr]).toEqual([3, expect.stringContaining('cannot be reached')])
  const worker = await sparringHere(['worker', '--store', 'store'], { cwd })
  expect([worker.code, worker.stderr]).toEqual([2, expect.stringContaining('worker needs --queue')])
}, 120_000)
