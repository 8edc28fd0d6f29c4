// The random streams: repeatable, independent of each other, and of the distributions they promise.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { randomStream } from '../../src/util/random.ts'

const count = 1 << 16

/** The first words of a stream. */
const words = (seed: number, purpose: string, step?: number, n = 64): number[] => {
  const stream = randomStream(seed, purpose, step)
  return Array.from({ length: n }, () => stream.bits())
}

/** How many standard deviations Pearson's statistic lies above its mean, for equally likely cells. */
function chiSquareSigmas(cells: readonly number[]): number {
  const total = cells.reduce((sum, n) => sum + n, 0)
  const expected = total / cells.length
  const statistic = cells.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)
  const freedom = cells.length - 1
  return (statistic - freedom) / Math.sqrt(2 * freedom)
}

/** Correlation of two lists of the same length. */
function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const mean = (x: ArrayLike<number>): number => Array.from(x).reduce((sum, v) => sum + v, 0) / x.length
  const [ma, mb] = [mean(a), mean(b)]
  let [ab, aa, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    ab += (a[i]! - ma) * (b[i]! - mb)
    aa += (a[i]! - ma) ** 2
    bb += (b[i]! - mb) ** 2
  }
  return ab / Math.sqrt(aa * bb)
}

const uniforms = (seed: number, purpose: string, step?: number, n = count): Float32Array =>
  randomStream(seed, purpose, step).fillUniform(new Float32Array(n))

describe('the name of a stream', () => {
  it('gives the same numbers for the same seed, purpose and step, in any order of use', () => {
    const first = words(7, 'batch', 3)
    words(8, 'batch', 3)
    expect(words(7, 'batch', 3)).toEqual(first)
    const [a, b] = [randomStream(7, 'batch', 3), randomStream(7, 'batch', 3)]
    const mixed = first.map((_, i) => (i % 2 === 0 ? [a.bits(), b.bits()] : [b.bits(), a.bits()]))
    expect(mixed).toEqual(first.map((word) => [word, word]))
  })

  it('gives the numbers that every release must repeat', () => {
    // From a second implementation: a change of the generator would silently change every recorded run.
    expect(words(1, 'batch', 0, 4)).toEqual([2141059958, 2959279877, 248406263, 340262188])
    expect(words(2 ** 53 - 1, 'initial/generator/dense/kernel', 12_000, 2)).toEqual([1434501201, 943729712])
    expect(words(-5, 'x', 2 ** 33 + 1, 2)).toEqual([2233811664, 3411866666])
  })

  it('takes step 0 when no step is given', () => {
    expect(words(7, 'batch')).toEqual(words(7, 'batch', 0))
  })

  it('gives other numbers for every other seed, purpose and step', () => {
    const names: [number, string, number][] = [
      [0, 'batch', 0],
      [1, 'batch', 0],
      [-1, 'batch', 0],
      [2 ** 32, 'batch', 0],
      [2 ** 32 + 1, 'batch', 0],
      [2 ** 53 - 1, 'batch', 0],
      [1, 'batch', 1],
      [1, 'batch', 2 ** 32],
      [1, 'batch-1', 0],
      [1, 'batch1', 0],
      [1, 'btach', 0],
      [1, '', 0],
      [1, '\0', 0],
      [1, 'a', 98],
      [1, 'ab', 0],
      [1, 'b', 97],
    ]
    const streams = names.map(([seed, purpose, step]) => words(seed, purpose, step, 8).join())
    expect(new Set(streams).size).toBe(names.length)
  })

  it('gives no two equal streams among 20,000 neighbouring seeds and steps', () => {
    const seen = new Set<string>()
    for (let seed = 0; seed < 100; seed++)
      for (let step = 0; step < 200; step++) seen.add(words(seed, 'real/dropout-0', step, 3).join())
    expect(seen.size).toBe(20_000)
  })

  it('never repeats a word of a stream within 100,000', () => {
    expect(new Set(words(3, 'noise', 5, 100_000)).size).toBe(100_000)
  })
})

