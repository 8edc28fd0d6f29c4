// What the comparison of two checkouts calls the same, and how it counts time.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COLUMNS, cellsOf, compareRuns } from '../../scripts/lib/compare-runs.mjs'
import { looksBetween, paceOf } from '../../scripts/lib/compare-speed.mjs'
import { encodeSafetensors } from '../../src/formats/safetensors.ts'

let place: string
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'sparring-checkouts-'))
})
afterAll(() => rm(place, { recursive: true }))

interface Run {
  readonly metrics?: string
  readonly weights?: number[]
  readonly note?: string
  readonly network?: string
  readonly sheet?: boolean
}
async function makeRun(
  name: string,
  {
    metrics = '{"step":0}\n{"step":1}\n',
    weights = [1, 2, 3],
    note = 'a',
    network = 'net',
    sheet = true,
  }: Run,
): Promise<string> {
  const folder = join(place, name)
  for (const part of ['samples', 'checkpoints']) await mkdir(join(folder, part), { recursive: true })
  await writeFile(join(folder, 'metrics.jsonl'), metrics)
  await writeFile(join(folder, 'timings.jsonl'), name)
  await writeFile(join(folder, 'generator.onnx'), network)
  if (sheet) await writeFile(join(folder, 'samples/step-000001.png'), 'pixels')
  const tensors = { w: { shape: [weights.length], data: Float32Array.from(weights) } }
  await writeFile(
    join(folder, 'checkpoints/step-000001.safetensors'),
    await encodeSafetensors(tensors, { note }),
  )
  return folder
}

describe('two runs', () => {
  let same: string
  beforeAll(async () => {
    same = await makeRun('same', {})
  })
  const apart = async (name: string, run: Run) =>
    (await compareRuns(same, await makeRun(name, run))).filter(({ same }) => !same)

  it('are the same whatever their times are', async () => {
    const verdicts = await compareRuns(same, await makeRun('again', {}))
    expect(verdicts.every(({ same }) => same)).toBe(true)
    expect(Object.fromEntries(COLUMNS.map(({ title }, i) => [title, cellsOf(verdicts)[i]]))).toMatchObject({
      metrics: 'same',
      validation: '-',
      sheets: 'same',
      checkpoints: 'same',
      ONNX: 'same',
    })
  })

  it('may differ in what notes say and how networks are written', async () => {
    const told = await apart('noted', { note: 'b', network: 'other' })
    expect(told.map(({ column, must, detail }) => [column, must, detail])).toEqual([
      ['metadata', false, 'note'],
      ['ONNX', false, '3 bytes against 5'],
    ])
  })

  it('must not differ in a log, of which the first other line is told', async () => {
    const told = await apart('logged', { metrics: '{"step":0}\n{"step":2}\n' })
    expect(told).toMatchObject([
      { column: 'metrics', must: true, detail: 'line 2: {"step":1} against {"step":2}' },
    ])
  })

  it('must not differ in a number of a weight, in its shape or in their sheets', async () => {
    const told = await apart('trained', { weights: [1, 2, 3.5], sheet: false })
    expect(told.filter(({ must }) => must).map(({ detail }) => detail)).toEqual([
      '1 of 1 tensors: w by up to 0.500',
      'is only in the first',
    ])
    expect((await apart('grown', { weights: [1, 2, 3, 4] }))[0]).toMatchObject({
      must: true,
      detail: '1 of 1 tensors: w is [3] against [4]',
    })
  })
})

describe('the pace of a run', () => {
  const at = (ms: number): string => new Date(1e12 + ms).toISOString()
  const rows = [
    { step: 0, seconds: 3, at: at(0) },
    { step: 4, seconds: 1, at: at(1000) },
    { step: 8, seconds: 0.4, at: at(1600) },
    { step: 12, seconds: 0.4, at: at(2200) },
  ]

  it('leaves out the first fifth of the steps, and tells calls from all that is between', () => {
    expect(paceOf(rows, 13)).toEqual({ calls: 100, all: 150, first: 4, last: 12 })
  })

  it('counts the looks that are between: after the first step counted, not after the last', () => {
    expect(looksBetween(paceOf(rows, 13), 4)).toBe(2)
    expect(looksBetween({ first: 1, last: 9 }, 4)).toBe(2)
  })

  it('asks for more steps where nothing is left', () => {
    expect(() => paceOf(rows.slice(0, 2), 13)).toThrow('2 calls for 13 steps are too few to measure')
  })
})
