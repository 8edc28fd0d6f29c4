// Reads an ONNX image classifier so that it can be asked and differentiated.
import { type Flat, passThrough } from '../autodiff/pass-through.ts'
import * as g from '../graph/build.ts'
import { onMany } from '../graph/many.ts'
import { apply } from '../graph/ops.ts'
import { substitute } from '../graph/substitute.ts'
import { type Graph, input, type Value } from '../graph/value.ts'
import { type ImportedModel, importModel } from '../onnx/import.ts'
import { type Beside, filesBeside, inOneFile, withOutputs } from '../onnx/one-file.ts'
import { decodeModel } from '../onnx/proto.ts'
import { ConfigError, messageOf, UnsupportedError } from '../util/errors.ts'
import { answerOf, onlyAsked } from './answer.ts'
import type { Head, ImageClassifier, PassedThrough } from './classifier.ts'
import { feedsOf } from './feeds.ts'
import { classesOf, findHead } from './head.ts'
import {
  type DeclaredInput,
  type FoundIntake,
  findIntake,
  INTAKE_LABEL,
  type IntakeOptions,
  takeImages,
} from './intake.ts'
import {
  ambiguous,
  candidates,
  type DeclaredOutput,
  declared,
  isLabels,
  mapsOf,
  type OutputOptions,
} from './outputs.ts'
import { typeNamed } from './types.ts'

export interface ClassifierOptions extends IntakeOptions, OutputOptions {
  /**
   * Whether gradients are passed through what has no useful derivative (Round, Sign, quantisation, ...), see `passThrough` of
   * autodiff. Default false: they are what they are, zero.
   */
  readonly passThrough?: boolean | undefined
  /** Gives the files beside the model in which it keeps tensors; default: such a model is refused. */
  readonly beside?: Beside | undefined
}

/** The file's graph for as many images as it takes, and what was found in it. */
interface Opened {
  readonly classes: number
  readonly head: Head
  readonly logits: Value
  readonly model: ImportedModel
}

/** The inputs of a file, without initializers that old files list among them. */
function inputsOf({ graph }: ReturnType<typeof decodeModel>): DeclaredInput[] {
  const known = new Set((graph.initializer ?? []).map(({ name }) => name))
  return graph.input
    .filter(({ name }) => !known.has(name))
    .map(({ name = '', type }) => ({
      name,
      type: type?.tensorType ? typeNamed(type.tensorType.elemType) : 'no tensor',
      shape: (type?.tensorType?.shape?.dim ?? []).map(({ dimValue }) =>
        dimValue && dimValue > 0 ? dimValue : null,
      ),
    }))
}

function openOutput(
  bytes: Uint8Array,
  name: string,
  { dimensions }: FoundIntake,
  { classes: wanted }: OutputOptions,
): Opened | undefined {
  const model = importModel(bytes, { dimensions, outputs: [name] })
  const value = model.graph.outputs[name]!
  const isScores = classesOf(value.shape) !== undefined && value.dtype.startsWith('float')
  if (!isScores) return undefined
  const { logits, gives, scale } = findHead(g.cast(value, 'float32'), name)
  const classes = logits.shape[1]!
  if (wanted !== undefined && wanted !== classes) return undefined
  return { classes, head: { output: name, gives, scale }, logits, model }
}

/** Opens each output that may be the scores, and takes the one that is. */
function openScores(
  bytes: Uint8Array,
  outputs: readonly DeclaredOutput[],
  intake: FoundIntake,
  options: OutputOptions,
): Opened {
  const failed: unknown[] = []
  const opened = outputs.flatMap((output): { output: DeclaredOutput; found: Opened }[] => {
    try {
      const found = openOutput(bytes, output.name, intake, options)
      return found ? [{ output, found }] : []
    } catch (error) {
      failed.push(error)
      return []
    }
  })
  // Probabilities and the logits they are made of are one answer; what is before counts.
  const first = opened[0]
  if (opened.length > 1) {
    const more = opened.filter(({ found }) => found.classes === first!.found.classes)
    const plain = more.filter(({ found }) => found.head.gives !== 'logits')
    if (more.length !== opened.length || more.length - plain.length > 1 || plain.length > 1)
      ambiguous(opened.map(({ output }) => output))
    return (plain[0] ?? more[0]!).found
  }
  if (first) return first.found
  if (failed.length > 0) throw failed[0]
  throw new UnsupportedError(
    `no output of the file gives scores of ${options.classes ?? 'two or more'} classes: ${outputs.map(({ name }) => `"${name}"`).join(', ')}`,
  )
}

/** What is told of an operator without a useful derivative. */
function told({ node, standIn }: Flat, operators: ReadonlyMap<string, string>): PassedThrough {
  const label = node.label
  const op = (label !== undefined && operators.get(label)) || node.op
  return {
    op,
    ...(label === undefined ? {} : { label }),
    instead: standIn ?? 'left: no gradient passes',
  }
}

