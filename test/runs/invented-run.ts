// An invented run for tests: a small config, and logs with curves that fall and rise.
import {
  type EventRow,
  type MetricsRow,
  noRows,
  type RunConfig,
  type RunRecord,
  type TimingRow,
} from '../../src/runs/index.ts'

export const inventedConfig = (changes: Partial<RunConfig> = {}): RunConfig => ({
  format: 1,
  recipe: 'training',
  model: 'mlp-gan',
  command: ['sparring', 'train', 'mlp-gan', '--data', 'digits', '--seed', '7'],
  createdAt: '2026-01-02T03:04:05.000Z',
  settings: {
    steps: 1000,
    batchSize: 128,
    seed: 7,
    sampleEvery: 100,
    checkpointEvery: 200,
    validateEvery: 0,
    evaluateEvery: 0,
    threads: 2,
    optimizer: { name: 'adam', learningRate: 2e-4 },
  },
  data: { name: 'digits', hash: 'sha256:0123abcd', count: 60_000, height: 28, width: 28, channels: 1 },
  versions: { sparring: '0.1.0', node: '20.19.0' },
  machine: { platform: 'linux', arch: 'x64', cpu: 'Some CPU', cores: 2, memoryBytes: 8 * 2 ** 30 },
  metrics: [
    {
      name: 'generatorLoss',
      label: 'Generator loss',
      axis: 'left',
      color: '#dc267f',
      dash: 'dashDot',
    },
    {
      name: 'discriminatorLoss',
      label: 'Discriminator loss',
      axis: 'left',
      color: '#fe6100',
      dash: 'dashDot',
    },
    {
      name: 'accuracy',
      label: 'Accuracy',
      axis: 'right',
      color: '#785ef0',
      dash: 'solid',
      format: 'percent',
    },
  ],
  networks: [
    {
      name: 'generator',
      input: [100],
      layers: [
        {
          name: 'dense',
          type: 'Dense',
          outputShape: [null, 256],
          parameters: 25_856,
          trainableParameters: 25_856,
        },
        {
          name: 'batch_normalization',
          type: 'BatchNormalization',
          outputShape: [null, 256],
          parameters: 1024,
          trainableParameters: 512,
        },
      ],
      total: 26_880,
      trainable: 26_368,
      nonTrainable: 512,
    },
  ],
  ...changes,
})

/** Rows for steps 0 ... count-1; no random numbers, but not smooth either. */
export const inventedMetrics = (count: number): MetricsRow[] =>
  Array.from({ length: count }, (_, step) => {
    const wobble = Math.sin(step * 12.9898) * 0.05
    const settled = 1 - Math.exp(-step / 200)
    return {
      step,
      generatorLoss: 1 + 4 * Math.exp(-step / 150) + wobble,
      discriminatorLoss: 0.2 + 0.4 * settled + wobble,
      accuracy: 0.95 - 0.3 * settled + wobble / 2,
    }
  })

export const inventedTimings = (count: number, every = 20): TimingRow[] =>
  Array.from({ length: Math.floor(count / every) }, (_, row) => ({
    step: (row + 1) * every - 1,
    seconds: 0.4,
    at: new Date(Date.UTC(2026, 0, 2, 3, 4, 5) + row * 400).toISOString(),
  }))

export const inventedEvents: EventRow[] = [
  { step: 120, kind: 'discriminator-wins', severity: 'warning', message: 'accuracy above 99% for 100 steps' },
  { step: 400, kind: 'recovered', severity: 'info', message: 'accuracy is below 99% again' },
]

/** A finished run of `count` steps with sample sheets every 100 steps. */
export const inventedRecord = (count = 1000): RunRecord => ({
  config: inventedConfig(),
  status: { state: 'finished', step: count - 1, updatedAt: '2026-01-02T03:05:05.000Z' },
  ...noRows(),
  metrics: inventedMetrics(count),
  timings: inventedTimings(count),
  events: inventedEvents,
  samples: Array.from({ length: Math.floor(count / 100) + 1 }, (_, index) => ({
    step: index * 100,
    kind: 'fixed' as const,
    file: `samples/step-${String(index * 100).padStart(6, '0')}.png`,
  })),
})
