// The part that holds scores against gradients, on a real classifier: what is disputed, and what more starts make of it.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { attackNamed } from '../../src/attacks/registry.ts'
import { cleanPart } from '../../src/audit/clean.ts'
import type { Contestant } from '../../src/audit/comparison-parts.ts'
import { loadExhibits } from '../../src/audit/node/exhibits.ts'
import { classifiersOf } from '../../src/audit/node/reading.ts'
import { type OpenOriginal, openOriginal } from '../../src/audit/original.ts'
import type { AuditContext } from '../../src/audit/part.ts'
import { type ScoresOnlyValue, scoresOnlyPart } from '../../src/audit/scores-part.ts'
import { ATTACK } from '../../src/audit/survivors.ts'
import type { AuditConfig } from '../../src/runs/audit.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { BARS, BARS_MODEL, writeBars } from './bars.ts'

const settings = { norm: 'linf', eps: 0.25, n: 16, budget: 'quick', seed: 0, batch: 16, threads: 1 } as const
const contestant = (name: string, options: object = {}): Contestant => ({
  name,
  attack: attackNamed(name),
  options: { ...options },
  work: 1,
})

let folder: string
let engine: Engine
let original: OpenOriginal
let audit: AuditContext
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sparring-scores-'))
  await writeBars(folder, 4)
  engine = await nodeEngine({ threads: 1 })
  const bytes = await readFile(BARS_MODEL)
  const { classifier, plain } = classifiersOf(bytes, settings as AuditConfig['settings'])
  const { exhibits } = await loadExhibits({ data: folder, n: 16, labels: [...BARS] }, classifier)
  original = await openOriginal(engine, bytes, classifier)
  audit = { settings, engine, classifier, plain, original, exhibits, found: new Map() }
  audit = { ...audit, found: new Map([['clean', (await cleanPart.run(audit)).value]]) }
})
afterAll(async () => {
  await original?.close()
  await engine?.close()
  await rm(folder, { recursive: true, force: true })
})

const square = contestant('square', { queries: 300 })
const run = async (patient: readonly Contestant[], more: AuditContext['found'] = new Map()) => {
  const found = new Map([...audit.found, ...more])
  const part = scoresOnlyPart(square, patient, new Set(['pgd']), 16)
  return (await part.run({ ...audit, found })).value as ScoresOnlyValue
}

it('what scores fool and no gradient did is tried again, and good gradients find it', async () => {
  const value = await run([contestant('apgd', { loss: 'margin', restarts: 2 })])
  const fooled = value.places.filter((_, i) => value.found.square![i] === 1)
  expect(fooled.length).toBeGreaterThan(3)
  expect(value.disputed).toEqual(fooled)
  expect(value.patient.filter((one) => one === 1).length).toBe(fooled.length)
})

it('attacks that lead nowhere find nothing of it', async () => {
  // One step of no length: what gradients that mislead come to.
  const value = await run([contestant('pgd', { steps: 1, stepSize: 1e-9, randomStart: false })])
  expect(value.disputed.length).toBeGreaterThan(3)
  expect(value.patient.every((one) => one === 0)).toBe(true)
})

it('what gradients fooled before is not disputed', async () => {
  const places = [...audit.exhibits.labels.keys()]
  const ones = places.map(() => 1)
  const attack = { attack: 'pgd', tried: places, confirmed: ones }
  const value = await run([], new Map([[`${ATTACK}pgd/0`, attack]]))
  expect(value.disputed).toEqual([])
  expect(value.gradients.every((one) => one === 1)).toBe(true)
  // Of an attack without gradients it is.
  const other = await run([], new Map([[`${ATTACK}square/0`, { ...attack, attack: 'square' }]]))
  expect(other.disputed.length).toBeGreaterThan(3)
})
