// Changes of a file that keep all else as it is: tensors beside it are taken in, outputs are others.
import { changeParts } from '../formats/wire.ts'
import { DataError, UnsupportedError } from '../util/errors.ts'
import { formatBytes } from '../util/format.ts'
import { FILES } from '../util/limits.ts'
import { sizeOf } from '../util/shape.ts'
import {
  dataTypes,
  decodeModel,
  decodeTensor,
  decodeValueInfo,
  encodeTensor,
  encodeValueInfo,
  FIELDS,
  type TensorProto,
} from './proto.ts'
import { widthOf } from './tensor-proto.ts'

/** The bytes of a file beside the model, by the name that the model has for it; undefined when there is none. */
export type Beside = (name: string) => Uint8Array | undefined

const isOutside = ({ dataLocation, externalData = [] }: TensorProto): boolean =>
  dataLocation === 1 || externalData.length > 0

/** Names of the files beside it in which a model keeps tensors. */
export const filesBeside = (bytes: Uint8Array): string[] => [
  ...new Set(
    (decodeModel(bytes).graph.initializer ?? [])
      .filter(isOutside)
      .map(({ externalData = [] }) => externalData.find(({ key }) => key === 'location')?.value ?? ''),
  ),
]

/** A model comes from anybody: what it names must lie beside it. */
const isBeside = (name: string): boolean =>
  name !== '' && !/^[/\\]|^[a-z]:|\\/i.test(name) && !name.split('/').includes('..')

function tensorInside(proto: TensorProto, beside: Beside): TensorProto {
  const where = `tensor "${proto.name ?? ''}"`
  const told = new Map((proto.externalData ?? []).map(({ key = '', value = '' }) => [key, value]))
  const name = told.get('location') ?? ''
  if (!isBeside(name))
    throw new UnsupportedError(
      `${where} names the file "${name}", which does not lie beside the model; save the model as one file`,
    )
  const file = beside(name)
  if (!file)
    throw new DataError(
      `${where} is in the file "${name}" beside the model, which is not there; put it there, or save the model as one file`,
    )
  const offset = Number(told.get('offset') ?? 0)
  const length = Number(told.get('length') ?? sizeOf(proto.dims) * widthOf(proto.dataType, where))
  if (!(offset >= 0 && length >= 0 && offset + length <= file.length))
    throw new DataError(
      `${where} is at bytes ${offset} to ${offset + length} of "${name}", which has ${file.length}; the files do not belong together`,
    )
  const { externalData: _, dataLocation: __, ...rest } = proto
  return { ...rest, rawData: file.subarray(offset, offset + length) }
}

/**
 * The same model with all tensors inside, everything else as it was. One that keeps none elsewhere is given back as it is.
 *
 * @throws DataError when a file is missing or too short, or when all together is more than an ONNX file may have;
 *         UnsupportedError when a name leads elsewhere
 */
export function inOneFile(bytes: Uint8Array, beside: Beside): Uint8Array {
  if (filesBeside(bytes).length === 0) return bytes
  let taken = bytes.length
  return changeParts(bytes, FIELDS.modelGraph, (graph) =>
    changeParts(graph, FIELDS.graphTensor, (part) => {
      const proto = decodeTensor(part)
      if (!isOutside(proto)) return part
      const inside = tensorInside(proto, beside)
      taken += inside.rawData!.length
      if (taken > FILES.network.bytes)
        throw new DataError(
          `with the files beside it the model is larger than ${formatBytes(FILES.network.bytes)}, the most that an ONNX file may have`,
        )
      return encodeTensor(inside)
    }),
  )
}

/** The same model with real tensors inside of it, by name, in the place of some of its outputs. */
export const withOutputs = (bytes: Uint8Array, instead: ReadonlyMap<string, string>): Uint8Array =>
  instead.size === 0
    ? bytes
    : changeParts(bytes, FIELDS.modelGraph, (graph) =>
        changeParts(graph, FIELDS.graphOutput, (part) => {
          const name = instead.get(decodeValueInfo(part).name ?? '')
          if (name === undefined) return part
          return encodeValueInfo({ name, type: { tensorType: { elemType: dataTypes.float } } })
        }),
      )
