// fillMask of fill-mask.ts as a WebAssembly module with 128-bit integer arithmetic: sixteen words at a time, about seven
// times as fast as JavaScript, which has no such arithmetic. The module is written here, instruction by instruction.
/**
 * Fills with words whose four bytes are 0 with probability `level` / 2048, otherwise 1. Of each byte of a random word seven
 * bits are compared with a threshold in 128ths, all four by one addition whose carry arrives in the eighth; the four bits
 * left over choose between this threshold and the next.
 *
 * @param first  counter of the first word
 * @param key    first key of the stream
 * @param key2   second one
 */
export type FillMask = (out: Uint32Array, first: number, key: number, key2: number, level: number) => void

type Code = readonly number[]

/** Vectors of four words in one turn of the loop: enough that none waits for another's multiplication. */
const VECTORS = 4
const BYTES_PER_TURN = 16 * VECTORS
/** What is made before it is copied to where it belongs: 16 kB, which stay in the first cache. */
const WORDS_PER_CALL = 4096
/** Pages of 64 kB. */
const PAGES = 1

const I32 = 0x7f
const V128 = 0x7b

// Opcodes are those of the WebAssembly core specification, version 2.

/** LEB128, as WebAssembly writes integers. */
function unsigned(n: number): Code {
  const bytes: number[] = []
  for (let rest = n; ; rest >>>= 7) {
    if (rest < 128) return [...bytes, rest]
    bytes.push((rest & 127) | 128)
  }
}
const counted = (bytes: Code): Code => [...unsigned(bytes.length), ...bytes]
const listed = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()]
const section = (id: number, items: readonly Code[]): Code => [id, ...counted(listed(items))]
const exported = (name: string, kind: number): Code => [
  ...counted([...name].map((letter) => letter.charCodeAt(0))),
  kind,
  0,
]

const get = (local: number): Code => [0x20, ...unsigned(local)]
const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)]
/** A small number that is not negative. */
const number = (n: number): Code => [0x41, ...(n < 64 ? [n] : [(n & 127) | 128, n >>> 7])]
const simd = (opcode: number): Code => [0xfd, ...unsigned(opcode)]
const words = (a: number, b = a, c = a, d = a): Code => [
  ...simd(0x0c),
  ...new Uint8Array(Uint32Array.of(a, b, c, d).buffer),
]
const splat = (value: Code): Code => [...value, ...simd(0x11)]
const binary =
  (opcode: number) =>
  (a: Code, b: Code): Code => [...a, ...b, ...simd(opcode)]
const and = binary(0x4e)
const xor = binary(0x51)
const add = binary(0xae)
const subtract = binary(0xb1)
const multiply = binary(0xb5)
const shiftRight = (x: Code, bits: number): Code => [...x, ...number(bits), ...simd(0xad)]
const shiftRightSigned = (x: Code, bits: number): Code => [...x, ...number(bits), ...simd(0xac)]

/** The module exports `memory` and `fill(bytes, start, key, key2, passing, rest)`, which writes from address 0 on. */
function assemble(): Uint8Array<ArrayBuffer> {
  const [bytes, start, key, key2, passing, rest, at] = [0, 1, 2, 3, 4, 5, 6]
  const [counters, keys, keys2, thresholds, rests, ones] = [7, 8, 9, 10, 11, 12]
  const vectors = Array.from({ length: VECTORS }, (_, i) => 13 + i)
  const forEach = (code: (x: number, i: number) => Code): Code => vectors.flatMap(code)
  const folded = (x: number, bits: number): Code => xor(get(x), shiftRight(get(x), bits))
  const stir = (bits: number, factor?: number): Code =>
    forEach((x) => set(x, factor === undefined ? folded(x, bits) : multiply(folded(x, bits), words(factor))))

  const choice = (x: number): Code =>
    shiftRight(multiply(and(shiftRight(get(x), 7), get(ones)), words(0x01020408)), 24)
  const higher = (x: number): Code => and(shiftRightSigned(subtract(choice(x), get(rests)), 31), get(ones))
  const kept = (x: number): Code => {
    const sum = add(and(get(x), words(0x7f7f7f7f)), get(thresholds))
    return and(shiftRight(subtract(sum, higher(x)), 7), get(ones))
  }
  const turn = [
    ...forEach((x, i) => set(x, xor(add(get(counters), words(4 * i)), get(keys)))),
    ...[stir(17, 0xed5ad4bb), stir(11, 0xac4c1b51), stir(15, 0x31848bab), stir(14)].flat(),
    ...forEach((x) => set(x, add(get(x), get(keys2)))),
    ...[stir(16, 0x7feb352d), stir(15, 0x846ca68b), stir(16)].flat(),
    // v128.store, aligned to 16 bytes, at an offset from the address.
    ...forEach((x, i) => [...get(at), ...kept(x), ...simd(0x0b), 4, ...unsigned(16 * i)]),
    ...set(counters, add(get(counters), words(4 * VECTORS))),
    ...set(at, [...get(at), ...number(BYTES_PER_TURN), 0x6a]),
  ]
  const body = [
    ...set(counters, add(splat(get(start)), words(0, 1, 2, 3))),
    ...[
      [keys, key],
      [keys2, key2],
      [thresholds, passing],
      [rests, rest],
    ].flatMap(([vector, given]) => set(vector!, splat(get(given!)))),
    ...set(ones, words(0x01010101)),
    // block, loop; leave when at >= bytes; go round again; end of loop, block and function.
    ...[0x02, 0x40, 0x03, 0x40, ...get(at), ...get(bytes), 0x4f, 0x0d, 1],
    ...turn,
    ...[0x0c, 0, 0x0b, 0x0b, 0x0b],
  ]
  const locals = listed([
    [1, I32],
    [6 + VECTORS, V128],
  ])
  // Sections: types, functions, memories, exports, code.
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [[0x60, ...counted(new Array(6).fill(I32)), 0]]),
    ...section(3, [[0]]),
    ...section(5, [[0, PAGES]]),
    ...section(7, [exported('fill', 0), exported('memory', 2)]),
    ...section(10, [counted([...locals, ...body])]),
  ])
}

/** What is used of a global that every platform has, but not every set of type declarations. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly fill: (
    bytes: number,
    start: number,
    key: number,
    key2: number,
    passing: number,
    rest: number,
  ) => void
}

/** Compiles the module; undefined where the platform has no such arithmetic or forbids compiling. */
export function compileFillMask(): FillMask | undefined {
  let exports: Exports
  try {
    const module = new WebAssembly.Module(assemble())
    exports = new WebAssembly.Instance(module).exports as Exports
  } catch {
    return undefined
  }
  const memory = new Uint32Array(exports.memory.buffer)
  return (out, first, key, key2, level) => {
    const passing = Math.imul(128 - (level >>> 4), 0x01010101)
    for (let i = 0; i < out.length; i += WORDS_PER_CALL) {
      const count = Math.min(WORDS_PER_CALL, out.length - i)
      exports.fill(4 * count, first + i, key, key2, passing, level & 15)
      out.set(memory.subarray(0, count), i)
    }
  }
}
