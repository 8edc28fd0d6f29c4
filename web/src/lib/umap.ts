// UMAP of a map of features, from the neighbours that the server has found. Only its worker loads this: the library is large.
import { UMAP } from 'umap-js'
import { randomStream } from '../../../src/util/random.ts'

/** What is needed of a `FeatureMap`. */
export interface UmapTask {
  /** [n, 2] */
  readonly plane: readonly number[]
  /** [n, k] */
  readonly neighbours: readonly number[]
  readonly cosines: readonly number[]
  readonly k: number
}

/** Neighbours that count, each image itself among them: what the paper's program takes too. */
const NEIGHBOURS = 15
/** How far the first places reach. */
const REACH = 10
/** Epochs between two words of progress. */
const OFTEN = 20

/**
 * Places `[n, 2]` by UMAP, distances being 1 less the cosine. It begins at the principal plane, so that the large shape is not chance, and
 * its random numbers are always the same: so is the picture.
 *
 * @param onProgress  told the share that is done
 * @source McInnes, Healy and Melville 2018, arXiv:1802.03426; to begin at principal components: Kobak and Linderman 2021
 */
export function umapOf(
  { plane, neighbours, cosines, k }: UmapTask,
  onProgress: (share: number) => void = () => {},
): number[] {
  const n = plane.length / 2
  const near = Math.min(NEIGHBOURS, k)
  const rowOf = <T>(own: T, of: (at: number) => T, i: number): T[] => [
    own,
    ...Array.from({ length: near - 1 }, (_, j) => of(i * k + j)),
  ]
  const all = Array.from({ length: n }, (_, i) => i)
  const random = randomStream(0, 'umap')
  const umap = new UMAP({ nNeighbors: near, random: random.uniform })
  umap.setPrecomputedKNN(
    all.map((i) => rowOf(i, (at) => neighbours[at]!, i)),
    all.map((i) => rowOf(0, (at) => Math.max(0, 1 - cosines[at]!), i)),
  )
  const epochs = umap.initializeFit(all.map((i) => [plane[2 * i]!, plane[2 * i + 1]!]))
  const places = umap.getEmbedding()
  const widest = plane.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
  // All in one place would stay there.
  if (widest > 0)
    for (const [i, place] of places.entries())
      for (const axis of [0, 1] as const) place[axis] = (REACH * plane[2 * i + axis]!) / widest
  for (let epoch = 0; epoch < epochs; epoch++) {
    umap.step()
    if (epoch % OFTEN === 0) onProgress(epoch / epochs)
  }
  return umap.getEmbedding().flat()
}
