// A patch lies where it is laid, learns its class through the classifier, beats its controls, and prints in its size.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openOracle } from '../../src/attacks/oracle.ts'
import { type LabelledImages, maskOf, type Patch, patchOptions, trainPatch } from '../../src/attacks/patch.ts'
import { cropOf, measurePatch } from '../../src/attacks/patch-measure.ts'
import { patchSvg } from '../../src/attacks/patch-svg.ts'
import { anyPlacement, type Placement, placementRow, withPatch } from '../../src/attacks/placement.ts'
import { gradients } from '../../src/autodiff/index.ts'
import { mul, reduceSum } from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { constant, input } from '../../src/graph/value.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { randomStream } from '../../src/util/random.ts'
import { TINY_SIZE, tinyClassifier, tinyLogits } from './tiny-classifier.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
})
afterAll(() => engine?.close())

describe('placement', () => {
  const [height, width, channels, side] = [6, 8, 2, 3]
  const images = randomStream(1, 'images').fillUniform(new Float32Array(height * width * channels))
  const patch = randomStream(1, 'patch').fillUniform(new Float32Array(side * side * channels))
  const shown = input('images', [1, height, width, channels])
  const laid = input('patch', [side, side, channels])
  const placements = input('placements', [1, 6])
  const mask = maskOf('square', side)
  const out = withPatch(shown, laid, mask, placements)
  const weights = randomStream(1, 'weights').fillNormal(new Float32Array(images.length))
  const sum = reduceSum(mul(out, constant(weights, out.shape)))
  const [slope] = gradients(sum, [laid])
  const graph = { inputs: [shown, laid, placements], outputs: { out, sum, slope: slope! } }
  const lay = (placement: Placement, pixels: Float32Array = patch) =>
    interpret(graph, {
      images: { shape: shown.shape, data: images },
      patch: { shape: laid.shape, data: pixels },
      placements: { shape: [1, 6], data: Float64Array.from(placementRow(placement, side)) },
    })

  it('covers the pixels it is laid on, in its own size and as it is, and no others', () => {
    const { out: found } = lay({ side, degrees: 0, middleX: 3.5, middleY: 2.5 })
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let k = 0; k < channels; k++) {
          const isOn = x >= 2 && x < 5 && y >= 1 && y < 4
          const wanted = isOn
            ? patch[((y - 1) * side + x - 2) * channels + k]!
            : images[(y * width + x) * channels + k]!
          expect(found!.data[(y * width + x) * channels + k]).toBeCloseTo(wanted, 6)
        }
  })

  it('turns counterclockwise', () => {
    const { out: found } = lay({ side, degrees: 90, middleX: 3.5, middleY: 2.5 })
    // The upper right corner of the patch is the upper left one of what is seen.
    const at = (y: number, x: number): number => found!.data[(y * width + x) * channels]!
    expect(at(1, 2)).toBeCloseTo(patch[2 * channels]!, 6)
    expect(at(1, 4)).toBeCloseTo(patch[8 * channels]!, 6)
    expect(at(3, 2)).toBeCloseTo(patch[0]!, 6)
  })

  it('covers as much as its side says, at any angle', () => {
    const white = new Float32Array(patch.length).fill(1)
    const black = new Float32Array(patch.length)
    for (const degrees of [0, 10, 22.5, 45]) {
      const placement = { side: 3.3, degrees, middleX: 4, middleY: 3 }
      const [a, b] = [lay(placement, white).out!.data, lay(placement, black).out!.data]
      let covered = 0
      for (let i = 0; i < a.length; i += channels) covered += a[i]! - b[i]!
      expect(covered).toBeGreaterThan(0.9 * 3.3 ** 2)
      expect(covered).toBeLessThan(1.1 * 3.3 ** 2)
    }
  })

  it('has the gradient of its differences', () => {
    const placement = { side: 4.2, degrees: 17, middleX: 3.7, middleY: 2.9 }
    const { slope: found, sum: before } = lay(placement)
    for (const i of [0, 7, 9, 17]) {
      const moved = patch.slice()
      moved[i]! += 0.5
      const { sum: after } = lay(placement, moved)
      expect((after!.data[0]! - before!.data[0]!) / (moved[i]! - patch[i]!)).toBeCloseTo(found!.data[i]!, 5)
    }
  })

  it('is drawn so that the patch lies inside', () => {
    const random = randomStream(1, 'places')
    for (let i = 0; i < 200; i++) {
      const {
        side: drawn,
        degrees,
        middleX,
        middleY,
      } = anyPlacement(3, 22.5, { height, width, channels }, random)
      expect(Math.abs(degrees)).toBeLessThanOrEqual(22.5)
      for (const corner of [45, 135, 225, 315]) {
        const angle = ((degrees + corner) * Math.PI) / 180
        const reach = drawn / Math.SQRT2
        expect(middleX + reach * Math.cos(angle)).toBeGreaterThan(-1e-9)
        expect(middleX + reach * Math.cos(angle)).toBeLessThan(width + 1e-9)
        expect(middleY + reach * Math.sin(angle)).toBeGreaterThan(-1e-9)
        expect(middleY + reach * Math.sin(angle)).toBeLessThan(height + 1e-9)
      }
    }
    expect(anyPlacement(9, 0, { height, width, channels }, random)).toMatchObject({ middleX: 4, middleY: 3 })
  })
})

