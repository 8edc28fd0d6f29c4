// An agent plays: what it returns, what it leaves, and who cannot.
import { spawnSync } from 'node:child_process'
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { skyLanes } from '../../src/environments/atari/sky-lanes.ts'
import { makeEnvironment } from '../../src/environments/index.ts'
import { type PlayedStep, playRun } from '../../src/lifecycle/play-run.ts'
import { recordedData } from '../../src/lifecycle/recorded-run.ts'
import { decodePng, NO_FFMPEG, writeMovie } from '../../src/report/node/index.ts'
import { type RunConfig, TRAINING } from '../../src/runs/index.ts'
import { command as run } from '../support/command.ts'
import { trainSmall } from '../support/small-runs.ts'
import { unless } from '../support/unless.ts'

const noFfmpeg =
  spawnSync('ffprobe', ['-version']).status !== 0 && 'ffmpeg, with its ffprobe, is not installed'

let root: string
let agent: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sparring-play-'))
  agent = join(root, 'agent')
  const flags =
    '--env freeway --copies 2 --memory 200 --learning-starts 8 --steps 12 --threads 1 --batch-size 4 --atoms 7 --evaluate-every 0'
  const { code, text } = await run('train', 'c51', '--run', agent, ...flags.split(' '))
  expect(text).toContain('training c51 on freeway (frames of freeway)')
  expect(code).toBe(0)
  await trainSmall(root, [{ model: 'mlp-gan', name: 'gan' }])
}, 60_000)
afterAll(() => rm(root, { recursive: true }))

