// Objectives of capsules and of several labels, as a step, against the same step in plain float64 numbers, gradients by differences.
import { describe, expect, it } from 'vitest'
import type { Examples } from '../../src/data/source.ts'
import { capsuleLength, dense, flatten, network, reshape, sequential } from '../../src/layers/index.ts'
import { CAPSULES, type CapsulesOptions, capsules, LENGTHS } from '../../src/objectives/capsules.ts'
import { functionOf, multiLabelClassification, offeredBy } from '../../src/objectives/index.ts'
import { sgd } from '../../src/optimizers/index.ts'
import { stepGraph } from '../../src/training/step.ts'
import { ConfigError, ShapeError } from '../../src/util/errors.ts'
import { randomStream } from '../../src/util/random.ts'
import { feedsOf, largestDifference, noisyState, runStep } from '../training/run-step.ts'
import { descend, type Weights } from './plain-players.ts'

const [batchSize, SIZE, CLASSES, D, RATE] = [3, 2, 3, 2, 0.5]

const [capsuleLayer, shaped, long] = [
  dense({ units: CLASSES * D, activation: 'tanh' }),
  reshape({ targetShape: [CLASSES, D] }),
  capsuleLength(),
]
const classifier = network('classifier', { images: [SIZE] }, ({ images }, apply) => {
  const found = apply([capsuleLayer, shaped], images!)
  return { [LENGTHS]: apply(long, found), [CAPSULES]: found }
})
const decoder = sequential({ name: 'decoder', input: { capsules: [CLASSES, D] } }, [
  flatten(),
  dense({ units: SIZE, activation: 'sigmoid' }),
])
const tiny = (options: Partial<CapsulesOptions> = {}) =>
  capsules({
    name: 'tiny',
    classifier,
    decoder,
    optimizer: sgd({ learningRate: RATE }),
    reconstruction: 0.3,
    ...options,
  })

/** Examples of `k` labels each, with what each label stands for by itself where there are several. */
function examples(k: number): Examples {
  const count = 9
  const drawn = (name: string, size: number) =>
    randomStream(4, name).fillUniform(new Float32Array(count * size))
  const numbers = { images: drawn('images', SIZE), parts: drawn('parts', k * SIZE) }
  return {
    count,
    columns: {
      images: { shape: [SIZE], dtype: 'float32' },
      labels: { shape: k === 1 ? [] : [k], dtype: 'int64' },
      ...(k === 1 ? {} : { parts: { shape: [k, SIZE], dtype: 'float32' } as const }),
    },
    fill(column, indices, out) {
      for (const [i, index] of indices.entries())
        if (column === 'labels')
          for (let j = 0; j < k; j++) out[i * k + j] = BigInt((index + 2 * j) % CLASSES)
        else {
          const all = numbers[column as 'images' | 'parts']
          const size = all.length / count
          ;(out as Float32Array).set(all.subarray(index * size, (index + 1) * size), i * size)
        }
    },
  }
}

type Numbers = ArrayLike<number>
const affine = (x: Numbers, w: Weights, layer: string): number[] =>
  Array.from(w[`${layer}/bias`]!, (b, j) =>
    Array.from(x).reduce(
      (sum, v, i) => sum + v * w[`${layer}/kernel`]![i * w[`${layer}/bias`]!.length + j]!,
      b,
    ),
  )

/** Margin, reconstruction error and the share of examples all of whose labels are named. */
function plain(w: Weights, images: Numbers, labels: Numbers, parts: Numbers, k: number) {
  let [margin, error, right] = [0, 0, 0]
  for (let n = 0; n < batchSize; n++) {
    const x = Array.from({ length: SIZE }, (_, i) => images[n * SIZE + i]!)
    const numbers = affine(x, w, 'classifier/dense').map(Math.tanh)
    const capsule = (c: number): number[] => numbers.slice(c * D, (c + 1) * D)
    const lengths = Array.from({ length: CLASSES }, (_, c) =>
      Math.sqrt(capsule(c).reduce((s, v) => s + v * v, 1e-7)),
    )
    const own = Array.from({ length: k }, (_, j) => labels[n * k + j]!)
    lengths.forEach((v, c) => {
      margin += (own.includes(c) ? Math.max(0, 0.9 - v) ** 2 : 0.5 * Math.max(0, v - 0.1) ** 2) / batchSize
    })
    const order = lengths.map((_, c) => c).sort((a, b) => lengths[b]! - lengths[a]!)
    if (own.every((label) => order.slice(0, k).includes(label))) right += 1 / batchSize
    own.forEach((label, j) => {
      const masked = numbers.map((v, i) => (Math.floor(i / D) === label ? v : 0))
      affine(masked, w, 'decoder/dense').forEach((logit, i) => {
        error += (1 / (1 + Math.exp(-logit)) - parts[(n * k + j) * SIZE + i]!) ** 2 / batchSize
      })
    })
  }
  return { margin, error, right }
}

