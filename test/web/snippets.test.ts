// The programs that a person takes along with a network: they run.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { networkBytes, runParts, startRun } from '../../src/lifecycle/index.ts'
import { modelNamed } from '../../src/models/index.ts'
import { openRun } from '../../src/runs/node/index.ts'
import { describeNetwork, snippetsOf } from '../../web/src/lib/snippets.ts'
import { trainSmall } from '../support/small-runs.ts'

const execute = promisify(execFile)
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sparring-snippets-'))
  await symlink(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'))
  await trainSmall(folder, [
    { model: 'mlp-gan', name: 'gan' },
    { model: 'vae', name: 'coder' },
    { model: 'classifier', name: 'namer' },
    { model: 'conditional-gan', name: 'told' },
  ])
  for await (const _ of startRun({
    model: modelNamed('cryptography'),
    data: 'own',
    folder: join(folder, 'secret'),
    command: ['sparring', 'train', 'cryptography'],
    settings: { threads: 1, steps: 2, batchSize: 4, bits: 8, keyBits: 6, freshEvery: 0, freshEves: 0 },
  }));
}, 180_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

const CASES = [
  ['gan', 'generator', 'From latents "z" [N, 100], uniform in [0, 1)', /\[ 16, 28, 28, 1 \]/],
  ['gan', 'discriminator', 'the probability that an image is real', /^real with probability 0\.\d+/],
  ['coder', 'encoder', 'the mean of the latent in the first 2', /^mean of the latent: Float32Array\(2\)/],
  ['coder', 'decoder', 'From latents "z" [N, 2], standard normal', /\[ 16, 28, 28, 1 \]/],
  ['secret', 'alice', 'From "message" [N, 8] and "key" [N, 6] to ', /\[ 1, 8 \]/],
  ['told', 'generator', ' [N] of whole numbers to ', /\[ 1, 28, 28, 1 \]/],
  ['namer', 'classifier', 'a logit per class', /\[(\s*0\.\d+,?){10}/],
] as const

describe.each(CASES)('of the %s its %s', (run, name, words, output) => {
  const open = async () => {
    const opened = await openRun(join(folder, run))
    const parts = runParts(opened.config)
    const network = parts.networks.find((one) => one.name === name)!
    const file = `${run}-${name}.onnx`
    await writeFile(join(folder, file), await networkBytes(opened, name))
    return { parts, network, snippets: snippetsOf(parts, network, file) }
  }

  it('is described with its names and shapes', async () => {
    const { parts, network } = await open()
    const description = describeNetwork(parts, network)
    expect(description).toContain(words)
    for (const { name: port, shape } of [...network.inputs, ...network.outputs])
      expect(description).toContain(`"${port}" [${['N', ...shape].join(', ')}]`)
  })

  it('runs by its JavaScript as it is', async () => {
    const { snippets } = await open()
    const program = join(folder, `${run}-${name}.mjs`)
    await writeFile(program, snippets.javascript)
    const { stdout } = await execute(process.execPath, [program], { cwd: folder })
    expect(stdout).toMatch(output)
  })

  it('has a Python program that reads, with the right names', async () => {
    const { network, snippets } = await open()
    const [first, ...others] = network.inputs
    expect(snippets.python).toContain(`network.run(["${network.outputs[0]!.name}"], {"${first!.name}": x`)
    for (const { name: port } of others) expect(snippets.python).toContain(`"${port}": np.zeros((1,`)
    // Its grammar, where there is a Python to ask.
    const check = execute('python3', [
      '-c',
      'import sys; compile(sys.argv[1], "snippet", "exec")',
      snippets.python,
    ])
    await check.catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
  })
})
