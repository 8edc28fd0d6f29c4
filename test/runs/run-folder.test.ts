// The run folder on disk: writing, reading back, going back in time, and everything that can be in the way.
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createRun, listRuns, openRun, type RunWriter, resumeRun } from '../../src/runs/node/index.ts'
import { ConfigError, DataError } from '../../src/util/errors.ts'
import { notOnLinux, unless } from '../support/unless.ts'
import { inventedConfig, inventedEvents, inventedMetrics, inventedTimings } from './invented-run.ts'

let place: string
let folder: string
let open: RunWriter[]

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'sparring-runs-'))
  folder = join(place, 'first')
  open = []
})
afterEach(async () => {
  for (const run of open) await run.close()
  await rm(place, { recursive: true, force: true })
})

const create: typeof createRun = async (...args) => {
  const run = await createRun(...args)
  open.push(run)
  return run
}
const resume: typeof resumeRun = async (...args) => {
  const run = await resumeRun(...args)
  open.push(run)
  return run
}

const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47)
const weights = (value: number) => ({ w: { shape: [3], data: Float32Array.of(value, value + 1, value + 2) } })

/** What the operating system says when nothing fits any more. */
const full = (): Promise<never> =>
  Promise.reject(Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }))

describe('a run folder', () => {
  test('gives back everything that was written', async () => {
    const run = await create(folder, inventedConfig())
    const metrics = inventedMetrics(50)
    await run.append('metrics', metrics.slice(0, 20))
    await run.append('metrics', metrics.slice(20))
    await run.append('timings', inventedTimings(50))
    await run.append('events', inventedEvents)
    await run.writeSample(0, 'fixed', png)
    await run.writeSample(400, 'fresh', png)
    await run.writeSample(400, 'fixed', png)
    await run.writeStatus({ state: 'finished', step: 49 })
    await run.close()

    const record = await (await openRun(folder)).readRecord()
    expect(record.config).toEqual(inventedConfig())
    expect(record.metrics).toEqual(metrics)
    expect(record.timings).toEqual(inventedTimings(50))
    expect(record.events).toEqual(inventedEvents)
    expect(record.status).toMatchObject({ state: 'finished', step: 49 })
    expect(record.samples.map(({ file }) => file)).toEqual([
      'samples/step-000000.png',
      'samples/step-000400.png',
      'samples/fresh-000400.png',
    ])
    expect(await run.readFile('samples/fresh-000400.png')).toEqual(png)
    expect((await readdir(folder)).sort()).toEqual([
      'config.json',
      'events.jsonl',
      'metrics.jsonl',
      'samples',
      'status.json',
      'timings.jsonl',
    ])
  })

  test('refuses a config that does not fit, naming the field', async () => {
    const config = inventedConfig()
    const wrong = { ...config, settings: { ...config.settings, steps: 0 } }
    await expect(createRun(folder, wrong)).rejects.toThrow(/settings\.steps/)
    await expect(createRun(folder, wrong)).rejects.toThrow(ConfigError)
    await expect(readdir(folder)).rejects.toThrow()
  })

  test('is not made over a run or over other files', async () => {
    await (await create(folder, inventedConfig())).close()
    await expect(createRun(folder, inventedConfig())).rejects.toThrow(/already holds a run; resume/)
    await writeFile(join(place, 'letter.txt'), 'dear')
    await rm(folder, { recursive: true })
    await expect(createRun(place, inventedConfig())).rejects.toThrow(/is not empty \(letter\.txt\)/)
    await expect(createRun(place, inventedConfig())).rejects.toThrow(ConfigError)
  })

  test('is not made where a file is in the way, nor where nothing can be written', async () => {
    await writeFile(join(place, 'file'), '')
    await expect(createRun(join(place, 'file'), inventedConfig())).rejects.toThrow(
      /a part of this path is a file/,
    )
    await expect(createRun(join(place, 'file', 'run'), inventedConfig())).rejects.toThrow(ConfigError)
    const refuse = (): Promise<never> =>
      Promise.reject(Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' }))
    const refused = createRun(folder, inventedConfig(), { write: refuse })
    await expect(refused).rejects.toThrow(ConfigError)
    await expect(createRun(folder, inventedConfig(), { write: refuse })).rejects.toThrow(
      /no permission to write/,
    )
    // Nothing stays behind that would stop the next attempt.
    await create(folder, inventedConfig())
  })

  test('that is none is told apart: missing, a file, a folder of runs', async () => {
    await expect(openRun(folder)).rejects.toThrow(/there is no run folder/)
    await writeFile(join(place, 'file'), '')
    await expect(openRun(join(place, 'file'))).rejects.toThrow(/is a file; expected the folder of a run/)
    await create(folder, inventedConfig())
    await expect(openRun(place)).rejects.toThrow(
      /is not a run folder: it has no config\.json; it holds the runs first/,
    )
    await expect(openRun(place)).rejects.toThrow(DataError)
  })

  test('with a damaged config says what is wrong with it', async () => {
    await create(folder, inventedConfig())
    const path = join(folder, 'config.json')
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.slice(0, 100))
    await expect(openRun(folder)).rejects.toThrow(/config\.json is damaged: not JSON/)
    await writeFile(path, text.replace('"batchSize": 128', '"batchSize": "many"'))
    await expect(openRun(folder)).rejects.toThrow(/config\.json is damaged: settings\.batchSize/)
    await writeFile(path, text.replace('"format": 1', '"format": 2'))
    await expect(openRun(folder)).rejects.toThrow(/expected run format 1, got 2/)
  })

  test('keeps files inside itself and its records to itself', async () => {
    const run = await create(folder, inventedConfig())
    await run.writeFile('figures/curves.svg', '<svg/>')
    expect(await readFile(join(folder, 'figures/curves.svg'), 'utf8')).toBe('<svg/>')
    for (const name of ['../out.html', 'figures/../../out.html', '/tmp/out.html', '', '.'])
      await expect(run.writeFile(name, 'x')).rejects.toThrow(/is not a file name inside the run folder/)
    await expect(run.writeFile('metrics.jsonl', 'x')).rejects.toThrow(/is a record of the run/)
    await expect(run.readFile('../first/config.json/../../x')).rejects.toThrow(ConfigError)
    expect(await run.readFile('no-such-file')).toBeUndefined()
  })
})

