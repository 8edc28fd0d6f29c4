// Who is beside the image that was chosen in a map, and beside what was drawn.
import { onDestroy } from 'svelte'
import type { FeatureMap, FeaturePlace, ServedImage } from '../../../src/server/protocol.ts'
import { api } from './api.ts'
import { toBase64 } from './base64.ts'
import { newestOnly } from './latest.ts'
import type { MapCourse } from './map-course.svelte.ts'

/** Neighbours that are shown. */
const SHOWN = 8

/** What is told of an image, and of those beside it. */
export interface Told {
  readonly own?: ServedImage
  readonly images: readonly ServedImage[]
  readonly cosines: readonly number[]
}

const neighboursOf = ({ k, neighbours }: FeatureMap, i: number): number[] =>
  neighbours.slice(i * k, i * k + Math.min(SHOWN, k))

/** To be made while a component is made. */
export class MapCompany {
  readonly #name: string
  readonly #course: MapCourse
  chosen = $state<number>()
  /** Of the chosen image. */
  told = $state.raw<Told>()
  /** Of the drawing, and where that lies. */
  toldDrawn = $state.raw<Told>()
  place = $state.raw<FeaturePlace>()
  #pixels = $state.raw<Uint8Array>()
  /** Whose neighbours are shown in the map. */
  #attention = $state<'chosen' | 'drawn'>('chosen')
  /** Images by their places: they stay the same while their places change. */
  readonly #known = new Map<number, ServedImage>()

  readonly near = $derived.by((): readonly number[] => {
    const { map } = this.#course
    if (!map) return []
    if (this.#attention === 'drawn' && this.place) return this.place.neighbours.slice(0, SHOWN)
    return this.chosen === undefined ? [] : neighboursOf(map, this.chosen)
  })

  constructor(name: string, course: MapCourse) {
    this.#name = name
    this.#course = course
    const failed = (error: Error): void => {
      course.problem = error.message
    }
    const teller = newestOnly(
      async ({ of, i }: { of: FeatureMap; i: number }) => {
        const [own, ...images] = await this.#imagesAt([i, ...neighboursOf(of, i)])
        this.told = { own: own!, images, cosines: of.cosines.slice(i * of.k, i * of.k + images.length) }
      },
      0,
      failed,
    )
    $effect(() => {
      if (course.map && this.chosen !== undefined) teller.give({ of: course.map, i: this.chosen })
    })
    const placer = newestOnly(
      async (given: Uint8Array) => {
        const found = await api.mapPlace(name, { pixels: toBase64(given) })
        const images = await this.#imagesAt(found.neighbours.slice(0, SHOWN))
        if (this.#pixels === undefined) return
        this.place = found
        this.toldDrawn = { images, cosines: found.cosines.slice(0, SHOWN) }
        if (found.step !== course.map?.step) void course.look()
      },
      250,
      failed,
    )
    $effect(() => {
      void course.map
      if (this.#pixels) placer.give(this.#pixels)
      else this.place = undefined
    })
    onDestroy(() => {
      teller.stop()
      placer.stop()
    })
  }

  readonly choose = (index: number | undefined): void => {
    this.chosen = index
    this.#attention = 'chosen'
  }
  readonly draw = (pixels: Uint8Array | undefined): void => {
    this.#pixels = pixels
    this.#attention = pixels ? 'drawn' : 'chosen'
  }

  async #imagesAt(wanted: readonly number[]): Promise<ServedImage[]> {
    const missing = wanted.filter((at) => !this.#known.has(at))
    if (missing.length > 0) {
      const { images } = await api.mapImages(this.#name, missing)
      for (const [i, at] of missing.entries()) this.#known.set(at, images[i]!)
    }
    return wanted.map((at) => this.#known.get(at)!)
  }
}
