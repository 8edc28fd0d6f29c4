// What is done with capsules to look at them: the longest ones, each by itself, and one number of one of them moved.

/** Capsules of one example, row-major [classes, dimension]. */
export interface CapsuleShape {
  readonly classes: number
  readonly dimension: number
}

/** Values by which a number of a capsule is moved in a sweep. Sabour et al. 2017, figure 4 */
export const SWEEP = Array.from({ length: 11 }, (_, i) => (i - 5) / 20)

/** How long each capsule is. */
export const capsuleLengths = (capsules: ArrayLike<number>, { classes, dimension }: CapsuleShape): number[] =>
  Array.from({ length: classes }, (_, label) => {
    let sum = 0
    for (let i = 0; i < dimension; i++) sum += capsules[label * dimension + i]! ** 2
    return Math.sqrt(sum)
  })

/** The classes of the `k` longest, longest first. */
export const longestCapsules = (capsules: ArrayLike<number>, shape: CapsuleShape, k: number): number[] => {
  const lengths = capsuleLengths(capsules, shape)
  return lengths
    .map((_, label) => label)
    .sort((a, b) => lengths[b]! - lengths[a]!)
    .slice(0, k)
}

/** The capsule of one class, the others being zeros; `moved` is added to its number `at`. */
export function capsuleAlone(
  capsules: ArrayLike<number>,
  { classes, dimension }: CapsuleShape,
  label: number,
  { at = 0, moved = 0 }: { readonly at?: number; readonly moved?: number } = {},
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(classes * dimension)
  const first = label * dimension
  for (let i = 0; i < dimension; i++) out[first + i] = capsules[first + i]!
  out[first + at]! += moved
  return out
}

/** Colours of what is taken apart, first to last; told apart by colour-blind people, and nearly white together. */
export const PART_COLORS: readonly (readonly [red: number, green: number, blue: number])[] = [
  [254, 128, 20],
  [90, 143, 255],
]

/**
 * Grey images over each other, each in a colour of its own.
 *
 * @param parts  [pixels] each, in [0, 1]
 * @returns [pixels, 3], 0 to 255
 */
export function coloured(parts: readonly ArrayLike<number>[]): Uint8Array {
  const pixels = parts[0]?.length ?? 0
  const out = new Uint8Array(3 * pixels)
  for (let i = 0; i < pixels; i++)
    for (let channel = 0; channel < 3; channel++) {
      let sum = 0
      parts.forEach((part, k) => {
        sum += Math.min(1, Math.max(0, part[i]!)) * PART_COLORS[k % PART_COLORS.length]![channel]!
      })
      out[3 * i + channel] = Math.min(255, Math.round(sum))
    }
  return out
}
