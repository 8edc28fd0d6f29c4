// Image classifiers as other frameworks write them: what is found in the file, what is told, and what is refused.
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
import { info, node, stored, type Written, writeModelBytes } from '../onnx/write-model.ts'
import { file, images, plainLogits, SIZE, weights } from './files.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
})
afterAll(() => engine?.close())

const count = 5
/** Logits of images and the gradient of their sum of squares, by the interpreter. */
function graphOf(classifier: ImageClassifier, data: Float32Array) {
  const { height, width, channels } = classifier.image
  const n = data.length / (height * width * channels)
  const x = input('images', [n, height, width, channels])
  const logits = classifier.logits(x)
  const [gradient] = gradients(g.reduceSum(g.square(logits)), [x])
  const found = interpret({ logits, gradient: gradient! }, { images: { shape: x.shape, data } })
  expect(found.logits!.shape).toEqual([n, classifier.classes])
  return { logits: found.logits!.data, gradient: found.gradient!.data }
}

/** What the file itself says. */
async function original(classifier: ImageClassifier, bytes: Uint8Array, data: Float32Array, batch = 2) {
  const model = await engine.load(classifier.original ?? bytes)
  try {
    return await askOriginal(classifier, model, data, { batch })
  } finally {
    await model.close()
  }
}

/** The graph gives the logits that are expected, and so does the file, up to what `answer` says of it. */
async function expectLogits(
  bytes: Uint8Array,
  options: ClassifierOptions,
  wanted: (image: Float32Array) => number[],
  says: (logits: number[]) => number[] = (logits) => logits,
  digits = 4,
): Promise<ImageClassifier> {
  const classifier = openClassifier(bytes, options)
  const { height, width, channels } = classifier.image
  const size = height * width * channels
  const data = images(count, size)
  const rows = Array.from({ length: count }, (_, i) => wanted(data.subarray(i * size, (i + 1) * size)))
  const { logits, gradient } = graphOf(classifier, data)
  for (const [i, value] of rows.flat().entries()) expect(logits[i]).toBeCloseTo(value, digits)
  expect(gradient.some((value) => value !== 0)).toBe(true)
  const answer = await original(classifier, bytes, data)
  for (const [i, value] of rows.flatMap(says).entries()) expect(answer[i]).toBeCloseTo(value, digits)
  return classifier
}

const softmax = (row: readonly number[]): number[] => {
  const raised = row.map((value) => Math.exp(value - Math.max(...row)))
  const sum = raised.reduce((a, b) => a + b)
  return raised.map((value) => value / sum)
}
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

