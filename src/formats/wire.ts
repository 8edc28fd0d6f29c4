// Protocol-buffer messages as plain records: one table per message, one reader and one writer for all tables.
import protobuf from 'protobufjs/minimal.js'

/** How much reading one message may ask for, however small its bytes are. */
export const WIRE_LIMITS = {
  /** Parts (messages, texts, blocks of bytes). An empty part takes two bytes there and hundreds here; the export of a large
   * vision transformer has about 100,000. */
  parts: 2 ** 20,
  /** Messages within messages. ONNX itself needs eight, and four more for each branch within a branch. */
  nesting: 64,
} as const

/** The scalar types that messages here use; `text` is a string that only people read, in which broken UTF-8 is mended. */
export type ScalarType =
  | 'int32'
  | 'int64'
  | 'uint64'
  | 'fixed32'
  | 'float'
  | 'double'
  | 'string'
  | 'text'
  | 'bytes'

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
  text: 2,
  bytes: 2,
  float: 5,
  fixed32: 5,
}
// Names must be what they are in the file: two that are broken in different places could become one.
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const lenient = new TextDecoder('utf-8', { ignoreBOM: true })
/** What a repeated field holds that is not there; shared, because large models have many such. */
const none: readonly never[] = Object.freeze([])

/** 64-bit integers arrive as objects of two halves; they are exact as numbers up to 2^53. */
const toNumber = (value: unknown): number =>
  typeof value === 'number' ? value : (value as { toNumber(): number }).toNumber()

function readScalar(reader: protobuf.Reader, type: ScalarType): unknown {
  switch (type) {
    case 'int64':
      return toNumber(reader.int64())
    case 'uint64':
      return toNumber(reader.uint64())
    case 'string':
      return strict.decode(reader.bytes())
    case 'text':
      return lenient.decode(reader.bytes())
    default:
      return reader[type]()
  }
}

/** What reading needs of a message's table: fields by number, and the names of those that repeat. */
interface Reading {
  readonly fields: ReadonlyMap<number, readonly [string, Field]>
  readonly repeated: readonly string[]
}

const readings = new WeakMap<Message, Reading>()
/** Looked up once for each table. */
function readingOf(message: Message): Reading {
  let reading = readings.get(message)
  if (!reading) {
    const entries = Object.entries(message)
    reading = {
      fields: new Map(entries.map((entry) => [entry[1].id, entry])),
      repeated: entries.filter(([, field]) => field.repeated).map(([name]) => name),
    }
    readings.set(message, reading)
  }
  return reading
}

/** How much of the data has been read as parts of messages. */
interface Progress {
  parts: number
}

function readMessage(
  reader: protobuf.Reader,
  message: Message,
  end: number,
  depth: number,
  progress: Progress,
): Decoded {
  if (depth > WIRE_LIMITS.nesting)
    throw new RangeError(`messages are nested more than ${WIRE_LIMITS.nesting} deep`)
  if (end > reader.len)
    throw new RangeError(`a part ends at byte ${end}, behind the end of the data at ${reader.len}`)
  const { fields, repeated: lists } = readingOf(message)
  const result: Decoded = {}
  for (const name of lists) result[name] = none
  while (reader.pos < end) {
    const tag = reader.uint32()
    const found = fields.get(tag >>> 3)
    const wireType = tag & 7
    if (wireType === 3 || wireType === 4) throw new RangeError('it has groups, which ONNX does not know')
    if (!found) {
      reader.skipType(wireType)
      continue
    }
    const [name, { type, repeated }] = found
    if (repeated && result[name] === none) result[name] = []
    const list = repeated ? (result[name] as unknown[]) : undefined
    const expected = typeof type === 'function' ? 2 : wireTypes[type]
    if (wireType === 2 && list && typeof type !== 'function' && expected !== 2) {
      const blockEnd = reader.uint32() + reader.pos
      if (blockEnd > end)
        throw new RangeError(`field "${name}" ends at byte ${blockEnd}, behind its message at ${end}`)
      while (reader.pos < blockEnd) list.push(readScalar(reader, type))
      if (reader.pos !== blockEnd)
        throw new RangeError(`field "${name}" should end at byte ${blockEnd} and ends at ${reader.pos}`)
      continue
    }
    if (wireType !== expected)
      throw new RangeError(`field "${name}" has wire type ${wireType}, expected ${expected}`)
    if (wireType === 2 && ++progress.parts > WIRE_LIMITS.parts)
      throw new RangeError(`it has more than ${WIRE_LIMITS.parts} parts, the limit`)
    const value =
      typeof type === 'function'
        ? readMessage(reader, type(), reader.uint32() + reader.pos, depth + 1, progress)
        : readScalar(reader, type)
    if (list) list.push(value)
    else result[name] = value
  }
  if (reader.pos !== end) throw new RangeError(`a part that should end at byte ${end} ends at ${reader.pos}`)
  return result
}

function writeScalar(writer: protobuf.Writer, type: ScalarType, value: unknown): void {
  if (type === 'string' || type === 'text') writer.string(value as string)
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
  return readMessage(reader, message, bytes.byteLength, 0, { parts: 0 })
}

/** Writes a message; fields that are missing or undefined are left out. */
export function encode(message: Message, value: Readonly<Record<string, unknown>>): Uint8Array {
  const writer = new protobuf.Writer()
  writeMessage(writer, message, value)
  return writer.finish()
}

/**
 * Rewrites the parts of a message that have a field's number and keeps everything else as it is, unknown fields too.
 *
 * @param change  given the bytes of a part, what stands in its place; undefined leaves it out
 * @throws RangeError or Error when the bytes are not a message
 */
export function changeParts(
  bytes: Uint8Array,
  field: number,
  change: (part: Uint8Array) => Uint8Array | undefined,
): Uint8Array {
  const reader = new protobuf.Reader(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  const kept: Uint8Array[] = []
  while (reader.pos < reader.len) {
    const start = reader.pos
    const tag = reader.uint32()
    if (tag >>> 3 !== field || (tag & 7) !== 2) {
      reader.skipType(tag & 7)
      kept.push(bytes.subarray(start, reader.pos))
      continue
    }
    const part = change(reader.bytes())
    if (part) kept.push(new protobuf.Writer().uint32(tag).uint32(part.length).finish(), part)
  }
  const all = new Uint8Array(kept.reduce((size, { length }) => size + length, 0))
  let at = 0
  for (const part of kept) {
    all.set(part, at)
    at += part.length
  }
  return all
}
