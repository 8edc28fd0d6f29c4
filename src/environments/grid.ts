// Ten by ten cells, as the games of MinAtar are played on.
import type { Box, Observation } from './spaces.ts'

/** Cells of a side. */
export const SIDE = 10
export const CELLS = SIDE * SIDE

/** The six actions that all these games have, in their order. */
export const ACTIONS = ['noop', 'left', 'up', 'right', 'down', 'fire'] as const

/** Of each cell a bit for each thing that can be there. */
export const gridBox = (names: readonly string[]): Box => ({
  shape: [SIDE, SIDE, names.length],
  dtype: 'uint8',
  low: 0,
  high: 1,
  names,
})

/** Marks cells of an observation. */
export const painter =
  (out: Observation, at: number, channels: number) =>
  (row: number, column: number, channel: number): void => {
    out[at + (row * SIDE + column) * channels + channel] = 1
  }