describe('bits', () => {
  it('fill the four bytes of a word evenly', () => {
    const stream = randomStream(11, 'bits', 2)
    const bytes = Array.from({ length: 4 }, () => new Array<number>(256).fill(0))
    for (let i = 0; i < 4 * count; i++) {
      const word = stream.bits()
      if (word >>> 0 !== word) expect.fail(`${word} is not an unsigned 32-bit integer`)
      bytes.forEach((cells, byte) => {
        cells[(word >>> (8 * byte)) & 255]!++
      })
    }
    for (const cells of bytes) expect(Math.abs(chiSquareSigmas(cells))).toBeLessThan(5)
  })

  it('are even in the pairs of neighbouring words and in the first words of neighbouring steps', () => {
    const pairs = new Array<number>(4096).fill(0)
    const firsts = new Array<number>(4096).fill(0)
    const stream = randomStream(12, 'pairs')
    for (let i = 0; i < count; i++) {
      pairs[((stream.bits() & 63) << 6) | (stream.bits() >>> 26)]!++
      const [a, b] = [randomStream(12, 'first', i), randomStream(12, 'first', i + 1)]
      firsts[((a.bits() >>> 26) << 6) | (b.bits() & 63)]!++
    }
    expect(Math.abs(chiSquareSigmas(pairs))).toBeLessThan(5)
    expect(Math.abs(chiSquareSigmas(firsts))).toBeLessThan(5)
  })

  it('flip half of the output when one bit of seed or step flips', () => {
    for (const [changed, name] of [
      [(bit: number) => words(5 ^ (1 << bit), 'avalanche', 9), 'seed'],
      [(bit: number) => words(5, 'avalanche', (9 ^ (1 << bit)) >>> 0), 'step'],
    ] as const) {
      const base = words(5, 'avalanche', 9)
      let flips = 0
      for (let bit = 0; bit < 31; bit++)
        changed(bit).forEach((word, i) => {
          for (let difference = word ^ base[i]!; difference !== 0; difference &= difference - 1) flips++
        })
      const total = 31 * 64 * 32
      expect(Math.abs(flips - total / 2), name).toBeLessThan(5 * Math.sqrt(total / 4))
    }
  })
})

describe('uniform numbers', () => {
  it('lie in [0, 1), are exact in float32 and are evenly spread', () => {
    const stream = randomStream(21, 'uniform')
    const cells = new Array<number>(1000).fill(0)
    const powers = [0, 0, 0, 0]
    for (let i = 0; i < count; i++) {
      const u = stream.uniform()
      if (!(u >= 0 && u < 1 && Math.fround(u) === u)) expect.fail(`${u} is not a float32 in [0, 1)`)
      cells[Math.floor(u * 1000)]!++
      powers.forEach((_, k) => {
        powers[k]! += u ** (k + 1) / count
      })
    }
    expect(Math.abs(chiSquareSigmas(cells))).toBeLessThan(5)
    // The k-th moment is 1 / (k + 1); the variance of u^k is 1 / (2k + 1) - 1 / (k + 1)^2.
    powers.forEach((moment, i) => {
      const k = i + 1
      const deviation = Math.sqrt((1 / (2 * k + 1) - 1 / (k + 1) ** 2) / count)
      expect(Math.abs(moment - 1 / (k + 1))).toBeLessThan(5 * deviation)
    })
  })

  it('fill arrays with the numbers that come one by one', () => {
    const [filled, single] = [uniforms(22, 'fill', 4, 100), randomStream(22, 'fill', 4)]
    expect(Array.from(filled)).toEqual(Array.from({ length: 100 }, () => single.uniform()))
  })

  it('fill a range, its lower end included and its upper end not', () => {
    const out = randomStream(23, 'range').fillUniform(new Float32Array(count), -3, 5)
    expect(out.every((x) => x >= -3 && x < 5)).toBe(true)
    expect(Math.min(...out.subarray(0, 10_000))).toBeLessThan(-2.99)
    expect(Math.max(...out.subarray(0, 10_000))).toBeGreaterThan(4.99)
    const mean = out.reduce((sum, x) => sum + x, 0) / count
    expect(Math.abs(mean - 1)).toBeLessThan(5 * Math.sqrt(64 / 12 / count))
  })

  it('stay within any range, rounded to float32', () => {
    for (const [low, high] of [
      [1, 2],
      [0.9, 1],
      [-0.1, 0],
      [1000, 1001],
    ] as const) {
      const out = randomStream(24, 'edge').fillUniform(new Float32Array(1 << 20), low, high)
      let largest = Number.NEGATIVE_INFINITY
      for (const x of out) largest = Math.max(largest, x)
      expect(largest, `[${low}, ${high})`).toBeLessThanOrEqual(Math.fround(high))
      expect(largest, `[${low}, ${high})`).toBeGreaterThan(high - 1e-3 * (high - low))
    }
  })
})

