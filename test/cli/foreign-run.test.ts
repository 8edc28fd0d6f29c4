// Runs that came from somebody else: records that do not fit each other, and texts that a terminal would obey.
import { execFileSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { styleOf } from '../../src/cli/style.ts'
import { liveTerminal, plainTerminal } from '../../src/cli/terminal.ts'
import { eventDrawer } from '../../src/cli/watch-run.ts'
import { decodeSafetensors, encodeSafetensors, type RunConfig, type Tensor } from '../../src/runs/index.ts'
import { listRuns } from '../../src/runs/node/index.ts'
import { TINY_GAN, trainSmall } from '../support/small-runs.ts'
import { onWindows, unless } from '../support/unless.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sparring-foreign-'))
  await trainSmall(root, [{ ...TINY_GAN, name: 'gan' }])
}, 240_000)
afterAll(() => rm(root, { recursive: true }))

/** Runs a command on a terminal, and gives back everything that it wrote there. */
async function run(...args: string[]): Promise<{ code: number; text: string }> {
  let text = ''
  const write = (more: string) => {
    text += more
  }
  const screen = { isTTY: true, columns: 100, write }
  const code = await main(args, { stdout: screen, stderr: screen, environment: { LANG: 'C.UTF-8' } })
  return { code, text }
}

let copies = 0
/** A copy of the run with another config. */
async function changed(
  change: (config: RunConfig) => void,
  { name = `copy-${copies++}` }: { name?: string } = {},
): Promise<string> {
  const folder = join(root, name)
  await cp(join(root, 'gan'), folder, { recursive: true })
  const path = join(folder, 'config.json')
  const config = JSON.parse(await readFile(path, 'utf8')) as RunConfig
  change(config)
  await writeFile(path, JSON.stringify(config))
  return folder
}

/** Changes the tensors and texts of every checkpoint. */
async function withCheckpoints(
  folder: string,
  change: (tensors: Record<string, Tensor>, metadata: Record<string, string>) => void,
): Promise<string> {
  const checkpoints = join(folder, 'checkpoints')
  for (const name of await readdir(checkpoints)) {
    const { tensors, metadata } = await decodeSafetensors(await readFile(join(checkpoints, name)), name)
    change(tensors, metadata)
    await writeFile(join(checkpoints, name), await encodeSafetensors(tensors, metadata))
  }
  return folder
}

describe('a record that does not fit', () => {
  it('the checkpoint, by model, is said so by every command that needs the weights', async () => {
    const folder = await changed((config) => {
      config.model = 'dcgan'
      delete (config.settings as Record<string, unknown>).filters
    })
    for (const command of ['sample', 'export', 'resume', 'report']) {
      const { code, text } = await run(command, folder)
      expect(code, text).toBe(3)
      expect(text).not.toContain('should not happen')
      expect(text).toMatch(
        /is not of this run: expected the model dcgan .* got dcgan-64|does not fit its model "dcgan"/,
      )
    }
  })

  it('the checkpoint, by seed or by the size of its images', async () => {
    const seeded = await changed((config) => {
      config.settings.seed = 99
    })
    expect((await run('sample', seeded)).text).toContain('expected the seed 99 that config.json names, got 1')
    const sized = await changed((config) => {
      config.data.width = 32
    })
    const { code, text } = await run('sample', sized)
    expect(code).toBe(3)
    expect(text).toMatch(
      /checkpoints\/step-000023\.safetensors and config\.json do not belong together: .* should have/,
    )
  })

  it('a transposed weight of equal size, or one of another type, is refused', async () => {
    const turned = await withCheckpoints(await changed(() => {}), (tensors) => {
      const [name, tensor] = Object.entries(tensors).find(
        ([, { shape }]) => shape.length === 2 && shape[0] !== shape[1],
      )!
      tensors[name] = { ...tensor, shape: [...tensor.shape].reverse() }
    })
    const wide = await withCheckpoints(await changed(() => {}), (tensors) => {
      const [name, tensor] = Object.entries(tensors)[0]!
      tensors[name] = { ...tensor, data: Float64Array.from(tensor.data as Float32Array) }
    })
    for (const [folder, words] of [
      [turned, /should have \d+ numbers \[(\d+), (\d+)\], it has \d+ \[\2, \1\]/],
      [wide, /its numbers are of another type than float32/],
    ] as const)
      for (const command of ['resume', 'sample', 'export']) {
        const { code, text } = await run(command, folder)
        expect(code, text).toBe(3)
        expect(text).toMatch(words)
      }
  })

  it('the metrics or networks of its model, is not trained further', async () => {
    const metrics = await changed((config) => {
      config.metrics = config.metrics.slice(1)
    })
    expect((await run('resume', metrics)).text).toMatch(
      /does not fit its model "dcgan-64": expected the metrics/,
    )
    const networks = await changed((config) => {
      config.networks = [{ ...config.networks[0]!, total: 7 }]
    })
    expect((await run('resume', networks)).text).toMatch(/expected the networks generator \(\d+ weights\)/)
  })

  it.each([
    ['batchSize', 1_000_000_000],
    ['threads', 100_000],
    ['steps', 1e15],
    ['latentDim', 1e9],
    ['nonsense', 1],
  ])('the model, with %s of %d, is refused before anything is loaded', async (name, value) => {
    const folder = await changed((config) => {
      ;(config.settings as Record<string, unknown>)[name] = value
    })
    for (const command of ['resume', 'sample', 'export', 'evaluate']) {
      const { code, text } = await run(command, folder)
      expect(code, text).toBe(3)
      expect(text).toContain("the run's config.json cannot be used")
    }
  })

  it('with images as large as a field is damaged', async () => {
    const folder = await changed((config) => {
      config.data.height = 1e9
    })
    const { code, text } = await run('resume', folder)
    expect(code).toBe(3)
    expect(text).toContain('config.json is damaged: data.height')
  })
})

