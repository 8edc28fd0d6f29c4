// Walks between latents: the ways, the strip, the animation, nearest training images, and what is refused.
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { interpolateRun, sampleRun } from '../../src/lifecycle/index.ts'
import { recordedImages } from '../../src/lifecycle/recorded-run.ts'
import { lerp, slerp } from '../../src/lifecycle/walk.ts'
import { untileGrid } from '../../src/report/index.ts'
import { decodePng, encodeAnimation } from '../../src/report/node/index.ts'
import { openRun } from '../../src/runs/node/index.ts'
import { ConfigError, ShapeError } from '../../src/util/errors.ts'
import { randomStream } from '../../src/util/random.ts'
import { command } from '../support/command.ts'
import { TINY_GAN, trainSmall } from '../support/small-runs.ts'

describe('ways between latents', () => {
  const [a, b] = [1, 2].map((seed) => randomStream(seed, 'walk').fillNormal(new Float32Array(50)))
  const length = (z: ArrayLike<number>): number => Math.hypot(...Array.from(z))
  const cosine = (x: ArrayLike<number>, y: ArrayLike<number>): number =>
    Array.from(x).reduce((sum, value, i) => sum + value * y[i]!, 0) / (length(x) * length(y))

  it('begin at one and end at the other', () => {
    for (const walk of [lerp, slerp])
      for (const [at, end] of [
        [0, a!],
        [1, b!],
      ] as const)
        walk(a!, b!, at).forEach((value, i) => {
          expect(value).toBeCloseTo(end[i]!, 5)
        })
  })

  it('go straight, or round with even angles and lengths between both', () => {
    const angle = Math.acos(cosine(a!, b!))
    for (const at of [0.25, 0.5, 0.9]) {
      const round = slerp(a!, b!, at)
      expect(Math.acos(cosine(a!, round))).toBeCloseTo(at * angle, 4)
      expect(length(round)).toBeCloseTo((1 - at) * length(a!) + at * length(b!), 4)
      expect(length(lerp(a!, b!, at))).toBeLessThan(length(round))
      lerp(a!, b!, at).forEach((value, i) => {
        expect(value).toBeCloseTo((1 - at) * a![i]! + at * b![i]!, 5)
      })
    }
  })

  it('go about the middle of the distribution, and straight where there is no one circle', () => {
    expect(Array.from(slerp([1, 0.5], [0.5, 1], 0.5, 0.5))).toEqual([
      expect.closeTo(0.5 + 0.5 * Math.SQRT1_2, 6),
      expect.closeTo(0.5 + 0.5 * Math.SQRT1_2, 6),
    ])
    expect(Array.from(slerp([1, 0], [-1, 0], 0.5))).toEqual([0, 0])
    expect(Array.from(slerp([1, 0], [3, 0], 0.5))).toEqual([2, 0])
    expect(Array.from(slerp([0, 0], [2, 2], 0.5))).toEqual([1, 1])
  })
})

let root: string
const at = (name: string): string => join(root, name)
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sparring-walk-'))
  const small = { imageSize: '16', latentDim: 8, sampleEvery: 0 }
  await trainSmall(root, [
    { ...TINY_GAN, name: 'gan' },
    { name: 'told', model: 'conditional-dcgan', settings: { ...small, filters: 2, steps: 2 } },
  ])
}, 120_000)
afterAll(() => rm(root, { recursive: true }))

const walk = (request: Partial<Parameters<typeof interpolateRun>[0]> = {}) =>
  interpolateRun({
    run: at('gan'),
    seeds: [1, 2, 3],
    frames: 4,
    seconds: 0.2,
    scale: 2,
    out: at('walk'),
    ...request,
  })

/** The images of a strip, row by row. */
async function imagesOf(file: string, frames: number): Promise<Buffer[][]> {
  const { count, pixels } = untileGrid(await decodePng(await readFile(file)), {
    height: 16,
    width: 16,
    scale: 2,
  })
  const all = Array.from({ length: count }, (_, i) => Buffer.from(pixels.subarray(256 * i, 256 * (i + 1))))
  return Array.from({ length: count / frames }, (_, row) => all.slice(row * frames, (row + 1) * frames))
}