describe('normal numbers', () => {
  it('have the moments of the standard normal distribution', () => {
    const stream = randomStream(31, 'normal')
    const n = 4 * count
    const moments = [0, 0, 0, 0]
    for (let i = 0; i < n; i++) {
      const z = stream.normal()
      moments.forEach((_, k) => {
        moments[k]! += z ** (k + 1) / n
      })
    }
    // Moments 0, 1, 0, 3; the variances of z, z^2, z^3, z^4 are 1, 2, 15, 96.
    for (const [k, expected, variance] of [
      [0, 0, 1],
      [1, 1, 2],
      [2, 0, 15],
      [3, 3, 96],
    ] as const)
      expect(Math.abs(moments[k]! - expected), `moment ${k + 1}`).toBeLessThan(5 * Math.sqrt(variance / n))
  })

  it('lie beyond one, two and three deviations as often as they should', () => {
    const out = randomStream(32, 'tails').fillNormal(new Float32Array(4 * count))
    for (const [limit, share] of [
      [1, 0.317310508],
      [2, 0.045500264],
      [3, 0.002699796],
    ] as const) {
      const beyond = out.reduce((sum, z) => sum + (Math.abs(z) > limit ? 1 : 0), 0)
      const deviation = Math.sqrt(out.length * share * (1 - share))
      expect(Math.abs(beyond - out.length * share), `${limit}`).toBeLessThan(5 * deviation)
    }
  })

  it('are not correlated with the one before, which shares their radius', () => {
    const out = randomStream(33, 'pairs').fillNormal(new Float32Array(count))
    const [even, odd] = [out.filter((_, i) => i % 2 === 0), out.filter((_, i) => i % 2 === 1)]
    expect(Math.abs(correlation(even, odd))).toBeLessThan(5 / Math.sqrt(count / 2))
    const square = (x: Float32Array): Float32Array => x.map((z) => z * z)
    expect(Math.abs(correlation(square(even), square(odd)))).toBeLessThan(5 / Math.sqrt(count / 2))
  })

  it('take a mean and a deviation, and fill arrays with the numbers that come one by one', () => {
    const single = randomStream(34, 'scaled')
    const expected = Float32Array.from({ length: 101 }, () => -2 + 3 * single.normal())
    expect(randomStream(34, 'scaled').fillNormal(new Float32Array(101), -2, 3)).toEqual(expected)
  })

  it('are finite, whatever the bits', () => {
    // The first word of this stream is 0, found by search: the logarithm of 0 must not be taken.
    expect(words(1, '', 1_264_048_301, 1)).toEqual([0])
    const rare = randomStream(1, '', 1_264_048_301)
    expect(Math.hypot(rare.normal(), rare.normal())).toBeCloseTo(Math.sqrt(64 * Math.LN2), 12)
    expect(
      randomStream(35, 'finite')
        .fillNormal(new Float32Array(1 << 18))
        .every(Number.isFinite),
    ).toBe(true)
  })
})

