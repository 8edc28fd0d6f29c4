// Objectives made of phases alone, for tests of a step: every phase that descends logs its loss.
import type { Network } from '../../src/layers/network.ts'
import { type Objective, objective } from '../../src/objectives/objective.ts'
import { descentsOf, type Phase } from '../../src/objectives/phase.ts'

export const objectiveOf = (
  networks: Readonly<Record<string, Network>>,
  phases: readonly Phase[],
  changes: Partial<Objective> = {},
): Objective =>
  objective<string>({
    name: 'test',
    networks,
    phases,
    logs: descentsOf(phases).map(({ name }) => ({
      name,
      label: name,
      axis: 'left',
      value: (results) => results[name]!.loss,
    })),
    batches: 'replacement',
    ...changes,
  })
