// Pictures loaded before they are wanted, so that a slider does not wait for them.
import type { SampleEntry } from '../../../src/runs/schema.ts'

/** Sheets loaded on each side of the one shown. */
const AROUND = 8
/** Sheets kept in memory. */
const MOST = 200

/** @returns a function that loads the sheets around some places of a list */
export function preloader(): (
  sheets: readonly SampleEntry[],
  places: readonly number[],
  url: (file: string) => string,
) => void {
  const kept = new Map<string, HTMLImageElement>()
  return (sheets, places, url) => {
    for (const place of places)
      for (let distance = 1; distance <= AROUND; distance++)
        for (const sheet of [sheets[place + distance], sheets[place - distance]]) {
          if (!sheet || kept.has(sheet.file)) continue
          const image = new Image()
          image.src = url(sheet.file)
          kept.set(sheet.file, image)
          // Maps keep their order: the oldest goes.
          if (kept.size > MOST) kept.delete(kept.keys().next().value!)
        }
  }
}
