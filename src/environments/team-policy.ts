// How teams are played: whoever chooses for all agents of all teams, and whole episodes of it.
import { type RandomStream, randomStream } from '../util/random.ts'
import type { Teams } from './team.ts'

/** Chooses for all agents of all teams, `[count, agents]`. */
export type TeamPolicy = (games: Teams, random: RandomStream) => Promise<Int32Array> | Int32Array

/** One of as many actions as there are numbers, by these logits. */
export function drawnByLogits(logits: Float32Array, random: RandomStream): number {
  const most = Math.max(...logits)
  const raised = Array.from(logits, (x) => Math.exp(x - most))
  let left = random.uniform() * raised.reduce((a, b) => a + b, 0)
  for (let action = 0; action < raised.length - 1; action++) {
    left -= raised[action]!
    if (left < 0) return action
  }
  return raised.length - 1
}

/** Every action as likely. */
export const actByChance: TeamPolicy = ({ present, actionSpace }, random) =>
  Int32Array.from({ length: present.length }, () => random.integer(actionSpace.n))

/** What the inputs of a team's network are, of what its agents see now. */
export function teamInputs(
  ports: Readonly<Record<string, { readonly dtype?: 'float32' | 'int64' }>>,
  { observations, present }: Pick<Teams, 'observations' | 'present'>,
): Record<string, Float32Array<ArrayBuffer> | BigInt64Array<ArrayBuffer>> {
  return Object.fromEntries(
    Object.entries(ports).map(([port, { dtype }]) => {
      const numbers = port === 'present' ? present : observations
      return [port, dtype === 'int64' ? BigInt64Array.from(numbers, BigInt) : Float32Array.from(numbers)]
    }),
  )
}

/** Actions that are drawn by logits, `[count, agents, actions]`. */
export const teamPolicyOf =
  (logitsOf: (games: Teams) => Promise<Float32Array>): TeamPolicy =>
  async (games, random) => {
    const n = games.actionSpace.n
    const logits = await logitsOf(games)
    return Int32Array.from({ length: games.present.length }, (_, i) =>
      drawnByLogits(logits.subarray(i * n, (i + 1) * n), random),
    )
  }

/** Plays one episode of every copy. */
export async function playTeams(
  games: Teams,
  policy: TeamPolicy,
  seed: number,
  onStep: (step: number) => void | Promise<void> = () => {},
): Promise<void> {
  games.reset(seed)
  for (let step = 0, over = false; !over; step++) {
    await onStep(step)
    over = games.step(await policy(games, randomStream(seed, 'trials', step)))
  }
}
