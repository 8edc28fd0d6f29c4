// A watch over whether fresh samples differ from each other.
import { below, type SampleWatch } from './watch.ts'

/** Deviation of samples as a share of that of real examples; below it they are nearly the same. */
export const COLLAPSE_RATIO = { lost: 0.06, well: 0.12 }
/** Networks begin collapsed: before this step that says nothing. */
export const COLLAPSE_FROM = 500

const numbers = ({ fresh, real }: { readonly fresh: number; readonly real: number }): string =>
  `their pixels vary by ${fresh.toFixed(4)}, those of real examples by ${real.toFixed(4)}`

/** What watches whether samples that are drawn anew look alike. */
export const collapseWatch = (): SampleWatch => ({
  kind: 'samples-collapsed',
  label: 'collapsed samples',
  from: COLLAPSE_FROM,
  reads: 'samples',
  judge: ({ fresh, real }) => below(fresh / real, COLLAPSE_RATIO),
  lost: (variety) => `fresh samples are nearly identical: ${numbers(variety)} (mode collapse).`,
  over: (variety) => `over: fresh samples differ again: ${numbers(variety)}.`,
})
