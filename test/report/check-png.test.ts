// A PNG file that is not whole is found out without drawing it.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { checkPng, encodePng } from '../../src/report/node/index.ts'

const png = await encodePng({
  width: 5,
  height: 4,
  channels: 1,
  pixels: Uint8Array.from({ length: 20 }, (_, i) => i * 9),
})

it('is whole as it was written', () => {
  expect(checkPng(png)).toBeUndefined()
})

it('is not when it is empty, another kind of file, longer, or ends anywhere before its end', () => {
  expect(checkPng(new Uint8Array())).toBe('it is empty')
  expect(checkPng(new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBe(
    'it is not a PNG file',
  )
  expect(checkPng(Uint8Array.of(...png, 0))).toMatch(/goes on after its end/)
  for (let length = 8; length < png.length; length++)
    expect(checkPng(png.subarray(0, length))).toMatch(/it ends after \d+ bytes/)
})

it('is not when any bit of it is another', () => {
  fc.assert(
    fc.property(fc.nat(png.length - 1), fc.nat(7), (at, bit) => {
      const changed = png.slice()
      changed[at]! ^= 1 << bit
      expect(checkPng(changed)).toBeDefined()
    }),
  )
})
