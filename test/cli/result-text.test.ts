// What a training left, as text.
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { resultText } from '../../src/cli/result-text.ts'
import type { RunResult } from '../../src/measuring/events.ts'

const result: RunResult = {
  outcome: 'finished',
  folder: resolve('runs/my run'),
  step: 12_000,
  steps: 12_001,
  files: {
    grid: resolve('runs/my run/figures/samples-grid.png'),
    report: resolve('runs/my run/report.html'),
    generator: resolve('runs/my run/generator.onnx'),
  },
  metrics: {
    loss: { mean: 0.9231, deviation: 0.12, n: 500 },
    accuracy: { mean: 0.648, deviation: 0.04, n: 500 },
  },
  standings: [],
  seconds: 192,
  stepsPerSecond: 62.5,
}
const metrics = [
  { name: 'loss', label: 'generator loss' },
  { name: 'accuracy', label: 'accuracy', format: 'percent' as const },
  { name: 'missing', label: 'missing' },
]

it('tells duration, metrics with their spread and number, and files', () => {
  expect(resultText(result, metrics).split('\n')).toEqual([
    'finished 12,001 steps in 3m 12s (62.5 steps/s)',
    '',
    'mean and standard deviation over the last 500 steps:',
    '  generator loss  0.923 ± 0.120',
    '  accuracy        64.8% ± 4.0%',
    '',
    '  grid        runs/my run/figures/samples-grid.png',
    '  report      runs/my run/report.html',
    '  generator   runs/my run/generator.onnx',
    '  run folder  runs/my run',
    '',
    "more samples: sparring sample 'runs/my run'",
  ])
})

it('offers samples only of a model that makes some', () => {
  const { grid: _, ...files } = result.files
  expect(resultText({ ...result, files }, metrics)).not.toContain('sample')
})

it('tells what was measured last on held-out images', () => {
  const text = resultText({ ...result, validation: { step: 11_999, loss: 0.8, accuracy: 0.5 } }, metrics)
  expect(text).toContain(
    'on the held-out images at step 11,999:\n  generator loss  0.800\n  accuracy        50.0%\n',
  )
})

it('tells how a stopped run is continued', () => {
  const text = resultText({ ...result, outcome: 'stopped', step: 811 }, metrics)
  expect(text).toContain('stopped after 812 of 12,001 steps')
  expect(text).toContain("continue with: sparring resume 'runs/my run'")
})

it('leaves out metrics when no step was done', () => {
  const none = { mean: Number.NaN, deviation: 0, n: 0 }
  const text = resultText({ ...result, outcome: 'stopped', step: -1, metrics: { loss: none } }, metrics)
  expect(text).toContain('stopped after 0 of 12,001 steps')
  expect(text).not.toContain('NaN')
})

it('tells how it stands with its alarms: what is wrong, what is well and what nobody can tell yet', () => {
  const alarm = {
    kind: 'samples-collapsed',
    label: 'collapsed samples',
    from: 800,
    reads: 'samples',
  } as const
  const won = {
    kind: 'discriminator-won',
    label: 'a discriminator that has won',
    from: 1000,
    reads: 'log',
  } as const
  const told = (standings: RunResult['standings'], steps = 12_001) =>
    resultText({ ...result, steps, standings }, metrics)
  expect(
    told([
      { ...alarm, state: 'warning', since: 2400 },
      { ...won, state: 'well' },
    ]),
  ).toContain('\nWarning: collapsed samples, since step 2,400.\nNo sign of a discriminator that has won.\n')
  expect(told([{ ...alarm, state: 'too-early' }], 14)).toContain(
    '\nToo early to tell: collapsed samples can be judged from step 800 on. The run has 14 steps.\n',
  )
})
