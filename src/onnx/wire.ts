// Protocol-buffer messages as plain records: one table per message, one reader and one writer for all tables.
import protobuf from 'protobufjs/minimal.js'

/** The scalar types that onnx.proto uses. */
export type ScalarType = 'int32' | 'int64' | 'uint64' | 'float' | 'double' | 'string' | 'bytes'

/** One field: its number, its type (a scalar or another message) and whether it repeats. */
export interface Field {
  readonly id: number
  readonly type: ScalarType | (() => Message)
  readonly repeated: boolean
  /** Numbers of a repeated field in one block, as `[packed = true]`. Readers take both forms. */
  readonly packed: boolean
}

/** A message: its fields by name. */
export type Message = Readonly<Record<string, Field>>

/** Makes an optional field. */
export const one = (id: number, type: Field['type']): Field => ({ id, type, repeated: false, packed: false })
/** Makes a repeated field. */
export const many = (id: number, type: Field['type'], { packed = false } = {}): Field => ({
  id,
  type,
  repeated: true,
  packed,
})

/** A decoded message: repeated fields are always lists, absent optional fields are missing. */
export type Decoded = Record<string, unknown>

const wireTypes: Readonly<Record<ScalarType, number>> = {
  int32: 0,
  int64: 0,
  uint64: 0,
  double: 1,
  string: 2,
  bytes: 2,
  float: 5,
}
const deepest = 64

/** 64-bit integers arrive as objects of two halves; they are exact as numbers up to 2^53. */
const toNumber = (value: unknown): number =>
  typeof value === 'number' ? value : (value as { toNumber(): number }).toNumber()

function readScalar(reader: protobuf.Reader, type: ScalarType): unknown {
  switch (type) {
    case 'int64':
      return toNumber(reader.int64())
    case 'uint64':
      return toNumber(reader.uint64())
    default:
      return reader[type]()
  }
}

/** The field numbers of a message, looked up once. */
const byNumber = new WeakMap<Message, Map<number, [string, Field]>>()
function fieldsByNumber(message: Message): Map<number, [string, Field]> {
  let fields = byNumber.get(message)
  if (!fields) {
    fields = new Map(Object.entries(message).map(([name, field]) => [field.id, [name, field]]))
    byNumber.set(message, fields)
  }
  return fields
}

function readMessage(reader: protobuf.Reader, message: Message, end: number, depth: number): Decoded {
  if (depth > deepest) throw new RangeError(`messages are nested more than ${deepest} deep`)
  if (end > reader.len)
    throw new RangeError(`a part ends at byte ${end}, behind the end of the data at ${reader.len}`)
  const fields = fieldsByNumber(message)
  const result: Decoded = {}
  for (const [name, field] of Object.entries(message)) if (field.repeated) result[name] = []
  while (reader.pos < end) {
    const tag = reader.uint32()
    const found = fields.get(tag >>> 3)
    const wireType = tag & 7
    if (!found) {
      reader.skipType(wireType)
      continue
    }
    const [name, { type, repeated }] = found
    const list = repeated ? (result[name] as unknown[]) : undefined
    const expected = typeof type === 'function' ? 2 : wireTypes[type]
    if (wireType === 2 && list && typeof type !== 'function' && expected !== 2) {
      const blockEnd = reader.uint32() + reader.pos
      if (blockEnd > end)
        throw new RangeError(`field "${name}" ends at byte ${blockEnd}, behind its message at ${end}`)
      while (reader.pos < blockEnd) list.push(readScalar(reader, type))
      continue
    }
    if (wireType !== expected)
      throw new RangeError(`field "${name}" has wire type ${wireType}, expected ${expected}`)
    const value =
      typeof type === 'function'
        ? readMessage(reader, type(), reader.uint32() + reader.pos, depth + 1)
        : readScalar(reader, type)
    if (list) list.push(value)
    else result[name] = value
  }
  if (reader.pos !== end) throw new RangeError(`a part that should end at byte ${end} ends at ${reader.pos}`)
  return result
}

function writeScalar(writer: protobuf.Writer, type: ScalarType, value: unknown): void {
  if (type === 'string') writer.string(value as string)
  else if (type === 'bytes') writer.bytes(value as Uint8Array)
  else writer[type](value as number)
}

function writeMessage(
  writer: protobuf.Writer,
  message: Message,
  value: Readonly<Record<string, unknown>>,
): void {
  for (const [name, { id, type, repeated, packed }] of Object.entries(message)) {
    const given = value[name]
    if (given === undefined) continue
    const items = repeated ? (given as readonly unknown[]) : [given]
    if (packed && typeof type !== 'function') {
      if (items.length === 0) continue
      writer.uint32((id << 3) | 2).fork()
      for (const item of items) writeScalar(writer, type, item)
      writer.ldelim()
      continue
    }
    for (const item of items) {
      writer.uint32((id << 3) | (typeof type === 'function' ? 2 : wireTypes[type]))
      if (typeof type === 'function') {
        writer.fork()
        writeMessage(writer, type(), item as Readonly<Record<string, unknown>>)
        writer.ldelim()
      } else writeScalar(writer, type, item)
    }
  }
}

/** Reads a message. Throws RangeError or Error when the bytes are not one. */
export function decode(message: Message, bytes: Uint8Array): Decoded {
  // A plain view, so that byte fields are Uint8Array wherever the bytes come from.
  const reader = new protobuf.Reader(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  return readMessage(reader, message, bytes.byteLength, 0)
}

/** Writes a message; fields that are missing or undefined are left out. */
export function encode(message: Message, value: Readonly<Record<string, unknown>>): Uint8Array {
  const writer = new protobuf.Writer()
  writeMessage(writer, message, value)
  return writer.finish()
}
