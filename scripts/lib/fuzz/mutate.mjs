// Seeded mutations of bytes, text and JSON: what damage, other programs and attackers do to files.
// @ts-check

/** @typedef {import('../../../src/util/random.ts').RandomStream} Random */
/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

/** Numbers at which programs go wrong. */
const NUMBERS = [
  0,
  1,
  2,
  7,
  63,
  64,
  127,
  128,
  255,
  256,
  65535,
  65536,
  2 ** 24,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53,
]
const JSON_VALUES = [
  ...[
    null,
    true,
    false,
    0,
    -0,
    -1,
    1.5,
    1e308,
    -1e308,
    5e-324,
    2 ** 31,
    2 ** 53,
    1e21,
    '',
    '0',
    'NaN',
    '__proto__',
  ],
  ...[
    '\u0000',
    '\u001b[2J',
    '\ud800',
    '../..',
    'constructor',
    [],
    {},
    [[]],
    [null],
    { a: [] },
    'x'.repeat(300),
  ],
]

/** @template T @param {Random} random @param {readonly T[]} list @returns {T} */
export const pick = (random, list) => /** @type {T} */ (list[random.integer(list.length)])

/** @param {readonly Uint8Array[]} parts @returns {Bytes} */
export function join(...parts) {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** A varint of ten bytes or fewer. @param {bigint} n @returns {number[]} */
const varint = (n) => (n < 128n ? [Number(n)] : [Number(n & 127n) | 128, ...varint(n >> 7n)])

/** @type {Record<string, (bytes: Bytes, random: Random, other: Uint8Array, tokens: readonly Uint8Array[]) => Bytes>} */
const BINARY = {
  flip: (bytes, random) => {
    const out = bytes.slice()
    for (let i = random.integer(8); i >= 0 && out.length > 0; i--) {
      const at = random.integer(out.length)
      out[at] = /** @type {number} */ (out[at]) ^ (1 << random.integer(8))
    }
    return out
  },
  set: (bytes, random) => {
    const out = bytes.slice()
    if (out.length > 0) out[random.integer(out.length)] = random.integer(256)
    return out
  },
  /** Lengths that are nearly right. */
  nudge: (bytes, random) => {
    const out = bytes.slice()
    if (out.length === 0) return out
    const at = random.integer(Math.min(out.length, random.integer(2) ? 64 : out.length))
    out[at] = /** @type {number} */ (out[at]) + pick(random, [-2, -1, 1, 2, 16])
    return out
  },
  number: (bytes, random) => {
    const out = bytes.slice()
    const width = pick(random, [2, 4, 8])
    if (out.length < width) return out
    const view = new DataView(out.buffer, random.integer(out.length - width + 1), width)
    const little = random.integer(2) === 0
    const n = pick(random, NUMBERS)
    if (width === 2) view.setUint16(0, n, little)
    else if (width === 4) view.setUint32(0, n, little)
    else view.setBigUint64(0, BigInt(n), little)
    return out
  },
  varint: (bytes, random) => {
    const at = random.integer(bytes.length + 1)
    const n = random.integer(4) ? BigInt(pick(random, NUMBERS)) : 2n ** 64n - BigInt(1 + random.integer(300))
    return join(bytes.subarray(0, at), Uint8Array.from(varint(n)), bytes.subarray(at + random.integer(3)))
  },
  truncate: (bytes, random) => bytes.slice(0, random.integer(bytes.length + 1)),
  remove: (bytes, random) => {
    const at = random.integer(bytes.length + 1)
    return join(bytes.subarray(0, at), bytes.subarray(at + 1 + random.integer(16)))
  },
  repeat: (bytes, random) => {
    const at = random.integer(bytes.length + 1)
    const part = bytes.subarray(at, at + 1 + random.integer(64))
    return join(bytes.subarray(0, at), ...new Array(1 + random.integer(4)).fill(part), bytes.subarray(at))
  },
  insert: (bytes, random) => {
    const at = random.integer(bytes.length + 1)
    const part = Uint8Array.from({ length: 1 + random.integer(8) }, () => random.integer(256))
    return join(bytes.subarray(0, at), part, bytes.subarray(at))
  },
  splice: (bytes, random, other) => {
    const from = random.integer(other.length + 1)
    const part = other.subarray(from, from + 1 + random.integer(128))
    const at = random.integer(bytes.length + 1)
    return join(bytes.subarray(0, at), part, bytes.subarray(at + random.integer(part.length + 1)))
  },
  token: (bytes, random, _other, tokens) => {
    if (tokens.length === 0) return bytes.slice()
    const at = random.integer(bytes.length + 1)
    const token = pick(random, tokens)
    return join(bytes.subarray(0, at), token, bytes.subarray(at + (random.integer(2) ? token.length : 0)))
  },
}
const BINARY_KINDS = Object.values(BINARY)

/**
 * One to four mutations.
 *
 * @param {Bytes} bytes
 * @param {Random} random
 * @param {Uint8Array} other  another file of the kind, to take pieces from
 * @param {readonly Uint8Array[]} [tokens]  what has a meaning in the format
 * @returns {Bytes}
 */
export function mutateBytes(bytes, random, other, tokens = []) {
  let out = bytes
  for (let i = random.integer(4); i >= 0; i--) out = pick(random, BINARY_KINDS)(out, random, other, tokens)
  return out
}

/**
 * A JSON value with one place changed, removed, doubled or renamed.
 *
 * @param {unknown} value
 * @param {Random} random
 * @returns {unknown}
 */
export function mutateJson(value, random) {
  if (typeof value !== 'object' || value === null || random.integer(8) === 0) {
    if (typeof value === 'number' && random.integer(2))
      return pick(random, [-value, value + 1, value * 1e9, value / 3, String(value)])
    return pick(random, JSON_VALUES)
  }
  if (Array.isArray(value)) {
    const out = [...value]
    const at = random.integer(out.length + 1)
    const how = random.integer(6)
    if (how === 0) out.splice(at, 1)
    else if (how === 1) out.splice(at, 0, pick(random, JSON_VALUES))
    else if (how === 2) out.push(...out.slice(0, 50))
    else if (at < out.length) out[at] = mutateJson(out[at], random)
    return out
  }
  const entries = Object.entries(value)
  const at = random.integer(entries.length + 1)
  const how = random.integer(8)
  if (how === 0) entries.splice(at, 1)
  else if (how === 1)
    entries.push([
      pick(random, ['__proto__', 'constructor', '', 'toString', 'step']),
      pick(random, JSON_VALUES),
    ])
  else if (at < entries.length) {
    const [key, inner] = /** @type {[string, unknown]} */ (entries[at])
    entries[at] = how === 2 ? [`${key}x`, inner] : [key, mutateJson(inner, random)]
  }
  return Object.fromEntries(entries)
}

const decoder = new TextDecoder()
const encoder = new TextEncoder()

/** Text of JSON, mutated as what it says where it can be read. @param {string} text @param {Random} random */
function mutateJsonText(text, random) {
  try {
    const value = mutateJson(JSON.parse(text), random)
    return JSON.stringify(value, undefined, random.integer(2) * 2) ?? 'null'
  } catch {
    return text
  }
}

/**
 * One file of JSON: its structure, or its bytes.
 *
 * @param {Bytes} bytes @param {Random} random @param {Uint8Array} other @returns {Bytes}
 */
export function mutateJsonFile(bytes, random, other) {
  if (random.integer(3) === 0) return mutateBytes(bytes, random, other)
  let text = decoder.decode(bytes)
  for (let i = random.integer(3); i >= 0; i--) text = mutateJsonText(text, random)
  if (random.integer(50) === 0) text = text.replace(/[^,:]+/, (found) => '['.repeat(100_000) + found)
  return encoder.encode(text)
}

/**
 * Lines of JSON: lines lost, twice, in another order, torn, or one of them mutated.
 *
 * @param {Bytes} bytes @param {Random} random @param {Uint8Array} other @returns {Bytes}
 */
export function mutateLines(bytes, random, other) {
  if (random.integer(4) === 0) return mutateBytes(bytes, random, other)
  const lines = decoder.decode(bytes).split('\n')
  for (let i = random.integer(3); i >= 0; i--) {
    const at = random.integer(lines.length)
    const line = lines[at] ?? ''
    const how = random.integer(7)
    if (how === 0) lines.splice(at, 1)
    else if (how === 1) lines.splice(at, 0, line)
    else if (how === 2) lines.splice(random.integer(lines.length + 1), 0, ...lines.splice(at, 1))
    else if (how === 3) lines[at] = line.slice(0, random.integer(line.length + 1))
    else if (how === 4) lines.splice(at, 2, line + (lines[at + 1] ?? ''))
    else lines[at] = mutateJsonText(line, random)
  }
  return encoder.encode(lines.join('\n'))
}
