// Checkpoints of TensorFlow (`name.index`, `name.data-00000-of-00001`): which variables there are, and their numbers.
import { DataError, messageOf, UnsupportedError } from '../util/errors.ts'
import { formatShape, sizeOf } from '../util/shape.ts'
import { crc32c, masked } from './crc32c.ts'
import { decodeTable } from './leveldb-table.ts'
import { decode, type Message, many, one } from './wire.ts'

/** Of tensor_bundle.proto, what is read here. */
const HEADER: Message = { shards: one(1, 'int32'), endianness: one(2, 'int32') }
const DIM: Message = { size: one(1, 'int64') }
const SHAPE: Message = { dims: many(2, () => DIM) }
const ENTRY: Message = {
  dtype: one(1, 'int32'),
  shape: one(2, () => SHAPE),
  shard: one(3, 'int32'),
  offset: one(4, 'int64'),
  size: one(5, 'int64'),
  checksum: one(6, 'fixed32'),
  slices: many(7, () => ({})),
}
const FLOAT32 = 1

/** A variable as the index tells of it. */
export interface Variable {
  readonly shape: readonly number[]
  /** Number of TensorFlow's element type; 1 is float32. */
  readonly dtype: number
  readonly shard: number
  readonly offset: number
  readonly size: number
  readonly checksum: number
  /** Whether it lies in parts, in entries of their own. */
  readonly isSliced: boolean
}

export interface CheckpointIndex {
  readonly source: string
  readonly variables: ReadonlyMap<string, Variable>
  /** Endings of the files that hold the numbers. */
  readonly shards: readonly string[]
}

/**
 * What a checkpoint's index says.
 *
 * @param source  what the bytes are, for messages
 * @throws DataError when it is none, or damaged; UnsupportedError for numbers of the other byte order
 */
export function decodeCheckpointIndex(bytes: Uint8Array, source: string): CheckpointIndex {
  const table = decodeTable(bytes, source)
  const read = (message: Message, key: string, value: Uint8Array): Record<string, unknown> => {
    try {
      return decode(message, value)
    } catch (error) {
      throw new DataError(`${source} is damaged: the entry "${key}" cannot be read (${messageOf(error)})`)
    }
  }
  const head = table.get('')
  if (!head) throw new DataError(`${source} is no index of a TensorFlow checkpoint: it has no header`)
  const { shards = 1, endianness = 0 } = read(HEADER, '', head) as { shards?: number; endianness?: number }
  if (endianness !== 0)
    throw new UnsupportedError(
      `${source}: expected numbers with their lowest byte first, got the other order`,
    )
  if (!(shards >= 1 && shards <= 9999))
    throw new DataError(`${source} is damaged: it tells of ${shards} files of numbers`)
  const variables = new Map<string, Variable>()
  for (const [name, value] of table) {
    if (name === '') continue
    const entry = read(ENTRY, name, value) as Record<string, number | undefined>
    const { dims = [] } = (entry.shape ?? {}) as { dims?: readonly { size?: number }[] }
    const { dtype = 0, shard = 0, offset = 0, size = 0, checksum = 0 } = entry
    const isSliced = (entry.slices as unknown as readonly unknown[]).length > 0
    variables.set(name, {
      shape: dims.map(({ size: length = 0 }) => length),
      ...{ dtype, shard, offset, size, checksum, isSliced },
    })
  }
  const digits = (number: number): string => String(number).padStart(5, '0')
  return {
    source,
    variables,
    shards: Array.from({ length: shards }, (_, i) => `.data-${digits(i)}-of-${digits(shards)}`),
  }
}

/**
 * The numbers of a float32 variable, row by row.
 *
 * @param shards  bytes of the files of numbers, in their order
 * @throws DataError naming the variable when there is none, its numbers are not there, or they do not fit their checksum;
 *   UnsupportedError for other types, and for one that lies in parts
 */
export function readVariable(
  { source, variables }: CheckpointIndex,
  name: string,
  shards: readonly Uint8Array[],
): Float32Array<ArrayBuffer> {
  const found = variables.get(name)
  if (!found)
    throw new DataError(`${source} has no variable "${name}"; it has ${[...variables.keys()].join(', ')}`)
  const { dtype, shape, shard, offset, size, checksum, isSliced } = found
  const what = `the variable "${name}" ${formatShape(shape)}`
  if (dtype !== FLOAT32)
    throw new UnsupportedError(`${source}: expected float32 numbers (type 1), ${what} has type ${dtype}`)
  if (isSliced)
    throw new UnsupportedError(`${source}: ${what} lies in parts; save the checkpoint without partitions`)
  if (size !== 4 * sizeOf(shape))
    throw new DataError(
      `${source} is damaged: ${what} should take ${4 * sizeOf(shape)} bytes, it says ${size}`,
    )
  const bytes = shards[shard]?.subarray(offset, offset + size)
  if (bytes?.length !== size)
    throw new DataError(
      `${source}: the file of numbers ends before ${what}: expected ${offset + size} bytes, got ${shards[shard]?.length ?? 0}. It is cut off, or of another checkpoint`,
    )
  if (masked(crc32c(bytes)) !== checksum)
    throw new DataError(
      `${source}: the numbers of ${what} do not fit their checksum (CRC32C): the file is damaged, or of another checkpoint`,
    )
  return new Float32Array(bytes.slice().buffer)
}
