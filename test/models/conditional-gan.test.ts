// The model conditional-gan: its networks, and samples of a class that somebody asks for.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { rowInputs } from '../../src/data/examples.ts'
import { checkpointState, newestCheckpoint, recordedObjective } from '../../src/lifecycle/recorded-run.ts'
import { imageFacts, modelNamed } from '../../src/models/index.ts'
import { summarize } from '../../src/models/summary.ts'
import { functionOf } from '../../src/objectives/offer.ts'
import { samplesPng } from '../../src/pictures/images.ts'
import { openRun } from '../../src/runs/node/index.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { applyFunction, drawInputs, frozen } from '../../src/training/functions.ts'
import { ConfigError } from '../../src/util/errors.ts'
import { randomStream } from '../../src/util/random.ts'
import { TINY_GAN, trainSmall } from '../support/small-runs.ts'

const model = modelNamed('conditional-gan')
const options = model.options.parse({})

describe('the networks of conditional-gan', () => {
  const { networks } = model.objective(options, model.madeFor)
  const [generator, discriminator] = Object.values(networks).map(summarize)

  it('take a label beside their other input, which summaries show', () => {
    expect(generator!.inputs).toEqual({ z: [100], label: [] })
    expect(discriminator!.inputs).toEqual({ images: [28, 28, 1], label: [] })
    expect(networks.generator!.inputs.label).toEqual({ shape: [], dtype: 'int64' })
    expect(networks.generator!.outputs).toEqual({ images: { shape: [28, 28, 1] } })
    expect(networks.discriminator!.outputs).toEqual({ probability: { shape: [1] } })
  })

  it('have 576,004 and 559,605 parameters, with vectors of 50 for each of ten classes', () => {
    expect([generator!.total, generator!.nonTrainable]).toEqual([576_004, 1_536])
    expect([discriminator!.total, discriminator!.nonTrainable]).toEqual([559_605, 0])
    for (const { layers } of [generator!, discriminator!])
      expect(layers.find(({ type }) => type === 'Embedding')).toMatchObject({
        outputShape: [null, 50],
        parameters: 500,
      })
  })

  it('are shown by the command line', async () => {
    const { code, text } = await run('summary', 'conditional-gan')
    expect(code).toBe(0)
    expect(text).toMatch(/embedding \(Embedding\) +│ \(None, 50\) +│ +500/)
    expect(text).toContain('576,004')
  })

  it('need classes', () => {
    const attempt = () => model.objective(options, imageFacts([28, 28, 1]))
    expect(attempt).toThrow(ConfigError)
    expect(attempt).toThrow('conditional-gan learns labels, and the data has none; use labelled data')
  })
})

async function run(...args: string[]): Promise<{ code: number; text: string }> {
  let text = ''
  const write = (more: string) => {
    text += more
  }
  const code = await main(args, { stdout: { write }, stderr: { write }, environment: {} })
  return { code, text }
}

describe('sparring sample --class', () => {
  let root: string
  let trained: string
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'sparring-conditional-'))
    trained = join(root, 'told')
    const settings = { steps: 2, sampleEvery: 0, checkpointEvery: 0 }
    await trainSmall(root, [
      { model: 'conditional-gan', name: 'told', settings },
      { ...TINY_GAN, name: 'untold' },
    ])
  }, 120_000)
  afterAll(() => rm(root, { recursive: true }))

  it('draws samples of that class only, of the latents of the seed', async () => {
    const out = join(root, 'sevens.png')
    const asked = await run('sample', trained, '--class', '7', '--count', '9', '--scale', '1', '--out', out)
    expect(asked).toMatchObject({ code: 0 })
    const folder = await openRun(trained)
    const generate = functionOf(recordedObjective(folder.config), 'generate')
    const inputs = {
      ...drawInputs(generate, 9, randomStream(1, 'sample')),
      label: new BigInt64Array(9).fill(7n),
    }
    const engine = await nodeEngine({ threads: 1 })
    const { arrays } = checkpointState(await newestCheckpoint(folder))
    const values = await applyFunction(
      frozen(engine, arrays),
      generate,
      Object.fromEntries(Object.entries(inputs).map(([port, rows]) => [port, rowInputs(rows, 9)])),
    )
    await engine.close()
    const expected = await samplesPng({ values, count: 9, shape: [28, 28, 1] }, { columns: 3, gap: 0 })
    expect((await readFile(out)).equals(expected)).toBe(true)
  })

  it('names the picture after the class, and other classes give other pictures', async () => {
    const pictures = await Promise.all(
      ['7', '8'].map(async (wanted) => {
        const { text } = await run('sample', trained, '--class', wanted, '--count', '4', '--json')
        const { files } = JSON.parse(text.trim().split('\n').at(-1)!)
        expect(files.samples).toBe(join(trained, `samples-4-seed-1-class-${wanted}.png`))
        return readFile(files.samples)
      }),
    )
    expect(pictures[0]!.equals(pictures[1]!)).toBe(false)
  })

  it.each(['eleven', '10', '-1', '7.5'])(
    'refuses the class "%s", which the data does not have',
    async (wanted) => {
      const { code, text } = await run('sample', trained, `--class=${wanted}`)
      expect(code).toBe(2)
      expect(text).toContain(`there is no class "${wanted}"; the data has 0, 1, 2, 3, 4, 5, 6, 7, 8, 9`)
    },
  )

  it('is refused by a model that is not told the class', async () => {
    const { code, text } = await run('sample', join(root, 'untold'), '--class', '7')
    expect(code).toBe(2)
    expect(text).toContain(
      'a dcgan-64 makes examples of any class; train a model that is told the class, such as conditional-gan',
    )
  })
})