describe('the images that a file takes', () => {
  it('are found with channels first, any batch', async () => {
    const { image, intake, classes, head } = await expectLogits(file(), {}, plainLogits)
    expect(image).toEqual({ height: 4, width: 4, channels: 1 })
    expect([intake.layout, intake.batch, classes, head.gives]).toEqual(['NCHW', undefined, 3, 'logits'])
  })

  it('are found with channels last', async () => {
    const { image, intake } = await expectLogits(file({ input: ['N', 4, 4, 1] }), {}, plainLogits)
    expect([image.channels, intake.layout]).toEqual([1, 'NHWC'])
  })

  it('are found as Keras has them: channels last outside, first for the convolutions inside', async () => {
    const kernel = [1, 2, -1, 0.5]
    const keras = file({
      input: ['unk__6', 4, 4, 1],
      before: [
        node('Transpose', ['x'], ['inside'], { perm: [0, 3, 1, 2] }),
        node('Conv', ['inside', 'kernel'], ['wide'], { auto_pad: 'SAME_UPPER', kernel_shape: [1, 1] }),
        node('Transpose', ['wide'], ['outside'], { perm: [0, 2, 3, 1] }),
        node('ReduceSum', ['outside', 'last'], ['mixed'], { keepdims: 0 }),
        node('Reshape', ['mixed', 'flat'], ['taken']),
      ],
      tensors: [
        stored('kernel', kernel, [4, 1, 1, 1]),
        stored('last', [-1], [1], 'int64'),
        stored('flat', [-1, SIZE], [2], 'int64'),
      ],
    })
    const { intake } = await expectLogits(keras, {}, (image) =>
      plainLogits(image.map((value) => 2.5 * value)),
    )
    expect(intake.layout).toBe('NHWC')
  })

  it.each([9, 11, 13, 18, 22])('may be those of operator set %i', async (opset) => {
    const bytes = file({ outputs: end, after: [node('Softmax', ['logits'], ['end'], { axis: 1 })], opset })
    expect((await expectLogits(bytes, {}, plainLogits, softmax)).head.gives).toBe('softmax')
  })

  it('may have no axis of channels', async () => {
    const { image } = await expectLogits(file({ input: ['N', 4, 4] }), {}, plainLogits)
    expect(image).toEqual({ height: 4, width: 4, channels: 1 })
  })

  it('may be flat, of a size that is told', async () => {
    const flat = file({ input: ['N', SIZE], before: [node('Identity', ['x'], ['taken'])] })
    await expectLogits(flat, { image: { height: 4, width: 4, channels: 1 } }, plainLogits)
    await expectLogits(flat, { image: { height: 2, width: 8, channels: 1 } }, plainLogits)
    expect(() => openClassifier(flat)).toThrow('"x" float32 [?, 16] takes flat images; give their size')
    expect(() => openClassifier(flat, { image: { height: 5, width: 4, channels: 1 } })).toThrow(
      'takes 16 numbers for an image, images of 5x4 with 1 channel have 20',
    )
    const colours = { height: 2, width: 2, channels: 4 }
    expect(() => openClassifier(flat, { image: colours })).toThrow('does not tell in which order')
    // Channel after channel: weight i meets channel i / 4 of pixel i % 4.
    await expectLogits(flat, { image: colours, layout: 'NCHW' }, (image) =>
      plainLogits(image, (i) => (i % 4) * 4 + Math.floor(i / 4)),
    )
    await expectLogits(flat, { image: colours, layout: 'NHWC' }, plainLogits)
  })

  it('have the layout that is told where the file does not say', async () => {
    const four = file({ input: ['N', 4, 2, 2] })
    expect(() => openClassifier(four)).toThrow('does not tell where its channels are; say it: layout NCHW')
    await expectLogits(four, { layout: 'NHWC' }, plainLogits)
    await expectLogits(four, { layout: 'NCHW' }, (image) =>
      plainLogits(image, (i) => (i % 4) * 4 + Math.floor(i / 4)),
    )
    expect(openClassifier(four, { image: { height: 2, width: 2, channels: 4 } }).intake.layout).toBe('NCHW')
    const both = file({ input: ['N', 1, 16, 1] })
    expect(() => openClassifier(both)).toThrow('layout')
    expect(openClassifier(both, { image: { height: 1, width: 16, channels: 1 } }).intake.layout).toBe('NHWC')
  })

  it('have the size that is told where the file takes any', async () => {
    const free = file({ input: ['N', 1, 'height', 'width'] })
    expect(() => openClassifier(free)).toThrow('takes images of any height; give the size of the images')
    await expectLogits(free, { image: { height: 2, width: 8, channels: 1 } }, plainLogits)
  })

  it('must be those that there are', () => {
    const message =
      'the file takes images of 2x2 with 4 channels ("x" float32 [?, 4, 2, 2]); the images are 28x28 with 1 channel'
    expect(() =>
      openClassifier(file({ input: ['N', 4, 2, 2] }), {
        layout: 'NCHW',
        image: { height: 28, width: 28, channels: 1 },
      }),
    ).toThrow(message)
  })

  it.each([1, 3])('are asked about in groups where the file takes %i at once', async (batch) => {
    const fixed = file({
      input: [batch, 1, 4, 4],
      before: [node('Reshape', ['x', 'flat'], ['taken'])],
      tensors: [stored('flat', [batch, SIZE], [2], 'int64')],
      outputs: [info('logits', [batch, 3])],
    })
    const classifier = await expectLogits(fixed, {}, plainLogits)
    expect(classifier.intake.batch).toBe(batch)
    expect(() => classifier.feeds(images(4), 4)).toThrow(`the file takes ${batch} images at once, got 4`)
  })

  it('are normalised as told, in pixel space', async () => {
    const colour = ['N', 4, 2, 2]
    const [mean, std] = [
      [0.1, 0.2, 0.3, 0.4],
      [0.5, 1, 2, 0.25],
    ]
    await expectLogits(file({ input: colour }), { layout: 'NCHW', mean, std }, (image) =>
      plainLogits(
        image.map((value, i) => (value - mean[i % 4]!) / std[i % 4]!),
        (i) => (i % 4) * 4 + Math.floor(i / 4),
      ),
    )
    await expectLogits(file(), { mean: [0.5], std: [0.25] }, (image) =>
      plainLogits(image.map((value) => (value - 0.5) / 0.25)),
    )
    await expectLogits(file(), { scale: 255, mean: [128], std: [64] }, (image) =>
      plainLogits(image.map((value) => (value * 255 - 128) / 64)),
    )
    const { gradient } = graphOf(openClassifier(file(), { scale: 3 }), images(1))
    const { gradient: before } = graphOf(
      openClassifier(file()),
      images(1).map((value) => value * 3),
    )
    gradient.forEach((value, i) => void expect(value / before[i]!).toBeCloseTo(3, 5))
  })

  it.each([
    [{ mean: [1, 2] }, 'mean needs one number or 1, one for each channel; got 2'],
    [{ std: [0] }, 'std must be numbers above 0, got 0'],
    [{ scale: -1 }, 'scale must be a number above 0, got -1'],
  ])('are not normalised by %j', (options, message) => {
    expect(() => openClassifier(file(), options)).toThrow(message)
  })

  it('may be normalised inside of the file, which needs no word', async () => {
    const inside = file({
      before: [
        node('Sub', ['x', 'mean'], ['centred']),
        node('Div', ['centred', 'std'], ['normal']),
        node('Flatten', ['normal'], ['taken']),
      ],
      tensors: [stored('mean', [0.5], []), stored('std', [0.2], [])],
    })
    await expectLogits(inside, {}, (image) => plainLogits(image.map((value) => (value - 0.5) / 0.2)))
  })

  it('may be bytes: they are rounded, and gradients pass', async () => {
    const bytes = file({
      input: ['N', 4, 4, 1],
      inputType: 'uint8',
      before: [
        node('Cast', ['x'], ['real'], { to: 1 }),
        node('Div', ['real', 'most'], ['small']),
        node('Flatten', ['small'], ['taken']),
      ],
      tensors: [stored('most', [255], [])],
    })
    const classifier = await expectLogits(bytes, {}, (image) =>
      plainLogits(image.map((value) => Math.round(value * 255) / 255)),
    )
    expect([classifier.intake.scale, classifier.intake.type]).toEqual([255, 'uint8'])
    expect(classifier.passedThrough.map(({ op, instead }) => [op, instead])).toEqual([
      ['Round', 'taken as the identity'],
      ['Cast', 'taken as the identity'],
    ])
  })

  it.each(['float16', 'float64'] as const)('may be %s, and so may the answer', async (type) => {
    const [elemType, digits] = type === 'float16' ? [10, 2] : [11, 4]
    const typed = (name: string, shape: readonly (number | string)[]) => {
      const { type: given, ...rest } = info(name, shape)
      return { ...rest, type: { tensorType: { ...given!.tensorType!, elemType } } }
    }
    const bytes = file({
      before: [node('Cast', ['x'], ['single'], { to: 1 }), node('Flatten', ['single'], ['taken'])],
      after: [node('Cast', ['logits'], ['answer'], { to: elemType })],
      outputs: [typed('answer', ['N', 3])],
    })
    const { decodeModel, encodeModel } = await import('../../src/onnx/proto.ts')
    const model = decodeModel(bytes)
    const changed = encodeModel({ ...model, graph: { ...model.graph, input: [typed('x', ['N', 1, 4, 4])] } })
    const classifier = await expectLogits(changed, {}, plainLogits, undefined, digits)
    expect(classifier.intake.type).toBe(type)
  })
})

