// Lettering without fonts.
import { describe, expect, test } from 'vitest'
import { strokeCharacters, strokeText } from '../../src/report/stroke-text.ts'

const bounds = (svg: string): { left: number; right: number; top: number; bottom: number } => {
  const path = /\bd="([^"]*)"/.exec(svg)![1]!
  const points = [...path.matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map(
    ([, x, y]) => [Number(x), Number(y)] as const,
  )
  const xs = points.map(([x]) => x)
  const ys = points.map(([, y]) => y)
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) }
}

describe('text drawn with lines', () => {
  test('knows every printable ASCII character, each with a shape of its own', () => {
    const shapes = new Set<string>()
    for (let code = 32; code < 127; code++) {
      const character = String.fromCharCode(code)
      expect(strokeCharacters).toContain(character)
      const escaped = character.replace(/[<>&"]/g, (found) => `&#${found};`)
      if (escaped === character && character !== ' ')
        shapes.add(/ d="([^"]+)"/.exec(strokeText(`<text>${character}</text>`))![1]!)
    }
    expect(shapes.size).toBe(95 - 5)
  })

  test('starts, ends or is centred where the text was', () => {
    const at = (anchor: string) =>
      bounds(strokeText(`<text x="100" y="50" font-size="20" text-anchor="${anchor}">HEH</text>`))
    expect(at('start').left).toBeCloseTo(100, 1)
    expect(at('end').right).toBeCloseTo(100, 1)
    expect((at('middle').left + at('middle').right) / 2).toBeCloseTo(100, 1)
    expect(at('start').bottom).toBeCloseTo(50, 1)
    expect(at('start').top).toBeCloseTo(50 - 0.72 * 20, 1)
  })

  test('keeps transform, colour and central alignment of a chart', () => {
    const svg = strokeText(
      '<g><text dominant-baseline="central" text-anchor="end" style="font-size:12px;font-family:sans-serif;" ' +
        'transform="translate(82 220)" fill="#54555a">H &amp; I</text></g>',
    )
    expect(svg).not.toContain('<text')
    expect(svg).toContain('transform="translate(82 220)"')
    expect(svg).toContain('stroke="#54555a"')
    const { top, bottom } = bounds(svg)
    expect(top + bottom).toBeCloseTo(0, 1)
    expect(bottom - top).toBeCloseTo(0.72 * 12, 1)
  })

  test('draws characters it does not know as a box, and leaves everything else alone', () => {
    expect(strokeText('<text>字</text>')).toContain('<path')
    expect(strokeText('<svg><rect width="3"/></svg>')).toBe('<svg><rect width="3"/></svg>')
  })
})
