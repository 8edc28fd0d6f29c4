// Colours of classes that can be told apart, also by readers who see fewer colours.

/**
 * Ten colours for points of classes, chosen by search so that readers with the common kinds of colour blindness tell
 * them apart and with names that people agree on; but a teal in place of its second grey, which lay close to the first.
 *
 * @source Petroff 2021, "Accessible Color Sequences for Data Visualization", arXiv:2107.02270
 */
const TEN = [
  '#3f90da',
  '#ffa90e',
  '#bd1f01',
  '#94a4a2',
  '#832db6',
  '#a96b59',
  '#e76300',
  '#b9ac70',
  '#0a6e82',
  '#92dadd',
] as const

/** A colour `#rrggbb` per class: the ten above, and beyond them hues a golden angle apart, which are many but similar. */
export const classColor = (index: number): string => TEN[index] ?? hue(index * 137.508)

/** A hue in degrees at middle lightness and saturation. */
function hue(degrees: number): string {
  const part = (shift: number): string => {
    const k = (shift + degrees / 30) % 12
    const value = 0.5 - 0.6 * 0.5 * Math.max(-1, Math.min(k - 3, 9 - k, 1))
    return Math.round(255 * value)
      .toString(16)
      .padStart(2, '0')
  }
  return `#${part(0)}${part(8)}${part(4)}`
}
