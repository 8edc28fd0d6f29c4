// A frame of a duel on the plane: where both players' points are and what the discriminator makes of the plane, at one step.
import { z } from 'zod'

/** Cells of the map along each side. */
export const MAP_SIDE = 40
/** Points of the generator, arrows that begin at the first of them, and real points of a frame. */
export const PLANE_POINTS = { made: 256, arrows: 64, real: 160 } as const
/** Frames of a whole training: a frame takes some 12 kB. */
export const MOST_FRAMES = 100

/** Steps between two frames of a training. */
export const planeEvery = (steps: number): number => Math.ceil(steps / MOST_FRAMES)

const numbers = z.array(z.number())
const pairs = numbers.refine(({ length }) => length % 2 === 0, 'expected x and y in turn')

/**
 * What the discriminator says of the plane.
 *
 * `level` is 0 to 100 for every cell, row by row from the bottom, 50 being the line between what it takes for made and for real.
 * Of probabilities it is the percentage. Scores have no scale of their own: there 50 is the score that nine of ten real points
 * exceed, 100 the highest of this step, and 0 that which nine of ten cells exceed; linear between these.
 */
const mapSchema = z.object({
  unit: z.enum(['probability', 'score']),
  side: z.int().min(2).max(1000),
  level: z.array(z.int().min(0).max(100)),
  /** The mean of what it gives real points, and made ones, in its own unit. */
  real: z.number(),
  made: z.number(),
})
export type PlaneMap = z.infer<typeof mapSchema>

/** A line of `plane.jsonl`. Coordinates are x and y in turn. */
export const planeRowSchema = z.object({
  step: z.int().min(0),
  /** What of the plane is looked at: the middle of a square, and half of its side. The same in all frames. */
  window: z.object({ x: z.number(), y: z.number(), half: z.number().gt(0) }),
  real: pairs,
  /** What the generator that learns makes of the same latents at every step. */
  made: pairs,
  /** For the first of the made points, where their part of the generator's loss would move them: minus its gradient. */
  pull: pairs,
  /** Absent where the objective offers no function that judges points. */
  map: mapSchema.optional(),
  /** Of fresh samples; absent where the modes of the data are not known. */
  modes: z
    .object({
      reached: z.int().min(0),
      of: z.int().min(1),
      highQuality: z.number().min(0).max(1),
      samples: z.int().min(1),
    })
    .optional(),
})
export type PlaneRow = z.infer<typeof planeRowSchema>
