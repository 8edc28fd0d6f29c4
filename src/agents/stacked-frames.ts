// Observations of several steps in the room of one: of each only the newest step is kept, the others are those of the rows before it.
import { arrayFor, type Box } from '../environments/spaces.ts'
import { type Frames, framesOf } from './frames.ts'

/** Steps that an observation shows; 1 where it is no stack. */
export const stackOf = ({ shape, stacked }: Box): number => (stacked ? shape.at(-1)! : 1)

/**
 * Room for `count` observations whose last axis are steps, the newest last, and zeros before the first of an episode.
 *
 * @param before  the row of the step before that of a row, in the same episode; undefined for the first
 */
export function stackedFrames(box: Box, count: number, before: (row: number) => number | undefined): Frames {
  const stack = stackOf(box)
  const plane: Box = { shape: box.shape.slice(0, -1), dtype: box.dtype, low: box.low, high: box.high }
  const frames = framesOf(plane, count)
  const one = arrayFor(plane)
  return {
    bytes: frames.bytes,
    write(row, from, at) {
      for (let i = 0; i < one.length; i++) one[i] = from[at + i * stack + stack - 1]!
      frames.write(row, one, 0)
    },
    read(row, out, at) {
      let now: number | undefined = row
      for (let step = stack - 1; step >= 0; step--) {
        if (now === undefined) one.fill(0)
        else frames.read(now, one, 0)
        for (let i = 0; i < one.length; i++) out[at + i * stack + step] = one[i]!
        if (now !== undefined) now = before(now)
      }
    },
  }
}
