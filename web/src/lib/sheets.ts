// Places in a list of what was made at some steps: sample sheets, frames of the plane.

/**
 * The place of the one that shows a step: the last one made up to then, or the first.
 *
 * @param sheets  in order of step
 * @param step    undefined for the newest
 * @returns -1 when there are none
 */
export function placeOf(sheets: readonly { readonly step: number }[], step: number | undefined): number {
  if (step === undefined || sheets.length === 0) return sheets.length - 1
  return Math.max(
    0,
    sheets.findLastIndex((sheet) => sheet.step <= step),
  )
}