unless(onWindows).describe('a pipe in place of', () => {
  const pipeAt = async (folder: string, name: string): Promise<void> => {
    await rm(join(folder, name), { force: true })
    execFileSync('mkfifo', [join(folder, name)])
  }

  it('a record of some runs keeps nobody from the others', async () => {
    const runs = join(root, 'piped')
    await mkdir(runs)
    await cp(join(root, 'gan'), join(runs, 'good'), { recursive: true })
    for (const name of ['status.json', 'config.json', 'run.lock']) {
      // More than Node has threads for files.
      for (let i = 0; i < 3; i++) {
        const folder = join(runs, `${name}-${i}`)
        await cp(join(root, 'gan'), folder, { recursive: true })
        if (name === 'run.lock')
          await writeFile(
            join(folder, 'status.json'),
            (await readFile(join(folder, 'status.json'), 'utf8')).replace('finished', 'running'),
          )
        await pipeAt(folder, name)
      }
    }
    const found = await listRuns(runs)
    const readable = found.flatMap((one) => ('problem' in one ? [] : [one.name])).sort()
    expect(readable).toEqual(['good', 'status.json-0', 'status.json-1', 'status.json-2'])
    for (const one of found)
      if ('problem' in one) expect(one.problem).toContain('expected a regular file, got a pipe')
      // A status that cannot be read is one of a run that was interrupted.
      else if (one.name !== 'good')
        expect(one.status).toMatchObject({
          state: 'stopped',
          message: expect.stringContaining('expected a regular file, got a pipe'),
        })
  })

  it('a log, a checkpoint or a sheet is told by the commands that would read it', async () => {
    for (const [name, command, code] of [
      ['metrics.jsonl', 'report', 3],
      ['events.jsonl', 'report', 3],
      ['control.jsonl', 'sample', 0],
      // The one before it serves.
      ['checkpoints/step-000023.safetensors', 'sample', 0],
    ] as const) {
      const folder = await changed(() => {})
      await pipeAt(folder, name)
      const found = await run(command, folder)
      expect(found.code, `${name} ${command}: ${found.text}`).toBe(code)
      if (code !== 0) expect(found.text).toContain(`${name}: expected a regular file, got a pipe`)
    }
  })

  it('the file of settings is told', async () => {
    await pipeAt(root, 'settings.json')
    const { code, text } = await run('train', 'mlp-gan', '--config', join(root, 'settings.json'))
    expect(code).toBe(2)
    expect(text).toContain('--config: ')
    expect(text).toContain('expected a regular file, got a pipe')
  })
})

