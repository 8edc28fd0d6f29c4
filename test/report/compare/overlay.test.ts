// The lines of many runs in one chart: each is told from all others, by everybody, in chart and legend alike.
import type { LineSeriesOption } from 'echarts'
import { describe, expect, it } from 'vitest'
import { colorOf, dashOf, lineMarkup, MOST_LINES, overlayChart } from '../../../src/report/compare/overlay.ts'

type Triple = readonly [number, number, number]

/** How eyes that lack one kind of cone see linear red, green and blue (Machado, Oliveira and Fernandes 2009). */
const EYES: Readonly<Record<string, readonly Triple[]>> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopic: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopic: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopic: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}
const times = (rows: readonly Triple[], v: readonly number[]): number[] =>
  rows.map((row) => row.reduce((sum, factor, i) => sum + factor * v[i]!, 0))
const linear = (color: string): number[] =>
  [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
/** CIE L*a*b* under D65, in which distances are those that eyes see. */
function lab(rgb: readonly number[]): Triple {
  const xyz = times(
    [
      [0.4124, 0.3576, 0.1805],
      [0.2126, 0.7152, 0.0722],
      [0.0193, 0.1192, 0.9505],
    ],
    rgb,
  )
  const [x, y, z] = xyz.map((value, i) => {
    const share = value / [0.9505, 1, 1.089][i]!
    return share > 0.008856 ? Math.cbrt(share) : 7.787 * share + 16 / 116
  }) as unknown as Triple
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}
const distance = (eye: readonly Triple[], a: string, b: string): number => {
  const [one, other] = [a, b].map((color) =>
    lab(times(eye, linear(color)).map((value) => Math.min(1, Math.max(0, value)))),
  )
  return Math.hypot(...one!.map((value, i) => value - other![i]!))
}

describe('lines of groups', () => {
  const line = (group: number): string => `${colorOf(group)} ${dashOf(group)}`

  it('are all different, up to 24', () => {
    expect(MOST_LINES).toBe(24)
    expect(new Set(Array.from({ length: MOST_LINES }, (_, group) => line(group))).size).toBe(24)
    // Then they begin again.
    expect(line(MOST_LINES)).toBe(line(0))
  })

  it.each(Object.entries(EYES))(
    'of the first twelve, those of the same dashes differ in colour to %s eyes',
    (_, eye) => {
      for (let a = 0; a < 12; a++)
        for (let b = 0; b < a; b++)
          if (String(dashOf(a)) === String(dashOf(b)))
            expect(distance(eye, colorOf(a), colorOf(b))).toBeGreaterThan(15)
    },
  )

  it('stand out on light and dark cards', () => {
    for (const background of ['#ffffff', '#171a21'])
      for (let group = 0; group < 6; group++)
        expect(distance(EYES.usual!, colorOf(group), background)).toBeGreaterThan(40)
  })

  it('have dashes in chart and legend, and none is dotted', () => {
    const groups = Array.from({ length: 12 }, (_, i) => ({
      label: `run ${i}`,
      curves: [[[0, i] as [number, number], [9, i] as [number, number]]],
    }))
    const series = overlayChart(groups, { name: 'fid', label: 'FID' }, {}).series as LineSeriesOption[]
    series.forEach(({ lineStyle }, group) => {
      expect([lineStyle?.color, lineStyle?.type]).toEqual([colorOf(group), dashOf(group)])
      expect(lineMarkup(group)).toContain(
        `stroke="${colorOf(group)}" stroke-width="3" stroke-dasharray="${dashOf(group).join(' ')}"`,
      )
      expect(
        Math.max(...dashOf(group).filter((_, i) => i % 2 === 0)) >= 8 || String(dashOf(group)) === '1,0',
      ).toBe(true)
    })
  })
})