describe('a patch', () => {
  const COUNT = 60
  const images = randomStream(5, 'images').fillUniform(new Float32Array(COUNT * TINY_SIZE))
  const labels = Int32Array.from({ length: COUNT }, (_, i) => {
    const logits = tinyLogits(images.subarray(i * TINY_SIZE, (i + 1) * TINY_SIZE))
    return logits.indexOf(Math.max(...logits))
  })
  const part = (from: number, to: number): LabelledImages => ({
    images: images.subarray(from * TINY_SIZE, to * TINY_SIZE),
    labels: labels.subarray(from, to),
    ids: Int32Array.from({ length: to - from }, (_, i) => from + i),
  })
  const options = patchOptions.parse({ sizes: [0.5, 0.75], steps: 60, batch: 8, rate: 0.1, degrees: 10 })
  const target = 0
  const seed = 1

  it('is learned, is the same for the same seed, and succeeds on images it never saw more often than its controls', async () => {
    const oracle = openOracle(engine, tinyClassifier, { knowledge: 'gradient', batch: 16 })
    const patch = await trainPatch(oracle, { ...part(0, 30), target, seed }, options)
    expect(patch).toMatchObject({ side: 3, channels: 1 })
    expect(patch.pixels.every((p) => p >= 0 && p <= 1)).toBe(true)
    const asked = Array.from({ length: 30 }, (_, i) => oracle.counts(i).gradients)
    expect(asked.reduce((sum, n) => sum + n, 0)).toBe(60 * 8)
    asked.forEach((n, i) => {
      if (labels[i] === target) expect(n).toBe(0)
    })
    const again = await trainPatch(oracle, { ...part(0, 30), target, seed }, options)
    expect([...again.pixels]).toEqual([...patch.pixels])

    const measures = await measurePatch(
      oracle,
      patch,
      { target, seed, heldOut: part(30, 60), real: part(0, 30) },
      options,
    )
    expect(measures.without.count).toBe(0)
    expect(measures.sizes.map(({ side }) => side)).toEqual([2, 3])
    expect(measures.sizes.map(({ area }) => area)).toEqual([0.25, 0.5625])
    for (const { patch: learned, random, crop, bestCrop } of measures.sizes) {
      expect(learned.share).toBeGreaterThan(0.4)
      expect(learned.share).toBeGreaterThan(random.share! + 0.1)
      expect(learned.share).toBeGreaterThan(crop.share! + 0.1)
      // The best of ten, chosen by the very images it is measured on, may do as well on so small an image.
      expect(bestCrop.share).toBeGreaterThanOrEqual(crop.share!)
    }
    await oracle.close()
  })

  it('needs gradients, a class there is, and images to learn from', async () => {
    const blind = openOracle(engine, tinyClassifier, { knowledge: 'scores', batch: 16 })
    await expect(trainPatch(blind, { ...part(0, 30), target, seed }, options)).rejects.toThrow(
      'needs "gradient"',
    )
    const oracle = openOracle(engine, tinyClassifier, { knowledge: 'gradient', batch: 16 })
    await expect(trainPatch(oracle, { ...part(0, 30), target: 3, seed }, options)).rejects.toThrow(
      'patch: expected a target from 0 to 2, got 3',
    )
    await expect(trainPatch(oracle, { ...part(0, 0), target, seed }, options)).rejects.toThrow('got none')
    const patch: Patch = { side: 2, channels: 1, pixels: new Float32Array(4), mask: maskOf('square', 2) }
    const nothing = { target, seed, heldOut: part(0, 0), real: part(0, 30) }
    await expect(measurePatch(oracle, patch, nothing, options)).rejects.toThrow('got 0 and')
  })

  it('stops when told to', async () => {
    const oracle = openOracle(engine, tinyClassifier, { knowledge: 'gradient', batch: 16 })
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(trainPatch(oracle, { ...part(0, 30), target, seed, signal }, options)).rejects.toThrow(
      'enough',
    )
  })

  it('of a circle covers about pi / 4 of its square', () => {
    const covered = maskOf('circle', 40).reduce((sum, part) => sum + part, 0)
    expect(covered / 1600).toBeCloseTo(Math.PI / 4, 2)
    expect(maskOf('circle', 1)[0]).toBe(1)
  })

  it('as a control is the middle of an image, as a mean where it is smaller', () => {
    const image = Float32Array.from({ length: 64 }, (_, i) => (i % 8) / 8)
    const crop = cropOf(
      image,
      { height: 8, width: 8 },
      { side: 3, channels: 1, mask: maskOf('square', 3), pixels: new Float32Array(9) },
    )
    // Columns 1 to 6, two at a time.
    expect([...crop.pixels.subarray(0, 3)]).toEqual([1.5 / 8, 3.5 / 8, 5.5 / 8])
  })
})