describe('going back to a step', () => {
  test('drops what came after it, and only that', async () => {
    const run = await create(folder, inventedConfig())
    await run.append('metrics', inventedMetrics(500))
    await run.append('timings', inventedTimings(500))
    await run.append(
      'validation',
      [0, 200, 400].map((step) => ({ step, loss: step / 3 })),
    )
    await run.append('events', inventedEvents)
    for (const step of [0, 200, 400]) await run.writeSample(step, 'fixed', png)
    for (const step of [100, 200, 300]) await run.writeCheckpoint({ step, tensors: weights(step) })
    const before = await readFile(join(folder, 'metrics.jsonl'), 'utf8')
    await writeFile(join(folder, 'metrics.jsonl'), `${before}{"step":500,"gener`)
    await writeFile(join(folder, 'samples', '.step-000300.png.0123abcd.tmp'), 'half')
    await run.close()

    const again = await resume(folder)
    await again.truncateAfter(200)
    expect(await readFile(join(folder, 'metrics.jsonl'), 'utf8')).toBe(
      `${before.split('\n').slice(0, 201).join('\n')}\n`,
    )
    expect((await again.readLog('timings')).at(-1)?.step).toBe(199)
    expect((await again.readRecord()).validation).toEqual([
      { step: 0, loss: 0 },
      { step: 200, loss: 200 / 3 },
    ])
    expect((await again.readLog('events')).map(({ step }) => step)).toEqual([120])
    expect((await readdir(join(folder, 'samples'))).sort()).toEqual(['step-000000.png', 'step-000200.png'])
    expect(await again.listCheckpoints()).toEqual([200, 100])
    await again.append('metrics', inventedMetrics(500).slice(201))
    expect(await readFile(join(folder, 'metrics.jsonl'), 'utf8')).toBe(before)

    await again.truncateAfter(-1)
    expect(await again.readLog('metrics')).toEqual([])
    expect(await again.listSamples()).toEqual([])
    expect(await again.listCheckpoints()).toEqual([])
  })

  test('of a run that has no logs yet does nothing', async () => {
    const run = await create(folder, inventedConfig())
    await run.truncateAfter(10)
    expect(await run.readLog('metrics')).toEqual([])
  })
})

