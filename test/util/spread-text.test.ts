// Numbers with the digits that their spread leaves meaning to.
import { expect, it } from 'vitest'
import { spreadText } from '../../src/util/spread-text.ts'

it.each([
  [12.6532, 0.1234, '12.65 ± 0.12'],
  [300, 28.4, '300 ± 28'],
  [12_345.6, 1234, '12,346 ± 1,234'],
  [0.0214, 0.00021, '0.02140 ± 0.00021'],
  [-0.00001, 0.0004, '-0.00001 ± 0.00040'],
  [-0.000001, 0.0004, '0.00000 ± 0.00040'],
  [18.4, 1e-15, '18.4 ± 0.0'],
  [5, undefined, '5.00'],
  [0, undefined, '0'],
  [1.5e-9, undefined, '1.5e-9'],
  [0.00359964, 8.4e-6, '3.5996e-3 ± 8.4e-6'],
  [1.5e-9, 2.5e-10, '1.50e-9 ± 2.5e-10'],
  [Number.NaN, undefined, 'not a number'],
])('%s with %s is %s', (value, spread, text) => expect(spreadText(value, spread)).toBe(text))

it('writes shares as percentages', () => {
  expect(spreadText(0.6123, 0.0041, { factor: 100, unit: '%' })).toBe('61.23% ± 0.41%')
})
