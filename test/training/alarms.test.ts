// The alarms against a table of real trainings: silent on every healthy one, in time on every lost one.
import { describe, expect, it } from 'vitest'
import { MODELS } from '../../src/models/registry.ts'
import { alarmRuns, alarmsOfRun, noticesOf } from './alarm-runs.ts'

const warningsOf = (run: (typeof alarmRuns)[number]) =>
  noticesOf(run).filter(({ severity }) => severity === 'warning')

/** Steps within which a loss must be told, from the first at which any alarm can, or from when the run was lost. */
const IN_TIME = 500

describe('the table', () => {
  const models = (of: typeof alarmRuns) => new Set(of.map(({ run }) => run.model))
  const healthy = alarmRuns.filter(({ lost }) => !lost)

  it('has healthy runs of every model of images, and lost duels, autoencoders and classifiers', () => {
    const imageModels = MODELS.filter(({ madeFor }) => madeFor.columns.images)
    expect([...models(healthy)].sort()).toEqual(imageModels.map(({ name }) => name).sort())
    for (const model of ['classifier', 'dcgan', 'mlp-gan', 'vae', 'vae-conv', 'vae-shallow'])
      expect(models(alarmRuns.filter(({ lost }) => lost))).toContain(model)
  })

  it('has more than one seed of every model, so that limits are not held only against what chose them', () => {
    for (const model of models(alarmRuns))
      expect(
        new Set(alarmRuns.filter(({ run }) => run.model === model).map(({ run }) => run.seed)).size,
        model,
      ).toBeGreaterThan(1)
  })
})

describe('healthy runs', () => {
  it.each(alarmRuns.filter(({ lost }) => !lost).map((run) => [run.name, run] as const))(
    '%s gives no warning',
    (_, run) => {
      expect(warningsOf(run)).toEqual([])
      expect(run.diverged).toBeUndefined()
    },
  )
})

describe('lost runs', () => {
  it.each(alarmRuns.filter(({ lost }) => lost).map((run) => [run.name, run] as const))(
    '%s is warned of in time, for what it is',
    (_, run) => {
      const { kinds, at = 0 } = run.lost!
      const [first] = warningsOf(run)
      if (!first) {
        // What is not finite ends a training at once, with an error of its own.
        expect(kinds).toContain('diverged')
        expect(run.diverged).toBeDefined()
        return
      }
      expect(kinds).toContain(first.kind)
      const possible = Math.max(at, Math.min(...alarmsOfRun(run).map(({ from }) => from)))
      expect(first.step).toBeGreaterThanOrEqual(possible)
      expect(first.step - possible).toBeLessThanOrEqual(IN_TIME)
    },
  )

  it('are told of once per episode, not at every look', () => {
    for (const run of alarmRuns)
      for (const kind of new Set(noticesOf(run).map((notice) => notice.kind))) {
        const severities = noticesOf(run)
          .filter((notice) => notice.kind === kind)
          .map(({ severity }) => severity)
        severities.forEach((severity, i) => {
          expect(severity, `${run.name} ${kind}`).toBe(i % 2 === 0 ? 'warning' : 'info')
        })
      }
  })
})

it('no alarm says anything before the step that it names', () => {
  for (const run of alarmRuns)
    for (const { kind, step } of noticesOf(run)) {
      const alarm = alarmsOfRun(run).find((other) => other.kind === kind)
      expect(step, `${run.name} ${kind}`).toBeGreaterThanOrEqual(alarm!.from)
    }
})
