// Which steps are worth more than one thread.
import { describe, expect, it } from 'vitest'
import { workOf } from '../../src/graph/work.ts'
import { lower } from '../../src/lowering/lower.ts'
import { modelNamed } from '../../src/models/index.ts'
import { worthThreads } from '../../src/runtime/threads.ts'
import { stepGraph } from '../../src/training/step.ts'

/** The work of a step of a model of the registry. */
function workOfModel(name: string, options: Record<string, unknown>, batchSize: number) {
  const model = modelNamed(name)
  const objective = model.objective(model.options.parse(options), model.madeFor)
  return workOf(lower(stepGraph(objective, { batchSize, columns: model.madeFor.columns }).graph))
}

describe('threads', () => {
  it('help steps of large operators, such as all models at their usual size', () => {
    expect(worthThreads(workOfModel('mlp-gan', {}, 128))).toBe(true)
    expect(worthThreads(workOfModel('vae-shallow', {}, 128))).toBe(true)
  })

  it('do not help many small operators, however many there are', () => {
    const operators = 250
    expect(worthThreads({ operators, multiplications: 10e6, bytes: 8e6 })).toBe(false)
    expect(worthThreads({ operators: 2 * operators, multiplications: 20e6, bytes: 16e6 })).toBe(false)
    expect(worthThreads({ operators, multiplications: 300e6, bytes: 8e6 })).toBe(true)
    expect(worthThreads({ operators, multiplications: 10e6, bytes: 80e6 })).toBe(true)
  })
})
