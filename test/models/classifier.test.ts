// The classifier: its layers, its options, its rate, and what it learns.
import { describe, expect, test } from 'vitest'
import { outputOf } from '../../src/layers/use.ts'
import { classifier, classifierNetwork } from '../../src/models/classifier.ts'
import { imageFacts, settledOptions } from '../../src/models/model.ts'
import { descentsOf } from '../../src/objectives/phase.ts'
import { adam } from '../../src/optimizers/index.ts'
import { expectSameInRuntime, rowsOf } from '../support/networks.ts'
import { uniformTensor } from '../support/tensors.ts'

describe('the network of the classifier', () => {
  test('ends in 128 features and one logit per class', () => {
    expect(rowsOf(classifierNetwork())).toEqual([
      ['Conv2D', [14, 14, 32], 832],
      ['Conv2D', [7, 7, 64], 51_264],
      ['Flatten', [3136], 0],
      ['Dropout', [3136], 0],
      ['Dense', [128], 401_536],
      ['Dropout', [128], 0],
      ['Dense', [10], 1290],
    ])
    const odd = classifierNetwork({ imageShape: [9, 5, 3], classes: 4 })
    expect(odd.rows.slice(-3).map(({ name, outputShape }) => [name, outputShape])).toEqual([
      ['features', [128]],
      ['dropout-1', [128]],
      ['logits', [4]],
    ])
  })

  test("as an ONNX file gives the interpreter's numbers", async () => {
    const network = classifierNetwork({ imageShape: [8, 8, 1], classes: 3 })
    await expectSameInRuntime(network, uniformTensor([3, 8, 8, 1], 'images'))
  })

  test('needs two classes', () => {
    expect(() => classifierNetwork({ classes: 1 })).toThrow('classifierNetwork: ')
  })
})

describe('the model classifier', () => {
  const options = classifier.options.parse({})
  /** The rate of an update, in units of the first. */
  const rateAt = (update: number, steps?: number): number => {
    const context = { classes: 3, ...(steps === undefined ? {} : { steps }) }
    const { phases } = classifier.objective(options, imageFacts([8, 8, 1], context))
    const { optimizer } = descentsOf(phases)[0]!
    return optimizer.schedule(update).stepSize! / adam().schedule(update).stepSize!
  }

  test('gets the number of classes from the data, and says so where there is none', () => {
    expect(options).toEqual({ learningRate: 1e-3, beta1: 0.9 })
    const { networks } = classifier.objective(options, imageFacts([8, 8, 1], { classes: 7 }))
    expect(outputOf(networks.classifier!).shape).toEqual([7])
    expect(() => classifier.objective(options, imageFacts([8, 8, 1]))).toThrow(
      'number of classes is not known',
    )
  })

  test('lowers its rate along a cosine to a hundredth, and keeps it without a number of steps', () => {
    expect(rateAt(1, 100)).toBeCloseTo(1, 9)
    expect(rateAt(51, 100)).toBeCloseTo(0.505, 9)
    expect(rateAt(101, 100)).toBeCloseTo(0.01, 9)
    expect(rateAt(101)).toBeCloseTo(1, 9)
  })
})

describe('the model classifier under attack or noise', () => {
  const settled = (given: object) => settledOptions(classifier, classifier.options.parse(given))
  const of = (given: object) =>
    classifier.objective(classifier.options.parse(given), imageFacts([8, 8, 1], { classes: 3 }))

  test('settles defaults that depend on the way of training, once and for all', () => {
    const plain = { learningRate: 1e-3, beta1: 0.9 }
    expect(settled({})).toEqual({ ...plain, dropout: 0.5 })
    const cases = {
      pgd: { eps: 0.3, attackSteps: 5, stepSize: 0.15 },
      trades: { eps: 0.3, attackSteps: 5, stepSize: 0.15, beta: 1 },
      free: { eps: 0.3, attackSteps: 5, replays: 8 },
      fast: { eps: 0.3, stepSize: 0.375 },
    }
    for (const [adversarial, own] of Object.entries(cases)) {
      const options = settled({ adversarial })
      expect(options).toEqual({ ...plain, dropout: 0, adversarial, ...own })
      expect(settled(options)).toEqual(options)
    }
    expect(settled({ adversarial: 'pgd', attackSteps: 40, stepSize: 0.01, dropout: 0.2 })).toMatchObject({
      attackSteps: 40,
      stepSize: 0.01,
      dropout: 0.2,
    })
    expect(settled({ noise: 0.5 })).toEqual({ ...plain, dropout: 0, noise: 0.5 })
  })

  test('logs accuracy as they are and changed', () => {
    const logged = (given: object) => of(given).logs.map(({ name }) => name)
    expect(logged({})).toEqual(['loss', 'accuracy'])
    for (const adversarial of ['pgd', 'trades', 'free', 'fast'])
      expect(logged({ adversarial })).toEqual(['loss', 'cleanLoss', 'accuracy', 'robustAccuracy'])
    expect(logged({ noise: 0.25 })).toEqual(['loss', 'cleanLoss', 'accuracy', 'noisyAccuracy'])
  })

  test.each([
    [{ eps: 0.1 }, '--eps is for --adversarial pgd, trades, free, fast, got none'],
    [{ adversarial: 'pgd', beta: 2 }, '--beta is for --adversarial trades, got --adversarial pgd'],
    [{ adversarial: 'fast', attackSteps: 2 }, '--attack-steps is for --adversarial pgd, trades, free, got'],
    [{ adversarial: 'free', noise: 0.5 }, '--adversarial and --noise are two ways of training'],
  ])('refuses options that do not go together: %o', (given, message) => {
    expect(() => of(given)).toThrow(message)
  })
})