describe('dropout masks', () => {
  const kept = (seed: number, purpose: string, length: number, rate: number, step = 0): Uint8Array =>
    randomStream(seed, purpose, step).fillKept(new Uint8Array(length), rate)
  const drops = (mask: Uint8Array): number => mask.reduce((sum, value) => sum + 1 - value, 0)

  it('hold nothing but 0 and 1, and 0 as often as the rate says', () => {
    for (const rate of [0.1, 0.25, 0.3, 0.5, 0.7, 0.9, 1 / 3]) {
      const out = kept(41, 'mask', 4 * count, rate, 6)
      expect(out.every((value) => value === 0 || value === 1)).toBe(true)
      // One call honours the rate to 1/2048.
      const most = 5 * Math.sqrt(out.length * rate * (1 - rate)) + out.length / 2048
      expect(Math.abs(drops(out) - out.length * rate), `rate ${rate}`).toBeLessThan(most)
    }
  })

  it('honour over many calls the rates between multiples of 1/2048', () => {
    for (const rate of [0.3, 0.0003, 0.9999]) {
      const [calls, length] = [4000, 1024]
      let dropped = 0
      for (let step = 0; step < calls; step++) dropped += drops(kept(42, 'calls', length, rate, step))
      const drawn = calls * length
      // Elements of one call share the rounding of the rate.
      const variance = drawn * rate * (1 - rate) + calls * (length / 4096) ** 2
      expect(Math.abs(dropped - drawn * rate), `rate ${rate}`).toBeLessThan(5 * Math.sqrt(variance))
    }
  })

  it('are exact where the rate is a multiple of 1/2048: each byte of a word against a threshold', () => {
    for (const level of [1, 15, 16, 614, 1024, 2047]) {
      const out = kept(43, 'level', 4000, level / 2048)
      // The first word of the stream rounds the rate.
      const expected = words(43, 'level', 0, 1001)
        .slice(1)
        .flatMap((word) => {
          const bytes = [0, 8, 16, 24].map((shift) => (word >>> shift) & 255)
          const choice = bytes.reduce((sum, byte, i) => sum + ((byte >> 7) << i), 0)
          const threshold = (level >>> 4) + (choice < (level & 15) ? 1 : 0)
          return bytes.map((byte) => ((byte & 127) < threshold ? 0 : 1))
        })
      expect(Array.from(out), `level ${level}`).toEqual(expected.slice(0, out.length))
    }
  })

  it('drop nothing at rate 0 and everything at rate 1', () => {
    expect(drops(kept(44, 'none', 100, 0))).toBe(0)
    expect(drops(kept(44, 'all', 100, 1))).toBe(100)
  })

  it('start alike for any length, and are the same at any place in memory', () => {
    const long = kept(45, 'length', 1000, 0.3)
    for (const n of [1, 3, 4, 15, 16, 17, 31, 33])
      expect(kept(45, 'length', n, 0.3)).toEqual(long.subarray(0, n))
    for (const offset of [1, 2, 3, 4]) {
      const place = new Uint8Array(1010).fill(7)
      randomStream(45, 'length').fillKept(place.subarray(offset, offset + 1000), 0.3)
      expect(place.subarray(offset, offset + 1000)).toEqual(long)
      expect([...place.subarray(0, offset), ...place.subarray(offset + 1000)]).toEqual(new Array(10).fill(7))
    }
  })

  it('go on where the words before end', () => {
    const stream = randomStream(46, 'then')
    stream.fillKept(new Uint8Array(9), 0.5)
    expect(stream.bits()).toBe(words(46, 'then', 0, 5)[4])
  })

  it('are not correlated between elements that share a word', () => {
    for (const rate of [0.5, 0.25, 0.3]) {
      const out = Float32Array.from(kept(47, 'neighbours', count + 1, rate))
      for (const distance of [1, 2, 3, 4, 8, 16, 32]) {
        const n = count - 32
        const found = correlation(out.subarray(0, n), out.subarray(distance, distance + n))
        expect(Math.abs(found), `rate ${rate}, distance ${distance}`).toBeLessThan(5 / Math.sqrt(n))
      }
    }
  })
})

