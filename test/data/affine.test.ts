// Images moved about on a larger picture, against an independent map from image to picture.
import { describe, expect, it } from 'vitest'
import { AFFINE, affineImages, createDataset, type Dataset } from '../../src/data/index.ts'
import { namedColumns } from '../../src/data/node/index.ts'
import { DataError } from '../../src/util/errors.ts'
import { randomStream } from '../../src/util/random.ts'

const indices = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i)

/** Images of 9 x 9 pixels, black but for a white square of 3 x 3 whose middle is here. */
const square = (x: number, y: number): Promise<Dataset> =>
  createDataset({
    name: 'square',
    images: Uint8Array.from({ length: 81 }, (_, i) =>
      Math.abs((i % 9) - x) <= 1 && Math.abs(Math.floor(i / 9) - y) <= 1 ? 255 : 0,
    ),
    count: 1,
    height: 9,
    width: 9,
    channels: 1,
    labels: Uint8Array.of(1),
    classes: ['a', 'b'],
  })

/** How much ink there is, and where its middle lies, from the middle of a picture of this side. */
function ink(image: Float32Array, side: number): { mass: number; x: number; y: number } {
  let [mass, x, y] = [0, 0, 0]
  image.forEach((v, i) => {
    mass += v
    x += v * ((i % side) - (side - 1) / 2)
    y += v * (Math.floor(i / side) - (side - 1) / 2)
  })
  return { mass, x: x / mass, y: y / mass }
}

describe('images moved about', () => {
  it('for training lie on whole pixels, unchanged, anywhere within reach', async () => {
    const set = await affineImages({ of: await square(4, 4), count: 200, seed: 2, padding: 3, shift: 3 })
    const images = new Float32Array(200 * 225)
    set.fill('images', indices(200), images)
    const places = new Set<string>()
    for (let i = 0; i < 200; i++) {
      const { mass, x, y } = ink(images.subarray(225 * i, 225 * (i + 1)), 15)
      expect(mass).toBeCloseTo(9, 5)
      places.add(`${Math.round(x)} ${Math.round(y)}`)
      for (const moved of [x, y]) {
        expect(moved).toBeCloseTo(Math.round(moved), 5)
        expect(Math.abs(moved)).toBeLessThan(3.5)
      }
    }
    expect(places.size).toBeGreaterThan(40)
  })

  it('for testing are scaled, sheared, turned and then moved', async () => {
    // Away from the middle, so that every part of the map is seen.
    const [fromX, fromY, count] = [2, -1, 40]
    const set = await affineImages({
      of: await square(4 + fromX, 4 + fromY),
      count,
      seed: 5,
      padding: 4,
      shift: 2,
      change: AFFINE,
    })
    const images = new Float32Array(count * 289)
    set.fill('images', indices(count), images)
    for (let i = 0; i < count; i++) {
      const random = randomStream(5, 'affine', i)
      const within = (most: number): number => most * (2 * random.uniform() - 1)
      const angle = (within(20) * Math.PI) / 180
      const [shear, wide, high] = [within(0.2), 1 + within(0.2), 1 + within(0.2)]
      const [moveX, moveY] = [within(2), within(2)]
      const [scaledX, scaledY] = [wide * fromX, high * fromY]
      const shearedX = scaledX + shear * scaledY
      const wanted = {
        x: Math.cos(angle) * shearedX - Math.sin(angle) * scaledY + moveX,
        y: Math.sin(angle) * shearedX + Math.cos(angle) * scaledY + moveY,
      }
      const found = ink(images.subarray(289 * i, 289 * (i + 1)), 17)
      expect(Math.hypot(found.x - wanted.x, found.y - wanted.y)).toBeLessThan(0.12)
      // As much ink as the area has grown, up to what lies between pixels.
      expect(found.mass / (9 * wide * high)).toBeCloseTo(1, 0)
    }
  })

  it('need labels', async () => {
    const { labels: _, hash: __, ...bare } = await square(4, 4)
    const of = await createDataset({ ...bare, classes: [] })
    await expect(affineImages({ of, count: 1, seed: 1 })).rejects.toThrow(DataError)
  })

  it('are the named set aff-mnist, of 40 x 40 pixels, with an image and a label alone', async () => {
    const { train, test } = (await namedColumns['aff-mnist']!.load({ options: { of: 'digits', count: 12 } }))!
    expect(train.columns).toEqual({
      images: { shape: [40, 40, 1], dtype: 'float32' },
      labels: { shape: [], dtype: 'int64' },
    })
    expect([train.count, test.count, train.classes.length]).toEqual([12, 2, 10])
    const labels = new BigInt64Array(2)
    test.fill('labels', indices(2), labels)
    expect([...labels].every((label) => label >= 0n && label < 10n)).toBe(true)
  })
})