const logSoftmax = (row: readonly number[]): number[] => softmax(row).map(Math.log)
/** softmax, written out. */
const raised = [
  node('ReduceMax', ['logits'], ['most'], { axes: [1] }),
  node('Sub', ['logits', 'most'], ['shifted']),
  node('Exp', ['shifted'], ['raised']),
  node('ReduceSum', ['raised', 'axis'], ['sum']),
]
const axis = [stored('axis', [1], [1], 'int64')]
const end = [info('end', ['N', 3])]

describe('logits are found', () => {
  const ENDS: Readonly<
    Record<string, readonly [Parameters<typeof file>[0], string, (row: number[]) => number[]]>
  > = {
    'before a Softmax': [{ after: [node('Softmax', ['logits'], ['end'])] }, 'softmax', softmax],
    'before a Softmax of an old operator set': [
      { after: [node('Softmax', ['logits'], ['end'])], opset: 9 },
      'softmax',
      softmax,
    ],
    'before a LogSoftmax': [
      { after: [node('LogSoftmax', ['logits'], ['end'], { axis: 1 })] },
      'log-softmax',
      logSoftmax,
    ],
    'before a Log of a Softmax': [
      { after: [node('Softmax', ['logits'], ['p']), node('Log', ['p'], ['end'])] },
      'log-softmax',
      logSoftmax,
    ],
    'before a softmax that is written out': [
      { after: [...raised, node('Div', ['raised', 'sum'], ['end'])], tensors: axis },
      'softmax',
      softmax,
    ],
    'before one without a maximum': [
      {
        after: [
          node('Exp', ['logits'], ['raised']),
          node('ReduceSum', ['raised', 'axis'], ['sum']),
          node('Reciprocal', ['sum'], ['one']),
          node('Mul', ['raised', 'one'], ['end']),
        ],
        tensors: axis,
      },
      'softmax',
      softmax,
    ],
    'before a log-softmax that is written out': [
      {
        after: [...raised, node('Log', ['sum'], ['log']), node('Sub', ['shifted', 'log'], ['end'])],
        tensors: axis,
      },
      'log-softmax',
      logSoftmax,
    ],
    'before a log-softmax made with ReduceLogSumExp': [
      {
        after: [
          node('ReduceLogSumExp', ['logits'], ['log'], { axes: [1] }),
          node('Sub', ['logits', 'log'], ['end']),
        ],
      },
      'log-softmax',
      logSoftmax,
    ],
    'before a softmax whose result is reshaped and copied': [
      {
        after: [
          node('Softmax', ['logits'], ['p']),
          node('Unsqueeze', ['p', 'axis'], ['wide']),
          node('Squeeze', ['wide', 'axis'], ['narrow']),
          node('Identity', ['narrow'], ['end']),
        ],
        tensors: axis,
      },
      'softmax',
      softmax,
    ],
    'before one sigmoid for each class': [
      { after: [node('Sigmoid', ['logits'], ['end'])] },
      'sigmoid',
      (row) => row.map(sigmoid),
    ],
    'before sigmoids over their sum, as scikit-learn has them': [
      {
        after: [
          node('Sigmoid', ['logits'], ['p']),
          node('ReduceL1', ['p'], ['sum'], { axes: [1] }),
          node('Div', ['p', 'sum'], ['end']),
        ],
      },
      'probabilities',
      (row) => {
        const p = row.map(sigmoid)
        return p.map((value) => value / p.reduce((a, b) => a + b))
      },
    ],
  }
  for (const [name, [around, gives, says]] of Object.entries(ENDS))
    it(`${name}`, async () => {
      const { head } = await expectLogits(file({ outputs: end, ...around }), {}, plainLogits, says)
      expect(head).toEqual({ output: 'end', gives, scale: 1 })
    })

  it('where a factor before a Softmax would leave no gradient: without it, which is told', async () => {
    const saturated = file({
      outputs: end,
      after: [node('Mul', ['logits', 'hundred'], ['large']), node('Softmax', ['large'], ['end'])],
      tensors: [stored('hundred', [100], [])],
    })
    const says = (row: number[]): number[] => softmax(row.map((value) => 100 * value))
    const { head } = await expectLogits(saturated, {}, plainLogits, says)
    expect(head).toEqual({ output: 'end', gives: 'softmax', scale: 100 })
    const warm = file({
      outputs: end,
      after: [node('Div', ['logits', 'ten'], ['small']), node('Softmax', ['small'], ['end'])],
      tensors: [stored('ten', [10], [])],
    })
    const tenth = (image: Float32Array): number[] => plainLogits(image).map((value) => value / 10)
    expect((await expectLogits(warm, {}, tenth, softmax)).head.scale).toBe(1)
  })

  const single = (after: Parameters<typeof file>[0], outputs = [info('end', ['N', 1])]) =>
    file({
      ...after,
      outputs,
      after: [node('Slice', ['logits', 'zero', 'one', 'one'], ['first']), ...(after?.after ?? [])],
      tensors: [
        stored('zero', [0], [1], 'int64'),
        stored('one', [1], [1], 'int64'),
        ...(after?.tensors ?? []),
      ],
    })
  it('before a single sigmoid, which tells two classes apart', async () => {
    const bytes = single({ after: [node('Sigmoid', ['first'], ['end'])] })
    const { classes, head } = await expectLogits(
      bytes,
      {},
      (image) => [0, plainLogits(image)[0]!],
      ([, x]) => [1 - sigmoid(x!), sigmoid(x!)],
    )
    expect([classes, head.gives]).toEqual([2, 'sigmoid'])
  })

  it('before the pair of a sigmoid and the rest', async () => {
    const bytes = single(
      {
        after: [
          node('Sigmoid', ['first'], ['p']),
          node('Sub', ['whole', 'p'], ['rest']),
          node('Concat', ['rest', 'p'], ['end'], { axis: 1 }),
        ],
        tensors: [stored('whole', [1], [])],
      },
      [info('end', ['N', 2])],
    )
    const { head } = await expectLogits(
      bytes,
      {},
      (image) => [0, plainLogits(image)[0]!],
      ([, x]) => [1 - sigmoid(x!), sigmoid(x!)],
    )
    expect(head.gives).toBe('probabilities')
  })

  it('nowhere in a file of a single class, which is refused', () => {
    expect(() => openClassifier(single({ after: [node('Identity', ['first'], ['end'])] }))).toThrow(
      'output "end" [1, 1] gives one number for an image, and no Sigmoid makes it a probability',
    )
  })
})

