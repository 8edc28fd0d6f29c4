// The command line in this process: help, messages, exit codes and JSON.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/cli/commands/index.ts'
import { nameFirst } from '../../src/cli/commands/model-commands.ts'
import { EXIT_CODES } from '../../src/cli/exit-codes.ts'
import { main } from '../../src/cli/main.ts'
import { commonSettings } from '../../src/lifecycle/request.ts'
import { flagOf } from '../../src/util/flag.ts'

async function sparring(args: string, environment: Record<string, string> = {}) {
  let stdout = ''
  let stderr = ''
  const code = await main(args.split(' ').filter(Boolean), {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    environment,
  })
  return { code, stdout, stderr, json: () => JSON.parse(stdout.trimEnd().split('\n').at(-1)!) }
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sparring-cli-'))
})
afterAll(() => rm(folder, { recursive: true }))
const configFile = async (text: string): Promise<string> => {
  const path = join(folder, 'mine.json')
  await writeFile(path, text)
  return path
}

describe('help', () => {
  it('lists all commands, examples and exit codes', async () => {
    const { code, stdout } = await sparring('--help')
    expect(code).toBe(0)
    for (const { name, summary } of COMMANDS) expect(stdout).toMatch(new RegExp(`  ${name} .*${summary}`))
    for (const { meaning } of EXIT_CODES) expect(stdout).toContain(meaning)
    expect(stdout).toContain('Examples:')
  })

  it.each(COMMANDS.map(({ name }) => [name]))('of %s has examples', async (name) => {
    const { code, stdout } = await sparring(`${name} --help`)
    expect(code).toBe(0)
    expect(stdout).toContain('Examples:')
    expect(stdout).toContain(`sparring ${name}`)
    expect(stdout).toContain('--json')
  })

  it('of a model has a flag with its default for every common setting and option', async () => {
    const { stdout } = await sparring('train mlp-gan --help')
    const text = stdout.replace(/\s+/g, ' ')
    for (const name of Object.keys(commonSettings.shape)) expect(text).toContain(flagOf(name))
    expect(text).toContain('--latent-dim <n> length of the latent vector (default: 100)')
    expect(text).toContain('--batch-size <n> examples per batch (default: 128)')
    expect(text).toContain('--data <name|folder>')
  })

  it('of train lists the models', async () => {
    expect((await sparring('train --help')).stdout).toMatch(/Models:\n {2}mlp-gan /)
  })

  it('is a usage error when no command is given', async () => {
    const { code, stdout, stderr } = await sparring('')
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('Usage: sparring')
  })
})

describe('wrong arguments', () => {
  it.each([
    ['trian', "unknown command 'trian'\n(Did you mean train?)"],
    ['train', 'train needs the name of a model (mlp-gan'],
    ['train mlp-gna', 'unknown model "mlp-gna"; did you mean "mlp-gan"?'],
    ['train mlp-gna --latent-dim 3', 'unknown model "mlp-gna"'],
    ['train mlp-gan --stepz 3', "unknown option '--stepz'\n(Did you mean --steps?)"],
    ['train mlp-gan --latentdim 3', "unknown option '--latentdim'\n(Did you mean --latent-dim?)"],
    [
      'train mlp-gan --steps 0',
      '--steps: expected a whole number of at least 1 and at most 1000000000, got 0',
    ],
    [
      'train mlp-gan --steps -5',
      '--steps: expected a whole number of at least 1 and at most 1000000000, got -5',
    ],
    [
      'train mlp-gan --steps=many',
      '--steps: expected a whole number of at least 1 and at most 1000000000, got "many"',
    ],
    ['train mlp-gan --steps', "option '--steps <n>' argument missing"],
    [
      'train mlp-gan --batch-size 1.5',
      '--batch-size: expected a whole number of at least 1 and at most 100000, got 1.5',
    ],
    ['train mlp-gan --learning-rate 0', '--learning-rate: expected a number above 0, got 0'],
    [
      'train mlp-gan --batch-size 1000000000',
      '--batch-size: expected a whole number of at least 1 and at most 100000',
    ],
    ['train mlp-gan --threads 100000', '--threads: expected a whole number of at least 0 and at most 256'],
    ['evaluate . --count 1e9', '--count: expected a whole number of at least 1 and at most 100000'],
    ['train mlp-gan --latent-dim 0', '--latent-dim: expected a whole number of at least 1'],
    ['train mlp-gan more', "too many arguments for 'mlp-gan'"],
    ['train mlp-gan --config /nowhere.json', '--config: the file /nowhere.json cannot be read'],
    ['summary mlp-gam', 'unknown model "mlp-gam"; did you mean "mlp-gan"?'],
    ['summary mlp-gan --image-shape 28x28', '--image-shape: expected height x width x channels'],
    ['sample', "missing required argument 'run'"],
    ['sample . --count 0', '--count: expected a whole number of at least 1 and at most 10000, got 0'],
    ['resume', "missing required argument 'run'"],
    ['doctor --jsn', "unknown option '--jsn'\n(Did you mean --json?)"],
  ])('sparring %s', async (args, message) => {
    const { code, stdout, stderr } = await sparring(args)
    expect(code).toBe(2)
    expect(stderr).toContain(`error: ${message}`)
    // Every one shows how the command is used.
    expect(stderr).toMatch(/\nfor example: sparring [a-z]+.*\n\(sparring .*--help lists its flags\)\n$/)
    expect(stdout).toBe('')
  })

  it('are one JSON object with --json, and still a message for people', async () => {
    for (const args of ['train mlp-gan --steps 0 --json', '--json train mlp-gan --stepz 1', '--json trian']) {
      const { code, stderr, json } = await sparring(args)
      expect(json()).toEqual({
        error: { kind: expect.any(String), message: expect.any(String), exitCode: code },
      })
      expect(stderr).toContain(`error: ${json().error.message}`)
    }
  })

  it.each([
    ['{ "steps": 3, }', 'is not JSON'],
    ['[1]', 'expected a JSON object'],
    ['{ "step": 3 }', 'unknown key "step"; did you mean "steps"?'],
    ['{ "steps": 0 }', '"steps": expected a whole number of at least 1 and at most 1000000000, got 0'],
    ['{ "model": "vae" }', '"model" is "vae", but the command trains mlp-gan'],
  ])('in a configuration file: %s', async (text, message) => {
    const path = await configFile(text)
    const { code, stderr } = await sparring(`train mlp-gan --config ${path}`)
    expect(code).toBe(2)
    expect(stderr).toContain(path)
    expect(stderr).toContain(message)
  })

  it('tell where a bug is only when asked', async () => {
    const explode = (): never => {
      throw new TypeError('a bug')
    }
    const session = async (environment: Record<string, string>) => {
      let stderr = ''
      const stdout = { write: explode }
      const code = await main(['summary', 'mlp-gan'], {
        stdout,
        stderr: { write: (text) => (stderr += text) },
        environment,
      })
      return { code, stderr }
    }
    const short = await session({})
    expect(short).toMatchObject({ code: 1, stderr: expect.stringContaining('SPARRING_DEBUG=1') })
    expect(short.stderr).not.toContain('main.test.ts')
    expect((await session({ SPARRING_DEBUG: '1' })).stderr).toContain('main.test.ts')
  })
})

