// Safetensors bytes, with a SHA-256 over header and tensors so that a damaged file is noticed.
import { DataError, messageOf, ShapeError, UnsupportedError } from '../util/errors.ts'
import { formatSize } from '../util/format.ts'
import { MOST_TENSORS_HEADER } from '../util/limits.ts'
import { formatShape, sizeOf } from '../util/shape.ts'

/** The element types that have a typed array of their own. */
const ARRAYS = {
  F64: Float64Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  F32: Float32Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
} as const
type Dtype = keyof typeof ARRAYS

export type TensorData = InstanceType<(typeof ARRAYS)[Dtype]>

/** An array with its shape; the type of `data` is the dtype in the file. */
export interface Tensor {
  shape: readonly number[]
  data: TensorData
}

export interface Safetensors {
  tensors: Record<string, Tensor>
  metadata: Record<string, string>
  /** False for a file that carries no checksum, e.g. one that another program wrote. */
  verified: boolean
}

interface HeaderEntry {
  dtype: string
  shape: number[]
  data_offsets: [number, number]
}

const HASH = 'sha256'
const BLANK = '0'.repeat(64)

const hashField = (digest: string): string => `"${HASH}":"${digest}"`

/** Byte in the file where the checksum's field starts, or -1. */
function hashFieldAt(header: string, digest: string): number {
  const index = header.indexOf(hashField(digest))
  return index < 0 ? -1 : 8 + new TextEncoder().encode(header.slice(0, index)).length
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', bytes))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

const dtypeOf = (name: string, data: TensorData): Dtype => {
  const found = (Object.keys(ARRAYS) as Dtype[]).find((dtype) => data instanceof ARRAYS[dtype])
  if (!found) throw new UnsupportedError(`tensor "${name}": expected a typed array, got ${typeof data}`)
  return found
}

const isDtype = (text: string): text is Dtype => Object.hasOwn(ARRAYS, text)

/** Plain order of UTF-16 code units: the same on every machine, whatever its language. */
const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * A safetensors file. The same tensors and metadata give the same bytes, in whatever order they are handed
 * over: widest dtype first, then by name, as the reference implementation does.
 *
 * `__metadata__` gets one more entry, `sha256`: the digest of the whole file with that field's 64 digits zero.
 *
 * @throws ShapeError when an array does not fill its shape
 */
export async function encodeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  if (HASH in metadata) throw new UnsupportedError(`metadata "${HASH}" is reserved for the file's checksum`)
  const sorted = Object.entries(tensors).sort(
    ([a, x], [b, y]) => y.data.BYTES_PER_ELEMENT - x.data.BYTES_PER_ELEMENT || byName(a, b),
  )
  const keys = Object.keys(metadata).sort(byName)
  const texts = Object.fromEntries([[HASH, BLANK], ...keys.map((key) => [key, metadata[key]!] as const)])
  const entries: [string, unknown][] = [['__metadata__', texts]]
  let offset = 0
  for (const [name, { shape, data }] of sorted) {
    if (name === '__metadata__') throw new UnsupportedError('a tensor cannot be named "__metadata__"')
    if (sizeOf(shape) !== data.length)
      throw new ShapeError(
        `tensor "${name}": shape ${formatShape(shape)} holds ${sizeOf(shape)} numbers, the array ${data.length}`,
      )
    const end = offset + data.byteLength
    entries.push([name, { dtype: dtypeOf(name, data), shape: [...shape], data_offsets: [offset, end] }])
    offset = end
  }
  // Pieces joined by hand: an object would move integer-like names to its front.
  const json = `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`
  const unpadded = new TextEncoder().encode(json)
  const length = Math.ceil(unpadded.length / 8) * 8
  const bytes = new Uint8Array(8 + length + offset)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true)
  bytes.fill(0x20, 8 + unpadded.length, 8 + length)
  bytes.set(unpadded, 8)
  let at = 8 + length
  for (const [, { data }] of sorted) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at)
    at += data.byteLength
  }
  const digest = await sha256(bytes)
  bytes.set(new TextEncoder().encode(hashField(digest)), hashFieldAt(json, BLANK))
  return bytes
}