/** From images [batch, height, width, channels] to logits, with everything that the file wants of its input. */
function prepared(
  opened: Opened,
  found: FoundIntake,
  through: boolean,
): { graph: Graph; flat: PassedThrough[] } {
  const { image, intake } = found
  const port = opened.model.inputs[0]!
  const images = input('images', [port.shape[0]!, image.height, image.width, image.channels])
  const bytes = (x: Value): Value =>
    apply(
      'Cast',
      [g.min(g.max(apply('Round', [x], {}, INTAKE_LABEL), 0), 255)],
      { to: 'uint8' },
      INTAKE_LABEL,
    )
  const taken = takeImages(images, intake, port, bytes)
  const { logits } = substitute(
    { inputs: opened.model.graph.inputs, outputs: { logits: opened.logits } },
    { [intake.input]: taken },
  )
  // Rounding to bytes is how the file takes images, no defence: gradients always pass it.
  const { graph, flat } = passThrough(
    { inputs: [images], outputs: { logits: logits! } },
    { where: ({ label }) => through || label === INTAKE_LABEL },
  )
  const seen = new Set<string>()
  const list = flat.map((each) => told(each, opened.model.operators))
  return {
    graph,
    flat: list.filter((each) => {
      const key = JSON.stringify(each)
      return !seen.has(key) && seen.add(key)
    }),
  }
}

/**
 * Reads an image classifier: one input of images ([n, c, h, w], [n, h, w, c], [n, h, w] or flat) and an output [n, classes].
 * What the file ends in (Softmax, LogSoftmax, Sigmoid) is left out of `logits`. It is read once; `logits` is written for any
 * number of images and shares its weights.
 *
 * A file with an operator that cannot be differentiated here is opened too, where it declares its classes: `notDifferentiable`
 * then says why, and a runtime can still be asked.
 *
 * `original` is the file as it was, but with tensors of `beside` taken in, and with the probabilities of a ZipMap given out as
 * the tensor that they are made of.
 *
 * @param bytes  of an .onnx file
 * @throws UnsupportedError when it is no image classifier, or takes other images than `image`; ConfigError when it leaves
 *         something open that nobody tells, and for options that cannot be; DataError for files that are damaged
 */
export function openClassifier(bytes: Uint8Array, options: ClassifierOptions = {}): ImageClassifier {
  const outside = options.beside ? [] : filesBeside(bytes)
  if (outside.length > 0)
    throw new UnsupportedError(
      `the model keeps tensors in files beside it (${outside.map((name) => `"${name}"`).join(', ')}); give those too (beside), or save the model as one file`,
    )
  const whole = options.beside ? inOneFile(bytes, options.beside) : bytes
  const file = decodeModel(whole)
  const found = findIntake(inputsOf(file), options)
  const maps = mapsOf(file.graph)
  const original = withOutputs(whole, maps)
  const outputs = file.graph.output.map((info): DeclaredOutput => {
    const tensor = maps.get(info.name ?? '')
    return tensor === undefined ? declared(info) : { name: tensor, type: 'float32', shape: undefined }
  })
  const output = options.output === undefined ? undefined : (maps.get(options.output) ?? options.output)
  const chosen = candidates(outputs, { ...options, output })
  const asked = (reason: string): ImageClassifier | undefined =>
    onlyAsked(chosen, found, original, options, reason)

  if (chosen.length === 1 && isLabels(chosen[0]!)) {
    const labelled = asked('its only output is the class')
    if (labelled) return labelled
    throw new ConfigError(
      `output "${chosen[0]!.name}" gives only the class; tell how many there are (classes)`,
    )
  }
  let opened: Opened
  try {
    opened = openScores(original, chosen, found, { ...options, output })
  } catch (error) {
    const black = error instanceof UnsupportedError ? asked(messageOf(error)) : undefined
    if (black) return black
    throw error
  }
  const { classes, head, model } = opened
  const { graph, flat } = prepared(opened, found, options.passThrough ?? false)
  const group = model.inputs[0]!.shape[0]!
  // The scale of a DynamicQuantizeLinear is that of all that it is given: each image is asked about alone.
  const alone = [...model.operators.values()].includes('DynamicQuantizeLinear')
  const intake = alone ? { ...found.intake, batch: 1 } : found.intake
  return {
    image: found.image,
    classes,
    intake,
    head,
    passedThrough: flat,
    original,
    logits(images) {
      const n = images.shape[0]!
      const times = Math.ceil(n / group)
      const filled = g.pad(images, [0, 0, 0, 0, times * group - n, 0, 0, 0])
      const logits = onMany(graph, { images: filled }, times).logits!
      return times * group === n ? logits : g.slice(logits, [{ axis: 0, start: 0, end: n }])
    },
    feeds: (images, count) =>
      feedsOf(images, count, { image: found.image, intake: { ...found.intake, ...intake } }),
    answer: answerOf(head, classes),
  }
}
