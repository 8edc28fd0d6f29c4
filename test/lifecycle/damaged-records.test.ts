// A run whose records were damaged: what can be made again is made again, to the same bytes; what cannot stops it.
import { appendFile, cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { continueRun, type RunEvent, startRun, verifyRun } from '../../src/lifecycle/index.ts'
import { recordedObjective } from '../../src/lifecycle/recorded-run.ts'
import { planResume } from '../../src/lifecycle/resume-plan.ts'
import { openRun } from '../../src/runs/node/index.ts'
import { smallData } from '../e2e/sparring.ts'
import { TINY_GAN } from '../support/small-runs.ts'

let place: string
let whole: string
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'sparring-damaged-'))
  whole = join(place, 'whole')
  const events = startRun({
    model: TINY_GAN.model,
    data: await smallData(join(place, 'data')),
    folder: whole,
    settings: {
      ...TINY_GAN.settings,
      ...{ steps: 41, batchSize: 4, sampleEvery: 10, checkpointEvery: 10, threads: 1 },
    },
    command: ['sparring', 'train', TINY_GAN.model],
  })
  for await (const _ of events);
})
afterAll(() => rm(place, { recursive: true, force: true }))

/** What must not depend on what happened to the run. */
async function exactBytes(folder: string): Promise<Record<string, string>> {
  const names = ['metrics.jsonl', 'generator.onnx', 'discriminator.onnx']
  for (const part of ['samples', 'checkpoints'])
    for (const name of (await readdir(join(folder, part))).sort()) names.push(join(part, name))
  const entries = names.map(async (name) => [name, (await readFile(join(folder, name))).toString('base64')])
  return Object.fromEntries(await Promise.all(entries))
}

let copies = 0
async function damaged(damage: (folder: string) => Promise<unknown>): Promise<string> {
  const folder = join(place, `copy-${copies++}`)
  await cp(whole, folder, { recursive: true })
  await damage(folder)
  return folder
}

const plan = async (folder: string) => {
  const run = await openRun(folder)
  return planResume(run, recordedObjective(run.config))
}

type Begun = Extract<RunEvent, { type: 'run' }>

async function resumed(folder: string, options = {}): Promise<Begun> {
  let begun: Begun | undefined
  for await (const event of continueRun(folder, options)) if (event.type === 'run') begun = event
  return begun!
}

const log = 'metrics.jsonl'
const editLines =
  (file: string, edit: (lines: string[]) => string[]) =>
  async (folder: string): Promise<void> => {
    const lines = (await readFile(join(folder, file), 'utf8')).trimEnd().split('\n')
    await writeFile(
      join(folder, file),
      edit(lines)
        .map((line) => `${line}\n`)
        .join(''),
    )
  }

describe('a run whose records are whole', () => {
  it('is said to be', async () => {
    expect(await readFile(join(whole, 'report.html'), 'utf8')).not.toMatch(/>\s*running\s*</)
    const { flaws, checked } = await verifyRun(whole)
    expect(flaws).toEqual([])
    expect(checked).toEqual({ steps: 41, checkpoints: 3, sheets: 10, networks: 2, figures: 3 })
  })
})

describe('what can be made again', () => {
  it.each([
    ['lines that stand twice', editLines(log, (lines) => [...lines.slice(0, 9), ...lines.slice(4)]), 40, log],
    ['lines in another order', editLines(log, ([a, b, ...rest]) => [b!, a!, ...rest]), 40, log],
    [
      'lines missing after an earlier checkpoint',
      editLines(log, (lines) => lines.filter((_, i) => i !== 33)),
      30,
      log,
    ],
    ['a log that ends too early', editLines(log, (lines) => lines.slice(0, 25)), 20, log],
    [
      'a number that was changed',
      editLines(log, (lines) => lines.map((line, i) => (i === 35 ? line.replace(/0\.\d+/, '0.5') : line))),
      30,
      log,
    ],
    [
      'an empty sheet of a step whose checkpoint is there',
      (folder: string) => truncate(join(folder, 'samples/step-000030.png')),
      40,
      'samples/step-000030.png',
    ],
    [
      'a missing sheet of the last step',
      (folder: string) => rm(join(folder, 'samples/fresh-000040.png')),
      40,
      'samples/fresh-000040.png',
    ],
  ])('is seen, with the step to go on from: %s', async (_, damage, from, file) => {
    const folder = await damaged(damage as (folder: string) => Promise<void>)
    const { flaws, stuck } = await verifyRun(folder)
    expect(flaws.map((flaw) => flaw.file)).toContain(file)
    expect(stuck).toBeUndefined()
    const { checkpoint, mended } = await plan(folder)
    expect(checkpoint?.step).toBe(from)
    expect(mended.join()).toContain(file)
  })

  it('is made again, to the same bytes', async () => {
    const folder = await damaged(async (copy) => {
      await editLines(log, (lines) => [...lines.slice(0, 9), ...lines.slice(4, 33), ...lines.slice(34)])(copy)
      await truncate(join(copy, 'samples/step-000030.png'))
      await rm(join(copy, 'samples/fresh-000040.png'))
    })
    const { resumedFrom, mended } = await resumed(folder)
    expect(resumedFrom).toBe(30)
    expect(mended).toHaveLength(5)
    expect(await exactBytes(folder)).toEqual(await exactBytes(whole))
    expect((await verifyRun(folder)).flaws).toEqual([])
  })
})

