// The command line from the shell's side: results, files, exit codes, pipes.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cp, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { notOnLinux, onWindows, unless } from '../support/unless.ts'
import { type Finished, program, smallData, sparring, sparringHere } from './sparring.ts'

let cwd: string
let trained: Finished
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'sparring-e2e-'))
  await smallData(join(cwd, 'small'))
  trained = await sparring(
    'train mlp-gan --data ./small --steps 6 --batch-size 8 --checkpoint-every 2 --sample-every 3 --run first --json'.split(
      ' ',
    ),
    // As many threads as there are cores, as people train.
    { cwd, environment: { SPARRING_THREADS: '0' } },
  )
})
afterAll(() => rm(cwd, { recursive: true }))

const run = (args: string): Promise<Finished> => sparringHere(args.split(' '), { cwd })
const runApart = (args: string): Promise<Finished> => sparring(args.split(' '), { cwd })
const exists = (path: string): Promise<boolean> =>
  stat(join(cwd, path)).then(
    () => true,
    () => false,
  )

describe('train', () => {
  it('ends well and tells what it found as one JSON object, the only line of standard output', async () => {
    expect(trained.code, trained.stderr).toBe(0)
    expect(trained.stdout.trimEnd()).not.toContain('\n')
    const result = trained.json()
    expect(result).toMatchObject({
      outcome: 'finished',
      folder: join(cwd, 'first'),
      step: 5,
      steps: 6,
      metrics: {
        generatorLoss: { mean: expect.any(Number), deviation: expect.any(Number), n: 6 },
        discriminatorLoss: { n: 6 },
        discriminatorAccuracy: { n: 6 },
      },
    })
    const files = result.files as Record<string, string>
    expect(Object.keys(files)).toEqual(expect.arrayContaining(['generator', 'discriminator', 'report']))
    for (const path of Object.values(files)) expect((await stat(path)).size, path).toBeGreaterThan(0)
  })

  it('reports its progress in plain lines without control characters when it is piped', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: there must be none
    expect(trained.stderr + trained.stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/)
    expect(trained.stderr).toMatch(/^training mlp-gan on \S+ \(48 images of 8x8x1\)$/m)
    expect(trained.stderr).toMatch(/^6\/6 steps \(100%\), .* steps\/s, generator loss \d/m)
  })

  it('saves the resolved configuration and the command that repeats it', async () => {
    const config = JSON.parse(await readFile(join(cwd, 'first', 'config.json'), 'utf8'))
    expect(config.settings).toMatchObject({ steps: 6, batchSize: 8, seed: 1, latentDim: 100 })
    expect(config.command.slice(0, 3)).toEqual(['sparring', 'train', 'mlp-gan'])
    expect(config.command.join(' ')).toContain('--steps 6 --batch-size 8 --seed 1')
    expect(config.command.join(' ')).toContain(`--data ${join(cwd, 'small')}`)
  })

  it('is quiet when asked, and tells people what it left', async () => {
    const { code, stdout, stderr } = await runApart(
      'train mlp-gan --data ./small --steps 2 --batch-size 8 --sample-every 0 --run quiet --quiet',
    )
    expect(code, stderr).toBe(0)
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^finished 2 steps in /)
    expect(stdout).toMatch(/generator {2,}quiet.generator\.onnx/)
    expect(stdout).toContain('sparring sample quiet')
  })
})

