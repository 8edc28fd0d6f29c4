// An audit from the file to the page: what it finds, the same bytes however often it is killed, and what it leaves.
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AuditEvent } from '../../src/audit/node/events.ts'
import { modelFile } from '../../src/audit/node/model-file.ts'
import { auditSettings } from '../../src/audit/node/request.ts'
import { type AuditRequest, continueAudit, reportAudit, startAudit } from '../../src/audit/node/run-audit.ts'
import { verifyAudit } from '../../src/audit/node/verify.ts'
import { type AuditResult, auditSchema } from '../../src/runs/audit-result.ts'
import { openAnyRun } from '../../src/runs/node/index.ts'
import { BARS, BARS_MODEL, writeBars } from './bars.ts'

/** What is made anew each time, or tells the time. */
const TIMED = new Set(['status.json', 'timings.jsonl', 'config.json', 'run.lock'])

async function filesOf(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = names.filter((entry) => entry.isFile() && !TIMED.has(entry.name))
  return Object.fromEntries(
    await Promise.all(
      files.map(async (entry) => {
        const path = join(entry.parentPath, entry.name)
        return [path.slice(folder.length + 1), (await readFile(path)).toString('base64')] as const
      }),
    ),
  )
}

async function ended(events: AsyncGenerator<AuditEvent>): Promise<Extract<AuditEvent, { type: 'end' }>> {
  let end: AuditEvent | undefined
  for await (const event of events) end = event
  if (end?.type !== 'end') throw new Error('the audit did not end')
  return end
}

