// A team at the levers in the page: draws of agents, the plane of what they say, and what each is likely to do.
import { randomStream } from '../../../src/util/random.ts'

/** Where a plane begins, and its two directions. */
export interface Plane {
  readonly mean: Float64Array
  readonly directions: readonly [Float64Array, Float64Array]
}

/** Agents of teams that are drawn with replacement. */
export function drawTeams(seed: number, teams: number, agents: number, most: number): number[] {
  const random = randomStream(seed, 'studio/teams')
  return Array.from({ length: teams * agents }, () => random.integer(most + 1))
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** The direction of largest variance of rows, by powers of their covariance. */
function strongest(rows: readonly Float64Array[], start: number): Float64Array {
  const d = rows[0]!.length
  let direction = Float64Array.from({ length: d }, (_, i) => Math.cos(start + i * 1.7))
  for (let turn = 0; turn < 60; turn++) {
    const next = new Float64Array(d)
    for (const row of rows) {
      const along = dot(row, direction)
      for (let i = 0; i < d; i++) next[i] = next[i]! + along * row[i]!
    }
    const length = Math.hypot(...next)
    if (length === 0) return direction.map((_, i) => (i === 0 ? 1 : 0))
    direction = next.map((x) => x / length)
  }
  return direction
}

/** The two directions in which messages vary most. */
export function planeOf(messages: readonly ArrayLike<number>[]): Plane {
  const d = messages[0]!.length
  const mean = Float64Array.from(
    { length: d },
    (_, i) => messages.reduce((sum, message) => sum + message[i]!, 0) / messages.length,
  )
  const rows = messages.map((message) => Float64Array.from({ length: d }, (_, i) => message[i]! - mean[i]!))
  const first = strongest(rows, 0.3)
  const rest = rows.map((row) => {
    const along = dot(row, first)
    return row.map((x, i) => x - along * first[i]!)
  })
  return { mean, directions: [first, strongest(rest, 1.1)] }
}

/** The place of a message in the plane. */
export const placeIn = ({ mean, directions }: Plane, message: ArrayLike<number>): [x: number, y: number] => {
  const centred = Float64Array.from({ length: mean.length }, (_, i) => message[i]! - mean[i]!)
  return [dot(centred, directions[0]), dot(centred, directions[1])]
}

/** Probabilities of logits. */
export function chancesOf(logits: ArrayLike<number>): number[] {
  const all = Array.from(logits)
  const most = Math.max(...all)
  const raised = all.map((x) => Math.exp(x - most))
  const sum = raised.reduce((a, b) => a + b, 0)
  return raised.map((x) => x / sum)
}

/** What each agent of one team said in a round, of messages `[teams, rounds, agents, width]`. */
export function saidIn(
  messages: Float32Array,
  [rounds, agents, width]: readonly [number, number, number],
  team: number,
  round: number,
): Float32Array[] {
  const start = (team * rounds + round) * agents * width
  return Array.from({ length: agents }, (_, i) =>
    messages.subarray(start + i * width, start + (i + 1) * width),
  )
}
