// The bench runner, driven from the command line with step programs whose answers are known.
import { type ExecFileException, execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { notOnLinux, unless } from '../support/unless.ts'

const script = fileURLToPath(new URL('../../scripts/bench.mjs', import.meta.url))
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bench-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Outcome {
  code: number
  stdout: string
  stderr: string
}

interface Row {
  name: string
  status: string
  msPerStep?: { rounds: number[]; median: number; min: number; max: number }
  ratio?: { ofMedians: number; min: number; max: number }
  peakMemoryBytes?: number
  reason?: string
  howToInstall?: string
}

const bench = (...args: string[]): Promise<Outcome> =>
  new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], (error: ExecFileException | null, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })

const rows = ({ stdout }: Outcome): Row[] => {
  const last = stdout.trim().split('\n').at(-1) ?? ''
  return (JSON.parse(last) as { results: Row[] }).results
}

/** A step program that answers the given milliseconds, one per round, and logs its name and arguments. */
const fake = (name: string, times: number[], extra = ''): string => {
  const file = join(folder, `${name}.mjs`)
  const log = join(folder, 'log.txt')
  writeFileSync(
    file,
    `import { appendFileSync, readFileSync } from 'node:fs'
appendFileSync(${JSON.stringify(log)}, ['${name}', ...process.argv.slice(2)].join(' ') + '\\n')
const round = readFileSync(${JSON.stringify(log)}, 'utf8').split('\\n').filter((line) => line.startsWith('${name} ')).length
const best = ${JSON.stringify(times)}[round - 1]
${extra}
console.log('some chatter first')
console.log(JSON.stringify({ peer: '${name}', model: process.argv[2], msPerStep: { plain: best }, best, settings: { best: 'plain' } }))
`,
  )
  writeFileSync(log, '')
  return `--program=${name}=${file}`
}

const logged = () => readFileSync(join(folder, 'log.txt'), 'utf8').trim().split('\n')

describe('bench', () => {
  it('runs the programs in turn and reports medians, ranges and ratios to ours', async () => {
    const args = [fake('ours', [10, 12, 11]), fake('slow', [30, 24, 33])]
    const outcome = await bench(...args, '--peers', 'slow', '--steps', '7', '--model', 'vae', '--json')
    expect(outcome.code).toBe(0)
    expect(logged()).toEqual(Array(3).fill(['ours vae 7', 'slow vae 7']).flat())
    const [ours, slow] = rows(outcome)
    expect(ours).toMatchObject({
      name: 'ours',
      status: 'measured',
      msPerStep: { rounds: [10, 12, 11], median: 11, min: 10, max: 12 },
    })
    expect(ours?.ratio).toBeUndefined()
    expect(slow?.msPerStep).toEqual({ rounds: [30, 24, 33], median: 30, min: 24, max: 33 })
    expect(slow?.ratio?.ofMedians).toBeCloseTo(30 / 11, 12)
    expect(slow?.ratio).toMatchObject({ min: 2, max: 3 })
  })

  it('prints a table with a line for each program', async () => {
    const args = [fake('ours', [20, 20]), fake('slow', [50, 50])]
    const { code, stdout } = await bench(...args, '--peers', 'slow', '--rounds', '2')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ms per step +round 1 +round 2 +median +spread +peak MB +peer \/ ours/m)
    expect(stdout).toMatch(/^ours +20\.0 +20\.0 +20\.0 +0% +\S+ +1 +plain$/m)
    expect(stdout).toMatch(/^slow +50\.0 +50\.0 +50\.0 +0% +\S+ +2\.50 +plain$/m)
  })

  unless(notOnLinux).it('measures the memory of the largest process of a program', async () => {
    // The child holds 200 MiB for longer than the interval between two searches for descendants.
    const child = 'const b = Buffer.alloc(200 * 2 ** 20, 1); setTimeout(() => b.length, 1500)'
    const spawn = `const { execFileSync } = await import('node:child_process')
execFileSync(process.execPath, ['-e', ${JSON.stringify(child)}])`
    const args = [fake('ours', [1]), fake('large', [1], spawn)]
    const [ours, large] = rows(await bench(...args, '--peers', 'large', '--rounds', '1', '--json'))
    expect(large?.peakMemoryBytes).toBeGreaterThan(200 * 2 ** 20)
    expect(large?.peakMemoryBytes).toBeLessThan(400 * 2 ** 20)
    expect(ours?.peakMemoryBytes ?? 0).toBeLessThan(150 * 2 ** 20)
  })

  it('names a peer that is not installed and says how to install it', async () => {
    const args = [fake('ours', [1, 1]), `--program=gone=${join(folder, 'gone.mjs')}`, '--rounds', '1']
    const outcome = await bench(...args, '--peers', 'gone', '--json')
    expect(outcome.code).toBe(0)
    expect(rows(outcome)[1]).toMatchObject({ name: 'gone', status: 'not installed' })
    expect(rows(outcome)[1]?.howToInstall).toContain('gone.mjs')
    const table = await bench(...args, '--peers', 'gone')
    expect(table.stdout).toMatch(/^gone: not installed: there is no file .*gone\.mjs$/m)
  })

  it('keeps going without a peer that fails, and says why it failed', async () => {
    const args = [
      fake('ours', [5, 5]),
      fake('broken', [9, 9], "if (round === 2) throw new Error('out of luck')"),
    ]
    const outcome = await bench(...args, '--peers', 'broken', '--rounds', '2', '--json')
    expect(outcome.code).toBe(0)
    const [ours, broken] = rows(outcome)
    expect(ours?.msPerStep?.rounds).toEqual([5, 5])
    expect(broken).toMatchObject({ status: 'failed later', msPerStep: { rounds: [9] } })
    expect(broken?.reason).toMatch(/^round 2: .*out of luck/)
  })

  it('ends with exit code 1 when ours fails', async () => {
    const { code, stderr, stdout } = await bench(fake('ours', [5], 'process.exit(3)'), '--peers', '')
    expect(code).toBe(1)
    expect(stderr).toMatch(/bench: ours failed in round 1: exit code 3/)
    expect(stdout).toBe('')
  })

  it('ends with exit code 1 when ours is not there', async () => {
    const { code, stderr } = await bench(`--program=ours=${join(folder, 'none.mjs')}`, '--peers', '')
    expect(code).toBe(1)
    expect(stderr).toContain('bench: ours is not installed')
  })

  it('does not take a report without a time for a measurement', async () => {
    const { code, stderr } = await bench(fake('ours', []), '--peers', '')
    expect(code).toBe(1)
    expect(stderr).toContain('its report lacks "best"')
  })

  it.each([
    [['--rounds', '0'], '--rounds expects a whole number from 1, got "0"'],
    [['--steps', 'many'], '--steps expects a whole number from 1, got "many"'],
    [['--model', 'ring,vae'], '--model expects one model, several only with --against or --limits'],
    [
      ['--model', 'gam'],
      '--model expects one of mlp-gan, dcgan, dcgan-64, vae, vae-shallow, vae-conv, classifier, wgan-gp, ring, cipher, levers, levers-reinforce; got "gam"',
    ],
    [
      ['--peers', 'torhc'],
      '--peers expects one of torch, jax, keras, tfjs-wasm, tfjs-cpu, jax-js; got "torhc"',
    ],
    [['--program', 'nothing'], '--program expects <name>=<file of a step program>, got "nothing"'],
    [['--speed'], "Unknown option '--speed'"],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await bench(...args)
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })
})