describe('train --print-config', () => {
  it('lets flags win over the environment, that over the file, that over the defaults', async () => {
    const path = await configFile('{ "steps": 10, "batchSize": 11, "seed": 12 }')
    const { code, json } = await sparring(`train mlp-gan --steps 30 --config ${path} --print-config --json`, {
      SPARRING_STEPS: '20',
      SPARRING_BATCH_SIZE: '21',
    })
    expect(code).toBe(0)
    expect(json()).toMatchObject({ model: 'mlp-gan', steps: 30, batchSize: 21, seed: 12, latentDim: 100 })
  })

  it('prints what can be given as a file again', async () => {
    const first = await sparring('train mlp-gan --steps 3 --beta1 0.25 --print-config')
    const path = await configFile(first.stdout)
    expect((await sparring(`train mlp-gan --config ${path} --print-config`)).stdout).toBe(first.stdout)
  })

  it('takes flags before the model', async () => {
    const { json } = await sparring('train --steps 3 --latent-dim=5 mlp-gan --print-config --json')
    expect(json()).toMatchObject({ steps: 3, latentDim: 5 })
  })
})

describe('nameFirst', () => {
  const isSwitch = (flag: string): boolean => flag === '--print-config'
  it.each([
    ['mlp-gan --steps 3', 'mlp-gan --steps 3'],
    ['--steps 3 mlp-gan', 'mlp-gan --steps 3'],
    ['--steps=3 mlp-gan --seed 1', 'mlp-gan --steps=3 --seed 1'],
    ['--print-config mlp-gan', 'mlp-gan --print-config'],
    ['--run mlp-gan dcgan', 'dcgan --run mlp-gan'],
    ['--steps 3', '--steps 3'],
    ['', ''],
  ])('turns "%s" into "%s"', (before, after) => {
    expect(nameFirst(before.split(' ').filter(Boolean), isSwitch).join(' ')).toBe(after)
  })
})

describe('summary', () => {
  it("prints Keras' table of each network", async () => {
    const { code, stdout } = await sparring('summary mlp-gan')
    expect(code).toBe(0)
    expect(stdout).toContain('Model: "generator"')
    expect(stdout).toContain('Total params: 1,493,520')
    expect(stdout).toContain('Model: "discriminator"')
    expect(stdout).toContain('Total params: 533,505')
  })

  it('gives the same as data', async () => {
    const { stdout, json } = await sparring('summary mlp-gan --json')
    expect(stdout.trimEnd()).not.toContain('\n')
    expect(json()).toMatchObject({
      model: 'mlp-gan',
      networks: [
        { name: 'generator', total: 1_493_520, layers: expect.any(Array) },
        { name: 'discriminator', total: 533_505 },
      ],
    })
  })

  it('shows a model for the images it was made for', async () => {
    const { json } = await sparring('summary dcgan-64 --json')
    expect(json().networks[1]).toMatchObject({ inputs: { images: [64, 64, 3] }, total: 4_317_376 })
  })

  it('takes the options of the model and the shape of the images', async () => {
    const { json } = await sparring('summary mlp-gan --latent-dim 7 --image-shape 8x6x3 --json')
    expect(json().networks[0]).toMatchObject({ inputs: { z: [7] } })
    expect(json().networks[1]).toMatchObject({ inputs: { images: [8, 6, 3] } })
  })
})
