// The figures made of samples.
import { describe, expect, test } from 'vitest'
import {
  evenSelection,
  type StepSamples,
  samplesThroughTraining,
  sheetSvg,
} from '../../src/report/figures.ts'

const samples = (count: number): StepSamples[] =>
  Array.from({ length: count }, (_, index) => ({
    step: index * 400,
    images: { count: 3, height: 28, width: 28, channels: 1, pixels: new Uint8Array(3 * 784).fill(index) },
  }))

/** Stands for a PNG: the first pixel is enough to tell pictures apart. */
const encode = async ({ pixels }: { pixels: Uint8Array }): Promise<Uint8Array> => pixels.slice(0, 1)

const titles = (svg: string): string[] => [...svg.matchAll(/>Step ([\d,]+)</g)].map(([, step]) => step!)
const attribute = (svg: string, name: string): number[] =>
  [...svg.matchAll(new RegExp(`<image [^>]*\\b${name}="([\\d.]+)"`, 'g'))].map(([, value]) => Number(value))

describe('an even selection', () => {
  test('includes the first and the last, and all where there are few', () => {
    const items = Array.from({ length: 31 }, (_, index) => index)
    const selected = evenSelection(items, 30)
    expect(selected).toHaveLength(30)
    expect(new Set(selected).size).toBe(30)
    expect([selected[0], selected.at(-1)]).toEqual([0, 30])
    expect(evenSelection(items, 3)).toEqual([0, 15, 30])
    expect(evenSelection(items, 1)).toEqual([30])
    expect(evenSelection(items, 0)).toEqual([])
    expect(evenSelection([1, 2], 30)).toEqual([1, 2])
  })
})

describe('samples through training', () => {
  test('of 31 sampling steps are 6 rows of 10 with 30 titles', async () => {
    const svg = await samplesThroughTraining(samples(31), { encode })
    expect(titles(svg)).toHaveLength(30)
    expect([titles(svg)[0], titles(svg).at(-1)]).toEqual(['0', '12,000'])
    const rows = attribute(svg, 'y')
    expect(rows).toHaveLength(60)
    expect(new Set(rows).size).toBe(6)
    expect(new Set(attribute(svg, 'x')).size).toBe(10)
    expect(new Set(attribute(svg, 'width'))).toEqual(new Set([56]))
    expect(svg).toContain('image-rendering:pixelated')
  })

  test('of fewer steps use what there is, in order of step', async () => {
    const svg = await samplesThroughTraining(samples(3).reverse(), { encode })
    expect(titles(svg)).toEqual(['0', '400', '800'])
    expect(attribute(svg, 'x')).toHaveLength(6)
    expect(titles(await samplesThroughTraining([], { encode }))).toEqual([])
  })
})

test('a sheet as SVG keeps its pixels square and escapes its title', () => {
  const svg = sheetSvg(Uint8Array.of(1, 2, 3), { width: 598, height: 598, title: '<b> & co' })
  expect(svg).toContain('width="1196" height="1196"')
  expect(svg).toContain('<title>&lt;b&gt; &amp; co</title>')
  expect(svg).toContain('href="data:image/png;base64,AQID"')
})
