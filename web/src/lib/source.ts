// Where a page gets a run from: the studio's server, or the page itself when it was exported.
import type { WebModelOptions } from '../../../src/runtime/web.ts'
import type { LatentExamples, LatentSpace, RunSnapshot, RunUpdate } from '../../../src/server/protocol.ts'
import { api } from './api.ts'

export interface RunSource {
  readonly name: string
  /** Whether the run may be paused, resumed and so on from here. */
  readonly canControl: boolean
  snapshot(): Promise<RunSnapshot>
  /**
   * Tells what happens from the snapshot on.
   *
   * @param onReset   the run was taken back: take a new snapshot, then follow that
   * @param onLink    whether news arrive at the moment
   * @returns ends it
   */
  follow(
    cursor: string,
    on: { update(news: RunUpdate): void; reset(): void; link(isUp: boolean): void },
  ): () => void
  /** Address of a file of the run, e.g. a sample sheet. */
  fileUrl(file: string): string
  /** The bytes of a network's ONNX file. */
  network(name: string): Promise<Uint8Array<ArrayBuffer>>
  /** Step of the newest weights; undefined where there are none. */
  newestStep(): Promise<number | undefined>
  /** Its latent space, of the newest weights. */
  latent(): Promise<LatentSpace>
  /** Where images of its data lie, for latent spaces that have examples. */
  latentExamples(): Promise<LatentExamples>
  /** What ONNX Runtime needs to run them here. */
  runtime(): Promise<WebModelOptions>
}

/** A run of the studio's server. */
export const servedRun = (name: string): RunSource => ({
  name,
  // A run that another one keeps is steered there.
  canControl: !name.includes('/'),
  snapshot: () => api.run(name),
  follow(cursor, on) {
    let last = cursor
    let events: EventSource | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    let ended = false
    // The browser sends the id of the last event when it connects again; after a long failure it gives up, and this
    // begins anew from there.
    const connect = (): void => {
      events = new EventSource(api.eventsUrl(name, last))
      events.addEventListener('hello', () => on.link(true))
      events.addEventListener('update', (event) => {
        last = event.lastEventId || last
        on.update(JSON.parse(event.data) as RunUpdate)
      })
      events.addEventListener('reset', () => {
        stop()
        on.reset()
      })
      events.onerror = () => {
        on.link(false)
        if (events?.readyState !== EventSource.CLOSED || ended) return
        // Why, the browser does not say; a studio that was started anew refuses this page, and that is told.
        void api.info().catch(() => {})
        timer = setTimeout(connect, 2000)
      }
    }
    const stop = (): void => {
      ended = true
      clearTimeout(timer)
      events?.close()
    }
    connect()
    return stop
  },
  fileUrl: (file) => api.fileUrl(name, file),
  newestStep: async () => (await api.files(name)).checkpoint,
  latent: () => api.latent(name),
  latentExamples: () => api.latentExamples(name),
  network: (network) => api.network(name, network),
  runtime: async () => ({ files: (await import('./runtime-files.ts')).runtimeFiles }),
})
