// The MNIST classifiers of another framework, two of which hide their gradients: what is found behind that.
import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/index.ts'
import { openClassifier } from '../../src/classifiers/open-classifier.ts'
import * as g from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { input } from '../../src/graph/value.ts'
import { randomStream } from '../../src/util/random.ts'
import { unless } from '../support/unless.ts'

const models = new URL('../../../shared/models/', import.meta.url)
const images = {
  shape: [2, 28, 28, 1],
  data: randomStream(3, 'digits').fillUniform(new Float32Array(2 * 784)),
}

/** Logits and the gradient of their sum of squares in pixel space. */
function measured(name: string, passThrough = false) {
  const classifier = openClassifier(readFileSync(new URL(`${name}.onnx`, models)), { passThrough })
  const x = input('images', images.shape)
  const logits = classifier.logits(x)
  const [gradient] = gradients(g.reduceSum(g.square(logits)), [x])
  const found = interpret({ logits, gradient: gradient! }, { images })
  return { classifier, logits: [...found.logits!.data], gradient: [...found.gradient!.data] }
}

unless(!existsSync(models) && 'the folder shared/models is not there').describe(
  'classifiers that hide gradients',
  () => {
    it('saturated: logits and gradients are those of the natural one, with its scale told', () => {
      const [natural, saturated] = [measured('natural'), measured('saturated')]
      expect(saturated.classifier.head).toMatchObject({ gives: 'softmax', scale: 100 })
      saturated.logits.forEach((value, i) => void expect(value).toBeCloseTo(natural.logits[i]!, 4))
      saturated.gradient.forEach((value, i) => void expect(value).toBeCloseTo(natural.gradient[i]!, 3))
    })

    it('rounded: no gradient, and one where it is passed through; both are told', () => {
      const [left, passed] = [measured('rounded'), measured('rounded', true)]
      expect(left.gradient.every((value) => value === 0)).toBe(true)
      expect(passed.gradient.filter((value) => value !== 0).length).toBeGreaterThan(700)
      expect(passed.logits).toEqual(left.logits)
      expect(left.classifier.passedThrough.map(({ op, instead }) => [op, instead])).toEqual([
        ['Round', 'left: no gradient passes'],
      ])
      expect(passed.classifier.passedThrough.map(({ op, instead }) => [op, instead])).toEqual([
        ['Round', 'taken as the identity'],
      ])
    })
  },
)
