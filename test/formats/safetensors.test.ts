// Safetensors: round trips, canonical bytes, and every kind of damage noticed.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeSafetensors, encodeSafetensors, type Tensor } from '../../src/runs/index.ts'
import { DataError, ShapeError, UnsupportedError } from '../../src/util/errors.ts'

const anyData = fc.oneof(
  fc.float32Array({ maxLength: 24 }),
  fc.float64Array({ maxLength: 24 }),
  fc.int32Array({ maxLength: 24 }),
  fc.uint8Array({ maxLength: 24 }),
  fc.int16Array({ maxLength: 24 }),
  fc.bigInt64Array({ maxLength: 24 }),
)
const anyTensor: fc.Arbitrary<Tensor> = anyData.chain((data) =>
  fc.constantFrom([data.length], [1, data.length], [data.length, 1, 1]).map((shape) => ({ shape, data })),
)
const anyName = fc.string({ unit: 'binary', maxLength: 12 }).filter((name) => name !== '__metadata__')
const anyTensors = fc.dictionary(anyName, anyTensor, { maxKeys: 6 })
const anyMetadata = fc.dictionary(
  fc.string({ unit: 'binary', maxLength: 9 }).filter((key) => key !== 'sha256'),
  fc.string({ unit: 'binary', maxLength: 20 }),
  { maxKeys: 4 },
)

const sorted = (record: object): unknown[] => Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))

const example = (): Promise<Uint8Array<ArrayBuffer>> =>
  encodeSafetensors(
    {
      'generator/dense/kernel': { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, 1e-20, 7) },
      'optimizer/step': { shape: [], data: BigInt64Array.of(400n) },
    },
    { step: '400', note: 'größer' },
  )

/** A file with the header given as text and zeros for data. */
function fileOf(header: string, dataBytes: number): Uint8Array {
  const text = new TextEncoder().encode(header)
  const bytes = new Uint8Array(8 + text.length + dataBytes)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, 8)
  return bytes
}

describe('safetensors', () => {
  test('any tensors and metadata come back bit for bit, verified', async () => {
    await fc.assert(
      fc.asyncProperty(anyTensors, anyMetadata, async (tensors, metadata) => {
        const decoded = await decodeSafetensors(await encodeSafetensors(tensors, metadata))
        expect(decoded.verified).toBe(true)
        expect(sorted(decoded.metadata)).toEqual(sorted(metadata))
        expect(Object.keys(decoded.tensors).sort()).toEqual(Object.keys(tensors).sort())
        for (const [name, { shape, data }] of Object.entries(tensors)) {
          const found = decoded.tensors[name]!
          expect(found.shape).toEqual(shape)
          expect(found.data.constructor).toBe(data.constructor)
          const bits = (array: typeof data): Uint8Array =>
            new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
          expect(bits(found.data)).toEqual(bits(data))
        }
      }),
      { numRuns: 100 },
    )
  })

  test('the order in which tensors and metadata are handed over does not change a byte', async () => {
    const reversed = (record: object): object => Object.fromEntries(Object.entries(record).reverse())
    await fc.assert(
      fc.asyncProperty(anyTensors, anyMetadata, async (tensors, metadata) => {
        const other = await encodeSafetensors(
          reversed(tensors) as typeof tensors,
          reversed(metadata) as typeof metadata,
        )
        expect(other).toEqual(await encodeSafetensors(tensors, metadata))
      }),
      { numRuns: 50 },
    )
  })

  test('the header is what other readers of the format expect', async () => {
    const bytes = await example()
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true))
    expect((8 + length) % 8).toBe(0)
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))
    expect(header['optimizer/step']).toEqual({ dtype: 'I64', shape: [], data_offsets: [0, 8] })
    expect(header['generator/dense/kernel']).toEqual({ dtype: 'F32', shape: [2, 3], data_offsets: [8, 32] })
    expect(header.__metadata__).toMatchObject({ step: '400', note: 'größer' })
    expect(header.__metadata__.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(bytes.length).toBe(8 + length + 32)
  })

  test('a view into a larger buffer is written as the view alone', async () => {
    const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3)
    const { tensors } = await decodeSafetensors(await encodeSafetensors({ a: { shape: [2], data } }))
    expect(tensors.a!.data).toEqual(Float32Array.of(1, 2))
  })

  test('a file cut at any byte is refused', async () => {
    const bytes = await example()
    for (let length = 0; length < bytes.length; length++)
      await expect(decodeSafetensors(bytes.subarray(0, length), 'c.safetensors')).rejects.toThrow(DataError)
  })

  test('a single flipped bit anywhere is refused', async () => {
    const bytes = await example()
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice()
      damaged[at]! ^= 1 << (at % 8)
      const result = await decodeSafetensors(damaged, 'c.safetensors').catch((error: unknown) => error)
      // A flip inside the word "sha256" leaves a file without a checksum, which the run folder refuses.
      if (result instanceof Error) expect([DataError, UnsupportedError]).toContain(result.constructor)
      else expect(result).toMatchObject({ verified: false })
    }
  })

  test('a damaged tensor is named as such', async () => {
    const bytes = await example()
    bytes[bytes.length - 1]! ^= 1
    await expect(decodeSafetensors(bytes, 'checkpoints/step-000400.safetensors')).rejects.toThrow(
      'checkpoints/step-000400.safetensors is damaged: its contents do not fit their SHA-256',
    )
  })

  test('a file of another program, without a checksum, is read and marked unverified', async () => {
    const bytes = fileOf('{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', 8)
    expect(await decodeSafetensors(bytes)).toEqual({
      tensors: { w: { shape: [2], data: new Float32Array(2) } },
      metadata: {},
      verified: false,
    })
  })

  test.each([
    [
      'holes between tensors',
      '{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
      8,
      /starts at byte 4/,
    ],
    [
      'a size that differs from the shape',
      '{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}',
      8,
      /has 8 bytes/,
    ],
    ['bytes after the last tensor', '{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 8, /bytes, got/],
    ['an entry without offsets', '{"w":{"dtype":"U8","shape":[1]}}', 1, /entry "w" is malformed/],
    ['a header that is no JSON', '{"w"', 0, /not JSON/],
    ['a header that is a list', '[1]', 0, /not an object/],
    ['metadata that is no text', '{"__metadata__":{"a":1}}', 0, /metadata "a"/],
  ])('%s are refused', async (_, header, dataBytes, message) => {
    await expect(decodeSafetensors(fileOf(header, dataBytes))).rejects.toThrow(message)
    await expect(decodeSafetensors(fileOf(header, dataBytes))).rejects.toThrow(DataError)
  })

  test('a dtype without a typed array is named', async () => {
    const bytes = fileOf('{"w":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}', 2)
    await expect(decodeSafetensors(bytes)).rejects.toThrow(UnsupportedError)
    await expect(decodeSafetensors(bytes)).rejects.toThrow('tensor "w" has dtype BF16; known are F64')
  })

  test('an array that does not fill its shape is refused with both sizes', async () => {
    const wrong = encodeSafetensors({ w: { shape: [2, 2], data: new Float32Array(3) } })
    await expect(wrong).rejects.toThrow(ShapeError)
    await expect(wrong).rejects.toThrow('tensor "w": shape [2, 2] holds 4 numbers, the array 3')
  })
})