describe('checkpoints', () => {
  test('the newest three are kept, and the newest is read back with its step and metadata', async () => {
    const run = await create(folder, inventedConfig())
    expect(await run.latestCheckpoint()).toBeUndefined()
    for (const step of [100, 200, 300, 400])
      await run.writeCheckpoint({ step, tensors: weights(step), metadata: { mood: `calm ${step}` } })
    expect(await readdir(join(folder, 'checkpoints'))).toHaveLength(3)
    expect(await run.listCheckpoints()).toEqual([400, 300, 200])
    expect(await run.latestCheckpoint()).toEqual({
      step: 400,
      file: 'checkpoints/step-000400.safetensors',
      tensors: weights(400),
      metadata: { step: '400', mood: 'calm 400', logs: '{}' },
      skipped: [],
    })
  })

  test('a damaged one is skipped with its reason, and when all are damaged the error says so', async () => {
    const run = await create(folder, inventedConfig())
    for (const step of [100, 200, 300]) await run.writeCheckpoint({ step, tensors: weights(step) })
    const path = (step: number): string => join(folder, `checkpoints/step-000${step}.safetensors`)
    const good = await readFile(path(200))
    await writeFile(path(300), (await readFile(path(300))).subarray(0, -2))
    await writeFile(
      path(200),
      good.map((byte, at) => (at === good.length - 1 ? byte ^ 1 : byte)),
    )
    const found = await run.latestCheckpoint()
    expect(found?.step).toBe(100)
    expect(found?.skipped.map(({ file }) => file)).toEqual([
      'checkpoints/step-000300.safetensors',
      'checkpoints/step-000200.safetensors',
    ])
    expect(found?.skipped[1]?.reason).toContain('do not fit their SHA-256')
    // A copy under another step's name must not pass for that step.
    await writeFile(path(100), good)
    await expect(run.latestCheckpoint()).rejects.toThrow(
      /step-000100\.safetensors holds step 200, expected 100/,
    )
    await expect(run.latestCheckpoint()).rejects.toThrow(DataError)
  })

  test('a disk that fills up while one is written leaves the one before and no debris', async () => {
    let blocks = Number.POSITIVE_INFINITY
    const run = await create(folder, inventedConfig(), {
      // Half of the bytes arrive before the disk is full.
      write: async (handle, bytes) => {
        if (blocks-- > 0) return handle.writeFile(bytes)
        await handle.writeFile(bytes.subarray(0, bytes.length / 2))
        return full()
      },
    })
    await run.writeCheckpoint({ step: 100, tensors: weights(1) })
    await run.append('metrics', inventedMetrics(3))
    blocks = 0
    const failed = run.writeCheckpoint({ step: 200, tensors: weights(2) })
    await expect(failed).rejects.toThrow(DataError)
    await expect(failed).rejects.toThrow(
      /step 200 was not written .*checkpoints\/step-000100\.safetensors, is still there: the disk is full/,
    )
    expect(await readdir(join(folder, 'checkpoints'))).toEqual(['step-000100.safetensors'])
    expect((await run.latestCheckpoint())?.step).toBe(100)

    const logged = run.append('metrics', inventedMetrics(6).slice(3))
    await expect(logged).rejects.toThrow(/cannot add to .*metrics\.jsonl: the disk is full/)
    expect(await readFile(join(folder, 'metrics.jsonl'), 'utf8')).toMatch(/\n$/)
    expect(await run.readLog('metrics')).toEqual(inventedMetrics(3))
    await expect(run.writeStatus({ state: 'failed', step: 3 })).rejects.toThrow(DataError)
    expect(await run.readStatus()).toMatchObject({ state: 'running', step: -1 })
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })
})

describe('the lock', () => {
  const deadPid = (): number => spawnSync(process.execPath, ['-e', '']).pid
  const lockOf = (pid: number, changes = {}): Promise<void> =>
    writeFile(join(folder, 'run.lock'), JSON.stringify({ pid, host: hostname(), birth: '', ...changes }))

  test('lets one process train a run, and anybody read it', async () => {
    const run = await create(folder, inventedConfig())
    await expect(resumeRun(folder)).rejects.toThrow(`is being trained by process ${process.pid}`)
    await expect(resumeRun(folder)).rejects.toThrow(ConfigError)
    expect(await (await openRun(folder)).readStatus()).toMatchObject({ state: 'running', pid: process.pid })
    await run.close()
    await resume(folder)
  })

  test('of a dead process is taken over, and its run counts as stopped', async () => {
    await (await create(folder, inventedConfig())).close()
    await lockOf(deadPid())
    const { state, message } = await (await openRun(folder)).readStatus()
    expect(state).toBe('stopped')
    expect(message).toMatch(/interrupted: process \d+ ended/)
    await resume(folder)
    await expect(resumeRun(folder)).rejects.toThrow(/is being trained/)
  })

  test('of a living process or of another machine is respected, torn text is not', async () => {
    await (await create(folder, inventedConfig())).close()
    await lockOf(process.ppid)
    await expect(resumeRun(folder)).rejects.toThrow(`trained by process ${process.ppid};`)
    await lockOf(deadPid(), { host: 'elsewhere' })
    await expect(resumeRun(folder)).rejects.toThrow(/on elsewhere; wait until it ends, or delete .*run\.lock/)
    await writeFile(join(folder, 'run.lock'), '{"pi')
    await resume(folder)
  })

  unless(notOnLinux).it('of an earlier process with the same id is taken over', async () => {
    await (await create(folder, inventedConfig())).close()
    await lockOf(process.pid, { birth: 'an earlier boot/17' })
    await resume(folder)
  })

  test('that is taken over by a process that died meanwhile, whatever its clock said, is free', async () => {
    await (await create(folder, inventedConfig())).close()
    const turn = join(folder, 'run.lock.takeover')
    for (const [text, seconds] of [
      ['', 86_400],
      ['', -60],
      [JSON.stringify({ pid: deadPid(), host: hostname(), birth: '' }), 5],
    ] as const) {
      await lockOf(deadPid())
      await writeFile(turn, text)
      const date = new Date(Date.now() + 1000 * seconds)
      await utimes(turn, date, date)
      await (await resume(folder)).close()
    }
  })

  test('leaves nothing in the way when taking it was interrupted', async () => {
    await mkdir(folder)
    await writeFile(join(folder, 'run.lock.0b5f9b60-7a5d-4f44-9a5c-6c1b1a4f4b11.tmp'), '{')
    const run = await create(folder, inventedConfig())
    await run.truncateAfter(-1)
    expect((await readdir(folder)).filter((name) => name.startsWith('run.lock'))).toEqual(['run.lock'])
  })

  test('goes to exactly one of many that ask at once', async () => {
    await (await create(folder, inventedConfig())).close()
    await lockOf(deadPid())
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => resume(folder)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect((await readdir(folder)).filter((name) => name.startsWith('run.lock'))).toEqual(['run.lock'])
  })
})