describe('of several outputs', () => {
  const features = [info('product', ['N', 3]), info('logits', ['N', 3])]
  it('the one of class scores is taken', () => {
    const bytes = file({
      outputs: [info('taken', ['N', SIZE]), info('logits', ['N', 3]), info('where', ['N'], 'int64')],
      after: [node('ArgMax', ['logits'], ['where'], { axis: 1, keepdims: 0 })],
    })
    expect(openClassifier(bytes, { classes: 3 }).head.output).toBe('logits')
    expect(() => openClassifier(bytes)).toThrow('several outputs may be the scores of classes')
    expect(openClassifier(bytes, { output: 'logits' }).classes).toBe(3)
    expect(() => openClassifier(bytes, { output: 'absent' })).toThrow(
      'the file has no output "absent"; it has "taken"',
    )
  })

  it('probabilities beside their logits are one answer', () => {
    const bytes = file({
      outputs: [info('logits', ['N', 3]), ...end],
      after: [node('Softmax', ['logits'], ['end'])],
    })
    expect(openClassifier(bytes).head).toEqual({ output: 'end', gives: 'softmax', scale: 1 })
  })

  it('two of a kind must be told apart', () => {
    expect(() => openClassifier(file({ outputs: features }))).toThrow(
      'several outputs may be the scores of classes: "product" float32 [?, 3], "logits" float32 [?, 3]; name one (output)',
    )
  })

  it('the number of classes must be that of the data', () => {
    expect(() => openClassifier(file(), { classes: 10 })).toThrow(
      'expected an output [n, classes] with a score for each class (10 of them); the file gives "logits" float32 [?, 3]',
    )
  })
})