describe('what cannot be made again', () => {
  it.each([
    [
      'a log that is gone',
      (folder: string) => rm(join(folder, log)),
      /metrics\.jsonl: it lacks the lines of steps 0 to 40/,
    ],
    [
      'lines of before the oldest checkpoint',
      editLines(log, (lines) => [...lines.slice(0, 3), ...lines.slice(6)]),
      /metrics\.jsonl: it lacks the lines of steps 3 to 5/,
    ],
    [
      'a sheet of before the oldest checkpoint',
      (folder: string) => rm(join(folder, 'samples/step-000010.png')),
      /samples\/step-000010\.png: it is missing/,
    ],
  ])('stops it with what is wrong and what to do: %s', async (_, damage, what) => {
    const folder = await damaged(damage as (folder: string) => Promise<void>)
    const { stuck } = await verifyRun(folder)
    expect(stuck).toMatch(what)
    const before = await exactBytes(folder).catch(() => undefined)
    await expect(resumed(folder)).rejects.toThrow(what)
    await expect(plan(folder)).rejects.toThrow(/--accept-losses/)
    expect(await exactBytes(folder).catch(() => undefined)).toEqual(before)
  })

  it('is gone without where that is asked for, and the run says so', async () => {
    const folder = await damaged((copy) => rm(join(copy, 'samples/step-000010.png')))
    const { resumedFrom, lost } = await resumed(folder, { acceptLosses: true })
    expect(resumedFrom).toBe(40)
    expect(lost).toEqual(['samples/step-000010.png: it is missing'])
    expect(await readFile(join(folder, 'events.jsonl'), 'utf8')).toContain('records-lost')
  })

  it('includes a step that was asked for by hand', async () => {
    const folder = await damaged(async (copy) => {
      await editLines(log, (lines) => lines.slice(0, 35))(copy)
      const byHand = { step: 33, kind: 'single-player', severity: 'info', message: 'by hand' }
      await appendFile(join(copy, 'events.jsonl'), `${JSON.stringify(byHand)}\n`)
    })
    await expect(plan(folder)).rejects.toThrow(/step 33 was asked for by hand/)
  })
})

describe('a check of a run', () => {
  it.each([
    ['checkpoints/step-000030.safetensors', 'its contents do not fit'],
    ['generator.onnx', 'does not hold the weights of step 40'],
    ['figures/samples-grid.png', 'do not fit their checksum'],
    ['report.html', 'it ends before its end'],
  ])('finds one changed byte or a torn end in %s', async (file, problem) => {
    const folder = await damaged(async (copy) => {
      const bytes = await readFile(join(copy, file))
      if (file.endsWith('.html')) return truncate(join(copy, file), bytes.length >> 1)
      bytes[bytes.length >> 1]! ^= 1
      return writeFile(join(copy, file), bytes)
    })
    const { flaws } = await verifyRun(folder)
    expect(flaws).toEqual([expect.objectContaining({ file, problem: expect.stringContaining(problem) })])
  })
})

describe('a run whose pictures cannot be made', () => {
  it('is not called finished until they are', async () => {
    const folder = join(place, 'no-pictures')
    const run = startRun({
      model: TINY_GAN.model,
      data: join(place, 'data'),
      folder,
      settings: {
        ...TINY_GAN.settings,
        ...{ steps: 2, batchSize: 4, sampleEvery: 1, checkpointEvery: 1, threads: 1 },
      },
      command: ['sparring', 'train', TINY_GAN.model],
    })
    const training = async (): Promise<void> => {
      for await (const event of run)
        if (event.type === 'checkpoint') await writeFile(join(folder, 'figures'), 'in the way')
    }
    await expect(training()).rejects.toThrow(/a part of this path is a file/)
    const status = async () => (await openRun(folder)).readStatus()
    expect(await status()).toMatchObject({
      state: 'failed',
      step: 1,
      message: expect.stringContaining('figures'),
    })
    await rm(join(folder, 'figures'))
    await resumed(folder)
    expect(await status()).toMatchObject({ state: 'finished', step: 1 })
  })
})
