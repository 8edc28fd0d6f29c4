// Figures of agents and teams: what is written beside axes touches nothing.
import { describe, expect, it } from 'vitest'
import { messageMap, thoughtsFigure } from '../../src/report/index.ts'
import { numberWidth } from '../../src/report/svg-parts.ts'

/** Lines of text in a figure: where they are, and what they say. */
const lettersIn = (svg: string) =>
  [...svg.matchAll(/<text x="([-\d.]+)" y="([-\d.]+)"([^>]*)font-size="(\d+)"[^>]*>([^<]*)</g)].map(
    ([, x, y, more, size, text]) => ({
      x: Number(x),
      y: Number(y),
      more: more!,
      size: Number(size),
      text: text!,
    }),
  )

describe('the map of messages', () => {
  it.each([0.8, 12.3, 0.004])(
    'has room for negative numbers beside the name of its axis, in a range of %d',
    (range) => {
      const said = Array.from({ length: 9 }, (_, i) => ({
        x: range * Math.sin(i),
        y: range * (Math.cos(i) - 0.9),
        share: i / 8,
      }))
      const labels = ['first', 'second'] as const
      const written = lettersIn(messageMap(said, { title: 'said', labels, ends: ['few', 'many'] }))
      const name = written.find(({ text }) => text === 'second')!
      const numbers = written.filter(({ more, text }) => more.includes('"end"') && /\d$/.test(text))
      expect(numbers).toHaveLength(3)
      for (const { x, text, size } of numbers) {
        // Letters such as p and g reach below their line, which is to the right here.
        expect(x - numberWidth(text, size)).toBeGreaterThan(name.x + 0.24 * size)
        expect(text.length).toBeLessThan(9)
      }
      // Ascenders end inside the figure.
      expect(name.x - 0.8 * name.size).toBeGreaterThan(0)
    },
  )
})

describe('the figure of what an agent thinks', () => {
  it.each([0.5, 0.0213, 0.00123])(
    'has room for a highest probability of %d inside the sign of the chosen action',
    (most) => {
      const distribution = [most, most / 2, most / 3]
      const svg = thoughtsFigure(
        {
          step: 3,
          png: Uint8Array.of(1),
          width: 10,
          height: 10,
          values: [1, 2],
          probabilities: [distribution, distribution],
          action: 1,
          totals: [0, 1],
        },
        { actions: ['noop', 'fire'], returns: [0, 1, 2] },
      )
      const sign = Number(/<rect x="([\d.]+)"[^>]*stroke="#b35400"/.exec(svg)![1])
      const numbers = lettersIn(svg).filter(({ text }) => text === String(most))
      expect(numbers).toHaveLength(2)
      const [first, second] = numbers.map(({ x, size }) => x - numberWidth(String(most), size)) as [
        number,
        number,
      ]
      expect(second).toBeGreaterThan(sign + 2)
      expect(first).toBeGreaterThan(8)
    },
  )
})
