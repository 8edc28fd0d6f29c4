// What watches say of a log that is made up of stretches, for their tests.
import { logDetector, type MetricsRow, type Notice, type Watched } from '../../src/training/detectors.ts'
import { randomStream } from '../../src/util/random.ts'

/** So many rows of one value each, with noise around it. */
export interface Stretch {
  readonly steps: number
  readonly noise?: number
  readonly [metric: string]: number
}
export function rowsOf(stretches: readonly Stretch[]): MetricsRow[] {
  const random = randomStream(1, 'rows')
  let step = 0
  return stretches.flatMap(({ steps, noise = 0, ...values }) =>
    Array.from({ length: steps }, () => ({
      step: step++,
      ...Object.fromEntries(
        Object.entries({ accuracy: 0.65, loss: 1, ...values }).map(([name, value]) => [
          name,
          name === 'accuracy'
            ? Math.min(1, value + noise * random.normal())
            : value * Math.exp(noise * random.normal()),
        ]),
      ),
    })),
  )
}
export function noticesOf(stretches: readonly Stretch[], objective: Watched): Notice[] {
  const detect = logDetector(objective)
  return rowsOf(stretches).flatMap((row) => detect(row))
}
export const told = (stretches: readonly Stretch[], objective: Watched) =>
  noticesOf(stretches, objective).map(({ kind, severity, step }) => [kind, severity, step])
