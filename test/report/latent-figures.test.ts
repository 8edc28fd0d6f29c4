// Figures of latents: geometry, orientation, colours, and words that are safe.
import { describe, expect, test } from 'vitest'
import { movedApart } from '../../src/report/boxes.ts'
import { classColor } from '../../src/report/class-colors.ts'
import {
  type ImageBatch,
  latentManifold,
  latentScatter,
  manifoldSide,
  type PixelImage,
  planeGrid,
  reconstructions,
} from '../../src/report/index.ts'
import { evenTicks } from '../../src/report/latent-scatter.ts'

const images = (count: number, first = 0): ImageBatch => ({
  count,
  height: 2,
  width: 2,
  channels: 1,
  pixels: Uint8Array.from({ length: 4 * count }, (_, index) => first + Math.floor(index / 4)),
})
/** Keeps what would be encoded. */
const keeping = (kept: PixelImage[]) => async (image: PixelImage) => {
  kept.push(image)
  return Uint8Array.of(kept.length)
}
const evil = '</title><script>alert(1)</script>&'
const numbersOf = (svg: string, pattern: RegExp): number[][] =>
  [...svg.matchAll(pattern)].map((match) => match.slice(1).map(Number))

describe('the map of latents', () => {
  test('runs from -range to range, the second number upwards', () => {
    expect([...planeGrid(3, 4)]).toEqual([-4, 4, 0, 4, 4, 4, -4, 0, 0, 0, 4, 0, -4, -4, 0, -4, 4, -4])
  })

  test('shows the first image at the upper left, and ticks at the middles of the outer images', async () => {
    const kept: PixelImage[] = []
    const svg = await latentManifold(images(9), {
      encode: keeping(kept),
      range: 2.5,
      labels: ['z1', 'z2'],
      title: 'Map',
    })
    const [sheet] = kept
    expect([sheet!.width, sheet!.height]).toEqual([6, 6])
    expect([sheet!.pixels[0], sheet!.pixels[5], sheet!.pixels[30], sheet!.pixels[35]]).toEqual([0, 2, 6, 8])
    const [[left, top, width, height]] = numbersOf(
      svg,
      /<image x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g,
    ) as [[number, number, number, number]]
    const heights = numbersOf(svg, /<path d="M[\d.]+ ([\d.]+)h-/g).flat()
    // -2.5 is written beside the lowest row, 2.5 beside the highest.
    expect(heights[0]).toBeCloseTo(top + (height * 5) / 6, 1)
    expect(heights.at(-1)).toBeCloseTo(top + height / 6, 1)
    const across = numbersOf(svg, /<path d="M([\d.]+) [\d.]+v/g).flat()
    expect(across[0]).toBeCloseTo(left + width / 6, 1)
    for (const label of ['-2.5', '-1.25', '0', '1.25', '2.5', 'z1', 'z2'])
      expect(svg).toContain(`>${label}</text>`)
  })

  test('has fewer images where they are large', () => {
    expect(manifoldSide({ height: 28, width: 28 })).toBe(30)
    expect(manifoldSide({ height: 64, width: 48 })).toBe(26)
    expect(manifoldSide({ height: 2000, width: 2000 })).toBe(5)
  })

  test('escapes what it is called', async () => {
    const svg = await latentManifold(images(4), {
      encode: keeping([]),
      range: 1,
      labels: [evil, evil],
      title: evil,
    })
    expect(svg).not.toContain('<script>')
  })
})

describe('reconstructions', () => {
  test('stand below their originals, block by block, also when the last block is not full', async () => {
    const kept: PixelImage[] = []
    const svg = await reconstructions(images(5), images(5, 100), {
      encode: keeping(kept),
      perRow: 3,
      title: 'R',
    })
    const heights = numbersOf(svg, /<image x="[\d.]+" y="([\d.]+)"/g).flat()
    expect(heights).toEqual(heights.toSorted((a, b) => a - b))
    const words = [...svg.matchAll(/>(original|reconstruction)<\/text>/g)].map(([, word]) => word)
    expect(words).toEqual(['original', 'reconstruction', 'original', 'reconstruction'])
    expect(kept.map(({ width }) => width).toSorted((a, b) => a - b)).toEqual([6, 6, 10, 10])
    expect(kept.map(({ pixels }) => pixels[0]).toSorted((a, b) => a! - b!)).toEqual([0, 3, 100, 103])
  })
})

describe('the scatter of latents', () => {
  const four = { points: Float32Array.of(-1, 0, 3, 0, 1, 2, 1, Number.NaN), classes: ['zero', evil] }
  const draw = (labels?: number[]) =>
    latentScatter({ ...four, labels }, { labels: ['z1', 'z2'], title: evil })

  test('has one scale for both axes, upwards and to the right, and leaves out what is not finite', () => {
    const svg = draw([0, 1, 0, 1])
    const points = numbersOf(svg, /M([\d.]+) ([\d.]+)h0/g) as [number, number][]
    expect(points).toHaveLength(3)
    const [[x0, y0], [x2, y2], [x1]] = points as [[number, number], [number, number], [number, number]]
    const unit = (x1 - x0) / 4
    expect(unit).toBeGreaterThan(0)
    expect(x2 - x0).toBeCloseTo(2 * unit, 0)
    expect(y0 - y2).toBeCloseTo(2 * unit, 0)
  })

  test('has a legend where there are labels, one colour where there are none, and safe words', () => {
    const coloured = draw([0, 1, 0, 1])
    expect(coloured.match(/<circle /g)).toHaveLength(2)
    expect(coloured).toContain('>zero</text>')
    expect(coloured).not.toContain('<script>')
    const plain = draw()
    expect(plain).not.toContain('<circle')
    expect(new Set([...plain.matchAll(/<path stroke="(#\w+)"/g)].map(([, color]) => color)).size).toBe(1)
  })

  test('of ten thousand points stays under 200 kB', () => {
    const points = Float64Array.from({ length: 20_000 }, (_, i) => Math.sin(i * 12.9898) * (1 + (i % 7)))
    const labels = Array.from({ length: 10_000 }, (_, i) => i % 10)
    const svg = latentScatter(
      { points, labels, classes: [...'0123456789'] },
      { labels: ['z1', 'z2'], title: 'S' },
    )
    expect(svg.match(/h0/g)).toHaveLength(10_000)
    expect(svg.length).toBeLessThan(200_000)
  })

  test('has classes in turns, so that none hides the others, or the last one in front of all', () => {
    const points = Float64Array.from({ length: 240 }, (_, i) => i % 17)
    const labels = Array.from({ length: 120 }, (_, i) => (i < 90 ? 0 : 1))
    const colours = (layered: boolean) =>
      numbersOf(
        latentScatter(
          { points, labels, classes: ['real', 'made'] },
          { labels: ['x', 'y'], title: 'S', layered },
        ).replaceAll(
          /<path stroke="(#[0-9a-f]+)" d="([^"]*)"/gi,
          (_, colour, d) => `<turn ${d.split('h0').length - 1} ${colour === classColor(0) ? 0 : 1}>`,
        ),
        /<turn (\d+) (\d)>/g,
      )
    expect(colours(true)).toEqual([
      [90, 0],
      [30, 1],
    ])
    expect(colours(false).map(([, index]) => index)).toEqual([0, 1, 0, 1, 0, 0, 0])
  })

  test('of a single point, or of none, is still a picture', () => {
    for (const points of [Float64Array.of(2, 3), new Float64Array(0)])
      expect(latentScatter({ points, classes: [] }, { labels: ['z1', 'z2'], title: 'S' })).not.toMatch(
        /NaN|Infinity/,
      )
  })

  test('has ticks at even numbers within its ends', () => {
    expect(evenTicks(-4.9, 3.6)).toEqual([-4, -2, 0, 2])
    expect(evenTicks(0, 1)).toHaveLength(6)
  })
})

