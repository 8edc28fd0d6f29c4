// The real command line from the shell's side: results, files, exit codes, pipes.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Finished, program, smallData, sparring } from './sparring.ts'

let cwd: string
let trained: Finished
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'sparring-e2e-'))
  await smallData(join(cwd, 'small'))
  trained = await sparring(
    'train mlp-gan --data ./small --steps 6 --batch-size 8 --checkpoint-every 2 --sample-every 3 --run first --json'.split(
      ' ',
    ),
    { cwd },
  )
})
afterAll(() => rm(cwd, { recursive: true }))

const run = (args: string, environment?: Record<string, string>): Promise<Finished> =>
  sparring(args.split(' '), { cwd, ...(environment ? { environment } : {}) })
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
    const { code, stdout, stderr } = await run(
      'train mlp-gan --data ./small --steps 2 --batch-size 8 --sample-every 0 --run quiet --quiet',
    )
    expect(code, stderr).toBe(0)
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^finished 2 steps in /)
    expect(stdout).toMatch(/generator {2,}quiet.generator\.onnx/)
    expect(stdout).toContain('sparring sample quiet')
  })

  it('ends with exit code 4 and a diagnosis when it diverges', async () => {
    const { code, json, stderr } = await run(
      'train mlp-gan --data ./small --steps 50 --batch-size 8 --learning-rate 1e30 --run diverged --json',
    )
    expect(code).toBe(4)
    expect(json().error).toMatchObject({ kind: 'diverged', exitCode: 4 })
    expect(stderr).toMatch(/error: .*Loss" is (NaN|-?Infinity) at step \d+: training has diverged/)
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

  it('export writes one network elsewhere, the same as training left', async () => {
    const { code, json } = await run('export first --network generator --out models --json')
    expect(code).toBe(0)
    expect(json()).toEqual({ files: { generator: join(cwd, 'models', 'generator.onnx') } })
    expect(await readFile(join(cwd, 'models', 'generator.onnx'))).toEqual(
      await readFile(join(cwd, 'first', 'generator.onnx')),
    )
    expect(await readdir(join(cwd, 'models'))).toEqual(['generator.onnx'])
  })

  it('report makes a report that was deleted anew', async () => {
    await rm(join(cwd, 'first', 'report.html'))
    const { code, json } = await run('report first --json')
    expect(code).toBe(0)
    expect((json().files as { report: string }).report).toBe(join(cwd, 'first', 'report.html'))
    expect(await exists('first/report.html')).toBe(true)
  })

  it('resume of a finished run trains no more', async () => {
    const metrics = await readFile(join(cwd, 'first', 'metrics.jsonl'))
    const { code, json } = await run('resume first --json')
    expect(code).toBe(0)
    expect(json()).toMatchObject({ outcome: 'finished', step: 5 })
    expect(await readFile(join(cwd, 'first', 'metrics.jsonl'))).toEqual(metrics)
  })
})

describe('bad input', () => {
  /** A copy of the small data with one file replaced. */
  const broken = async (name: string, file: string, bytes: Uint8Array): Promise<void> => {
    await smallData(join(cwd, name))
    await rm(join(cwd, name, file.replace(/\.gz$/, '')))
    await writeFile(join(cwd, name, file), bytes)
  }
  const small = (file: string): Uint8Array => readFileSync(join(cwd, 'small', file))
  const failing = async (args: string, environment?: Record<string, string>) => {
    const { code, stderr, json } = await run(`${args} --json`, environment)
    const { error } = json()
    expect(error).toMatchObject({ exitCode: code })
    expect(stderr).toContain(`error: ${error!.message}`)
    return { code, message: error!.message }
  }

  it('of a truncated IDX file is named with its sizes', async () => {
    await broken('truncated', 'train-images-idx3-ubyte', small('train-images-idx3-ubyte').subarray(0, 1000))
    const { code, message } = await failing('train mlp-gan --data ./truncated --steps 2 --run never')
    expect(code).toBe(3)
    expect(message).toMatch(/train-images-idx3-ubyte.*3088.*1000/)
    expect(await exists('never')).toBe(false)
  })

  it('of a corrupt compressed file is named', async () => {
    const bytes = gzipSync(small('train-images-idx3-ubyte'))
    bytes.fill(0x55, bytes.length >> 1)
    await broken('corrupt', 'train-images-idx3-ubyte.gz', bytes)
    const { code, message } = await failing('train mlp-gan --data ./corrupt --steps 2 --run never')
    expect(code).toBe(3)
    expect(message).toContain('train-images-idx3-ubyte.gz')
    expect(await exists('never')).toBe(false)
  })

  it('of images and labels that differ in number is told with both numbers', async () => {
    await smallData(join(cwd, 'other'), 40)
    await broken(
      'uneven',
      'train-labels-idx1-ubyte',
      readFileSync(join(cwd, 'other', 'train-labels-idx1-ubyte')),
    )
    const { code, message } = await failing('train mlp-gan --data ./uneven --steps 2 --run never')
    expect(code).toBe(3)
    expect(message).toMatch(/48.*40|40.*48/)
  })

  it('of a folder without images is told', async () => {
    await mkdir(join(cwd, 'empty'))
    const { code, message } = await failing('train mlp-gan --data ./empty --steps 2 --run never')
    expect(code).toBe(3)
    expect(message).toContain('empty')
    expect(await exists('never')).toBe(false)
  })

  it('of a name that is no data set suggests one', async () => {
    const { code, message } = await failing('train mlp-gan --data digit --steps 2 --run never')
    expect(code).toBe(2)
    expect(message).toContain('did you mean "digits"?')
  })

  it('of a run folder that cannot be made is told before training', async () => {
    const place = process.platform === 'win32' ? 'small\\train-labels-idx1-ubyte' : '/dev/null'
    const { code, message } = await failing(
      `train mlp-gan --data ./small --steps 2 --run ${join(place, 'run')}`,
    )
    expect(code).toBe(2)
    expect(message).toContain('cannot make the run folder')
  })

  it('of a run folder that holds a run leaves that run alone', async () => {
    const before = await readFile(join(cwd, 'first', 'metrics.jsonl'))
    const { code, message } = await failing('train mlp-gan --data ./small --steps 2 --run first')
    expect(code).toBe(2)
    expect(message).toContain('already holds a run')
    expect(await readFile(join(cwd, 'first', 'metrics.jsonl'))).toEqual(before)
  })

  it.skipIf(process.platform === 'win32')(
    'of a disk without room for a checkpoint ends with exit code 3',
    async () => {
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
    },
  )

  it('of no network for a first download says what to do', async () => {
    const offline =
      'data:text/javascript,globalThis.fetch=()=>Promise.reject(new TypeError("fetch%20failed"))'
    const { code, message } = await failing('train mlp-gan --data mnist --steps 2 --run never', {
      NODE_OPTIONS: `--import=${offline}`,
      XDG_CACHE_HOME: join(cwd, 'cache'),
    })
    expect(code).toBe(3)
    expect(message).toContain('--data-dir')
    expect(message).toContain('fetch failed')
    expect(await exists('never')).toBe(false)
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

  it.each(['resume', 'sample', 'report', 'export'])(
    'of a folder that is no run is told by %s',
    async (command) => {
      const { code, message } = await failing(`${command} small`)
      expect(code).toBe(3)
      expect(message).toMatch(/small is not a run folder/)
    },
  )
})

describe('the rest', () => {
  it('doctor finds this machine ready', async () => {
    const { code, json, stdout } = await run('doctor --json')
    expect(code, stdout).toBe(0)
    expect(json()).toMatchObject({ ready: true, findings: expect.any(Array) })
  })

  it('prints the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    expect((await run('--version')).stdout).toBe(`${version}\n`)
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
