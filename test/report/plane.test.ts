// The duel on the plane as a drawing and in words: the border, arrows, places, the figure of a run, what is said of it.
import { describe, expect, it } from 'vitest'
import {
  arrowsOf,
  borderOf,
  headOf,
  levelColor,
  PLANE_DARK,
  PLANE_LIGHT,
  placesOf,
} from '../../src/report/plane-drawing.ts'
import { planeFigures } from '../../src/report/plane-figure.ts'
import { planeText } from '../../src/report/plane-words.ts'
import type { PlaneRow } from '../../src/runs/index.ts'

const side = 9
/** Levels that rise from the left to the right: the border is where x is 0. */
const rising = Array.from({ length: side * side }, (_, i) => Math.round((100 * (i % side)) / (side - 1)))
const row = (changes: Partial<PlaneRow> = {}): PlaneRow => ({
  step: 1200,
  window: { x: 0, y: 0, half: 2 },
  real: [0, 0, 1, 1],
  made: [-1, 0, 0, 1, 5, 5],
  pull: [2, 0, 0, -1],
  map: { unit: 'probability', side, level: rising, real: 0.83, made: 0.219 },
  modes: { reached: 3, of: 8, highQuality: 0.41, samples: 400 },
  ...changes,
})

describe('the border', () => {
  it('runs where the level is crossed, whatever the cells are', () => {
    const lines = borderOf({ side, level: rising })
    expect(lines.length).toBe(side - 1)
    for (const [x] of lines.flat()) expect(x).toBeCloseTo(0.5, 6)
    const ys = lines.flat().map(([, y]) => y)
    expect(Math.min(...ys)).toBeCloseTo(0.5 / side, 6)
    expect(Math.max(...ys)).toBeCloseTo(1 - 0.5 / side, 6)
  })
  it('closes around a hill, and is nowhere on a plain', () => {
    const hill = Array.from({ length: side * side }, (_, i) =>
      Math.max(0, Math.round(100 - 28 * Math.hypot((i % side) - 4, Math.floor(i / side) - 4))),
    )
    const ends = borderOf({ side, level: hill })
      .flat()
      .map(([x, y]) => `${x.toFixed(6)} ${y.toFixed(6)}`)
    expect(ends.length).toBeGreaterThan(8)
    for (const end of ends) expect(ends.filter((other) => other === end).length, end).toBe(2)
    expect(borderOf({ side, level: rising.map(() => 20) })).toEqual([])
  })
  it('meets itself nowhere at a saddle', () => {
    const ends = borderOf({ side: 2, level: [90, 10, 10, 90] }).flat()
    expect(ends.length).toBe(4)
    expect(new Set(ends.map(String)).size).toBe(4)
  })
})

describe('places and arrows', () => {
  it('have y upwards, and lengths relative to the strongest pulls', () => {
    expect(placesOf([-2, -2, 2, 2, 0, 1], row().window)).toEqual([
      [0, 1],
      [1, 0],
      [0.5, 0.25],
    ])
    const [right, down] = arrowsOf(row())
    expect(right![0]).toEqual([0.25, 0.5])
    expect(right![1][0]).toBeGreaterThan(right![0][0])
    expect(down![1][1]).toBeGreaterThan(down![0][1])
    expect(down![1][0]).toBe(0.5)
    const [x, y] = headOf(
      [
        [0, 0],
        [1, 0],
      ],
      0.1,
    )[0]!
    expect(x).toBeLessThan(1)
    expect(Math.abs(y)).toBeLessThan(0.1)
  })
  it('are left out where nothing pulls, and where their point is out of sight', () => {
    expect(arrowsOf(row({ pull: [0, 0, 0, 0] }))).toEqual([])
    expect(arrowsOf(row({ made: [9, 9, 0, 1] })).length).toBe(1)
  })
})

describe('colours', () => {
  /** @source WCAG 2.2, relative luminance and contrast */
  const luminance = (color: string): number =>
    [1, 3, 5]
      .map((from) => Number.parseInt(color.slice(from, from + 2), 16) / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
      .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i]!, 0)
  const contrast = (a: string, b: string): number => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number]
    return (high + 0.05) / (low + 0.05)
  }
  it.each([
    ['light', PLANE_LIGHT],
    ['dark', PLANE_DARK],
  ] as const)('of points and arrows stand out from every level, on %s pages', (_, colors) => {
    for (let level = 0; level <= 100; level += 10)
      for (const sign of [colors.made, colors.real, colors.ink])
        expect(contrast(sign, levelColor(level, colors)), `${sign} on ${level}`).toBeGreaterThan(3)
  })
})

describe('in words', () => {
  it('a frame says modes, quality, what the discriminator gives, and what is out of sight', () => {
    expect(planeText(row())).toBe(
      'Step 1,200: 3 made points before 2 real ones. 400 fresh samples reach 3 of 8 modes; 41% of them are of high quality. ' +
        'The discriminator takes real points for real with 83%, made ones with 22%, on average. 1 made point lies outside of the picture.',
    )
    const scored = row({ map: { ...row().map!, unit: 'score', real: 1.234, made: -0.4 }, made: [0, 0] })
    expect(planeText(scored)).toMatch(/scores real points 1\.2 and made ones −0\.4, on average/)
  })
  it('says nothing of a discriminator that cannot be asked, and of modes that are not known', () => {
    const { map: _, modes: __, ...bare } = row({ made: [0, 0] })
    expect(planeText(bare)).toBe('Step 1,200: 1 made points before 2 real ones.')
  })
})

describe('the figure', () => {
  it('shows at most six frames, the first and the last among them, with what they say', () => {
    const plane = Array.from({ length: 50 }, (_, i) => row({ step: 100 * i }))
    const [figure, ...others] = planeFigures({ plane })
    expect(others).toEqual([])
    expect(figure!.name).toBe('duel-on-the-plane')
    expect([...figure!.svg.matchAll(/Step ([\d,]+): 3 of 8 modes/g)].map(([, step]) => step)).toEqual([
      '0',
      '1,000',
      '2,000',
      '2,900',
      '3,900',
      '4,900',
    ])
    expect(figure!.caption).toContain('at 6 of 50 steps that were kept')
    expect(figure!.alt).toContain('3 of 8 modes')
    expect(figure!.svg).toContain('taken for real')
    expect(figure!.svg).not.toMatch(/NaN|undefined|Infinity/)
  })
  it('does without a map, and runs without frames have none', () => {
    const { map: _, ...bare } = row()
    expect(planeFigures({ plane: [bare] })[0]!.svg).not.toContain('taken for real')
    expect(planeFigures({ plane: [] })).toEqual([])
  })
})
