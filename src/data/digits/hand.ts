// A writer's hand: turns a glyph into the points and widths of the pen that wrote it once.
import type { RandomStream } from '../../util/random.ts'
import { appendSpline } from './curve.ts'
import type { Glyph } from './glyphs.ts'

/** Side of the box that a digit fills, in pixels. */
export const BOX = 20

/** Mean slant of each digit, as the tangent of the angle; positive leans right. Tails to the left need less. */
const SLANTS = [0.19, 0.2, 0.11, 0.08, 0.24, 0.08, 0.09, 0.11, 0.09, 0.12]

/** Points of one written digit; reused from digit to digit. */
export interface Writing {
  /** x, y pairs in pixels inside the box. */
  readonly points: Float64Array
  /** Half the width of the pen at each point, in pixels. */
  readonly radii: Float64Array
  /** Stroke k runs from `starts[k]` to `starts[k + 1]`. */
  readonly starts: Int32Array
  strokes: number
}

/** Room for the longest glyph in the table, several times over. */
export const newWriting = (): Writing => ({
  points: new Float64Array(2 * 512),
  radii: new Float64Array(512),
  starts: new Int32Array(16),
  strokes: 0,
})

const control = new Float64Array(2 * 64)
const shares = new Float64Array(16)

/**
 * Writes a glyph once. Every choice comes from `random`: the blend of the glyph's poses, the jitter of its
 * control points, rounding of corners, bend, slant, proportions, thickness and pressure of the pen.
 */
export function write(glyph: Glyph, random: RandomStream, writing: Writing): void {
  const { points, radii, starts } = writing
  blend(glyph.poses.length, random)
  const looseness = 2.6 * Math.exp(0.35 * random.normal())
  const first = glyph.poses[0]!
  let count = 0
  for (let s = 0; s < first.length; s++) {
    starts[s] = count
    const { corners } = first[s]!
    const n = corners.length
    // Later strokes are placed by eye.
    const shiftX = s > 0 ? 2.5 * random.normal() : 0
    const shiftY = s > 0 ? 2.5 * random.normal() : 0
    let jitterX = 0
    let jitterY = 0
    for (let i = 0; i < n; i++) {
      let x = 0
      let y = 0
      for (let p = 0; p < glyph.poses.length; p++) {
        const pose = glyph.poses[p]![s]!.points
        x += shares[p]! * pose[2 * i]!
        y += shares[p]! * pose[2 * i + 1]!
      }
      // Neighbouring points err alike, which keeps curves round; ends are freer.
      jitterX = 0.5 * jitterX + 0.87 * looseness * random.normal()
      jitterY = 0.5 * jitterY + 0.87 * looseness * random.normal()
      const freedom = i === 0 || i === n - 1 ? 1.5 : 1
      control[2 * i] = x + shiftX + freedom * jitterX
      control[2 * i + 1] = y + shiftY + freedom * jitterY
    }
    let from = 0
    for (let i = 1; i < n; i++) {
      const turns = random.uniform() < (corners[i] ? 0.7 : 0.02)
      if (i < n - 1 && !turns) continue
      count = appendSpline(control, from, i + 1, points, count)
      from = i
    }
  }
  writing.strokes = first.length
  starts[first.length] = count

  bend(points, count, random)
  transform(glyph.label, points, count, random)
  press(points, radii, count, random)
  fit(points, radii, count)
}

/** Random shares of the poses: positive, summing to 1, leaning towards one of them, with some overshoot. */
function blend(poses: number, random: RandomStream): void {
  let sum = 0
  for (let p = 0; p < poses; p++) {
    const share = -Math.log(random.uniform() + 1e-9)
    shares[p] = share
    sum += share
  }
  const overshoot = poses > 1 ? 1.15 : 1
  for (let p = 0; p < poses; p++) shares[p] = (shares[p]! / sum - 1 / poses) * overshoot + 1 / poses
}

