// A log that is a new row of the table, in what the studio's server gives: the run, its news, its files and tables.
import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { formatLines, type LogInfo, TRAINING } from '../../src/runs/index.ts'
import { createRun } from '../../src/runs/node/index.ts'
import type { Columns, RunFiles, RunSnapshot } from '../../src/server/protocol.ts'
import { inventedEpisodes, inventedProbes, MORE_LOGS, servedConfig } from '../runs/invented-logs.ts'
import { type TestStudio, testStudio } from '../studio/studio.ts'

type More = RunSnapshot & { readonly probes: Columns; readonly episodes: readonly object[] }

let studio: TestStudio
beforeAll(async () => {
  studio = await testStudio(
    async (folder) => {
      const run = await createRun(join(folder, 'more'), servedConfig(), { logs: MORE_LOGS })
      await run.append('probes', inventedProbes(3))
      await run.append('episodes', inventedEpisodes)
      await run.close()
      await writeFile(join(folder, 'more', 'future.jsonl'), '{"step":0}\n')
      await writeFile(join(folder, 'more', 'control.jsonl'), '{"command":"pause"}\n')
    },
    { recipes: { training: { ...TRAINING, logs: MORE_LOGS } } },
  )
})
afterAll(() => studio?.dispose())

const snapshot = async (): Promise<More> => (await (await studio.ask('/api/runs/more')).json()) as More

it('comes with the run: numbers by column, other rows as they are, and what is to be said of it', async () => {
  const found = await snapshot()
  expect(found.probes).toEqual({
    step: [0, 100, 200],
    accuracy: [0.9, expect.closeTo(0.83364, 5), expect.closeTo(0.781959, 5)],
    patience: [12, null, 14],
  })
  expect(found.episodes).toEqual(inventedEpisodes)
  expect(found.validation).toEqual({ step: [] })
  const infos = new Map(found.logs.map((log: LogInfo) => [log.name, log]))
  expect(infos.get('probes')).toMatchObject({ title: 'Probes', isNumeric: true, ownView: false })
  expect(infos.get('metrics')).toMatchObject({ ownView: true })
  expect([...infos.keys()]).not.toContain('control')
})

it('is news as it grows', async () => {
  const { cursor } = await snapshot()
  const stop = new AbortController()
  const response = await studio.ask(`/api/runs/more/events?from=${cursor}`, { signal: stop.signal })
  await appendFile(
    join(studio.folder, 'more', 'probes.jsonl'),
    formatLines([{ step: 300, accuracy: 0.5, patience: 1 }]),
  )
  let text = ''
  for await (const bytes of response.body!) {
    text += new TextDecoder().decode(bytes)
    if (text.includes('"probes"')) break
  }
  stop.abort()
  expect(text).toContain('"probes":[{"step":300,"accuracy":0.5,"patience":1}]')
})

it('is a table to download, and a file, as is every log that pages get', async () => {
  const csv = async (log: string): Promise<string[]> =>
    (await (await studio.ask(`/api/runs/more/${log}.csv`)).text()).split('\r\n')
  expect((await csv('probes')).slice(0, 3)).toEqual([
    'step,accuracy,patience',
    '0,0.9,12',
    expect.stringMatching(/^100,0\.8336\d*,$/),
  ])
  expect(await csv('episodes')).toEqual([
    'step,moves,winner',
    '40,9,the attacker',
    '40,12,<b>nobody</b>',
    '90,7,the defender',
    '',
  ])
  const { files } = (await (await studio.ask('/api/runs/more/files')).json()) as RunFiles
  expect(files.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['probes.jsonl', 'episodes.jsonl', 'config.json']),
  )
  expect((await studio.ask('/files/more/probes.jsonl')).status).toBe(200)
})

it('is not given where the table does not have it, or says that nobody gets it', async () => {
  for (const name of ['future', 'control']) {
    expect((await studio.ask(`/files/more/${name}.jsonl`)).status, name).toBe(404)
    expect((await studio.ask(`/api/runs/more/${name}.csv`)).status, name).toBe(404)
    expect((await snapshot()).files, name).not.toContain(`${name}.jsonl`)
  }
})