describe('an audit of a small classifier', () => {
  let place: string
  let data: string
  const request = async (
    name: string,
    more: Partial<AuditRequest['settings']> = {},
  ): Promise<AuditRequest> => ({
    model: await modelFile(BARS_MODEL),
    data: { data },
    folder: join(place, name),
    settings: {
      ...auditSettings.parse({ n: 40, budget: 'quick', threads: 1 }),
      labels: [...BARS],
      mean: undefined,
      std: undefined,
      image: undefined,
      ...more,
    },
    command: ['sparring', 'audit', 'bars.onnx', '--data', 'bars'],
  })
  let result: AuditResult
  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'sparring-audit-'))
    data = join(place, 'bars')
    await writeBars(data, 15)
    result = (await ended(startAudit(await request('first')))).result!
  }, 120_000)
  afterAll(() => rm(place, { recursive: true, force: true }))

  it('breaks it, and says so with what it rests on', () => {
    expect(result.summary.n).toBe(40)
    expect(result.summary.clean).toBeGreaterThan(0.9)
    expect(result.summary.worstCase).toBeLessThan(0.2)
    expect(result.verdict).toBe('broken')
    expect(result.verdictText).toContain('every pixel may change by 0.3')
    expect(result.data).toMatchObject({ n: 40, count: 60, choice: 'spread', part: 'training', classes: BARS })
    expect(result.checks.map(({ state }) => state)).toEqual([
      ...Array.from({ length: 9 }, () => 'pass'),
      'not run',
    ])
    expect(result.attacks.map(({ name }) => name)).toEqual(['pgd', 'pgd-margin', 'square'])
    expect(result.attacks[0]).toMatchObject({
      tried: Math.round(40 * result.summary.clean),
      settings: { randomStart: true },
    })
    for (const attack of result.attacks) {
      expect(attack.confirmed).toBe(attack.found)
      expect(attack.confirmedAs8Bit).toBeLessThanOrEqual(attack.confirmed)
    }
    const fooled = result.examples.filter(({ brokenBy }) => brokenBy !== undefined)
    expect(fooled).toHaveLength(Math.round(40 * (result.summary.clean - result.summary.worstCase)))
    for (const { label, becomes, linf } of fooled) {
      expect(becomes).not.toBe(label)
      expect(linf).toBeLessThanOrEqual(0.3 + 1e-5)
    }
    expect(result.curves.eps[0]).toMatchObject({ eps: 0 })
    expect(result.curves.eps.at(-1)).toMatchObject({ eps: 1 })
  })

  it('leaves a record that fits its schema, a page, findings for scanners and a fragment for model cards', async () => {
    const folder = join(place, 'first')
    expect(auditSchema.parse(JSON.parse(await readFile(join(folder, 'audit.json'), 'utf8')))).toEqual(result)
    const page = await readFile(join(folder, 'report.html'), 'utf8')
    expect(page).toContain('Can this model be fooled?')
    expect(page).toContain('<strong>')
    const sarif = JSON.parse(await readFile(join(folder, 'audit.sarif'), 'utf8'))
    expect(sarif.runs[0].results[0]).toMatchObject({ ruleId: 'SPAR001', level: 'error' })
    expect(await readFile(join(folder, 'model-card.md'), 'utf8')).toContain('### Adversarial robustness')
    expect((await openAnyRun(folder)).recipe.name).toBe('audit')
    const before = await filesOf(folder)
    await reportAudit(folder)
    expect(await filesOf(folder)).toEqual(before)
  })

  it('marks pictures that an attack made', async () => {
    const folder = join(place, 'first', 'figures')
    const names = await readdir(folder)
    const made = names.filter((name) => name.split('-').length > 2)
    expect(made.length).toBeGreaterThan(0)
    for (const name of names) {
      const text = (await readFile(join(folder, name))).toString('latin1')
      expect(text.includes('trainedAlgorithmicMedia')).toBe(made.includes(name))
      expect(text.includes(`model=${result.model.sha256}`)).toBe(made.includes(name))
    }
  })

  it('gives the same bytes again, also when it is stopped after every part', async () => {
    const second = await request('second')
    let stops = 0
    for (let attempt = 0; attempt < 30; attempt++) {
      const control = new AbortController()
      const events =
        attempt === 0
          ? startAudit({ ...second, signal: control.signal })
          : continueAudit(second.folder, { signal: control.signal })
      let last: AuditEvent | undefined
      for await (const event of events) {
        last = event
        if (event.type === 'part') control.abort()
      }
      if (last?.type === 'end' && last.outcome === 'finished') break
      stops++
    }
    expect(stops).toBeGreaterThan(5)
    expect(await filesOf(second.folder)).toEqual(await filesOf(join(place, 'first')))
  }, 120_000)

  it('proves what can be proven, and makes a sticker with its controls', async () => {
    const folder = join(place, 'proven')
    const more = {
      norm: 'l2',
      eps: 0.2,
      n: 12,
      certify: 0.25,
      certifyN: 200,
      patch: 1,
      patchSize: 40,
    } as const
    const { result: proven } = await ended(startAudit(await request('proven', more)))
    const { certificate, checks, patch } = proven!
    expect(certificate).toMatchObject({ sigma: 0.25, n: 200, images: 12 })
    const shares = certificate!.accuracy.map(({ accuracy }) => accuracy)
    expect(shares).toEqual([...shares].sort((a, b) => b - a))
    expect(certificate!.accuracy.at(-1)!.radius).toBeLessThanOrEqual(certificate!.mostRadius)
    expect(checks.at(-1)).toMatchObject({ name: 'certificate', state: 'pass' })
    expect(patch!.map(({ target }) => target)).toEqual([1, 1, 1])
    expect(patch!.every(({ success, random }) => success >= 0 && success <= 1 && random <= 1)).toBe(true)
    expect(await readFile(join(folder, 'figures', 'patch.svg'), 'utf8')).toContain('mm"')
    expect(await readFile(join(folder, 'report.html'), 'utf8')).toContain('A sticker that fools it')
  }, 120_000)

  it('is verified file by file, and its pictures are shown to the model again', async () => {
    const whole = await verifyAudit(join(place, 'first'))
    expect(whole.flaws).toEqual([])
    expect(whole.checked.asked).toBeGreaterThan(0)
    const folder = join(place, 'damaged')
    await cp(join(place, 'first'), folder, { recursive: true })
    const names = (await readdir(join(folder, 'figures'))).sort()
    const example = names.find((name) => name.split('-').length === 2)!
    const made = names.find((name) => name.startsWith(example.replace('.png', '-')))!
    await cp(join(folder, 'figures', example), join(folder, 'figures', made))
    await writeFile(join(folder, 'audit.sarif'), '')
    const { flaws } = await verifyAudit(folder)
    expect(flaws.map(({ file }) => file).sort()).toEqual(['audit.sarif', `figures/${made}`])
    await writeFile(join(folder, 'model.onnx'), 'another')
    expect((await verifyAudit(folder)).flaws.map(({ file }) => file)).toContain('model.onnx')
    await expect(ended(continueAudit(folder))).rejects.toThrow('is not the model that the audit began with')
  })

  it('says of a model that names nothing rightly that there was nothing to attack', async () => {
    const findings: string[] = []
    const shifted = [...BARS.slice(1), BARS[0]]
    for await (const event of startAudit(await request('shifted', { n: 4, labels: shifted })))
      if (event.type === 'part') findings.push(event.row.finding)
    expect(findings[0]).toContain('0 of 4 images are named rightly')
    expect(new Set(findings.slice(1))).toEqual(
      new Set(['no image is named rightly any more, so there was nothing to do']),
    )
  })
})
