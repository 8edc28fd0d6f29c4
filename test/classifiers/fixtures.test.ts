// Classifiers that PyTorch's two exporters, scikit-learn's and quantisers wrote: answers and gradients are those of the originals.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/index.ts'
import { askOriginal } from '../../src/classifiers/ask-original.ts'
import type { ImageClassifier } from '../../src/classifiers/classifier.ts'
import { type ClassifierOptions, openClassifier } from '../../src/classifiers/open-classifier.ts'
import * as g from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { input } from '../../src/graph/value.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'

interface Fixture {
  readonly images: readonly number[]
  readonly imagesOf?: string
  readonly shape: readonly [number, number, number, number]
  readonly answer: readonly number[]
  readonly labels?: readonly number[]
  readonly gradient?: readonly number[]
}
/** Written by `bench/peers/export-classifiers.py`, which says what is in it. */
const folder = new URL('fixtures/', import.meta.url)
const { files } = JSON.parse(readFileSync(new URL('fixtures.json', folder), 'utf8')) as {
  readonly files: Readonly<Record<string, Fixture>>
}
const fixture = (name: string): Fixture => {
  const found = files[name]!
  return found.imagesOf ? { ...files[found.imagesOf]!, ...found } : found
}
const bytesOf = (name: string): Uint8Array => readFileSync(new URL(`${name}.onnx`, folder))

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
})
afterAll(() => engine?.close())

/** Logits and the gradient of the summed cross-entropy, in float64 where `float64` is told, else as the engine runs them. */
async function measured(classifier: ImageClassifier, { shape, images, labels }: Fixture, float64 = true) {
  const x = input('images', shape)
  const logits = classifier.logits(x)
  const wanted = labels ?? [0, 1, 2]
  const y = input('labels', [3, 1], 'int64')
  const loss = g.neg(g.reduceSum(g.gatherElements(g.logSoftmax(logits), y, 1)))
  const graph = { inputs: [x, y], outputs: { logits, gradient: gradients(loss, [x])[0]! } }
  const pixels = Float64Array.from(images, (n) => n / 255)
  if (float64)
    return interpret(graph, {
      images: { shape, data: pixels },
      labels: { shape: [3, 1], data: Float64Array.from(wanted) },
    }) as Record<'logits' | 'gradient', { data: Float64Array }>
  const model = await engine.open(graph, { name: 'fixture' })
  const answer = await model.run({
    images: { shape, data: Float32Array.from(pixels) },
    labels: { shape: [3, 1], data: BigInt64Array.from(wanted, BigInt) },
  })
  await model.close()
  return answer as unknown as Record<'logits' | 'gradient', { data: Float32Array }>
}

function expectNear(found: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  expect(found.length).toBe(wanted.length)
  const largest = Math.max(...Array.from(wanted, Math.abs))
  const worst = Math.max(...Array.from(wanted, (value, i) => Math.abs(value - found[i]!)))
  expect(worst / largest).toBeLessThan(tolerance)
}

const softmaxRows = (logits: ArrayLike<number>, classes: number): number[] =>
  Array.from({ length: logits.length / classes }, (_, i) => {
    const row = Array.from({ length: classes }, (_unused, k) => logits[i * classes + k]!)
    const raised = row.map((value) => Math.exp(value - Math.max(...row)))
    const sum = raised.reduce((a, b) => a + b)
    return raised.map((value) => value / sum)
  }).flat()

/** What the file itself answers, by ONNX Runtime. */
async function original(classifier: ImageClassifier, { images }: Fixture): Promise<Float32Array> {
  const model = await engine.load(classifier.original!)
  const answer = await askOriginal(
    classifier,
    model,
    Float32Array.from(images, (n) => n / 255),
    { batch: 2 },
  )
  await model.close()
  return answer
}