/** Names the window, blinks, hides, goes up, in seven and in eight bits; deletes; turns the text; begins a line anew. */
const EVIL = 'x\x1b]0;owned\x07\x1b[5m\x1b[8m\x1b[2A\x9b5m\x9d0;owned\x9c\x7f\x08\u202e\u2066\u2028\rz'
/** What this program sends by itself: colours, the cursor, back to the start of a line and clear. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const OWN = /\x1b\[(?:1|2|22|31|32|33|36|39)m|\x1b\[\?25[lh]|\r\x1b\[J|\x1b\[\d+A\r\x1b\[J/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const HARMFUL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/

describe('a run whose every text holds escapes', () => {
  const evil = (config: RunConfig): void => {
    config.command = [EVIL]
    config.versions = { [EVIL]: EVIL }
    config.machine = { ...config.machine, cpu: EVIL, platform: EVIL, arch: EVIL }
    config.data.preparation = `${EVIL}\nerror: made up`
    for (const metric of config.metrics) metric.label = EVIL
    for (const network of config.networks)
      for (const layer of network.layers) Object.assign(layer, { name: EVIL, type: EVIL })
  }
  const records = async (folder: string): Promise<void> => {
    const status = JSON.parse(await readFile(join(folder, 'status.json'), 'utf8'))
    await writeFile(
      join(folder, 'status.json'),
      JSON.stringify({ ...status, state: 'stopped', message: EVIL }),
    )
    const event = { step: 1, kind: EVIL, severity: 'warning', message: EVIL }
    await writeFile(join(folder, 'events.jsonl'), `${JSON.stringify(event)}\n`)
  }

  unless(onWindows).it(
    'shows them as text, whatever command prints them',
    async () => {
      // Folders hold no slash and no NUL; everything else they may hold.
      const folders = [
        await changed(evil, { name: EVIL }),
        await changed((config) => {
          evil(config)
          config.model = EVIL
        }),
        await changed((config) => {
          evil(config)
          config.data.name = EVIL
        }),
        await changed((config) => {
          evil(config)
          ;(config.settings as Record<string, unknown>)[EVIL] = EVIL
        }),
        await withCheckpoints(await changed(evil), (_, metadata) => {
          metadata.model = EVIL
        }),
      ]
      for (const folder of folders) await records(folder)
      const broken = await changed(evil)
      await writeFile(join(broken, 'metrics.jsonl'), `{"${EVIL}": not JSON ${EVIL}}\n`)
      folders.push(broken, join(root, EVIL, EVIL))
      const [deep, model, data, setting, checkpoint, log, missing] = folders as [
        string,
        ...string[],
      ] as string[]
      const good = join(root, 'gan')
      const compared = ['--no-evaluate', '--unfinished', '--out', join(root, 'c.html')]
      const calls: string[][] = [
        ...['sample', 'report', 'export'].map((command) => [command, deep!]),
        ['compare', deep!, good, ...compared],
        ['compare', deep!, good, ...compared, '--json'],
        ...['sample', 'resume', 'evaluate', 'export'].map((command) => [command, model!]),
        ...['resume', 'evaluate'].map((command) => [command, data!]),
        ...['sample', 'resume', 'evaluate'].map((command) => [command, setting!]),
        ...['sample', 'resume', 'export'].map((command) => [command, checkpoint!]),
        ['export', deep!, '--network', EVIL],
        ['report', log!],
        ...['sample', 'report', 'export', 'compare', 'evaluate', 'resume'].map((command) => [
          command,
          missing!,
        ]),
        ['sample', missing!, '--json'],
      ]
      let printed = 0
      for (const args of calls) {
        const { text } = await run(...args)
        const rest = text.replace(OWN, '')
        expect(HARMFUL.exec(rest)?.[0], `${args[0]}: ${JSON.stringify(rest)}`).toBeUndefined()
        expect(rest).not.toMatch(/^error: made up/m)
        printed += /\\x1b\]0;owned|\\u001b\]0;owned/.test(rest) ? 1 : 0
      }
      // Most of them have something to say of it.
      expect(printed).toBeGreaterThan(15)
    },
    60_000,
  )

  it('shows them in the lines of a training, too', async () => {
    const config = JSON.parse(await readFile(join(root, 'gan', 'config.json'), 'utf8')) as RunConfig
    evil(config)
    for (const isTTY of [true, false]) {
      let text = ''
      const screen = {
        isTTY,
        columns: 300,
        write: (more: string) => {
          text += more
        },
      }
      const terminal = isTTY ? liveTerminal(screen) : plainTerminal(screen)
      const drawer = eventDrawer(terminal, styleOf(screen, {}))
      const skipped = [{ file: EVIL, reason: EVIL }]
      drawer.draw({ type: 'run', folder: EVIL, config: { ...config, model: EVIL }, resumedFrom: 3, skipped })
      const names = config.metrics.map(({ name }) => [name, 1])
      const row = { step: 4, ...Object.fromEntries(names) }
      drawer.draw({ type: 'steps', step: 4, rows: [row], seconds: 1 })
      drawer.draw({ type: 'record', log: 'validation', row })
      drawer.draw({
        type: 'notice',
        notice: { step: 4, kind: 'single-player', severity: 'warning', message: `${EVIL}\nerror: made up` },
      })
      terminal.close()
      const rest = text.replace(OWN, '')
      expect(HARMFUL.exec(rest)?.[0], JSON.stringify(rest)).toBeUndefined()
      expect(rest).not.toMatch(/^error: made up/m)
      expect(rest.match(/\\x1b\]0;owned/g)!.length).toBeGreaterThan(8)
    }
  })

  it('are the same values in the JSON that --json prints', async () => {
    const { text } = await run('sample', join(root, EVIL, 'none'), '--json')
    expect(JSON.parse(text.split('\n').at(-2)!).error.message).toContain('\x1b]0;owned\x07')
  })

  it('do not harm commands without a run', async () => {
    for (const args of [
      ['summary', EVIL],
      ['train', EVIL],
      ['train', 'mlp-gan', '--data', EVIL],
      [EVIL],
      ['doctor', EVIL],
    ]) {
      const { text } = await run(...args)
      expect(HARMFUL.exec(text.replace(OWN, ''))?.[0], text).toBeUndefined()
    }
  })
})
