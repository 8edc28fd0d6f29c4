// The table of logs: what its rows promise, and that a new row is all that a new log takes in a run's folder.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LOGS, logInfo, readMetricsRow, rowReader, stepLogs } from '../../src/runs/index.ts'
import { createRun, digestsIn, openRun, readTail, resumeRun, START } from '../../src/runs/node/index.ts'
import { metricsRowSchema } from '../../src/runs/schema.ts'
import { inventedEpisodes, inventedProbes, MORE_LOGS } from './invented-logs.ts'
import { inventedConfig, inventedMetrics } from './invented-run.ts'

let place: string
let folder: string
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'sparring-logs-'))
  folder = join(place, 'run')
})
afterEach(() => rm(place, { recursive: true, force: true }))

const text = (file: string): Promise<string> => readFile(join(folder, file), 'utf8')

describe('the table of logs', () => {
  it('keeps the order that cursors and checkpoints have', () => {
    // Others come after them.
    expect(Object.keys(LOGS).slice(0, 7)).toEqual([
      'metrics',
      'validation',
      'timings',
      'events',
      'evaluations',
      'critic',
      'control',
    ])
    expect(
      stepLogs(LOGS)
        .filter(({ exact }) => exact)
        .slice(0, 4)
        .map(({ file }) => file),
    ).toEqual(['metrics.jsonl', 'validation.jsonl', 'events.jsonl', 'evaluations.jsonl'])
  })

  it.each(Object.values(MORE_LOGS))('has a name for $name that fits into addresses, and words', (log) => {
    expect(log.name).toMatch(/^[a-z][a-z0-9-]*$/)
    expect(log.file).toBe(`${log.name}.jsonl`)
    // What records, snapshots and news have besides logs.
    expect(['name', 'config', 'status', 'samples', 'logs', 'files', 'parts', 'cursor']).not.toContain(
      log.name,
    )
    expect(log.title).toMatch(/^[A-Z]/)
    expect(log.holds).toMatch(/^[a-z].*[^.]$/)
  })

  it('reads rows of numbers by hand as their schema does', () => {
    const slow = rowReader(metricsRowSchema)
    const tried = (read: (value: unknown) => object, value: unknown): unknown => {
      try {
        return { ...read(structuredClone(value)) }
      } catch {
        return 'refused'
      }
    }
    const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null))
    const row = fc.record({ step: fc.oneof(fc.nat(), fc.integer(), number), loss: number, other: number })
    const odd = fc.oneof(
      row,
      fc.record({ step: fc.nat(), loss: fc.anything() }),
      fc.constantFrom(null, 3, 'x'),
    )
    fc.assert(
      fc.property(odd, (value) => {
        const json: unknown = JSON.parse(JSON.stringify(value))
        expect(tried(readMetricsRow, json)).toEqual(tried(slow, json))
      }),
    )
  })

  it('tells of each what its columns are, by its schema or by the run', () => {
    const config = inventedConfig()
    expect(logInfo(MORE_LOGS.probes!, config)).toMatchObject({
      isNumeric: true,
      columns: [
        { name: 'accuracy', label: 'Accuracy of the probe', format: 'percent', isNumber: true },
        { name: 'patience', label: 'Patience', unit: 'seconds', isNumber: true },
      ],
    })
    expect(logInfo(MORE_LOGS.episodes!, config)).toMatchObject({
      isNumeric: false,
      columns: [
        { name: 'moves', label: 'Moves', isNumber: true },
        { name: 'winner', label: 'Winner', isNumber: false },
      ],
    })
    expect(logInfo(LOGS.metrics, config).columns.map(({ label }) => label)).toEqual(
      config.metrics.map(({ label }) => label),
    )
    const numeric = Object.values(LOGS)
      .slice(0, 7)
      .filter((log) => logInfo(log, config).isNumeric)
    expect(numeric.map(({ name }) => name)).toEqual(['metrics', 'validation', 'evaluations'])
  })
})

describe('a log that is a new row of the table', () => {
  it('is written, read, and followed', async () => {
    const run = await createRun(folder, inventedConfig(), { logs: MORE_LOGS })
    const probes = inventedProbes(3)
    await run.append('probes', probes)
    const { cursor } = (await readTail(run, START))!
    await run.append('episodes', inventedEpisodes)
    await run.close()
    expect((await text('probes.jsonl')).split('\n')[1]).toMatch(
      /^\{"step":100,"accuracy":0\.\d+,"patience":null\}$/,
    )
    const opened = await openRun(folder, { logs: MORE_LOGS })
    expect(await opened.readLog('probes')).toEqual(probes)
    expect(await opened.readRecord()).toMatchObject({ metrics: [], episodes: inventedEpisodes })
    expect((await readTail(opened, cursor))!.lines).toEqual({ episodes: await text('episodes.jsonl') })
    await expect(opened.writeFile('probes.jsonl', '')).rejects.toThrow(/is a record of the run/)
  })

  it('is kept by checkpoints, and taken back to the step of one', async () => {
    const run = await createRun(folder, inventedConfig(), { logs: MORE_LOGS })
    await run.append('probes', inventedProbes(2))
    const before = await text('probes.jsonl')
    await run.writeCheckpoint({ step: 100, tensors: {} })
    const { metadata } = await run.readCheckpoint(100)
    expect(digestsIn(metadata)).toMatchObject({ 'probes.jsonl': { bytes: before.length } })
    await run.append('probes', inventedProbes(5).slice(2))
    await run.append('episodes', inventedEpisodes)
    await run.close()
    const again = await resumeRun(folder, { logs: MORE_LOGS })
    await again.truncateAfter(100)
    expect(await text('probes.jsonl')).toBe(before)
    await again.truncateAfter(40)
    expect(await again.readLog('episodes')).toEqual(inventedEpisodes.slice(0, 2))
    await again.close()
  })

  it('takes no row that could not be read again, and names what is wrong', async () => {
    const run = await createRun(folder, inventedConfig(), { logs: MORE_LOGS })
    await expect(run.append('probes', [...inventedProbes(1), { step: 3, accuracy: 'high' }])).rejects.toThrow(
      /new rows for probes\.jsonl line 2: expected a JSON object of this log, got .*accuracy: .*expected number/,
    )
    expect(await run.readLog('probes')).toEqual([])
    await expect(run.append('prodes', [])).rejects.toThrow(
      /there is no log "prodes": expected one of metrics, .*probes, episodes; a new log is a row in src\/runs\/logs\.ts/,
    )
    await expect(run.append('critic', [])).rejects.toThrow(/critic\.jsonl: it is no log of a training/)
    await run.close()
  })

  it('is left alone by a version that does not know it, and missed by nobody in an older run', async () => {
    const run = await createRun(folder, inventedConfig())
    await run.append('metrics', inventedMetrics(3))
    await writeFile(join(folder, 'probes.jsonl'), 'of another time\n')
    await run.truncateAfter(1)
    await run.close()
    expect(await text('probes.jsonl')).toBe('of another time\n')
    expect(await (await openRun(folder)).readRecord()).not.toHaveProperty('probes')
    expect((await readTail(run, START))!.lines).toEqual({ metrics: await text('metrics.jsonl') })
    await rm(join(folder, 'probes.jsonl'))
    expect(await (await openRun(folder, { logs: MORE_LOGS })).readRecord()).toMatchObject({
      probes: [],
      episodes: [],
    })
  })
})
