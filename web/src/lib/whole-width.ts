// How far a picture can be enlarged so that each of its pixels covers a whole number of the screen's.

/**
 * Width for a picture, in CSS pixels.
 *
 * @param natural  its own width, in pixels
 * @param room     the width there is, in CSS pixels
 * @param ratio    pixels of the screen per CSS pixel
 * @returns the largest whole enlargement that fits; a picture that is too large even so gets the room there is
 */
export function wholeWidth(natural: number, room: number, ratio: number): number {
  const factor = Math.floor((room * ratio) / natural + 1e-6)
  return factor >= 1 ? (factor * natural) / ratio : room
}