describe('a step of capsules', () => {
  it.each([
    [1, 'the image itself'],
    [2, 'what each of two labels looks like'],
  ])('of %d label is an update of the margin loss and the squared error to %s', (k) => {
    const objective = tiny({ labels: k })
    const source = examples(k)
    const step = stepGraph(objective, { batchSize, columns: source.columns })
    const start = noisyState(step, 5, 0.7)
    const feeds = feedsOf(step, source, 1, { batches: 'epoch' })
    const [images, labels] = [feeds.images!.data, feeds.labels!.data]
    const target = k === 1 ? images : feeds.parts!.data
    const loss = (w: Weights): number => {
      const { margin, error } = plain(w, images, labels, target, k)
      return margin + 0.3 * error
    }
    const result = runStep(step, start, feeds)
    const before = plain(start, images, labels, target, k)
    expect(result.metrics.loss).toBeCloseTo(before.margin, 9)
    expect(result.metrics.reconstruction).toBeCloseTo(before.error, 9)
    expect(result.metrics.accuracy).toBeCloseTo(before.right, 9)
    const wanted = {
      ...descend(start, 'classifier', RATE, loss),
      ...Object.fromEntries(
        Object.entries(descend(start, 'decoder', RATE, loss)).filter(([name]) => name.startsWith('decoder/')),
      ),
    }
    expect(largestDifference(result.state, wanted as Record<string, Float64Array>)).toBeLessThan(1e-6)
  })

  it('without a decoder learns by its margins alone', () => {
    const { decoder: _, ...options } = {
      name: 'bare',
      classifier,
      decoder,
      optimizer: sgd({ learningRate: RATE }),
    }
    const bare = capsules(options)
    expect(Object.keys(bare.networks)).toEqual(['classifier'])
    expect(bare.logs.map(({ name }) => name)).toEqual(['loss', 'accuracy'])
    expect(offeredBy(bare, 'rebuild')).toBeUndefined()
    expect(() => functionOf(bare, 'rebuild')).toThrow('makes no image of a capsule')
  })

  it('offers lengths as what names classes, and capsules by their own name', () => {
    const objective = tiny()
    expect(functionOf(objective, 'classify').output).toMatchObject({ name: LENGTHS, shape: [CLASSES] })
    expect(functionOf(objective, 'capsules').output).toMatchObject({ name: CAPSULES, shape: [CLASSES, D] })
  })

  it('refuses networks that do not fit together, and labels that are none', () => {
    const other = sequential({ name: 'decoder', input: { capsules: [CLASSES, D] } }, [
      flatten(),
      dense({ units: 5 }),
    ])
    expect(() => tiny({ decoder: other })).toThrow(ShapeError)
    const plainOne = sequential({ name: 'classifier', input: { images: [SIZE] } }, [dense({ units: 3 })])
    expect(() => tiny({ classifier: plainOne })).toThrow('network "classifier" has no output "lengths"')
    expect(() => tiny({ labels: 0 })).toThrow(ConfigError)
    expect(() => tiny({ reconstruction: -1 })).toThrow(ConfigError)
  })
})

describe('a step of a classifier of several labels', () => {
  const plainOne = sequential({ name: 'classifier', input: { images: [SIZE] } }, [dense({ units: CLASSES })])
  const make = (labels: number) =>
    multiLabelClassification({
      name: 'several',
      classifier: plainOne,
      optimizer: sgd({ learningRate: RATE }),
      labels,
    })

  it('is an update of the binary cross-entropy of every class', () => {
    const source = examples(2)
    const step = stepGraph(make(2), { batchSize, columns: source.columns })
    const start = noisyState(step, 5, 0.7)
    const feeds = feedsOf(step, source, 0, { batches: 'epoch' })
    const [images, labels] = [feeds.images!.data, feeds.labels!.data]
    const loss = (w: Weights): number => {
      let sum = 0
      for (let n = 0; n < batchSize; n++)
        affine(images.slice(n * SIZE, (n + 1) * SIZE), w, 'classifier/dense').forEach((logit, c) => {
          const p = 1 / (1 + Math.exp(-logit))
          sum -= Math.log([labels[2 * n], labels[2 * n + 1]].includes(c) ? p : 1 - p) / (batchSize * CLASSES)
        })
      return sum
    }
    const result = runStep(step, start, feeds)
    expect(result.metrics.loss).toBeCloseTo(loss(start), 9)
    expect(
      largestDifference(
        result.state,
        descend(start, 'classifier', RATE, loss) as Record<string, Float64Array>,
      ),
    ).toBeLessThan(1e-6)
  })

  it('needs a list of logits', () => {
    const square = sequential({ name: 'classifier', input: { images: [SIZE] } }, [
      reshape({ targetShape: [1, 2] }),
    ])
    const options = { name: 'x', classifier: square, optimizer: sgd({ learningRate: 1 }), labels: 2 }
    expect(() => multiLabelClassification(options)).toThrow('must end in one logit per class')
    expect(() => make(0)).toThrow(ConfigError)
  })
})
