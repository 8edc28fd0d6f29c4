// From a drawing to what networks see.
import { describe, expect, it } from 'vitest'
import { Drawing, finenessOf, type ImageShape } from '../../web/src/lib/drawing.ts'
import { asDrawn, centred, networkInput } from '../../web/src/lib/input-image.ts'

const MNIST: ImageShape = [28, 28, 1]

/** Where the ink of an image [28, 28] lies: its rectangle and its centre of mass, pixel centres half a pixel in. */
function inkOf(image: Uint8Array, width = 28) {
  let [left, top, right, bottom, mass, x, y] = [width, width, -1, -1, 0, 0, 0]
  image.forEach((ink, i) => {
    if (ink === 0) return
    const [column, row] = [i % width, Math.floor(i / width)]
    left = Math.min(left, column)
    right = Math.max(right, column)
    top = Math.min(top, row)
    bottom = Math.max(bottom, row)
    mass += ink
    x += ink * (column + 0.5)
    y += ink * (row + 0.5)
  })
  return { width: right - left + 1, height: bottom - top + 1, left, top, x: x / mass, y: y / mass, mass }
}

describe('as drawn', () => {
  it('an image that was loaded comes back byte for byte, in any shape', () => {
    for (const shape of [MNIST, [64, 48, 3], [7, 9, 1]] as const) {
      const drawing = new Drawing(shape)
      const image = Uint8Array.from({ length: shape[0] * shape[1] * shape[2] }, (_, i) => (i * 37) % 256)
      drawing.load(image)
      expect(asDrawn(drawing, shape)).toEqual(image)
    }
  })

  it('ink stays where it was drawn, half covered pixels are half as bright', () => {
    const drawing = new Drawing(MNIST)
    const { fineness } = drawing
    expect(fineness).toBe(16)
    drawing.pixels.fill(255, 0, drawing.width * fineness * 1.5)
    const image = asDrawn(drawing, MNIST)
    expect([...image.subarray(0, 28)]).toEqual(Array(28).fill(255))
    expect([...image.subarray(28, 56)]).toEqual(Array(28).fill(128))
    expect(image.subarray(56).every((ink) => ink === 0)).toBe(true)
  })
})

describe('centred as MNIST', () => {
  it.each([
    ['a tall stroke in a corner', [40, 20, 40, 200], { height: 20 }],
    ['a wide stroke at the bottom', [30, 420, 400, 420], { width: 20 }],
    ['a slanted one', [300, 40, 60, 380], { height: 20 }],
    ['a dot', [200, 90, 200, 90], { width: 20, height: 20 }],
  ])('%s fills a box of 20, its centre of mass in the middle to half a pixel', (_, line, size) => {
    const drawing = new Drawing(MNIST)
    drawing.begin(line[0]!, line[1]!, 18)
    drawing.extend(line[2]!, line[3]!)
    const ink = inkOf(centred(drawing, MNIST))
    expect(ink).toMatchObject(size)
    expect(Math.max(ink.width, ink.height)).toBe(20)
    expect(Math.abs(ink.x - 14)).toBeLessThanOrEqual(0.5)
    expect(Math.abs(ink.y - 14)).toBeLessThanOrEqual(0.5)
  })

  it('keeps proportions', () => {
    const drawing = new Drawing(MNIST)
    for (let y = 100; y < 300; y++) drawing.pixels.fill(255, y * 448 + 50, y * 448 + 150)
    const ink = inkOf(centred(drawing, MNIST))
    expect([ink.width, ink.height]).toEqual([10, 20])
    // A rectangle of 100 x 200 becomes one of 10 x 20: full pixels, none at its edges grey.
    expect(ink.mass).toBe(200 * 255)
  })

  it('does not depend on where and how large something is drawn', () => {
    const draw = (scale: number, x: number, y: number): Uint8Array => {
      const drawing = new Drawing(MNIST)
      drawing.begin(x, y, 10 * scale)
      for (const [dx, dy] of [
        [60, 0],
        [20, 110],
      ] as const)
        drawing.extend(x + dx * scale, y + dy * scale)
      return centred(drawing, MNIST)
    }
    const small = draw(1, 40, 30)
    const large = draw(3, 150, 80)
    const farthest = Math.max(...small.map((ink, i) => Math.abs(ink - large[i]!)))
    expect(farthest).toBeLessThan(40)
    expect(inkOf(small)).toMatchObject({ height: 20 })
  })

  it('cuts nothing off, however uneven the ink is', () => {
    const drawing = new Drawing(MNIST)
    // A heavy head on a hair.
    for (let y = 10; y < 60; y++) drawing.pixels.fill(255, y * 448 + 10, y * 448 + 300)
    for (let y = 60; y < 440; y++) drawing.pixels.fill(255, y * 448 + 150, y * 448 + 155)
    const ink = inkOf(centred(drawing, MNIST))
    expect(ink.height).toBe(20)
    expect(ink.top).toBe(8)
  })

  it('is black without ink, and the same in all channels of colour', () => {
    const shape: ImageShape = [64, 64, 3]
    const drawing = new Drawing(shape)
    expect(centred(drawing, shape).every((byte) => byte === 0)).toBe(true)
    drawing.begin(100, 100, 20)
    drawing.extend(300, 200)
    const image = centred(drawing, shape)
    const channel = (c: number): Uint8Array => image.filter((_, i) => i % 3 === c)
    expect(channel(1)).toEqual(channel(0))
    expect(channel(2)).toEqual(channel(0))
    expect(inkOf(channel(0), 64).width).toBe(Math.round((20 / 28) * 64))
  })

  it('leaves a digit that is prepared so already as it is', () => {
    const digit = new Uint8Array(784)
    for (let y = 4; y < 24; y++) for (let x = 11; x < 17; x++) digit[y * 28 + x] = 40 * (x - 10)
    const drawing = new Drawing(MNIST)
    drawing.load(digit)
    const moved = inkOf(centred(drawing, MNIST))
    const before = inkOf(digit)
    expect(moved.mass).toBe(before.mass)
    expect([moved.width, moved.height]).toEqual([before.width, before.height])
  })
})