test('boxes that overlap are parted, others stay', () => {
  const box = { width: 10, height: 10 }
  const [a, b, far] = movedApart(
    [
      { ...box, x: 0, y: 0 },
      { ...box, x: 3, y: 1 },
      { ...box, x: 50, y: 50 },
    ],
    0,
  )
  expect(Math.abs(a!.x - b!.x)).toBeCloseTo(10)
  expect(far).toMatchObject({ x: 50, y: 50 })
  const same = movedApart(
    [
      { ...box, x: 0, y: 0 },
      { ...box, x: 0, y: 0 },
    ],
    2,
  )
  expect(Math.abs(same[0]!.y - same[1]!.y) + Math.abs(same[0]!.x - same[1]!.x)).toBeCloseTo(12)
})

test('class colours can be told apart, also with protanopia and deuteranopia', () => {
  const linear = (c: number): number => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  // Machado et al. 2009, severity 1.
  const eyes = [
    [1, 0, 0, 0, 1, 0, 0, 0, 1],
    [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
    [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  ]
  const times = (m: number[], v: number[]) =>
    [0, 3, 6].map((row) =>
      Math.min(1, Math.max(0, m[row]! * v[0]! + m[row + 1]! * v[1]! + m[row + 2]! * v[2]!)),
    )
  const lab = ([r, g, b]: number[]): number[] => {
    const f = (t: number) => (t > 216 / 24_389 ? Math.cbrt(t) : ((24_389 / 27) * t + 16) / 116)
    const x = f((0.4124564 * r! + 0.3575761 * g! + 0.1804375 * b!) / 0.95047)
    const y = f(0.2126729 * r! + 0.7151522 * g! + 0.072175 * b!)
    const z = f((0.0193339 * r! + 0.119192 * g! + 0.9503041 * b!) / 1.08883)
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
  }
  const ten = Array.from({ length: 10 }, (_, i) =>
    [1, 3, 5].map((at) => linear(Number.parseInt(classColor(i).slice(at, at + 2), 16) / 255)),
  )
  for (const eye of eyes) {
    const seen = ten.map((color) => lab(times(eye, color)))
    for (const [i, a] of seen.entries())
      for (const b of seen.slice(0, i)) expect(Math.hypot(...a.map((x, k) => x - b[k]!))).toBeGreaterThan(18)
  }
  for (const i of [10, 99]) expect(classColor(i)).toMatch(/^#[0-9a-f]{6}$/)
})