describe('files of PyTorch', () => {
  for (const name of [
    'mobile-torchscript',
    'mobile-dynamo',
    'mobile-opset9',
    'attentive-torchscript',
    'attentive-dynamo',
    'attentive-fixed',
  ])
    it(`${name} has the answers and gradients that PyTorch has`, async () => {
      const given = fixture(name)
      const classifier = openClassifier(bytesOf(name))
      const [, height, width, channels] = given.shape
      expect(classifier.image).toEqual({ height, width, channels })
      const { classes } = classifier
      const exact = await measured(classifier, given)
      const { gives } = classifier.head
      const says = (logits: ArrayLike<number>): number[] => {
        const probabilities = softmaxRows(logits, classes)
        return gives === 'logits'
          ? [...Array.from(logits)]
          : gives === 'softmax'
            ? probabilities
            : probabilities.map(Math.log)
      }
      expect(gives).toBe(
        name.startsWith('attentive') ? 'softmax' : name.endsWith('9') ? 'log-softmax' : 'logits',
      )
      expectNear(says(exact.logits.data), given.answer, 1e-5)
      expectNear(exact.gradient.data, given.gradient!, 1e-5)
      const run = await measured(classifier, given, false)
      expectNear(run.logits.data, exact.logits.data, 1e-4)
      expectNear(run.gradient.data, exact.gradient.data, 1e-3)
      expectNear(await original(classifier, given), given.answer, 1e-4)
      expect(classifier.passedThrough).toEqual([])
    })

  it('attentive-fixed takes one image at once, and is asked about three', () => {
    expect(openClassifier(bytesOf('attentive-fixed')).intake.batch).toBe(1)
  })

  it('mobile-float16 takes and gives halves', async () => {
    const given = fixture('mobile-float16')
    const classifier = openClassifier(bytesOf('mobile-float16'))
    expect(classifier.intake.type).toBe('float16')
    expectNear((await measured(classifier, given)).logits.data, given.answer, 1e-2)
    expectNear(await original(classifier, given), given.answer, 1e-3)
  })
})

describe('quantised files', () => {
  const base = fixture('mobile-torchscript')
  for (const name of ['mobile-qdq', 'mobile-qoperator', 'mobile-dynamic'])
    it(`${name} answers as its original, and gradients are passed through it`, async () => {
      const given = fixture(name)
      const classifier = openClassifier(bytesOf(name), { passThrough: true })
      const { logits, gradient } = await measured(classifier, { ...given, labels: base.labels! })
      // A sum that lies between two steps may fall to either side.
      expectNear(logits.data, given.answer, 0.05)
      expectNear(await original(classifier, given), given.answer, 1e-5)
      // The gradient is about that of the network before it was quantised.
      const alike = cosine(gradient.data, base.gradient!)
      expect(alike).toBeGreaterThan(0.8)
      expect(classifier.passedThrough.length).toBeGreaterThan(0)
      for (const { instead } of classifier.passedThrough) expect(instead).toBe('taken as the identity')
      expect(classifier.passedThrough.map(({ op }) => op)).toContain(
        {
          'mobile-qdq': 'QuantizeLinear',
          'mobile-qoperator': 'QLinearConv',
          'mobile-dynamic': 'DynamicQuantizeLinear',
        }[name],
      )
    })
})

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [ab, aa, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    ab += a[i]! * b[i]!
    aa += a[i]! ** 2
    bb += b[i]! ** 2
  }
  return ab / Math.sqrt(aa * bb)
}

describe('files of scikit-learn', () => {
  const options: ClassifierOptions = { image: { height: 4, width: 4, channels: 1 } }
  const HEADS: Readonly<Record<string, readonly [string, number]>> = {
    'sklearn-mlp': ['softmax', 3],
    'sklearn-mlp-two': ['probabilities', 2],
    'sklearn-logistic': ['softmax', 3],
    'sklearn-logistic-two': ['sigmoid', 2],
  }
  for (const [name, [gives, classes]] of Object.entries(HEADS))
    it(`${name} answers what scikit-learn answers, and has gradients`, async () => {
      const given = fixture(name)
      const classifier = openClassifier(bytesOf(name), options)
      expect([classifier.head.gives, classifier.classes]).toEqual([gives, classes])
      const { logits, gradient } = await measured(classifier, { ...given, labels: [0, 1, 0] })
      const best = (row: ArrayLike<number>, i: number): number =>
        Array.from({ length: classes }, (_, k) => k).reduce((a, b) =>
          row[i * classes + b]! > row[i * classes + a]! ? b : a,
        )
      for (let i = 0; i < 3; i++) expect(best(logits.data, i)).toBe(best(given.answer, i))
      if (gives === 'softmax') expectNear(softmaxRows(logits.data, classes), given.answer, 1e-5)
      expect(gradient.data.some((value) => value !== 0)).toBe(true)
      expectNear(await original(classifier, given), given.answer, 1e-5)
    })

  it('sklearn-forest has no gradients and says so; it can be asked', async () => {
    const given = fixture('sklearn-forest')
    const bytes = bytesOf('sklearn-forest')
    expect(() => openClassifier(bytes, options)).toThrow(
      'operator TreeEnsembleClassifier of domain ai.onnx.ml',
    )
    const classifier = openClassifier(bytes, { ...options, classes: 3 })
    expect(classifier.notDifferentiable).toContain('TreeEnsembleClassifier')
    expectNear(await original(classifier, given), given.answer, 1e-5)
  })
})
