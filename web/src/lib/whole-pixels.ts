// Pictures enlarged so that each of their pixels covers a whole number of the screen's.

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

/**
 * Keeps the width of an element right for the picture in it: an attachment.
 *
 * @param natural  width of the picture in its own pixels; 0 while that is not known
 */
export const wholePixels =
  (natural: number) =>
  (element: HTMLElement): (() => void) => {
    const parent = element.parentElement!
    const fit = (): void => {
      if (natural > 0 && parent.clientWidth > 0)
        element.style.width = `${wholeWidth(natural, parent.clientWidth, devicePixelRatio)}px`
    }
    const observer = new ResizeObserver(fit)
    observer.observe(parent)
    fit()
    return () => observer.disconnect()
  }
