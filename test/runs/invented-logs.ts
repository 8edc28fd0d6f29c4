// Logs that no run has, as rows of the table: numbers of some steps, and words.
import { z } from 'zod'
import { LOGS, type LogTable, loggedNumber, logTable, type RunConfig } from '../../src/runs/index.ts'
import { inventedConfig } from './invented-run.ts'

const step = z.int().min(0)

/** A run that the studio can open: its settings are those of its model. */
export function servedConfig(): RunConfig {
  const config = inventedConfig()
  const { optimizer: _, ...settings } = config.settings
  return { ...config, settings }
}

/** The table of every run and two rows more. */
export const MORE_LOGS: LogTable = {
  ...LOGS,
  ...logTable({
    probes: {
      title: 'Probes',
      holds: 'how well a fresh opponent tells real from made images',
      schema: z.object({ step, accuracy: loggedNumber, patience: loggedNumber }),
      columns: () => [
        { name: 'accuracy', label: 'Accuracy of the probe', format: 'percent' },
        { name: 'patience', unit: 'seconds' },
      ],
    },
    episodes: {
      title: 'Episodes',
      holds: 'who won each game',
      schema: z.object({ step, moves: z.number(), winner: z.string() }),
      lines: 'event',
    },
  }),
}

export const inventedProbes = (count: number): { step: number; accuracy: number; patience: number }[] =>
  Array.from({ length: count }, (_, i) => ({
    step: 100 * i,
    accuracy: 0.9 - 0.3 * (1 - Math.exp(-i / 4)),
    patience: i === 1 ? Number.NaN : 12 + i,
  }))

export const inventedEpisodes = [
  { step: 40, moves: 9, winner: 'the attacker' },
  { step: 40, moves: 12, winner: '<b>nobody</b>' },
  { step: 90, moves: 7, winner: 'the defender' },
]
