// The classification objective as a step, against softmax regression in plain numbers.
import { describe, expect, it } from 'vitest'
import { dense } from '../../src/layers/index.ts'
import { sequential } from '../../src/layers/network.ts'
import { classification } from '../../src/objectives/classification.ts'
import { sgd } from '../../src/optimizers/index.ts'
import { stepGraph } from '../../src/training/step.ts'
import { feedsOf, noisyState, runStep } from '../training/run-step.ts'
import { columnsOf, randomSource } from '../training/tiny-gan.ts'

const [batchSize, features, classes, rate] = [6, 2, 3, 0.5]
const objective = classification({
  name: 'softmax',
  classifier: sequential({ name: 'classifier', input: [features] }, [dense({ units: classes })]),
  optimizer: sgd({ learningRate: rate }),
})

describe('a step of a classifier', () => {
  it('is one update of softmax regression, with its loss and the share of right answers before', () => {
    const step = stepGraph(objective, { batchSize, columns: columnsOf([features]) })
    const state = noisyState(step, 5, 1)
    const feeds = feedsOf(step, randomSource(20, [features]), 4, {
      batches: objective.batches ?? 'epoch',
    })
    const [x, labels] = [feeds.images!.data, feeds.labels!.data]
    const [kernel, bias] = [state['classifier/dense/kernel']!, state['classifier/dense/bias']!]

    let [loss, right] = [0, 0]
    const nextKernel = Array.from(kernel)
    const nextBias = Array.from(bias)
    for (let i = 0; i < batchSize; i++) {
      const row = [x[2 * i]!, x[2 * i + 1]!]
      const logits = Array.from(bias, (b, c) => b + row[0]! * kernel[c]! + row[1]! * kernel[classes + c]!)
      const total = logits.reduce((sum, z) => sum + Math.exp(z), 0)
      const label = labels[i]!
      loss -= Math.log(Math.exp(logits[label]!) / total) / batchSize
      if (logits.indexOf(Math.max(...logits)) === label) right += 1 / batchSize
      logits.forEach((z, c) => {
        const slope = (Math.exp(z) / total - (c === label ? 1 : 0)) / batchSize
        nextBias[c]! -= rate * slope
        row.forEach((value, f) => {
          nextKernel[f * classes + c]! -= rate * slope * value
        })
      })
    }
    const result = runStep(step, state, feeds)
    expect(result.metrics.loss).toBeCloseTo(loss, 12)
    expect(result.metrics.accuracy).toBeCloseTo(right, 12)
    result.state['classifier/dense/kernel']!.forEach((value, i) => {
      expect(value).toBeCloseTo(nextKernel[i]!, 12)
    })
    result.state['classifier/dense/bias']!.forEach((value, i) => {
      expect(value).toBeCloseTo(nextBias[i]!, 12)
    })
    expect(right).toBeGreaterThan(0)
    expect(right).toBeLessThan(1)
  })
})