describe('interpolating', () => {
  it('makes a strip whose ends are the first samples of the seeds, both ways, above real images', async () => {
    const { files, rows, neighbours } = await walk()
    expect(rows).toEqual(['spherical', 'linear', 'nearest training image of the spherical row'])
    const strip = await imagesOf(files.strip, 4)
    expect(strip).toHaveLength(6)
    const [round, straight, near, next] = strip as [Buffer[], Buffer[], Buffer[], Buffer[]]
    expect(round[0]!.equals(straight[0]!)).toBe(true)
    expect(round[3]!.equals(straight[3]!)).toBe(true)
    expect(next[0]!.equals(round[3]!)).toBe(true)
    for (const [seed, end] of [
      [1, round[0]!],
      [2, round[3]!],
    ] as const) {
      const { file } = await sampleRun(at('gan'), { count: 1, seed, out: at('one.png') })
      expect(Buffer.from((await decodePng(await readFile(file))).pixels).equals(end)).toBe(true)
    }
    const { config } = await openRun(at('gan'))
    const { train } = await recordedImages(config)
    expect(neighbours).toHaveLength(8)
    neighbours.slice(0, 4).forEach(({ index, distance, class: named }, i) => {
      expect(near[i]!.equals(train.images.subarray(256 * index, 256 * (index + 1)))).toBe(true)
      expect(named).toBe(train.classes[train.labels![index]!])
      const to = (which: number): number =>
        Math.hypot(...Array.from(round[i]!, (byte, j) => (byte - train.images[256 * which + j]!) / 255))
      expect(distance).toBeCloseTo(to(index), 5)
      for (let other = 0; other < 300; other++) expect(to(other)).toBeGreaterThanOrEqual(distance - 1e-9)
    })
  })

  it('makes an animation of all frames at their pace that goes on for ever, and marks both as made', async () => {
    const { files } = await walk()
    const bytes = await readFile(files.animation!)
    const { pages, delay, loop, width, pageHeight, xmp } = await sharp(bytes, { animated: true }).metadata()
    // Two legs of four frames; each image beside its neighbour.
    expect([loop, pageHeight, width]).toEqual([0, 32, 2 * (16 + 2 + 16)])
    // The encoder joins pictures that are the same, and shows them longer.
    expect(pages).toBeLessThanOrEqual(8)
    expect(delay!.reduce((sum, each) => sum + each, 0)).toBe(8 * 50)
    expect(xmp!.toString()).toContain('compositeWithTrainedAlgorithmicMedia')
    const strip = (await readFile(files.strip)).toString('latin1')
    expect(strip).toContain('compositeWithTrainedAlgorithmicMedia')
    expect(strip).toContain('seeds=1 2 3')
    const alone = await walk({ neighbours: false, out: at('alone') })
    expect(alone.rows).toEqual(['spherical', 'linear'])
    expect(alone.neighbours).toEqual([])
    const text = (await readFile(alone.files.strip)).toString('latin1')
    expect(text).toContain('digitalsourcetype/trainedAlgorithmicMedia')
    const gif = await walk({ neighbours: false, animation: 'gif', out: at('moving') })
    expect(gif.files.animation).toBe(at('moving.gif'))
    const { delay: shown } = await sharp(await readFile(gif.files.animation!), { animated: true }).metadata()
    expect(shown!.reduce((sum, each) => sum + each, 0)).toBe(8 * 50)
  })

  it('keeps every pixel of grey pictures, as WebP and as GIF, and of colours as WebP', async () => {
    const pictures = (channels: number) =>
      [0, 1, 2].map((frame) => ({
        width: 5,
        height: 4,
        channels,
        pixels: Uint8Array.from({ length: 20 * channels }, (_, i) => (frame * 80 + i * 3) % 256),
      }))
    for (const [format, channels] of [
      ['webp', 1],
      ['gif', 1],
      ['webp', 3],
    ] as const) {
      const source = 'http://example.org/made'
      const bytes = await encodeAnimation(pictures(channels), { format, pace: 10, source })
      const decoded = sharp(bytes, { animated: true }).removeAlpha().toColourspace('srgb').raw()
      const { data } = await decoded.toBuffer({ resolveWithObject: true })
      const wanted = pictures(channels).flatMap(({ pixels }) =>
        Array.from(pixels).flatMap((value) => (channels === 1 ? [value, value, value] : [value])),
      )
      expect(Array.from(data), `${format} of ${channels}`).toEqual(wanted)
      expect((await sharp(bytes, { animated: true }).metadata()).delay).toEqual([100, 100, 100])
    }
    await expect(encodeAnimation([], { format: 'webp', pace: 10, source: '' })).rejects.toThrow(ShapeError)
  })

  it('is the same to the byte every time, and goes the way that is asked for', async () => {
    const read = async ({ files }: Awaited<ReturnType<typeof walk>>): Promise<string[]> =>
      Promise.all(Object.values(files).map((file) => readFile(file, 'base64')))
    const first = await walk({ path: 'slerp' })
    const bytes = await read(first)
    expect(await read(await walk({ path: 'slerp', out: at('again') }))).toEqual(bytes)
    const [strip, animation] = await read(await walk({ path: 'lerp', out: at('straight') }))
    expect(strip).toBe(bytes[0])
    expect(animation).not.toBe(bytes[1])
    // Latents of this one are uniform.
    expect((await walk({ out: at('usual'), animation: 'none' })).path).toBe('lerp')
    expect(existsSync(at('usual.webp'))).toBe(false)
  })

  it('keeps to one class of models that are told it', async () => {
    const told = (name: string, given?: string) =>
      walk({
        run: at('told'),
        seeds: [1, 2],
        class: given,
        neighbours: false,
        animation: 'none',
        out: at(name),
      })
    const three = await told('three', '3')
    expect(three.path).toBe('slerp')
    const [row] = await imagesOf(three.files.strip, 4)
    const { file } = await sampleRun(at('told'), { count: 1, seed: 2, class: '3', out: at('one.png') })
    expect(Buffer.from((await decodePng(await readFile(file))).pixels).equals(row![3]!)).toBe(true)
    const five = await told('five', '5')
    expect((await readFile(five.files.strip)).equals(await readFile(three.files.strip))).toBe(false)
    await expect(told('none', 'eleven')).rejects.toThrow(/there is no class "eleven"/)
  })

  it('needs two seeds, a model that makes images, and room', async () => {
    await expect(walk({ seeds: [1] })).rejects.toThrow(ConfigError)
    await expect(walk({ class: '3' })).rejects.toThrow(/makes examples of any class/)
    await expect(walk({ scale: 32, frames: 1000, seeds: Array(300).fill(1) })).rejects.toThrow(/too large/)
  })
})

describe('sparring interpolate', () => {
  it('names the pictures after the seeds, and tells the rows', async () => {
    const { code, text } = await command(
      'interpolate',
      at('gan'),
      '--seeds',
      '4,5',
      '--frames',
      '3',
      '--seconds',
      '0.1',
      '--quiet',
    )
    expect(code).toBe(0)
    expect(text).toContain(
      'rows of the strip: spherical, linear, nearest training image of the spherical row',
    )
    expect(text).toMatch(/nearest training image: Euclidean distance \d+\.\d\d/)
    expect(existsSync(at('gan/walk-4-5.png')) && existsSync(at('gan/walk-4-5.webp'))).toBe(true)
    const wrong = await command('interpolate', at('gan'), '--seeds', '4')
    expect(wrong.code).toBe(2)
    expect(wrong.text).toContain('--seeds: expected two seeds or more, such as 1,2,3, got "4"')
  })
})
