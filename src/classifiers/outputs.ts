// Which output of a file gives the scores of classes.
import type { GraphProto, ValueInfoProto } from '../onnx/proto.ts'
import { ConfigError, UnsupportedError } from '../util/errors.ts'
import { classesOf } from './head.ts'
import { typeNamed } from './types.ts'

/** An output as a file declares it. */
export interface DeclaredOutput {
  readonly name: string
  /** Undefined where it is no tensor, e.g. a list. */
  readonly type: string | undefined
  /** Undefined where the file does not say; null for a free axis. */
  readonly shape: readonly (number | null)[] | undefined
}

export const declared = ({ name = '', type }: ValueInfoProto): DeclaredOutput => ({
  name,
  type: type?.tensorType && typeNamed(type.tensorType.elemType),
  shape: type?.tensorType?.shape?.dim.map(({ dimValue }) => (dimValue && dimValue > 0 ? dimValue : null)),
})

const described = ({ name, type, shape }: DeclaredOutput): string =>
  `"${name}" ${type ?? 'no tensor'}${shape ? ` [${shape.map((length) => length ?? '?').join(', ')}]` : ''}`

/**
 * A list of maps from class to probability, as scikit-learn's exporter writes it, is made by ZipMap of a tensor [n, classes]. That
 * tensor is given out in its place, since runtimes do not hand such lists to JavaScript: by name of the output, that of the tensor.
 */
export function mapsOf({ node, output }: GraphProto): ReadonlyMap<string, string> {
  const zipped = new Map(
    node.flatMap(({ opType, input, output: [name] }): [string, string][] =>
      opType === 'ZipMap' && name && input[0] ? [[name, input[0]]] : [],
    ),
  )
  return new Map(
    output.flatMap(({ name = '' }): [string, string][] => {
      const tensor = zipped.get(name)
      return tensor === undefined ? [] : [[name, tensor]]
    }),
  )
}

const REAL = ['float32', 'float64', 'float16', 'bfloat16']
const isReal = ({ type }: DeclaredOutput): boolean => type !== undefined && REAL.includes(type)

/** Whether an output may give scores, by what is declared of it. */
const maySay = (output: DeclaredOutput, classes: number | undefined): boolean => {
  if (!isReal(output) && !(output.type !== undefined && ['uint8', 'int8'].includes(output.type))) return false
  if (!output.shape) return true
  if (output.shape.slice(1).includes(null)) return true
  const found = classesOf(output.shape.map((length) => length ?? 1))
  return found !== undefined && (classes === undefined || found === classes || found === 1)
}

/** Outputs that hold only the class. */
export const isLabels = ({ type, shape }: DeclaredOutput): boolean =>
  (type === 'int64' || type === 'int32') &&
  (shape === undefined || shape.slice(1).every((length) => length === 1 || length === null))

export interface OutputOptions {
  /** Name of the output that gives the scores; default: the one whose shape is [n, classes]. */
  readonly output?: string | undefined
  /** Classes of the data, where they are known: the file must have as many. */
  readonly classes?: number | undefined
}

/**
 * The outputs that may give scores of classes, by what the file says of them.
 *
 * @throws ConfigError when the named one is not there; UnsupportedError when there is none
 */
export function candidates(
  outputs: readonly DeclaredOutput[],
  { output, classes }: OutputOptions,
): readonly DeclaredOutput[] {
  const all = outputs.map(described).join(', ')
  if (output !== undefined) {
    const named = outputs.find(({ name }) => name === output)
    if (!named) throw new ConfigError(`the file has no output "${output}"; it has ${all}`)
    return [named]
  }
  const scores = outputs.filter((each) => maySay(each, classes))
  if (scores.length > 0) return scores
  const labels = outputs.filter(isLabels)
  if (labels.length === 1) return labels
  throw new UnsupportedError(
    `expected an output [n, classes] with a score for each class${classes === undefined ? '' : ` (${classes} of them)`}; the file gives ${all}`,
  )
}

/** @throws ConfigError: whoever asks must say which of several outputs is meant */
export function ambiguous(outputs: readonly DeclaredOutput[]): never {
  throw new ConfigError(
    `several outputs may be the scores of classes: ${outputs.map(described).join(', ')}; name one (output)`,
  )
}
