// Sizes as people write them.
import { describe, expect, it } from 'vitest'
import { parseImageSize } from '../../src/data/index.ts'
import { ConfigError } from '../../src/util/errors.ts'

describe('parseImageSize', () => {
  it('takes one number for both, or height x width', () => {
    expect(parseImageSize('64')).toEqual({ height: 64, width: 64 })
    expect(parseImageSize('48x64')).toEqual({ height: 48, width: 64 })
  })

  it.each(['', '0', '64x', 'x64', '64x0', '64 x 64', '1.5', '-3', '64x64x3', '10000', 'large'])(
    'refuses %j',
    (text) => {
      expect(() => parseImageSize(text)).toThrow(
        new ConfigError(
          `image size expects one number or height x width, such as 64 or 48x64, got ${JSON.stringify(text)}`,
        ),
      )
    },
  )
})
