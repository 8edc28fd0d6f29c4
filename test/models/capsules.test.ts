// Models of capsules: sizes to the parameter, options, what they refuse, and their networks as files.
import { describe, expect, test } from 'vitest'
import { openClassifier } from '../../src/classifiers/index.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { input } from '../../src/graph/value.ts'
import { countParameters } from '../../src/layers/use.ts'
import { capsulesModel, capsulesNetwork } from '../../src/models/capsules.ts'
import { classifier } from '../../src/models/classifier.ts'
import {
  capsuleControlNetwork,
  efficientCapsnet,
  efficientCapsnetNetwork,
} from '../../src/models/efficient-capsnet.ts'
import { imageFacts, settledOptions } from '../../src/models/model.ts'
import { exportNetwork } from '../../src/training/inference.ts'
import { ConfigError } from '../../src/util/errors.ts'
import { expectClose } from '../onnx/close.ts'
import { openSession } from '../onnx/session.ts'
import { rowsOf, weightsOf } from '../support/networks.ts'
import { uniformTensor } from '../support/tensors.ts'

const facts = (shape: readonly number[]) => imageFacts(shape, { classes: 10 })
const sizes = (model: typeof efficientCapsnet, options: object, shape = [28, 28, 1]) =>
  Object.fromEntries(
    Object.entries(model.objective(model.options.parse(options), facts(shape)).networks).map(
      ([name, network]) => [name, countParameters(network).trainable],
    ),
  )

describe('sizes', () => {
  test("are those of Sabour's paper with 256 filters: 8,215,568 with the decoder, 6,804,224 without", () => {
    const found = sizes(capsulesModel, { filters: 256 })
    expect(found).toEqual({ classifier: 6_804_224, decoder: 1_411_344 })
    expect(found.classifier! + found.decoder!).toBe(8_215_568)
    expect(sizes(capsulesModel, { filters: 256, decoder: false })).toEqual({ classifier: 6_804_224 })
    expect(rowsOf(capsulesNetwork())).toEqual([
      ['Conv2D', [20, 20, 256], 20_992],
      ['PrimaryCapsules', [1152, 8], 5_308_672],
      ['DynamicRouting', [10, 16], 1_474_560],
      ['CapsuleLength', [10], 0],
    ])
  })

  test('are those of Efficient-CapsNet: 161,824 without the decoder; its control is within half a percent', () => {
    expect(sizes(efficientCapsnet, {})).toEqual({ classifier: 161_824, decoder: 1_411_344 })
    expect(sizes(efficientCapsnet, { network: 'cnn' })).toEqual({ classifier: 162_258 })
    for (const side of [28, 36, 40]) {
      const options = { imageShape: [side, side, 1] }
      const [own, control] = [efficientCapsnetNetwork(options), capsuleControlNetwork(options)].map(
        (network) => countParameters(network).trainable,
      )
      expect(Math.abs(control! / own! - 1)).toBeLessThan(0.005)
    }
  })

  test('of larger images: the third convolution halves too, and 5 x 5 of 6 x 6 places make the capsules', () => {
    expect(
      rowsOf(efficientCapsnetNetwork({ imageShape: [36, 36, 1] })).filter(
        ([type]) => type !== 'BatchNormalization',
      ),
    ).toEqual([
      ['Conv2D', [32, 32, 32], 832],
      ['Conv2D', [30, 30, 64], 18_496],
      ['Conv2D', [14, 14, 64], 36_928],
      ['Conv2D', [6, 6, 128], 73_856],
      ['PrimaryCapsules', [16, 8], 3328],
      ['SelfAttentionRouting', [10, 16], 20_640],
      ['CapsuleLength', [10], 0],
    ])
  })
})

