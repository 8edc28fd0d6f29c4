// The worker in which UMAP is computed, while the page goes on.
import { type UmapTask, umapOf } from './umap.ts'
import type { UmapNews } from './umap-in-worker.ts'

const tell = (news: UmapNews): void => self.postMessage(news)

self.onmessage = ({ data }: MessageEvent<UmapTask>): void => {
  try {
    tell({ places: umapOf(data, (share) => tell({ share })) })
  } catch (error) {
    tell({ problem: (error as Error).message })
  }
}
