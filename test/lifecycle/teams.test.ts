// Runs of teams: what they leave, and that trials measure them.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { evaluationText } from '../../src/cli/evaluation-text.ts'
import { leversRules } from '../../src/environments/index.ts'
import { evaluateRuns, startRun } from '../../src/lifecycle/index.ts'
import { openTrials } from '../../src/measuring/trials.ts'
import { modelNamed } from '../../src/models/index.ts'
import type { Evaluation } from '../../src/runs/index.ts'

let root: string
const at = (name: string): string => join(root, name)
async function train(task: string, steps: number): Promise<void> {
  const events = startRun({
    model: modelNamed('commnet'),
    data: 'own',
    folder: at(task),
    command: ['sparring', 'train', 'commnet'],
    settings: { threads: 1, steps, batchSize: 4, task, width: 4, pool: 30 },
  } as never)
  for await (const _ of events);
}
const found: Record<string, Evaluation> = {}
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sparring-teams-'))
  await train('levers', 4)
  await train('traffic', 42)
  for await (const event of evaluateRuns([at('levers'), at('traffic')], { count: 40, draws: 2, threads: 1 }))
    if (event.type === 'evaluated') found[event.evaluation.measures[0]!.name] = event.evaluation
})
afterAll(() => rm(root, { recursive: true, force: true }))

describe('a run of a team', () => {
  it('leaves what its agents say and do as figures of its report', async () => {
    for (const [task, names] of [
      ['levers', ['messages-round-1', 'messages-round-2', 'choices']],
      ['traffic', ['junction']],
    ] as const) {
      const report = await readFile(join(at(task), 'report.html'), 'utf8')
      const captions = JSON.parse(await readFile(join(at(task), 'figures/captions.json'), 'utf8'))
      expect(captions.map(({ name }: { name: string }) => name)).toEqual(names)
      expect(report).toContain(captions[0].title)
    }
  })
  it('is measured by trials, beside agents who choose by chance', async () => {
    const levers = found.normalizedReward!
    expect(levers.protocol).toMatchObject({
      count: 40,
      draws: 2,
      of: { what: 'trials', beside: 'by chance' },
    })
    const [reward, share] = levers.measures
    // Both count different levers.
    expect(share!.value! * 5).toBeCloseTo(reward!.value! * 4 + 1, 9)
    expect(reward!.floor!.value).toBeGreaterThan(0.45)
    expect(reward!.floor!.value).toBeLessThan(0.75)
    expect(found.success!.measures.map(({ name }) => name)).toEqual(['success', 'collisions', 'waited'])
    const text = evaluationText('mine', levers)
    expect(text).toMatch(/trials +by chance/)
    expect(text).toContain('40 trials against agents who choose each action as likely')
    expect(await readFile(join(at('levers'), 'report.html'), 'utf8')).toContain('Measures of trials')
  })
  it('is measured alike by the same request', async () => {
    for await (const event of evaluateRuns([at('levers')], { count: 40, draws: 2, threads: 1 }))
      if (event.type === 'evaluated')
        expect(event.evaluation.measures).toEqual(found.normalizedReward!.measures)
  })
  it('is told apart from chance, whose share of levers is known', async () => {
    const { measures } = await openTrials(leversRules(), { count: 4000 }).floor(0)
    expect(Math.abs(measures[0]!.result.value! - 0.59)).toBeLessThan(0.01)
    expect(Math.abs(measures[1]!.result.value! - 0.672)).toBeLessThan(0.01)
  })
})
