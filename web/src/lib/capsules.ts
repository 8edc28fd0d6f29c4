// Capsules of a run at work in the page: what is found in an image, and what the decoder draws of it.
import {
  type CapsuleShape,
  capsuleAlone,
  capsuleLengths,
  longestCapsules,
} from '../../../src/report/capsules.ts'
import type { RunParts } from '../../../src/server/protocol.ts'
import { openNetwork, type PageNetwork } from './model.ts'
import type { RunSource } from './source.ts'

export interface PageCapsules {
  readonly shape: CapsuleShape
  /** What runs the networks. */
  readonly where: string
  /** Capsules [classes, dimension] of an image in [0, 1]. */
  look(image: Float32Array): Promise<Float32Array>
  /** An image in [0, 1] for each row of capsules. */
  draw(rows: readonly Float32Array[]): Promise<Float32Array[]>
}

/** @throws Error when the run has no checkpoint yet, or the browser cannot run its networks */
export async function openCapsules(
  source: RunSource,
  parts: RunParts,
  { classes, fresh }: { readonly classes: number; readonly fresh: boolean },
): Promise<PageCapsules> {
  const { network, output, dimension, decoder } = parts.capsules!
  const [eye, hand]: PageNetwork[] = await Promise.all([
    openNetwork(source, parts, network, { fresh, output: { name: output, shape: [classes, dimension] } }),
    openNetwork(source, parts, decoder, { fresh }),
  ])
  const pixels = hand!.outputShape.reduce((product, length) => product * length, 1)
  return {
    shape: { classes, dimension },
    where: hand!.where,
    look: (image) => eye!.run(image, 1),
    async draw(rows) {
      const all = new Float32Array(rows.length * classes * dimension)
      rows.forEach((row, i) => void all.set(row, i * classes * dimension))
      const made = await hand!.run(all, rows.length)
      return rows.map((_, i) => made.slice(i * pixels, (i + 1) * pixels))
    },
  }
}

/** A capsule that was found: its class, and how long it is. */
export interface FoundCapsule {
  readonly label: number
  readonly length: number
}

/** The `k` longest, longest first. */
export const foundCapsules = (capsules: Float32Array, shape: CapsuleShape, k: number): FoundCapsule[] => {
  const lengths = capsuleLengths(capsules, shape)
  return longestCapsules(capsules, shape, k).map((label) => ({ label, length: lengths[label]! }))
}

/** A capsule by itself, each of its numbers moved. */
export function movedCapsule(
  capsules: Float32Array,
  shape: CapsuleShape,
  label: number,
  moved: readonly number[],
): Float32Array {
  const out = capsuleAlone(capsules, shape, label)
  moved.forEach((by, at) => {
    out[label * shape.dimension + at]! += by
  })
  return out
}
