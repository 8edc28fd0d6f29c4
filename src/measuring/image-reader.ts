// Reads any number of images with an ONNX file, in batches of one size.
import type { Samples } from '../metrics/index.ts'
import type { Engine } from '../runtime/engine.ts'
import { ShapeError } from '../util/errors.ts'
import { type Shape, sizeOf } from '../util/shape.ts'

/** Images at once, always: the runtime may round otherwise for another batch size. */
const BATCH = 250

export interface ImageReader<Output extends string> {
  /**
   * The outputs `[n, ...]` for n images, as rows.
   *
   * @param images  bytes 0 to 255, or numbers in [0, 1]
   * @throws ShapeError when it is not a whole number of images, at least one
   */
  read(images: Uint8Array | Float32Array): Promise<Record<Output, Samples>>
  close(): Promise<void>
}

/**
 * Opens an ONNX file that takes `images` of any batch size.
 *
 * @param shape    of one image, [height, width, channels]
 * @param outputs  those to give back, [batch, length] each
 */
export async function openImageReader<Output extends string>(
  engine: Engine,
  bytes: Uint8Array,
  { shape, outputs }: { readonly shape: Shape; readonly outputs: readonly Output[] },
): Promise<ImageReader<Output>> {
  const model = await engine.load(bytes)
  const size = sizeOf(shape)
  return {
    async read(images) {
      const n = images.length / size
      if (!Number.isInteger(n) || n < 1)
        throw new ShapeError(
          `expected images of [${shape.join(', ')}] (height, width, channels), ${size} numbers each, got ${images.length} numbers`,
        )
      const scale = images instanceof Uint8Array ? 255 : 1
      const all = {} as Record<Output, Float32Array>
      for (let first = 0; first < n; first += BATCH) {
        const some = images.subarray(first * size, Math.min(n, first + BATCH) * size)
        const batch = new Float32Array(BATCH * size) // Zeros after the last.
        for (let i = 0; i < some.length; i++) batch[i] = some[i]! / scale
        const made = await model.run({ images: { data: batch, shape: [BATCH, ...shape] } })
        for (const name of outputs) {
          const data = made[name]!.data as Float32Array
          const length = data.length / BATCH
          all[name] ??= new Float32Array(n * length)
          all[name].set(data.subarray(0, (length * some.length) / size), first * length)
        }
      }
      const rows = {} as Record<Output, Samples>
      for (const name of outputs) rows[name] = { data: all[name], shape: [n, all[name].length / n] }
      return rows
    },
    close: () => model.close(),
  }
}
