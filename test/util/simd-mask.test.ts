// The WebAssembly module makes the masks of the JavaScript function, bit by bit.
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { fillMaskPortably } from '../../src/util/fill-mask.ts'
import { compileFillMask } from '../../src/util/simd-mask.ts'

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 })

describe('masks made with 128-bit arithmetic', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  it('are those of the portable function for any keys, counters, levels and lengths', () => {
    const fill = compileFillMask()!
    fc.assert(
      fc.property(
        word,
        word,
        word,
        fc.integer({ min: 0, max: 2048 }),
        fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 4000, max: 10_000 })),
        (first, key, key2, level, length) => {
          const [expected, actual] = [new Uint32Array(length), new Uint32Array(length)]
          fillMaskPortably(expected, first, key, key2, level)
          fill(actual, first, key, key2, level)
          expect(Buffer.from(actual.buffer).equals(Buffer.from(expected.buffer))).toBe(true)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('write nothing outside the array', () => {
    const place = new Uint32Array(4100).fill(7)
    compileFillMask()!(place.subarray(3, 4099), 1, 2, 3, 1024)
    expect([...place.subarray(0, 3), place[4099]]).toEqual([7, 7, 7, 7])
    expect(place[4098]).not.toBe(7)
  })

  it('are not to be had where WebAssembly is missing or forbidden', () => {
    vi.stubGlobal('WebAssembly', undefined)
    expect(compileFillMask()).toBeUndefined()
    vi.stubGlobal('WebAssembly', {
      Module: class {
        constructor() {
          throw new EvalError('blocked by the content security policy')
        }
      },
    })
    expect(compileFillMask()).toBeUndefined()
  })
})