describe('an agent that plays', () => {
  it('plays whole episodes, the same every time, and keeps what it saw, thought and did, over the ends of episodes', async () => {
    const out = join(root, 'one')
    const asked = { run: agent, episodes: 3, mostSteps: 20, steps: 30, frames: true, look: [4, 25], out }
    const found = await playRun(asked)
    expect(found).toMatchObject({
      environment: 'freeway',
      actions: ['noop', 'left', 'up', 'right', 'down', 'fire'],
      lengths: [20, 20, 20],
    })
    expect(found.meanReturn).toBeCloseTo(found.returns.reduce((a, b) => a + b) / 3, 12)
    const text = await readFile(found.files.steps!, 'utf8')
    const steps = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as PlayedStep)
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 30 }, (_, i) => i))
    expect(steps.map(({ episode }) => episode)).toEqual(
      Array.from({ length: 30 }, (_, i) => (i < 20 ? 0 : 1)),
    )
    expect(steps.filter(({ truncated }) => truncated).map(({ step }) => step)).toEqual([19])
    const record = JSON.parse(await readFile(found.files.record!, 'utf8'))
    expect(record.observation).toMatchObject({ shape: [10, 10, 7], dtype: 'uint8' })
    for (const { values, probabilities, action, observation } of steps) {
      expect(found.actions[values.indexOf(Math.max(...values))]).toBe(action)
      // The value of an action is the mean of its distribution.
      for (const [i, distribution] of probabilities!.entries()) {
        expect(distribution.reduce((a, b) => a + b)).toBeCloseTo(1, 4)
        const mean = distribution.reduce((sum, p, j) => sum + p * record.possibleReturns[j], 0)
        expect(mean).toBeCloseTo(values[i]!, 3)
      }
      expect(observation).toHaveLength(700)
    }
    // What was seen is what the game shows when the same is done again.
    const game = makeEnvironment('freeway', { maxEpisodeSteps: 20 })
    let seen = game.reset({ seed: 1 })
    for (const { observation, action, reward, truncated } of steps) {
      expect(observation).toEqual(Array.from(seen))
      const next = game.step(found.actions.indexOf(action))
      expect(next.reward).toBe(reward)
      seen = truncated ? game.reset() : next.observation
    }
    const frames = await readdir(found.files.frames!)
    expect(frames).toHaveLength(30)
    expect(frames[0]).toBe('frame_000000.png')
    const picture = await readFile(join(found.files.frames!, frames[0]!))
    expect(await decodePng(new Uint8Array(picture), 'a frame')).toMatchObject({ width: 410, height: 420 })
    for (const format of ['webp', 'gif'])
      expect((await sharp(await readFile(found.files[`film, ${format}`]!)).metadata()).pages).toBe(30)
    const figure = await readFile(found.files['figure thoughts, SVG']!, 'utf8')
    expect(figure).toContain(`Step 4: ${steps[4]!.action}`)
    for (const name of found.actions) expect(figure).toContain(`>${name}`)
    expect(figure).toContain('(chosen)')
    expect(await readFile(found.files['figure moments, SVG']!, 'utf8')).toContain('Step 25: ')
  }, 60_000)

  it('plays alike from its exported policy, which says what it acts in', async () => {
    const asked = { episodes: 2, mostSteps: 20, steps: 10, films: false }
    const whole = await playRun({ ...asked, run: agent, out: join(root, 'run') })
    const file = await playRun({ ...asked, run: join(agent, 'policy.onnx'), out: join(root, 'file') })
    expect(file.returns).toEqual(whole.returns)
    expect(await readFile(file.files.steps!)).toEqual(await readFile(whole.files.steps!))
    const other = playRun({ ...asked, run: join(agent, 'online.onnx') })
    await expect(other).rejects.toThrow(
      'online.onnx: expected the ONNX file of a policy, which says what it acts in (environment, environmentOptions, actions), got one that says nothing of that; "sparring export <run> --network policy" writes one',
    )
  })

  it('is a command, whose numbers are data too', async () => {
    const flags = '--episodes 1 --most-steps 5 --steps 5 --no-films --json --out'.split(' ')
    const { code, text } = await run('play', agent, ...flags, join(root, 'three'))
    expect(code).toBe(0)
    const json: unknown = JSON.parse(text.trim().split('\n').at(-1)!)
    expect(json).toMatchObject({ returns: [0], meanReturn: 0, lengths: [5] })
    expect(json).not.toHaveProperty('deviation')
    const bad = await run('play', agent, '--look', '5,x')
    expect(bad.text).toContain('--look: expected at most 8 steps, such as 540,550, got "5,x"')
  })

  it('is an agent, and nothing else', async () => {
    const { code, text } = await run('play', join(root, 'gan'))
    expect(code).toBe(2)
    expect(text).toContain('a mlp-gan does not act in an environment; play needs a run of an agent')
  })

  it('may be one that Dopamine left as a checkpoint, which plays the Atari 2600', async () => {
    const checkpoint = join(import.meta.dirname, '../fixtures/dopamine/tf_ckpt-199')
    const asked = { episodes: 1, mostSteps: 3, steps: 3, frames: true, films: false } as const
    const found = await playRun({ run: checkpoint, out: join(root, 'four'), ...asked })
    expect(found).toMatchObject({ environment: 'atari', lengths: [3] })
    expect(found.actions).toEqual(['noop', 'fire', 'right', 'left', 'right-fire', 'left-fire'])
    expect(await readdir(join(root, 'four'))).toEqual(['images', 'play.json', 'policy.onnx', 'steps.jsonl'])
    const picture = await readFile(join(found.files.frames!, 'frame_000002.png'))
    // The game as people see it, beside what the agent thinks.
    const { width, height } = await decodePng(new Uint8Array(picture), 'a frame')
    expect(width > 2 * 160 && height > 2 * 210).toBe(true)
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

it('a run of an agent is called by the game that it learned, in older records by what it saw', async () => {
  const config: RunConfig = JSON.parse(await readFile(join(agent, 'config.json'), 'utf8'))
  expect(TRAINING.subject(config).data).toBe('freeway')
  const { title: _, ...older } = config.data
  expect(TRAINING.subject({ ...config, data: older }).data).toBe('frames of freeway')
  expect(await readFile(join(agent, 'report.html'), 'utf8')).toContain('freeway, frames of freeway; seed 1')
})

describe('a run of an agent whose game is a file', () => {
  it('remembers which, and goes on with it wherever it is now', async () => {
    const config: RunConfig = JSON.parse(await readFile(join(agent, 'config.json'), 'utf8'))
    const [gone, moved] = [join(root, 'gone.bin'), join(root, 'moved.bin')]
    await writeFile(moved, skyLanes.bytes!())
    const settings = { ...config.settings, env: 'atari', game: 'sky-lanes', rom: gone }
    const run = { ...config, settings }
    await expect(recordedData(run)).rejects.toThrow(
      `${gone}'. Expected Sky Lanes, a small shooter that comes along (2048 bytes, MD5 ${skyLanes.md5}): put it back there, or name it with --rom`,
    )
    const { facts } = await recordedData(run, { files: { rom: moved } })
    expect(facts.columns.observation!.shape).toEqual([84, 84, 4])
    await writeFile(moved, 'another game')
    await expect(recordedData(run, { files: { rom: moved } })).rejects.toThrow(
      `${moved} is no game that is known here: it has 12 bytes and the MD5 6562c19c22da902f725fdce1e727daec; expected Sky Lanes`,
    )
  })

  it('is the only one that resume takes a file for', async () => {
    const other = await run('resume', agent, '--rom', 'game.bin')
    expect(other.text).toContain('freeway is played without a file; expected no --rom, got "game.bin"')
    const { code, text } = await run('resume', join(root, 'gan'), '--rom', 'game.bin')
    expect(text).toContain('a run of mlp-gan reads no file of --rom; expected none, got "game.bin"')
    expect(code).toBe(2)
  })
})

describe('an agent that is evaluated while it trains', () => {
  it('plays the same whole episodes with its best actions now and then, which are logged, told and drawn', async () => {
    const folder = join(root, 'evaluated')
    const flags =
      '--env cart-pole --copies 2 --memory 200 --steps 12 --threads 1 --batch-size 4 --evaluate-every 6'
    const { code, text } = await run('train', 'dqn', '--run', folder, ...flags.split(' '))
    expect(code).toBe(0)
    const rows = (await readFile(join(folder, 'returns.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(rows.map(({ step }) => step)).toEqual([0, 6, 11])
    for (const { meanReturn, lowestReturn, highestReturn, meanLength, episodes } of rows) {
      expect(episodes).toBe(10)
      expect(lowestReturn).toBeGreaterThanOrEqual(8)
      expect(meanReturn).toBeGreaterThanOrEqual(lowestReturn)
      expect(meanReturn).toBeLessThanOrEqual(highestReturn)
      expect(meanLength).toBe(meanReturn)
    }
    // Nothing was learned yet, so the same was played.
    expect(rows[1].meanReturn).toBe(rows[0].meanReturn)
    expect(text).toContain(`step 6: mean return of its best actions ${rows[1].meanReturn}`)
    const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))
    expect(config.alarms.map(({ kind }: { kind: string }) => kind)).toEqual([
      'policy-collapsed',
      'values-runaway',
    ])
    expect(await readFile(join(folder, 'report.html'), 'utf8')).toContain(
      'Episodes played by the best actions',
    )
    const checked = await run('verify', folder)
    expect(checked.text).not.toContain('returns.jsonl')
    expect(checked.code).toBe(0)
  }, 30_000)
})

describe('an MP4 file', () => {
  const picture = { width: 2, height: 2, channels: 3, pixels: new Uint8Array(12) }
  const options = { pace: 30, source: 'a test' }

  it('is made by ffmpeg from raw pixels, and put in its place when it is whole', async () => {
    // Stands in for ffmpeg: writes what it was given into its last argument.
    const program = join(root, 'ffmpeg')
    await writeFile(program, '#!/bin/sh\nfor file; do :; done\ncat > "$file"\n', { mode: 0o755 })
    const file = join(root, 'film.mp4')
    expect(await writeMovie(file, [picture, picture], { ...options, program })).toBe(true)
    expect((await readFile(file)).length).toBe(24)
    await writeFile(program, '#!/bin/sh\ncat > /dev/null\necho no such codec >&2\nexit 3\n', { mode: 0o755 })
    await expect(writeMovie(file, [picture], { ...options, program })).rejects.toThrow(
      `ffmpeg could not write ${file}: no such codec`,
    )
  })

  unless(noFfmpeg).it(
    'has all pictures in their colours, at their pace, also where sides are odd',
    async () => {
      const color = [255, 176, 0]
      const orange = { width: 33, height: 21, channels: 3, pixels: new Uint8Array(33 * 21 * 3) }
      for (const i of orange.pixels.keys()) orange.pixels[i] = color[i % 3]!
      const file = join(root, 'orange.mp4')
      await writeMovie(
        file,
        Array.from({ length: 7 }, () => orange),
        options,
      )
      const asked =
        'stream=codec_name,pix_fmt,width,height,r_frame_rate,nb_read_frames,color_space,color_range:format_tags=comment'
      const told = spawnSync('ffprobe', [
        '-v',
        'error',
        '-count_frames',
        '-show_entries',
        asked,
        '-of',
        'json',
        file,
      ])
      const { streams, format } = JSON.parse(told.stdout.toString())
      expect(streams).toEqual([
        {
          codec_name: 'h264',
          pix_fmt: 'yuv420p',
          width: 34,
          height: 22,
          r_frame_rate: '30/1',
          nb_read_frames: '7',
          color_space: 'smpte170m',
          color_range: 'tv',
        },
      ])
      expect(format.tags.comment).toBe('a test')
      const shown = spawnSync('ffmpeg', [
        '-v',
        'error',
        '-i',
        file,
        '-f',
        'rawvideo',
        '-pix_fmt',
        'rgb24',
        '-',
      ])
      expect(shown.stdout.length).toBe(7 * 34 * 22 * 3)
      const middle = 3 * (10 * 34 + 16)
      for (const [i, value] of color.entries())
        expect(Math.abs(shown.stdout[middle + i]! - value)).toBeLessThan(6)
    },
  )

  it('is not made where there is no ffmpeg, which is told', async () => {
    const program = join(root, 'nowhere', 'ffmpeg')
    expect(await writeMovie(join(root, 'no.mp4'), [picture], { ...options, program })).toBe(false)
    expect(NO_FFMPEG).toContain('install it')
  })
})
