// Numbers in a tree whose nodes are the sums of their children: one is found by its share of the whole in logarithmic time.

export interface SumTree {
  readonly total: number
  get(index: number): number
  set(index: number, value: number): void
  /** The index in which a place from 0 to the total lies, where all numbers stand one after the other. */
  find(place: number): number
  /** The numbers themselves, as they are; not to be written to. */
  readonly leaves: Float64Array
}

/**
 * Sums are always those of both children, never added to, so that a tree follows from its numbers alone, whatever the order in which they
 * came: a memory that was saved and restored samples what it would have sampled.
 */
export function sumTree(count: number): SumTree {
  let width = 1
  while (width < count) width *= 2
  const sums = new Float64Array(2 * width)
  const leaves = sums.subarray(width, width + count)
  return {
    get total() {
      return sums[1]!
    },
    leaves,
    get: (index) => leaves[index]!,
    set(index, value) {
      let node = width + index
      sums[node] = value
      for (node >>= 1; node >= 1; node >>= 1) sums[node] = sums[2 * node]! + sums[2 * node + 1]!
    },
    find(place) {
      let node = 1
      let rest = place
      while (node < width) {
        const left = sums[2 * node]!
        // What rounding leaves over must not lead to where there is nothing.
        const goesLeft = rest < left || sums[2 * node + 1] === 0
        if (!goesLeft) rest -= left
        node = 2 * node + (goesLeft ? 0 : 1)
      }
      return node - width
    },
  }
}
