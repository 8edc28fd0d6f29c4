// Checkpoints of TensorFlow: one that its own writer made (`bench/peers/dopamine-checkpoint.py`), and what is done to it.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { crc32c, masked } from '../../src/formats/crc32c.ts'
import { decodeCheckpointIndex, readVariable } from '../../src/formats/tensorflow-checkpoint.ts'

const FIXTURE = join(import.meta.dirname, '../fixtures/dopamine/tf_ckpt-199')
const bytes = async (ending: string) => new Uint8Array(await readFile(FIXTURE + ending))
let index: Uint8Array<ArrayBuffer>
let numbers: Uint8Array<ArrayBuffer>
beforeAll(async () => {
  index = await bytes('.index')
  numbers = await bytes('.data-00000-of-00001')
})

it('CRC32C is that of RFC 3720, and masked as LevelDB says', () => {
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283)
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
  expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43)
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e)
  // Rotated right by 15 bits, plus 0xa282ead8.
  expect(masked(0)).toBe(0xa282ead8)
  expect(masked(0x8000)).toBe(0xa282ead9)
})

describe('a checkpoint that TensorFlow wrote', () => {
  it('tells its variables with their shapes, in order', () => {
    const { variables, shards } = decodeCheckpointIndex(index, 'tf_ckpt-199.index')
    expect(shards).toEqual(['.data-00000-of-00001'])
    expect([...variables].map(([name, { shape }]) => `${name} ${shape.join('x')}`)).toEqual([
      'Online/Conv/biases 2',
      'Online/Conv/weights 8x8x4x2',
      'Online/Conv_1/biases 3',
      'Online/Conv_1/weights 4x4x2x3',
      'Online/Conv_2/biases 3',
      'Online/Conv_2/weights 3x3x3x3',
      'Online/Conv_2/weights/Adam 3x3x3x3',
      'Online/Conv_2/weights/Adam_1 3x3x3x3',
      'Online/fully_connected/biases 6',
      'Online/fully_connected/weights 363x6',
      'Online/fully_connected_1/biases 306',
      'Online/fully_connected_1/weights 6x306',
      ...['Conv/biases 2', 'Conv/weights 8x8x4x2', 'Conv_1/biases 3', 'Conv_1/weights 4x4x2x3'].map(
        (each) => `Target/${each}`,
      ),
      ...['Conv_2/biases 3', 'Conv_2/weights 3x3x3x3'].map((each) => `Target/${each}`),
      ...['biases 6', 'weights 363x6'].map((each) => `Target/fully_connected/${each}`),
      ...['biases 306', 'weights 6x306'].map((each) => `Target/fully_connected_1/${each}`),
      'beta1_power ',
      'beta2_power ',
      'global_step ',
    ])
  })

  it('gives the numbers of those that are asked for', () => {
    const open = decodeCheckpointIndex(index, 'tf_ckpt-199.index')
    const read = (name: string) => readVariable(open, name, [numbers])
    expect(read('Online/Conv_2/weights/Adam_1')).toEqual(new Float32Array(81).fill(1))
    expect(read('beta1_power')).toEqual(Float32Array.of(0.9))
    expect(() => read('global_step')).toThrow(
      'tf_ckpt-199.index: expected float32 numbers (type 1), the variable "global_step" [] has type 9',
    )
    expect(() => read('Online/Conv_3/weights')).toThrow(
      'tf_ckpt-199.index has no variable "Online/Conv_3/weights"; it has Online/Conv/biases,',
    )
  })

  it('is refused by the name of the variable whose numbers were changed or cut off', () => {
    const open = decodeCheckpointIndex(index, 'tf_ckpt-199.index')
    const { offset, size } = open.variables.get('Online/fully_connected/weights')!
    const damaged = numbers.slice()
    damaged[offset + 1000]! ^= 1
    expect(() => readVariable(open, 'Online/fully_connected/weights', [damaged])).toThrow(
      'tf_ckpt-199.index: the numbers of the variable "Online/fully_connected/weights" [363, 6] do not fit their checksum (CRC32C)',
    )
    expect(() => readVariable(open, 'Online/Conv/weights', [damaged])).not.toThrow()
    expect(() =>
      readVariable(open, 'Online/fully_connected/weights', [numbers.subarray(0, offset + 5)]),
    ).toThrow(
      `ends before the variable "Online/fully_connected/weights" [363, 6]: expected ${offset + size} bytes, got ${offset + 5}`,
    )
  })

  it('is refused wherever its index was changed, and cut off anywhere', () => {
    for (let at = 0; at < index.length - 48; at += 3) {
      const changed = index.slice()
      changed[at]! ^= 4
      expect(() => decodeCheckpointIndex(changed, 'it'), `byte ${at}`).toThrow(
        /^it (is damaged|has compressed)/,
      )
    }
    for (let length = 0; length < index.length; length += 7)
      expect(() => decodeCheckpointIndex(index.slice(0, length), 'it')).toThrow(
        'it is no index of a TensorFlow checkpoint',
      )
    // Of the footer: what says where blocks are.
    for (let at = index.length - 48; at < index.length; at++) {
      const changed = index.slice()
      changed[at]! ^= 255
      try {
        expect(decodeCheckpointIndex(changed, 'it').variables.size).toBe(25)
      } catch (error) {
        expect((error as Error).name).toMatch(/^(Data|Unsupported)Error$/)
      }
    }
  })

  it('is refused with compressed blocks', () => {
    const changed = index.slice()
    const view = new DataView(changed.buffer)
    // The last block before the footer is the index of blocks: its kind stands before its checksum.
    const kind = changed.length - 48 - 5
    changed[kind] = 1
    const start = changed.lastIndexOf(0, kind - 5)
    for (let from = start; from > 0; from--) {
      // Where it begins is known by its checksum.
      view.setUint32(kind + 1, masked(crc32c(changed.subarray(from, kind + 1))), true)
      try {
        decodeCheckpointIndex(changed, 'it')
      } catch (error) {
        if (/compressed/.test((error as Error).message)) return
      }
    }
    expect.unreachable('no block was taken for a compressed one')
  })
})