describe('a run whose place is lost while it is trained', () => {
  test('does not come back as a ghost when its folder was deleted', async () => {
    const run = await create(folder, inventedConfig())
    await run.writeCheckpoint({ step: 0, tensors: weights(1) })
    await rm(folder, { recursive: true })
    for (const write of [
      () => run.append('metrics', inventedMetrics(3)),
      () => run.writeSample(0, 'fixed', png),
      () => run.writeCheckpoint({ step: 1, tensors: weights(1) }),
      () => run.writeStatus({ state: 'running', step: 1 }),
      () => run.writeFile('figures/grid.png', png),
    ]) {
      const failed = write()
      await expect(failed).rejects.toThrow(/the folder of the run, .*, is gone: it was deleted or moved/)
      await expect(failed).rejects.toThrow(DataError)
    }
    await run.close()
    expect(await readdir(place)).toEqual([])
  })

  test('does not write into the run that took its place', async () => {
    const run = await create(folder, inventedConfig())
    await rm(folder, { recursive: true })
    await mkdir(folder)
    await writeFile(join(folder, 'run.lock'), JSON.stringify({ pid: 1, host: 'elsewhere', birth: '' }))
    await expect(run.append('metrics', inventedMetrics(3))).rejects.toThrow(/was taken by another process/)
    await run.close()
    expect(await readdir(folder)).toEqual(['run.lock'])
  })

  test('names a disk that became read-only, and gives up its lock without a word', async () => {
    const readOnly = () =>
      Promise.reject(Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' }))
    let broken = false
    const run = await create(folder, inventedConfig(), {
      write: (handle, bytes) => (broken ? readOnly() : handle.writeFile(bytes)),
    })
    broken = true
    await expect(run.append('metrics', inventedMetrics(3))).rejects.toThrow(/the disk has become read-only/)
    await rm(join(folder, 'run.lock'))
    await mkdir(join(folder, 'run.lock'))
    await run.close()
  })
})

describe('a status that cannot be read', () => {
  test('counts as that of an interrupted run', async () => {
    const run = await create(folder, inventedConfig())
    await run.writeCheckpoint({ step: 40, tensors: weights(1) })
    await run.close()
    await writeFile(join(folder, 'status.json'), '')
    const status = await (await openRun(folder)).readStatus()
    expect(status).toMatchObject({ state: 'stopped', step: 40, message: expect.stringContaining('damaged') })
    expect((await listRuns(place)).map(({ name }) => name)).toEqual(['first'])
  })
})

describe('a folder of runs', () => {
  test('lists runs newest first, damaged ones with their problem', async () => {
    expect(await listRuns(join(place, 'nowhere'))).toEqual([])
    await create(join(place, 'old'), inventedConfig({ createdAt: '2025-01-01T00:00:00.000Z' }))
    await create(join(place, 'new'), inventedConfig({ createdAt: '2026-01-01T00:00:00.000Z' }))
    await mkdir(join(place, 'other'))
    await mkdir(join(place, 'broken'))
    await writeFile(join(place, 'broken', 'config.json'), '{}')
    const runs = await listRuns(place)
    expect(runs.map(({ name }) => name)).toEqual(['new', 'old', 'broken'])
    expect(runs[0]).toMatchObject({ folder: join(place, 'new'), status: { state: 'running' } })
    expect(runs[2]).toMatchObject({ problem: expect.stringContaining('config.json is damaged') })
  })
})