/** The header as text, with everything about its length checked. */
function headerOf(bytes: Uint8Array, fail: (problem: string) => never): { text: string; start: number } {
  if (bytes.length < 8) fail(`expected at least 8 bytes, got ${bytes.length}`)
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
  if (length > MOST_TENSORS_HEADER)
    fail(`expected a header of at most ${formatSize(MOST_TENSORS_HEADER)}, it claims ${length} bytes`)
  if (8 + length > bytes.length)
    fail(`expected a header of ${length} bytes, the file ends after ${bytes.length}`)
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    return { text: decoder.decode(bytes.subarray(8, 8 + length)), start: 8 + length }
  } catch {
    return fail('its header is not UTF-8')
  }
}

function isEntry(value: unknown): value is HeaderEntry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Partial<HeaderEntry>
  const whole = (numbers: unknown): boolean =>
    Array.isArray(numbers) && numbers.every((number) => Number.isSafeInteger(number) && number >= 0)
  return typeof dtype === 'string' && whole(shape) && whole(offsets) && offsets?.length === 2
}

function readTensor(bytes: Uint8Array, start: number, name: string, entry: HeaderEntry): Tensor {
  if (!isDtype(entry.dtype))
    throw new UnsupportedError(
      `tensor "${name}" has dtype ${entry.dtype}; known are ${Object.keys(ARRAYS).join(', ')}`,
    )
  const [from, to] = entry.data_offsets
  const data = new ARRAYS[entry.dtype](sizeOf(entry.shape))
  new Uint8Array(data.buffer).set(bytes.subarray(start + from, start + to))
  return { shape: entry.shape, data }
}

/**
 * Reads safetensors bytes. Arrays are copies.
 *
 * @param source  what the bytes are, for messages, e.g. a file name
 * @throws DataError when the bytes are truncated, malformed or do not fit their checksum
 * @throws UnsupportedError for a dtype without a typed array (F16, BF16, BOOL ...)
 */
export async function decodeSafetensors(
  bytes: Uint8Array,
  source = 'the safetensors file',
): Promise<Safetensors> {
  const fail = (problem: string): never => {
    throw new DataError(`${source} is damaged: ${problem}`)
  }
  const { text, start } = headerOf(bytes, fail)
  let header: Record<string, unknown>
  try {
    header = JSON.parse(text) as Record<string, unknown>
  } catch (error) {
    return fail(`its header is not JSON (${messageOf(error)})`)
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    fail('its header is not an object')
  const { __metadata__: texts = {}, ...rest } = header
  const strings = Object.entries(texts ?? {})
  for (const [key, value] of strings) if (typeof value !== 'string') fail(`metadata "${key}" is not a string`)
  const digest = strings.find(([key]) => key === HASH)?.[1] as string | undefined
  if (digest !== undefined) {
    const at = hashFieldAt(text, digest)
    if (!/^[0-9a-f]{64}$/.test(digest) || at < 0) fail('its checksum is not a SHA-256')
    const blank = new Uint8Array(bytes)
    blank.set(new TextEncoder().encode(hashField(BLANK)), at)
    if ((await sha256(blank)) !== digest) fail('its contents do not fit their SHA-256')
  }
  const entries = Object.entries(rest).map(([name, entry]) => {
    if (!isEntry(entry)) return fail(`the header's entry "${name}" is malformed`)
    return [name, entry] as const
  })
  let end = 0
  const inFileOrder = entries.toSorted(
    ([, { data_offsets: a }], [, { data_offsets: b }]) => a[0] - b[0] || a[1] - b[1],
  )
  for (const [name, entry] of inFileOrder) {
    const [from, to] = entry.data_offsets
    if (from !== end || to < from) fail(`tensor "${name}" starts at byte ${from}, expected ${end}`)
    if (isDtype(entry.dtype) && to - from !== sizeOf(entry.shape) * ARRAYS[entry.dtype].BYTES_PER_ELEMENT)
      fail(`tensor "${name}" ${formatShape(entry.shape)} of ${entry.dtype} has ${to - from} bytes`)
    end = to
  }
  if (start + end !== bytes.length) fail(`expected ${start + end} bytes, got ${bytes.length}`)
  const tensors = Object.fromEntries(
    entries.map(([name, entry]) => [name, readTensor(bytes, start, name, entry)]),
  )
  const metadata = Object.fromEntries(strings.filter(([key]) => key !== HASH)) as Record<string, string>
  return { tensors, metadata, verified: digest !== undefined }
}