describe('options', () => {
  test('settle: a CNN has no decoder, augmentations get their strengths', () => {
    const settled = (given: object) => settledOptions(efficientCapsnet, efficientCapsnet.options.parse(given))
    expect(settled({ network: 'cnn' })).toMatchObject({ network: 'cnn', decoder: false })
    expect(settled({ augment: 'shift' })).toMatchObject({ decoder: true, augment: 'shift=0.08' })
  })

  test('are refused where they cannot be', () => {
    expect(() => capsulesNetwork({ filters: 12 })).toThrow('filters must be divisible by 8')
    expect(() => capsulesNetwork({ imageShape: [16, 28, 1] })).toThrow('at least 17 x 17 pixels, got 16 x 28')
    expect(() => efficientCapsnetNetwork({ imageShape: [19, 28, 1] })).toThrow('at least 20 x 20')
    expect(() => efficientCapsnetNetwork({ classes: 1 })).toThrow(ConfigError)
    expect(capsulesModel.options.safeParse({ filters: 12 }).success).toBe(false)
    expect(capsulesModel.options.safeParse({ routings: 0 }).success).toBe(false)
    expect(efficientCapsnet.options.safeParse({ network: 'rnn' }).success).toBe(false)
  })

  test('of data: labels, their number, and no changes of images that are kept apart', () => {
    const options = efficientCapsnet.options.parse({})
    expect(() => efficientCapsnet.objective(options, imageFacts([28, 28, 1]))).toThrow('classes is not known')
    const bare = { ...imageFacts([28, 28, 1]), classes: 10 }
    expect(() => efficientCapsnet.objective(options, bare)).toThrow('learns labels, and the data has none')
    const pairs = {
      classes: 10,
      columns: {
        images: { shape: [36, 36, 1], dtype: 'float32' },
        labels: { shape: [2], dtype: 'int64' },
        parts: { shape: [2, 36, 36, 1], dtype: 'float32' },
      },
    } as const
    const pictures = (given: object) =>
      efficientCapsnet
        .objective(efficientCapsnet.options.parse(given), pairs)
        .pictures?.map(({ kind }) => kind)
    expect(pictures({})).toEqual(['capsules'])
    expect(pictures({ network: 'cnn' })).toBeUndefined()
    expect(() => pictures({ augment: 'shift' })).toThrow('--augment would change the images and not')
    expect(() => classifier.objective(classifier.options.parse({}), pairs)).toThrow(
      'classifier learns one label of each image, the data has 2; use a model of several labels',
    )
  })
})

test('as ONNX files are image classifiers with gradients, whose numbers are those of the interpreter', async () => {
  const small = { imageShape: [20, 20, 1], classes: 3 }
  for (const network of [capsulesNetwork({ ...small, filters: 8 }), efficientCapsnetNetwork(small)]) {
    const weights = weightsOf(network)
    const bytes = exportNetwork(network, weights, { name: 'test' })
    const x = uniformTensor([3, 20, 20, 1], 'images')
    const given = Object.fromEntries(network.weights.map(({ name, shape }) => [name, input(name, shape)]))
    const { outputs } = network.call({
      inputs: { images: input('images', x.shape) },
      weights: given,
      training: false,
      random: {} as never,
    })
    const feeds = Object.fromEntries(
      network.weights.map(({ name, shape }) => [name, { shape, data: weights[name]! }]),
    )
    const wanted = interpret(outputs, { images: x, ...feeds })
    const session = await openSession(bytes)
    const found = await session.run({ images: x })
    for (const name of ['lengths', 'capsules']) expectClose(found[name]!, wanted[name]!, 1e-5)
    const classifier = openClassifier(bytes, { image: { height: 20, width: 20, channels: 1 } })
    expect([classifier.classes, classifier.head.output, classifier.head.gives]).toEqual([
      3,
      'lengths',
      'logits',
    ])
    const images = input('images', x.shape)
    const { logits } = interpret({ logits: classifier.logits(images) }, { images: x })
    expectClose(logits!, wanted.lengths!, 1e-5)
  }
})
