// Programs of a few lines that run a network, right for its names, its shapes and what it is for.
import type { NetworkPorts, RunParts } from '../../../src/server/protocol.ts'

export interface Snippets {
  readonly python: string
  readonly javascript: string
}

/** How many are made or read at once in the examples. */
const COUNT = 16

/** What the network of a run does. */
type Use = 'samples' | 'encodes' | 'judges' | 'classifies' | 'maps'

export function useOf(parts: RunParts, network: string): Use {
  if (parts.sampler?.network === network) return 'samples'
  if (parts.autoencoder?.encoder === network) return 'encodes'
  if (parts.critic === network) return 'judges'
  return parts.classifier === network ? 'classifies' : 'maps'
}

type Port = NetworkPorts['inputs'][number]

/** Ports with their shapes, in words. */
const portsText = (ports: readonly Port[]): string =>
  ports
    .map(
      ({ name, shape, dtype }) =>
        `"${name}" [${['N', ...shape].join(', ')}]${dtype === 'int64' ? ' of whole numbers' : ''}`,
    )
    .join(' and ')

/** In one sentence, what it takes and gives. */
export function describeNetwork(parts: RunParts, { name, inputs, outputs }: NetworkPorts): string {
  const [takes, gives] = [portsText(inputs), portsText(outputs)]
  switch (useOf(parts, name)) {
    case 'samples': {
      const { latent } = parts.sampler!
      const from =
        latent.distribution === 'uniform' ? `uniform in [${latent.low}, ${latent.high})` : 'standard normal'
      return `From latents ${takes}, ${from}, to images ${gives} with pixels in [0, 1].`
    }
    case 'encodes': {
      const { latentDim } = parts.autoencoder!
      return `From images ${takes} with pixels in [0, 1] to ${gives}: the mean of the latent in the first ${latentDim}, the logarithm of its variance in the last ${latentDim}.`
    }
    case 'judges':
      return `From images ${takes} with pixels in [0, 1] to ${gives}: the probability that an image is real.`
    case 'classifies':
      return `From images ${takes} with pixels in [0, 1] to ${gives}: a logit per class.`
    default:
      return `From ${takes} to ${gives}.`
  }
}

const text = (value: string): string => JSON.stringify(value)
/** How many numbers a shape holds, as a product to read. */
const product = (shape: readonly number[]): string => (shape.length === 0 ? '1' : shape.join(' * '))

/** Lines that put images into `x`. */
function imagesPython([height, width, channels]: readonly number[]): string[] {
  const mode = channels === 3 ? 'RGB' : 'L'
  const axes = channels === 3 ? '[None]' : '[None, :, :, None]'
  return [
    `picture = Image.open("digit.png").convert("${mode}").resize((${width}, ${height}))`,
    `x = np.asarray(picture, np.float32)${axes} / 255  # [1, ${height}, ${width}, ${channels}]`,
  ]
}

const isImage = (shape: readonly number[]): boolean =>
  shape.length === 3 && (shape[2] === 1 || shape[2] === 3)

/** Zeros for an input, of one example. */
const zerosPython = ({ shape, dtype }: Port): string =>
  `np.zeros((${[1, ...shape].join(', ')}${shape.length === 0 ? ',' : ''}), np.${dtype ?? 'float32'})`
const zerosJavascript = ({ shape, dtype }: Port): string =>
  `new ort.Tensor('${dtype ?? 'float32'}', new ${dtype === 'int64' ? 'BigInt64Array' : 'Float32Array'}(${product(shape)}), [${[1, ...shape].join(', ')}])`

/** The input that a program is about, the others, and the first output. */
function portsOf({ inputs, outputs }: NetworkPorts) {
  const [first, ...others] = inputs as readonly [Port, ...Port[]]
  return { first, others, inputShape: first.shape, output: outputs[0]!.name, outputShape: outputs[0]!.shape }
}

