// Requests to a training from outside: pause, go on, stop, one step of one player.
import type { Objective } from '../objectives/objective.ts'
import { descentsOf } from '../objectives/phase.ts'
import type { ControlRow as Request } from '../runs/schema.ts'
import type { Notice } from './detectors.ts'

export type { Request }

/** Where requests come from. */
export interface Controls {
  /** The oldest request that was not taken yet, at once; undefined when there is none. */
  take(): Promise<Request | undefined>
  /** The same, waited for; undefined when the signal aborts first. */
  wait(signal?: AbortSignal): Promise<Request | undefined>
}

const keyOf = (names: readonly string[]): string => [...names].sort().join('+')

/** Networks that phases update together, each set once, in the order of the phases: whom a step can be for. */
export function playersOf({ phases }: Objective): string[][] {
  const sets = new Map(descentsOf(phases).map(({ updates }) => [keyOf(updates), [...updates]]))
  return [...sets.values()]
}

/** Why a step cannot be for these networks alone, as a notice; undefined when it can. */
export function refusal(
  objective: Objective,
  updates: readonly string[] | undefined,
): Omit<Notice, 'step'> | undefined {
  const players = playersOf(objective)
  if (!updates || players.some((names) => keyOf(names) === keyOf(updates))) return undefined
  return {
    kind: 'request-refused',
    severity: 'warning',
    message: `no phase updates ${updates.join(' and ')} alone: expected ${players.map((names) => names.join(' and ')).join(', or ')}`,
  }
}