describe('what has no useful derivative', () => {
  const rounded = file({
    before: [
      node('Mul', ['x', 'seven'], ['large']),
      node('Round', ['large'], ['whole']),
      node('Div', ['whole', 'seven'], ['coarse']),
      node('Flatten', ['coarse'], ['taken']),
    ],
    tensors: [stored('seven', [7], [])],
  })
  const coarse = (image: Float32Array): number[] =>
    plainLogits(image.map((value) => Math.round(value * 7) / 7))

  it('has a gradient of zero, which is told', () => {
    const classifier = openClassifier(rounded)
    expect(graphOf(classifier, images(2)).gradient.every((value) => value === 0)).toBe(true)
    expect(classifier.passedThrough).toEqual([
      { op: 'Round', label: 'the_Round', instead: 'left: no gradient passes' },
    ])
  })

  it('is passed through where that is asked for', async () => {
    const { passedThrough } = await expectLogits(rounded, { passThrough: true }, coarse)
    expect(passedThrough).toEqual([{ op: 'Round', label: 'the_Round', instead: 'taken as the identity' }])
  })

  it('is quantisation too, wherever it stands', async () => {
    const quantised = file({
      before: [
        node('Flatten', ['x'], ['flat']),
        node('QuantizeLinear', ['flat', 'scale', 'zero'], ['whole']),
        node('DequantizeLinear', ['whole', 'scale', 'zero'], ['taken']),
      ],
      after: [
        node('Softmax', ['logits'], ['p']),
        node('QuantizeLinear', ['p', 'fine'], ['q']),
        node('DequantizeLinear', ['q', 'fine'], ['end']),
      ],
      outputs: end,
      tensors: [
        stored('scale', [0.125], []),
        stored('zero', [2], [], 'uint8'),
        stored('fine', [1 / 255], []),
      ],
    })
    const even = (x: number): number =>
      x % 1 === 0.5 && Math.floor(x) % 2 === 0 ? Math.floor(x) : Math.round(x)
    const { passedThrough, head } = await expectLogits(
      quantised,
      { passThrough: true },
      (image) => plainLogits(image.map((value) => even(value / 0.125) * 0.125)),
      (row) => softmax(row).map((p) => even(p * 255) / 255),
      3,
    )
    expect(head.gives).toBe('softmax')
    expect(passedThrough.map(({ op }) => op)).toEqual(['QuantizeLinear'])
  })

  it('with a scale of its own for each image is asked about one by one', async () => {
    const dynamic = file({
      before: [
        node('Flatten', ['x'], ['flat']),
        node('DynamicQuantizeLinear', ['flat'], ['whole', 'scale', 'zero']),
        node('DequantizeLinear', ['whole', 'scale', 'zero'], ['taken']),
      ],
    })
    const classifier = await expectLogits(dynamic, { passThrough: true }, (image) => {
      const scale = Math.max(...image) / 255
      return plainLogits(image.map((value) => Math.round(value / scale) * scale))
    })
    expect(classifier.intake.batch).toBe(1)
  })
})

