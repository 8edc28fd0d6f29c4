// UMAP in a worker of its own: the page goes on, and what is no longer wanted ends at once.
import type { UmapTask } from './umap.ts'

/** What the worker tells. */
export type UmapNews =
  | { readonly share: number }
  | { readonly places: readonly number[] }
  | { readonly problem: string }

/**
 * Begins it.
 *
 * @returns ends it, done or not
 */
export function umapInWorker(
  { plane, neighbours, cosines, k }: UmapTask,
  onNews: (news: UmapNews) => void,
): () => void {
  const worker = new Worker(new URL('./umap-worker.ts', import.meta.url), { type: 'module' })
  worker.onmessage = ({ data }: MessageEvent<UmapNews>): void => {
    onNews(data)
    if (!('share' in data)) worker.terminate()
  }
  worker.onerror = ({ message }): void =>
    onNews({ problem: `UMAP could not be computed: ${message || 'its script could not be loaded'}` })
  worker.postMessage({ plane, neighbours, cosines, k } satisfies UmapTask)
  return () => worker.terminate()
}
