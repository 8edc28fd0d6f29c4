// Places in a list of sample sheets.
import type { SampleEntry } from '../../../src/runs/schema.ts'

/**
 * The place of the sheet that shows a step: the last one made up to then, or the first.
 *
 * @param sheets  in order of step
 * @param step    undefined for the newest
 * @returns -1 when there are none
 */
export function placeOf(sheets: readonly SampleEntry[], step: number | undefined): number {
  if (step === undefined || sheets.length === 0) return sheets.length - 1
  return Math.max(
    0,
    sheets.findLastIndex((sheet) => sheet.step <= step),
  )
}