describe('files of scikit-learn', () => {
  const flat = { height: 4, width: 4, channels: 1 }
  const learned = {
    opsetImport: [
      { domain: '', version: 17 },
      { domain: 'ai.onnx.ml', version: 1 },
    ],
  }
  const zip = node(
    'ZipMap',
    ['probabilities'],
    ['output_probability'],
    { classlabels_int64s: [0, 1, 2] },
    'ai.onnx.ml',
  )
  const labels = node('ArgMax', ['logits'], ['output_label'], { axis: 1, keepdims: 0 })
  const outputs = [info('output_label', ['N'], 'int64'), { name: 'output_probability', type: {} }]

  it('give the tensor that their maps of probabilities are made of', async () => {
    const bytes = file({
      input: ['N', SIZE],
      before: [node('Identity', ['x'], ['taken'])],
      after: [node('Softmax', ['logits'], ['probabilities']), zip, labels],
      outputs,
      more: learned,
    })
    const { head } = await expectLogits(bytes, { image: flat }, plainLogits, softmax)
    expect(head).toEqual({ output: 'probabilities', gives: 'softmax', scale: 1 })
    expect(openClassifier(bytes, { image: flat, output: 'output_probability' }).head.output).toBe(
      'probabilities',
    )
  })

  it('may give labels alone, which can be asked', async () => {
    const bytes = file({
      input: ['N', SIZE],
      before: [node('Identity', ['x'], ['taken'])],
      after: [labels],
      outputs: outputs.slice(0, 1),
    })
    expect(() => openClassifier(bytes, { image: flat })).toThrow(
      'gives only the class; tell how many there are',
    )
    const classifier = openClassifier(bytes, { image: flat, classes: 3 })
    expect(classifier.head.gives).toBe('labels')
    const data = images(count)
    const answer = await original(classifier, bytes, data)
    for (let i = 0; i < count; i++) {
      const row = plainLogits(data.subarray(i * SIZE, (i + 1) * SIZE))
      const best = row.indexOf(Math.max(...row))
      expect([...answer.subarray(3 * i, 3 * i + 3)]).toEqual([0, 1, 2].map((k) => Number(k === best)))
    }
    expect(() => classifier.logits(input('x', [1, 4, 4, 1]))).toThrow(
      'this file has no gradients, it can only be asked: its only output is the class',
    )
  })
})

/** A file of a few nodes from its inputs to `y`. */
const modelOf = ({
  output = ['N', 16],
  ...rest
}: Pick<Written, 'inputs' | 'nodes'> & { readonly output?: readonly (number | string)[] }): Uint8Array =>
  writeModelBytes({ ...rest, outputs: [info('y', output)] })

