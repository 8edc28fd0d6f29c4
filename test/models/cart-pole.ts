// Trains PQN on the pole on a cart, and says what whole episodes of its best actions return.
import { returnsCourse } from '../../src/lifecycle/returns-course.ts'
import { pqn } from '../../src/models/pqn.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { train } from '../../src/training/trainer.ts'
import { evaluation } from '../../src/training/watchers/evaluation.ts'

/** A rate that falls to 0 over as many steps as solve it, of which some are made. */
const WHOLE = 3840
const OPTIONS = {
  env: 'cart-pole',
  copies: 16,
  rollout: 128,
  epochs: 4,
  explore: 20_000,
  lambda: 0.97,
  learningRate: 2e-3,
  gamma: 0.98,
}

/** Mean return of ten episodes, by evaluation. */
export async function cartPoleReturns(steps: number, every: number, seed = 1): Promise<number[]> {
  const options = pqn.options.parse(OPTIONS)
  const objective = pqn.objective(options, { columns: {}, steps: WHOLE })
  const engine = await nodeEngine({ threads: 1 })
  const course = returnsCourse(objective)
  const found: number[] = []
  try {
    const events = train({
      objective,
      source: pqn.source!(options),
      engine,
      batchSize: 128,
      seed,
      steps,
      watchers: [evaluation({ every, log: course.log, measure: course.evaluate })],
    })
    for await (const event of events) if (event.type === 'record') found.push(event.row.meanReturn as number)
  } finally {
    await engine.close()
  }
  return found
}
