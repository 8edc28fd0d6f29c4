// A watch over whether fresh samples differ from each other, and reach the modes of their data where these are known.
import { below, type ModesReached, type SampleWatch, type Variety, type Verdict } from './watch.ts'

/** Deviation of samples as a share of that of real examples; below it they are nearly the same. */
export const COLLAPSE_RATIO = { lost: 0.06, well: 0.12 }
/** The same of samples of one class. A single picture for each class still wobbles, and real ones of a class are more alike. */
export const CLASS_RATIO = { lost: 0.25, well: 0.4 }
/** Modes that samples reach, as a share of those that as many real examples would reach on average. */
export const MODES_RATIO = { lost: 0.8, well: 0.95 }
/** Networks begin collapsed: before this step that says nothing. */
export const COLLAPSE_FROM = 500

/** Share of what a mode would get if all were equally likely, with which it counts as reached. */
const LEAST_SHARE = 0.1

/**
 * How many modes samples reach: those that have a tenth of their fair share of the samples, one at least, so that a stray
 * sample among hundreds is not a mode.
 *
 * @param modes  of each sample, 0 to count - 1
 */
export function modesReached(modes: ArrayLike<number>, count: number): ModesReached {
  const samples = modes.length
  const least = Math.max(1, (LEAST_SHARE * samples) / count)
  const had = new Float64Array(count)
  for (let i = 0; i < samples; i++) had[modes[i]!]! += 1
  const reached = had.reduce((sum, own) => sum + (own >= least ? 1 : 0), 0)
  return { reached, of: count, expected: count * (1 - (1 - 1 / count) ** samples), samples }
}

const reachedText = ({ reached, of, expected, samples }: ModesReached): string =>
  `${reached} of ${of} modes left in ${samples} samples` +
  // Of few samples nobody would expect all modes.
  (of - expected < 0.5 ? '' : `, where as many real examples show ${Math.round(expected)}`)

const varyText = ({ fresh, real, ofClass }: Variety): string =>
  `their pixels vary by ${fresh.toFixed(4)}, those of real examples${ofClass ? ' of a class' : ''} by ${real.toFixed(4)}`

const areAlike = ({ fresh, real, ofClass }: Variety): Verdict =>
  below(fresh / real, ofClass ? CLASS_RATIO : COLLAPSE_RATIO)

const judge = (variety: Variety): Verdict => {
  const { modes } = variety
  const alike = areAlike(variety)
  if (!modes) return alike
  const missing = below(modes.reached / modes.expected, MODES_RATIO)
  return alike === 'lost' ? 'lost' : missing
}

/** What watches whether samples that are drawn anew look alike, or leave modes of the data out. */
export const collapseWatch = (): SampleWatch => ({
  kind: 'samples-collapsed',
  label: 'collapsed samples',
  from: COLLAPSE_FROM,
  reads: 'samples',
  judge,
  lost: (variety) => {
    const { modes, ofClass } = variety
    return modes && areAlike(variety) !== 'lost'
      ? `fresh samples leave modes out: ${reachedText(modes)} (mode collapse).`
      : `fresh samples ${ofClass ? 'of a class ' : ''}are nearly identical: ${varyText(variety)} (mode collapse).`
  },
  over: (variety) => {
    const { modes, ofClass } = variety
    return modes
      ? `over: fresh samples reach the modes again: ${reachedText(modes)}.`
      : `over: fresh samples ${ofClass ? 'of a class ' : ''}differ again: ${varyText(variety)}.`
  },
})
