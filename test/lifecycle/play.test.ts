// An agent plays: what it returns, what it leaves, and who cannot.
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PlayedStep, playRun } from '../../src/lifecycle/play-run.ts'
import { decodePng } from '../../src/report/node/index.ts'
import { command as run } from '../support/command.ts'
import { trainSmall } from '../support/small-runs.ts'

let root: string
let agent: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sparring-play-'))
  agent = join(root, 'agent')
  const flags =
    '--env freeway --copies 2 --memory 200 --learning-starts 8 --steps 12 --threads 1 --batch-size 4'
  const { code, text } = await run('train', 'c51', '--run', agent, ...flags.split(' '))
  expect(text).toContain('frames of freeway')
  expect(code).toBe(0)
  await trainSmall(root, [{ model: 'mlp-gan', name: 'gan' }])
}, 60_000)
afterAll(() => rm(root, { recursive: true }))

describe('an agent that plays', () => {
  it('plays whole episodes, the same every time, and keeps what it thought of the first', async () => {
    const out = join(root, 'one')
    const asked = { run: agent, episodes: 3, mostSteps: 20, steps: 15, frames: true, out } as const
    const told: number[] = []
    const found = await playRun(asked, ({ step }) => told.push(step))
    expect(told).toEqual([0])
    expect(found).toMatchObject({
      environment: 'freeway',
      actions: ['noop', 'left', 'up', 'right', 'down', 'fire'],
      lengths: [20, 20, 20],
    })
    expect(found.meanReturn).toBeCloseTo(found.returns.reduce((a, b) => a + b) / 3, 12)
    const text = await readFile(found.files.steps, 'utf8')
    const steps = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as PlayedStep)
    expect(steps).toHaveLength(15)
    for (const { values, action } of steps)
      expect(found.actions[values.indexOf(Math.max(...values))]).toBe(action)
    const frames = await readdir(found.files.frames!)
    expect(frames).toHaveLength(15)
    expect(frames[0]).toBe('frame_000000.png')
    const picture = await readFile(join(found.files.frames!, frames[0]!))
    expect(await decodePng(new Uint8Array(picture), 'a frame')).toMatchObject({ width: 240, height: 240 })
    const again = await playRun({ ...asked, out: join(root, 'two') })
    expect(again.returns).toEqual(found.returns)
    expect(await readFile(again.files.steps, 'utf8')).toBe(text)
    expect(await readFile(again.files.animation!)).toEqual(await readFile(found.files.animation!))
  }, 30_000)

  it('is a command, whose numbers are data too', async () => {
    const flags = [
      '--episodes',
      '1',
      '--most-steps',
      '5',
      '--animation',
      'none',
      '--json',
      '--out',
      join(root, 'three'),
    ]
    const { code, text } = await run('play', agent, ...flags)
    expect(code).toBe(0)
    const json: unknown = JSON.parse(text.trim().split('\n').at(-1)!)
    expect(json).toMatchObject({ returns: [0], meanReturn: 0, lengths: [5] })
    expect(json).not.toHaveProperty('deviation')
  })

  it('is an agent, and nothing else', async () => {
    const { code, text } = await run('play', join(root, 'gan'))
    expect(code).toBe(2)
    expect(text).toContain('a mlp-gan does not act in an environment; play needs a run of an agent')
  })

  it('may be one that Dopamine left as a checkpoint, which plays the Atari 2600', async () => {
    const checkpoint = join(import.meta.dirname, '../fixtures/dopamine/tf_ckpt-199')
    const asked = { episodes: 1, mostSteps: 3, frames: true, animation: 'none' } as const
    const found = await playRun({ run: checkpoint, out: join(root, 'four'), ...asked })
    expect(found).toMatchObject({ environment: 'atari', lengths: [3] })
    expect(found.actions).toEqual(['noop', 'fire', 'right', 'left', 'right-fire', 'left-fire'])
    expect(await readdir(join(root, 'four'))).toEqual(['images', 'policy.onnx', 'steps.jsonl'])
    const picture = await readFile(join(found.files.frames!, 'frame_000002.png'))
    expect(await decodePng(new Uint8Array(picture), 'a frame')).toMatchObject({ width: 160, height: 210 })
  })

  it.each([
    [{ env: 'freeway' }, 'the agent of a checkpoint plays atari; expected --env atari, got --env freeway'],
    [{ rom: 'nothing.bin' }, 'the file of the game cannot be read: ENOENT'],
  ])('of a checkpoint is refused with %j', async (options, message) => {
    const checkpoint = join(import.meta.dirname, '../fixtures/dopamine/tf_ckpt-199')
    await expect(playRun({ run: checkpoint, ...options })).rejects.toThrow(message)
  })

  it('of a checkpoint needs all of its files', async () => {
    const fixture = (ending: string) => join(import.meta.dirname, `../fixtures/dopamine/keras${ending}`)
    const data = '.data-00000-of-00001'
    await copyFile(fixture('.index'), join(root, 'half.index'))
    await expect(playRun({ run: join(root, 'half') })).rejects.toThrow(
      `half${data} is missing: a checkpoint is the files half.index, half${data} in one folder`,
    )
    await copyFile(fixture(data), join(root, `other${data}`))
    await expect(playRun({ run: join(root, 'other') })).rejects.toThrow(
      'other.index is missing, which tells what is in',
    )
  })
})