describe('a drawing', () => {
  const inkIn = ({ pixels }: Drawing): number => pixels.reduce((sum, ink) => sum + ink, 0)

  it('is empty, then has strokes that can be taken back one by one', () => {
    const drawing = new Drawing(MNIST)
    expect([drawing.isEmpty, drawing.canUndo]).toEqual([true, false])
    drawing.begin(100, 100, 10)
    drawing.extend(200, 100)
    drawing.end()
    const first = drawing.pixels.slice()
    drawing.begin(300, 300, 10)
    drawing.end()
    expect(inkIn(drawing)).toBeGreaterThan(first.reduce((sum, ink) => sum + ink, 0))
    drawing.undo()
    expect(drawing.pixels).toEqual(first)
    drawing.undo()
    expect([drawing.isEmpty, drawing.canUndo, inkIn(drawing)]).toEqual([true, false, 0])
  })

  it('comes back when its clearing is taken back', () => {
    const drawing = new Drawing(MNIST)
    drawing.load(new Uint8Array(784).fill(9))
    drawing.begin(50, 50, 8)
    const before = drawing.pixels.slice()
    drawing.clear()
    expect([drawing.isEmpty, inkIn(drawing)]).toEqual([true, 0])
    drawing.clear()
    drawing.undo()
    expect(drawing.pixels).toEqual(before)
    expect(drawing.isEmpty).toBe(false)
  })

  it('draws lines as thick as its brush, soft at the edge, and says where', () => {
    const drawing = new Drawing(MNIST)
    const dot = drawing.begin(100, 200, 10)
    expect(dot).toEqual({ left: 89, top: 189, width: 22, height: 22 })
    expect(drawing.extend(150, 200)).toEqual({ left: 89, top: 189, width: 72, height: 22 })
    const column = Array.from({ length: 448 }, (_, y) => drawing.pixels[y * 448 + 125]!)
    expect(column.reduce((sum, ink) => sum + ink, 0) / 255).toBeCloseTo(20, 1)
    drawing.end()
    expect(drawing.extend(400, 400)).toMatchObject({ width: 0, height: 0 })
  })

  it('goes on at the edge of the area and beyond', () => {
    const drawing = new Drawing(MNIST)
    drawing.begin(-50, -50, 10)
    drawing.extend(5, 5)
    drawing.extend(1000, 5)
    expect(inkIn(drawing)).toBeGreaterThan(0)
  })

  it('has about 448 pixels a side', () => {
    expect([finenessOf([28, 28, 1]), finenessOf([64, 64, 3]), finenessOf([1000, 20, 1])]).toEqual([16, 7, 1])
  })
})

it('networks get numbers from 0 to 1', () => {
  expect([...networkInput(Uint8Array.of(0, 51, 255))]).toEqual([0, Math.fround(0.2), 1])
})