describe('the drawing of a patch', () => {
  const pixels = Float32Array.of(0, 0, 1, 0.5)
  const patch: Patch = { side: 2, channels: 1, pixels, mask: Float32Array.of(1, 1, 0, 1) }
  const number = (svg: string, pattern: RegExp): number => Number(pattern.exec(svg)![1])

  it.each([5, 50, 123.456])(
    'of %d mm has units of one millimetre and a patch of that side',
    (millimetres) => {
      const svg = patchSvg(patch, { millimetres })
      const [, width, height] = /^<svg [^>]*width="([\d.]+)mm" height="([\d.]+)mm"/.exec(svg)!
      // As many units as millimetres: a unit is one.
      expect(svg).toContain(`viewBox="0 0 ${width} ${height}"`)
      const inner = /<svg x="10" y="10" width="([\d.]+)" height="([\d.]+)" viewBox="0 0 2 2"/.exec(svg)!
      expect(Number(inner[1])).toBeCloseTo(millimetres, 4)
      expect(Number(inner[2])).toBeCloseTo(millimetres, 4)
      expect(Number(width)).toBeGreaterThan(millimetres + 19.9)
      expect(number(svg, />(\d+) mm: print at 100%/)).toBe(
        millimetres < 20 ? millimetres : Math.floor(millimetres / 10) * 10,
      )
    },
  )

  it('has each pixel of the patch in its colour, and none outside of it', () => {
    const svg = patchSvg(patch, { millimetres: 20, title: 'a < b & c' })
    expect(svg).toContain('<path fill="#000000" d="M0 0h2v1h-2z"/>')
    expect(svg).toContain('<path fill="#808080" d="M1 1h1v1h-1z"/>')
    expect(svg).not.toContain('#ffffff')
    expect(svg).toContain('<title>a &#60; b &#38; c</title>')
    const color = { side: 1, channels: 3, pixels: Float32Array.of(1, 0, 0.2), mask: Float32Array.of(1) }
    expect(patchSvg(color, { millimetres: 20 })).toContain('fill="#ff0033"')
  })

  it('is drawn with a line around it to cut along', () => {
    expect(patchSvg(patch, { millimetres: 50 })).toContain(
      '<rect x="9.95" y="9.95" width="50.1" height="50.1"',
    )
    const round = { side: 4, channels: 1, pixels: new Float32Array(16), mask: maskOf('circle', 4) }
    expect(patchSvg(round, { millimetres: 50 })).toContain('<circle cx="35" cy="35" r="25.05"')
  })

  it('refuses sizes that nobody prints', () => {
    expect(() => patchSvg(patch, { millimetres: 0 })).toThrow(
      'patchSvg: millimetres must be a number with 5 <= millimetres <= 2000, got 0',
    )
  })
})
