// The map of features as it is shown: taken anew with checkpoints, turned to agree with the one before, as a plane or by UMAP.
import { untrack } from 'svelte'
import type { FeatureMap, FeaturePlace } from '../../../src/server/protocol.ts'
import { api } from './api.ts'
import { agreement, amongNeighbours, frameOf, STILL, type Turn, turned } from './feature-map.ts'
import { paced } from './pace.svelte.ts'
import type { LiveRun } from './run.svelte.ts'
import { umapInWorker } from './umap-in-worker.ts'

/** To be made while a component is made. */
export class MapCourse {
  readonly #name: string
  map = $state.raw<FeatureMap>()
  problem = $state<string>()
  method = $state<'pca' | 'umap'>('pca')
  umapShare = $state(0)
  umapProblem = $state<string>()
  #isAsking = false
  /** The plane as it is shown: turned so that it agrees with the one before. */
  #plane = $state.raw<Float64Array>(new Float64Array())
  #turn = $state.raw<Turn>(STILL)
  /** Places by UMAP as they are shown, and of which map. */
  #umap = $state.raw<{ readonly points: Float64Array; readonly step: number }>()

  /** Whether what is shown is UMAP's, and not the plane until that is there. */
  readonly isUmap = $derived(this.method === 'umap' && this.#umap !== undefined)
  readonly isUmapOld = $derived(this.method === 'umap' && this.#umap?.step !== this.map?.step)
  readonly #points = $derived(this.method === 'umap' && this.#umap ? this.#umap.points : this.#plane)
  readonly #frame = $derived(frameOf(this.#points))
  /** Where images lie in the picture. */
  readonly places = $derived(turned(this.#points, this.#frame))

  constructor(run: LiveRun) {
    this.#name = run.source.name
    // News come with every step; checkpoints do not.
    const beat = paced(() => run.version, 2000)
    $effect(() => {
      void beat.current
      untrack(() => void this.look())
    })
    $effect(() => {
      const { map } = this
      if (this.method !== 'umap' || !map) return
      this.umapShare = 0
      this.umapProblem = undefined
      return umapInWorker(map, (news) => {
        if ('share' in news) this.umapShare = news.share
        else if ('problem' in news) this.umapProblem = news.problem
        else {
          const before = this.#umap?.points ?? this.#plane
          this.#umap = { points: turned(news.places, agreement(news.places, before)), step: map.step }
        }
      })
    })
  }

  /** Takes the map of the newest checkpoint. */
  readonly look = async (): Promise<void> => {
    if (this.#isAsking) return
    this.#isAsking = true
    try {
      const found = await api.map(this.#name, this.map?.step)
      this.problem = undefined
      if (found && found.step !== this.map?.step) {
        this.#turn = agreement(found.plane, this.map && this.#plane)
        this.#plane = turned(found.plane, this.#turn)
        this.map = found
      }
    } catch (error) {
      this.problem = (error as Error).message
    }
    this.#isAsking = false
  }

  /** Where something lies in the picture, never beyond its edge; nowhere when it was asked of other weights. */
  at(place: FeaturePlace | undefined): [number, number] | undefined {
    if (!place || place.step !== this.map?.step) return undefined
    const found = this.isUmap ? amongNeighbours(this.#points, place) : turned(place.plane, this.#turn)
    const [x, y] = turned(Float64Array.from(found), this.#frame)
    const inside = (value: number): number => Math.min(0.985, Math.max(0.015, value))
    return [inside(x!), inside(y!)]
  }
}