/** Elastic bend: two long waves that run across the paper and push the ink a few hundredths of its height. */
function bend(points: Float64Array, count: number, random: RandomStream): void {
  for (let wave = 0; wave < 2; wave++) {
    const amount = wave === 0 ? 5 : 2.2
    const perBox = wave === 0 ? 0.5 + 0.4 * random.uniform() : 0.9 + 0.8 * random.uniform()
    const frequency = (2 * Math.PI * perBox) / 100
    const angle = 2 * Math.PI * random.uniform()
    const kx = frequency * Math.cos(angle)
    const ky = frequency * Math.sin(angle)
    const phase = 2 * Math.PI * random.uniform()
    const amountX = amount * random.normal()
    const amountY = amount * random.normal()
    for (let i = 0; i < count; i++) {
      const x = points[2 * i]!
      const y = points[2 * i + 1]!
      const wavelet = Math.sin(kx * x + ky * y + phase)
      points[2 * i] = x + amountX * wavelet
      points[2 * i + 1] = y + amountY * wavelet
    }
  }
}

/** Width, slant, rotation, taper and the height of the waist of the whole digit. */
function transform(label: number, points: Float64Array, count: number, random: RandomStream): void {
  const width = 0.9 * Math.exp(0.2 * random.normal())
  const slant = SLANTS[label]! + 0.22 * random.normal()
  const angle = 0.13 * random.normal()
  const cos = Math.cos(angle)
  const sin = Math.sin(angle)
  const taperX = 0.0032 * random.normal()
  const taperY = 0.0018 * random.normal()
  const waist = 7 * random.normal()
  for (let i = 0; i < count; i++) {
    const x0 = points[2 * i]! - 50
    const y0 = points[2 * i + 1]! - 50
    const x1 = width * x0 * (1 + taperX * y0) - slant * y0
    const y1 = y0 * (1 + taperY * x0) + waist * Math.cos((Math.PI / 100) * y0)
    points[2 * i] = cos * x1 - sin * y1
    points[2 * i + 1] = sin * x1 + cos * y1
  }
}

/** Width of the pen along its path: thickness, slow changes of pressure, the nib, a little tremor. */
function press(points: Float64Array, radii: Float64Array, count: number, random: RandomStream): void {
  const radius = Math.min(19, Math.max(3.1, 6.45 * Math.exp(0.3 * random.normal())))
  const swell = 0.12 * random.normal()
  const rate = 0.03 + 0.04 * random.uniform()
  const phase = 2 * Math.PI * random.uniform()
  // A broad nib is wider across one direction.
  const nib = 0.14 * random.uniform()
  const nibAngle = Math.PI * random.uniform()
  const nx = Math.cos(nibAngle)
  const ny = Math.sin(nibAngle)
  let length = 0
  for (let i = 0; i < count; i++) {
    const j = i + 1 < count ? i : i - 1
    const dx = points[2 * j + 2]! - points[2 * j]!
    const dy = points[2 * j + 3]! - points[2 * j + 1]!
    const step = Math.sqrt(dx * dx + dy * dy) + 1e-9
    const across = Math.abs(dx * ny - dy * nx) / step
    length += step
    const tremor = 0.05 * (random.uniform() + random.uniform() - 1)
    radii[i] = radius * (1 + swell * Math.sin(rate * length + phase) + nib * (across - 0.5) + tremor)
  }
}

/**
 * Scales the digit to the box and shifts it there. The longer side of its ink, pen width included, fills the
 * box exactly, and the upper left corner of the ink is a pixel's corner: MNIST's box was fitted to ink in
 * black and white.
 */
function fit(points: Float64Array, radii: Float64Array, count: number): void {
  let left = Infinity
  let right = -Infinity
  let top = Infinity
  let bottom = -Infinity
  for (let i = 0; i < count; i++) {
    const x = points[2 * i]!
    const y = points[2 * i + 1]!
    const radius = radii[i]!
    left = Math.min(left, x - radius)
    right = Math.max(right, x + radius)
    top = Math.min(top, y - radius)
    bottom = Math.max(bottom, y + radius)
  }
  const scale = BOX / Math.max(right - left, bottom - top)
  const shiftX = Math.floor((BOX - scale * (right - left)) / 2) - scale * left
  const shiftY = Math.floor((BOX - scale * (bottom - top)) / 2) - scale * top
  for (let i = 0; i < count; i++) {
    points[2 * i] = scale * points[2 * i]! + shiftX
    points[2 * i + 1] = scale * points[2 * i + 1]! + shiftY
    radii[i]! *= scale
  }
}