function pythonOf(parts: RunParts, network: NetworkPorts, file: string): string {
  const { first, others, inputShape, output, outputShape } = portsOf(network)
  const use = useOf(parts, network.name)
  const takesImages = use !== 'samples' && isImage(inputShape)
  const lines = ['import numpy as np', 'import onnxruntime as ort']
  if (takesImages || (use === 'samples' && isImage(outputShape))) lines.push('from PIL import Image')
  lines.push('', `network = ort.InferenceSession(${text(file)})`)
  if (use === 'samples') {
    const { latent } = parts.sampler!
    const size = `(${[COUNT, ...inputShape].join(', ')})`
    lines.push(
      'random = np.random.default_rng(1)',
      latent.distribution === 'uniform'
        ? `x = random.uniform(${latent.low}, ${latent.high}, ${size}).astype(np.float32)`
        : `x = random.standard_normal(${size}).astype(np.float32)`,
    )
  } else if (takesImages) lines.push(...imagesPython(inputShape))
  else lines.push(`x = ${zerosPython(first)}`)
  const given = [
    `${text(first.name)}: x`,
    ...others.map((port) => `${text(port.name)}: ${zerosPython(port)}`),
  ]
  lines.push(`(y,) = network.run([${text(output)}], {${given.join(', ')}})`)
  switch (use) {
    case 'samples':
      lines.push(
        ...(isImage(outputShape)
          ? [
              `first = np.rint(255 * y[0]${outputShape[2] === 1 ? '[:, :, 0]' : ''}).astype(np.uint8)`,
              'Image.fromarray(first).save("sample.png")',
            ]
          : ['print(y.shape)']),
      )
      break
    case 'encodes':
      lines.push(`print("mean of the latent:", y[0, :${parts.autoencoder!.latentDim}])`)
      break
    case 'judges':
      lines.push('print(f"real with probability {y.item():.3f}")')
      break
    case 'classifies':
      lines.push(
        'odds = np.exp(y - y.max(axis=1, keepdims=True))',
        'print(odds / odds.sum(axis=1, keepdims=True))  # a probability per class',
      )
      break
    default:
      lines.push('print(y)')
  }
  return `${lines.join('\n')}\n`
}

function javascriptOf(parts: RunParts, network: NetworkPorts, file: string): string {
  const { first, others, inputShape, output } = portsOf(network)
  const use = useOf(parts, network.name)
  const count = use === 'samples' ? COUNT : 1
  const length = `${count} * ${product(inputShape)}`
  const lines = [
    '// npm install onnxruntime-node; in a page: onnxruntime-web',
    "import * as ort from 'onnxruntime-node'",
    '',
    `const network = await ort.InferenceSession.create(${text(`./${file}`)})`,
  ]
  if (use === 'samples') {
    const { latent } = parts.sampler!
    if (latent.distribution === 'uniform') {
      const { low, high } = latent
      const spread = high - low === 1 ? 'Math.random()' : `${high - low} * Math.random()`
      const draw = low === 0 ? spread : low < 0 ? `${spread} - ${-low}` : `${low} + ${spread}`
      lines.push(`const x = Float32Array.from({ length: ${length} }, () => ${draw})`)
    } else
      lines.push(
        '// Standard normal, as Box and Muller draw it.',
        'const normal = () =>',
        '  Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random())',
        `const x = Float32Array.from({ length: ${length} }, normal)`,
      )
  } else if (first.dtype !== 'int64')
    lines.push(
      ...(isImage(inputShape) ? ['// Pixels in [0, 1], row by row: put an image here.'] : []),
      `const x = new Float32Array(${length})`,
    )
  lines.push(
    first.dtype === 'int64'
      ? `const input = ${zerosJavascript(first)}`
      : `const input = new ort.Tensor('float32', x, [${[count, ...inputShape].join(', ')}])`,
    `const made = await network.run({ ${[`${text(first.name)}: input`, ...others.map((port) => `${text(port.name)}: ${zerosJavascript(port)}`)].join(', ')} })`,
    `const y = made[${text(output)}]`,
  )
  switch (use) {
    case 'encodes':
      lines.push(`console.log('mean of the latent:', y.data.slice(0, ${parts.autoencoder!.latentDim}))`)
      break
    case 'judges':
      lines.push("console.log('real with probability', y.data[0])")
      break
    case 'classifies':
      lines.push(
        'const odds = Array.from(y.data, Math.exp)',
        'const sum = odds.reduce((a, b) => a + b)',
        'console.log(odds.map((one) => one / sum)) // a probability per class',
      )
      break
    default:
      lines.push('console.log(y.dims, y.data)')
  }
  return `${lines.join('\n')}\n`
}

/**
 * @param file  the network's ONNX file, as the reader will have it
 */
export const snippetsOf = (parts: RunParts, network: NetworkPorts, file: string): Snippets => ({
  python: pythonOf(parts, network, file),
  javascript: javascriptOf(parts, network, file),
})