describe('from a trained run', () => {
  it('sample draws the same picture for the same seed, into the run or elsewhere', async () => {
    const first = await run('sample first --count 6 --columns 3 --scale 2 --json')
    expect(first.code, first.stderr).toBe(0)
    expect(first.json()).toMatchObject({ width: 3 * 8 * 2, height: 2 * 8 * 2, count: 6, seed: 1 })
    const { samples } = first.json().files as { samples: string }
    expect(samples.startsWith(join(cwd, 'first'))).toBe(true)
    const again = await run('sample first --count 6 --columns 3 --scale 2 --out again.png')
    expect(again.stdout).toContain('again.png')
    expect(await readFile(join(cwd, 'again.png'))).toEqual(await readFile(samples))
  })

  it('sample refuses a picture that is too large, and a row is never wider than the samples', async () => {
    const { code, stderr } = await runApart('sample first --count 10000 --scale 32')
    expect(code).toBe(2)
    expect(stderr).toContain('10000 samples at scale 32 make a picture of 25600 x 25600 pixels')
    const one = await run('sample first --count 1 --columns 9 --scale 1 --out one.png')
    expect(one.stdout).toBe('1 sample, 8x8 pixels: one.png\n')
  })

  unless(notOnLinux).it('sample fails at once where no folder can be made', async () => {
    const { code, stderr } = await run('sample first --out /proc/nowhere/a.png')
    expect(code).toBe(3)
    expect(stderr).toContain('cannot write /proc/nowhere/a.png')
  })

  it('export writes one network elsewhere, the same as training left', async () => {
    const { code, json } = await run('export first --network generator --out models --json')
    expect(code).toBe(0)
    expect(json()).toEqual({ files: { generator: join(cwd, 'models', 'generator.onnx') } })
    const [exported, left] = await Promise.all(
      ['models', 'first'].map((folder) => readFile(join(cwd, folder, 'generator.onnx'))),
    )
    expect(exported!.equals(left!)).toBe(true)
    expect(await readdir(join(cwd, 'models'))).toEqual(['generator.onnx'])
  })

  it('report does without new samples where there is no checkpoint', async () => {
    await cp(join(cwd, 'first'), join(cwd, 'bare'), { recursive: true })
    await rm(join(cwd, 'bare', 'checkpoints'), { recursive: true })
    await rm(join(cwd, 'bare', 'report.html'))
    const { code, stderr } = await runApart('report bare')
    expect(code, stderr).toBe(0)
    expect(await exists('bare/report.html')).toBe(true)
  })

  it('train refuses a folder that holds a run before it loads any data', async () => {
    const { code, stderr } = await run('train mlp-gan --data mnist --data-dir nowhere --run first')
    expect(code).toBe(2)
    expect(stderr).toContain('already holds a run')
  })

  it('report makes a report that was deleted anew', async () => {
    await rm(join(cwd, 'first', 'report.html'))
    const { code, json } = await run('report first --json')
    expect(code).toBe(0)
    expect((json().files as { report: string }).report).toBe(join(cwd, 'first', 'report.html'))
    expect(await exists('first/report.html')).toBe(true)
  })
})

describe('bad luck', () => {
  unless(onWindows).it('of a disk without room for a checkpoint ends with exit code 3', async () => {
    // A limit on the size of files stands in for the full disk: 512 blocks of 1 KiB at most.
    const command = `ulimit -f 512; exec "${process.execPath}" "${program}" train mlp-gan --data ./small --steps 4 --batch-size 8 --sample-every 0 --run full --json`
    const child = spawn('bash', ['-c', command], { cwd, stdio: ['ignore', 'pipe', 'ignore'] })
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect(code).toBe(3)
    expect(JSON.parse(stdout).error).toMatchObject({
      kind: 'data',
      message: expect.stringContaining('the checkpoint of step'),
    })
    expect(await readdir(join(cwd, 'full', 'checkpoints'))).toEqual([])
  })

  it('of data that was moved says so, and resume takes its new place', async () => {
    await smallData(join(cwd, 'before'))
    await run('train mlp-gan --data ./before --steps 2 --batch-size 8 --sample-every 0 --run moved --quiet')
    await rename(join(cwd, 'before'), join(cwd, 'after'))
    const lost = await run('resume moved')
    expect(lost.code).toBe(3)
    expect(lost.stderr).toContain(`the folder ${join(cwd, 'before')} cannot be read`)
    expect(lost.stderr).toContain('name its new folder with --data-dir')
    const found = await run('resume moved --data-dir after')
    expect(found.code, found.stderr).toBe(0)
  })

  it('of a corrupt checkpoint falls back to the one before and says so', async () => {
    const place = join(cwd, 'first', 'checkpoints')
    const newest = (await readdir(place)).sort().at(-1)!
    const bytes = await readFile(join(place, newest))
    bytes.fill(0, bytes.length >> 1)
    await writeFile(join(place, newest), bytes)
    const metrics = await readFile(join(cwd, 'first', 'metrics.jsonl'))
    const { code, stderr, json } = await run('resume first --json')
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(new RegExp(`warning: checkpoints.${newest} was passed over: `))
    expect(json()).toMatchObject({ outcome: 'finished', step: 5 })
    expect(await readFile(join(cwd, 'first', 'metrics.jsonl'))).toEqual(metrics)
  })
})

describe('the rest', () => {
  it('prints the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    expect((await runApart('--version')).stdout).toBe(`${version}\n`)
  })

  it('does not mind a reader that goes away', async () => {
    const child = spawn(process.execPath, [program, 'summary', 'mlp-gan'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.destroy()
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect(stderr).toBe('')
    expect(code).toBe(0)
  })
})
