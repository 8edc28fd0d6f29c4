// Normal numbers by the hundred million, from a stream, a fourth of the time that Box and Muller's method takes.
import type { RandomStream } from './random.ts'

const LAYERS = 256
/** Where the tail begins, and the area of each layer, such that all layers are alike. */
const TAIL = 3.6541528853610088
const AREA = 0.004928673233974655
/** Numbers are drawn as whole ones below this, with a sign. */
const UNIT = 2 ** 23

const density = (x: number): number => Math.exp(-0.5 * x * x)

/** By layer: below `inner` a whole number is under the curve for sure; its width for one; the density at its edge. */
const inner = new Int32Array(LAYERS)
const width = new Float64Array(LAYERS)
const edge = new Float64Array(LAYERS)

// The lowest layer is the tail and a box of what it lacks; each other one is as wide as the curve at its lower edge.
let x = TAIL
width[0] = AREA / density(TAIL) / UNIT
inner[0] = (TAIL / (AREA / density(TAIL))) * UNIT
width[LAYERS - 1] = TAIL / UNIT
edge[LAYERS - 1] = density(TAIL)
edge[0] = 1
for (let i = LAYERS - 2; i > 0; i--) {
  const above = Math.sqrt(-2 * Math.log(AREA / x + density(x)))
  inner[i + 1] = (above / x) * UNIT
  width[i] = above / UNIT
  edge[i] = density(above)
  x = above
}

/** Above 0, at most 1. */
const positive = (random: RandomStream): number => (random.bits() + 1) * 2 ** -32

/** A number that fell outside of the sure part of its layer: judged, or drawn from the tail; undefined to draw again. */
function judged(layer: number, whole: number, random: RandomStream): number | undefined {
  if (layer > 0) {
    const at = whole * width[layer]!
    return edge[layer]! + positive(random) * (edge[layer - 1]! - edge[layer]!) < density(at) ? at : undefined
  }
  for (;;) {
    const beyond = -Math.log(positive(random)) / TAIL
    if (-2 * Math.log(positive(random)) > beyond * beyond) return whole < 0 ? -TAIL - beyond : TAIL + beyond
  }
}

/**
 * Fills with standard normal numbers, exact but for 24 bits of resolution.
 *
 * @source Marsaglia and Tsang 2000, The ziggurat method, doi:10.18637/jss.v005.i08
 */
export function fillNormals(random: RandomStream, out: Float32Array): Float32Array {
  for (let i = 0; i < out.length; ) {
    const bits = random.bits() | 0
    const whole = bits >> 8
    const layer = bits & (LAYERS - 1)
    const found = Math.abs(whole) < inner[layer]! ? whole * width[layer]! : judged(layer, whole, random)
    if (found !== undefined) out[i++] = found
  }
  return out
}