describe('integers', () => {
  it('lie in [0, n) and are evenly spread, for n that do and do not divide 2^32', () => {
    for (const n of [1, 2, 3, 7, 10, 128, 1000, 4093]) {
      const stream = randomStream(51, 'integer', n)
      const cells = new Array<number>(n).fill(0)
      for (let i = 0; i < count; i++) {
        const k = stream.integer(n)
        if (!(Number.isInteger(k) && k >= 0 && k < n)) expect.fail(`${k} is not in [0, ${n})`)
        cells[k]!++
      }
      if (n > 1) expect(Math.abs(chiSquareSigmas(cells)), `n ${n}`).toBeLessThan(5)
      else expect(cells).toEqual([count])
    }
  })

  it('reach the upper half of large ranges and no further', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 }), fc.nat(), (n, seed) => {
        const stream = randomStream(seed, 'large')
        const drawn = Array.from({ length: 64 }, () => stream.integer(n))
        expect(drawn.every((k) => Number.isInteger(k) && k >= 0 && k < n)).toBe(true)
        if (n > 1) expect(Math.max(...drawn)).toBeGreaterThanOrEqual(Math.floor(n / 2))
      }),
      { numRuns: 200, seed: 1 },
    )
  })
})

describe('permutations', () => {
  it('hold every number once', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(), (n, seed) => {
        const order = randomStream(seed, 'order').permutation(n)
        expect(Array.from(order).sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i))
      }),
      { numRuns: 100, seed: 1 },
    )
  })

  it('are all 24 of four elements, equally often', () => {
    const cells = new Map<string, number>()
    for (let step = 0; step < 24_000; step++) {
      const order = randomStream(61, 'four', step).permutation(4).join('')
      cells.set(order, (cells.get(order) ?? 0) + 1)
    }
    expect(cells.size).toBe(24)
    expect(Math.abs(chiSquareSigmas([...cells.values()]))).toBeLessThan(5)
  })
})

describe('two streams', () => {
  it('are not correlated between neighbouring steps, seeds and purposes, at any small shift', () => {
    const limit = 5.5 / Math.sqrt(count)
    const base = uniforms(71, 'noise', 10)
    for (const [other, name] of [
      [uniforms(71, 'noise', 11), 'step'],
      [uniforms(72, 'noise', 10), 'seed'],
      [uniforms(71, 'noisf', 10), 'purpose'],
      [uniforms(71, 'noise-1', 10), 'longer purpose'],
      [uniforms(71 + 2 ** 32, 'noise', 10), 'high word of the seed'],
    ] as const)
      for (const shift of [0, 1, 2, 3, 16]) {
        const n = count - shift
        const ahead = correlation(base.subarray(0, n), other.subarray(shift))
        expect(Math.abs(ahead), `${name}, shift ${shift}`).toBeLessThan(limit)
        const behind = correlation(base.subarray(shift), other.subarray(0, n))
        expect(Math.abs(behind), `${name}, shift -${shift}`).toBeLessThan(limit)
      }
  })

  it('are not correlated within one stream, at any small lag', () => {
    const base = uniforms(73, 'lag')
    for (const lag of [1, 2, 3, 4, 8, 16, 64, 256]) {
      const found = correlation(base.subarray(0, count - lag), base.subarray(lag))
      expect(Math.abs(found), `lag ${lag}`).toBeLessThan(5.5 / Math.sqrt(count))
    }
  })

  it('have means over their first numbers that vary as those of independent streams', () => {
    // 4000 steps of one purpose: the mean of the first 16 numbers has variance 1 / (12 * 16).
    const means = Array.from(
      { length: 4000 },
      (_, step) => uniforms(74, 'generator/uniform-0', step, 16).reduce((sum, u) => sum + u, 0) / 16 - 0.5,
    )
    const variance = means.reduce((sum, m) => sum + m * m, 0) / means.length
    expect(variance * 12 * 16).toBeGreaterThan(1 - 5 * Math.sqrt(2 / means.length))
    expect(variance * 12 * 16).toBeLessThan(1 + 5 * Math.sqrt(2 / means.length))
  })
})