describe('what is no image classifier that can be read', () => {
  const two = [info('x', ['N', 1, 4, 4]), info('mask', ['N', 4])]
  it.each<[string, () => Uint8Array, string | RegExp, ClassifierOptions?]>([
    [
      'two inputs',
      () => modelOf({ inputs: two, nodes: [node('Flatten', ['x'], ['y'])] }),
      'expected a file with one input, the images; this one has 2: "x" float32 [?, 1, 4, 4], "mask" float32 [?, 4]',
    ],
    [
      'a model of text',
      () =>
        modelOf({
          inputs: [info('ids', ['N', 128], 'int64')],
          nodes: [node('Cast', ['ids'], ['y'], { to: 1 })],
        }),
      '"ids" int64 [?, 128] takes int64, as models of text do',
    ],
    [
      'five axes',
      () => modelOf({ inputs: [info('x', ['N', 3, 4, 4, 4])], nodes: [node('Flatten', ['x'], ['y'])] }),
      'expected images [n, channels, height, width]',
    ],
    [
      'an image for an answer',
      () =>
        modelOf({
          inputs: [info('x', ['N', 1, 4, 4])],
          nodes: [node('Relu', ['x'], ['y'])],
          output: ['N', 1, 4, 4],
        }),
      'expected an output [n, classes] with a score for each class; the file gives "y" float32 [?, 1, 4, 4]',
    ],
    [
      'an unknown operator in a file that does not say its classes',
      () =>
        modelOf({
          inputs: [info('x', ['N', 1, 4, 4])],
          nodes: [node('Mystery', ['x'], ['y'])],
          output: ['N', 'K'],
        }),
      'operator Mystery of domain ai.onnx (node "the_Mystery") is not among those this library reads',
    ],
    ['damage', () => file().subarray(0, 100), 'are not a complete ONNX model'],
    ['nothing', () => new Uint8Array(0), 'are not a complete ONNX model'],
    [
      'something else',
      () => new TextEncoder().encode('GIF89a....................'),
      'are not a complete ONNX model',
    ],
  ])('is refused: %s', (_, bytes, message, options) => {
    expect(() => openClassifier(bytes(), options)).toThrow(message)
  })

  it('is opened to be asked where an operator cannot be differentiated', () => {
    const bytes = modelOf({
      inputs: [info('x', ['N', 1, 4, 4])],
      nodes: [node('Mystery', ['x'], ['y'])],
      output: ['N', 7],
    })
    const classifier = openClassifier(bytes)
    expect(classifier.classes).toBe(7)
    expect(classifier.notDifferentiable).toContain('operator Mystery of domain ai.onnx (node "the_Mystery")')
    expect(() => classifier.logits(input('x', [1, 4, 4, 1]))).toThrow(
      'it can only be asked: operator Mystery',
    )
  })
})

describe('tensors in files beside the model', () => {
  const file2 = async (location: string, offset = 8) => {
    const { decodeModel, encodeModel } = await import('../../src/onnx/proto.ts')
    const model = decodeModel(file())
    const [first, ...others] = model.graph.initializer!
    const outside = {
      name: first!.name!,
      dims: first!.dims,
      dataType: first!.dataType!,
      dataLocation: 1,
      externalData: [
        { key: 'location', value: location },
        { key: 'offset', value: String(offset) },
      ],
    }
    return encodeModel({ ...model, graph: { ...model.graph, initializer: [outside, ...others] } })
  }
  const beside = new Uint8Array(8 + 4 * weights.length)
  beside.set(new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength), 8)

  it('are read where somebody gives them, and the original has them inside', async () => {
    const bytes = await file2('weights.bin')
    expect(() => openClassifier(bytes)).toThrow(
      'the model keeps tensors in files beside it ("weights.bin"); give those too',
    )
    await expectLogits(
      bytes,
      { beside: (name) => (name === 'weights.bin' ? beside : undefined) },
      plainLogits,
    )
  })

  it.each([
    ['../weights.bin', 8, 'names the file "../weights.bin", which does not lie beside the model'],
    ['/etc/passwd', 8, 'which does not lie beside the model'],
    ['C:\\weights', 8, 'which does not lie beside the model'],
    ['other.bin', 8, 'is in the file "other.bin" beside the model, which is not there'],
    [
      'weights.bin',
      16,
      'is at bytes 16 to 208 of "weights.bin", which has 200; the files do not belong together',
    ],
  ])('are refused: %s at %i', async (name, offset, message) => {
    const bytes = await file2(name, offset)
    expect(() =>
      openClassifier(bytes, { beside: (asked) => (asked === 'weights.bin' ? beside : undefined) }),
    ).toThrow(message)
  })
})
