// What the server gives of a run to take away: sizes of files, logs as tables.
import { appendFile, copyFile, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Refusal, RunFiles } from '../../src/server/protocol.ts'
import { copyRun, type TestStudio, testStudio } from '../studio/studio.ts'
import { trainSmall } from '../support/small-runs.ts'

let studio: TestStudio
const ask = (path: string): Promise<Response> => studio.ask(`/api/runs/${path}`)

beforeAll(async () => {
  studio = await testStudio(async (folder) => {
    await trainSmall(folder, [{ model: 'vae', name: 'coder' }])
    for (const name of ['torn', 'damaged', 'linked', 'fresh']) await copyRun(folder, 'coder', name)
  })
}, 300_000)
afterAll(() => studio?.dispose())

const rowsOf = async (name: string, log: string): Promise<Record<string, number>[]> =>
  (await readFile(join(studio.folder, name, log), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('a log as CSV', () => {
  it.each(['metrics', 'validation'])('of %s has a header and every number of every row', async (log) => {
    const response = await ask(`coder/${log}.csv`)
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename*=UTF-8''coder-${log}.csv`)
    const [header, ...lines] = (await response.text()).split('\r\n')
    expect(header).toBe('step,loss,reconstruction,divergence,active')
    expect(lines.pop()).toBe('')
    const rows = await rowsOf('coder', `${log}.jsonl`)
    expect(rows.length).toBe(log === 'metrics' ? 24 : 4)
    expect(lines.map((line) => line.split(',').map(Number))).toEqual(
      rows.map((row) => header!.split(',').map((name) => row[name])),
    )
  })

  it('leaves out a torn line, and cells of numbers that were not finite', async () => {
    const path = join(studio.folder, 'torn/metrics.jsonl')
    await appendFile(
      path,
      '{"step":24,"loss":null,"reconstruction":1,"divergence":1e-9,"active":2,"=extra":3}\n{"step":25,"lo',
    )
    const lines = (await (await ask('torn/metrics.csv')).text()).split('\r\n')
    expect(lines[0]).toBe("step,loss,reconstruction,divergence,active,'=extra")
    expect(lines.slice(-2)).toEqual(['24,,1,1e-9,2,3', ''])
    expect(lines[1]!.endsWith(',')).toBe(true)
  })

  it('of a damaged log is refused, with the line', async () => {
    await appendFile(join(studio.folder, 'damaged/metrics.jsonl'), 'no json\n')
    const response = await ask('damaged/metrics.csv')
    expect(response.status).toBe(409)
    expect(((await response.json()) as Refusal).error).toContain('metrics.jsonl line 25')
  })

  it('is not read through a link that leads out of the run', async () => {
    const outside = join(studio.folder, '..', 'sparring-outside.jsonl')
    await writeFile(outside, '{"step":1,"secret":2}\n')
    const path = join(studio.folder, 'linked/metrics.jsonl')
    await rm(path)
    await symlink(outside, path)
    const response = await ask('linked/metrics.csv')
    await rm(outside)
    expect(response.status).toBe(404)
    expect(await response.text()).not.toContain('secret')
  })

  it('that there is none of is not found', async () => {
    for (const log of ['critic', 'control', 'nothing', '__proto__', 'constructor'])
      expect((await ask(`coder/${log}.csv`)).status, log).toBe(404)
    expect((await ask('coder/evaluations.csv')).status).toBe(404)
    expect((await ask('nobody/metrics.csv')).status).toBe(404)
  })
})

describe('the files of a run', () => {
  it('are listed with their sizes and the step of the newest checkpoint', async () => {
    const { files, checkpoint } = (await (await ask('coder/files')).json()) as RunFiles
    expect(checkpoint).toBe(23)
    const names = files.map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining(['config.json', 'encoder.onnx', 'decoder.onnx', 'metrics.jsonl']),
    )
    for (const { name, bytes } of files)
      expect(bytes).toBe((await stat(join(studio.folder, 'coder', name))).size)
    expect(names.some((name) => /checkpoint|lock|control|\.\./.test(name))).toBe(false)
  })

  it('are listed before the first checkpoint, too', async () => {
    await rm(join(studio.folder, 'fresh/checkpoints'), { recursive: true })
    await mkdir(join(studio.folder, 'fresh/checkpoints'))
    await copyFile(join(studio.folder, 'fresh/config.json'), join(studio.folder, 'fresh/private.txt'))
    const { files, checkpoint } = (await (await ask('fresh/files')).json()) as RunFiles
    expect(checkpoint).toBeUndefined()
    expect(files.map(({ name }) => name)).not.toContain('private.txt')
  })
})
