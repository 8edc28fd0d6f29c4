// Pictures enlarged so that each of their pixels covers a whole number of the screen's.
import { wholeWidth } from './whole-width.ts'

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
