// PacGAN's packing (Lin et al. 2018): examples that the discriminator judges together, stacked along their last axis.
import { concat, reshape, slice, transpose } from '../../graph/build.ts'
import type { Value } from '../../graph/value.ts'
import { ConfigError } from '../../util/errors.ts'
import type { Shape } from '../../util/shape.ts'

/** The shape of so many examples together. */
export const packedShape = (example: Shape, pack: number): Shape => [
  ...example.slice(0, -1),
  example.at(-1)! * pack,
]

/**
 * [n, ..., c] to [n / pack, ..., c pack]: neighbours of the batch together.
 *
 * @throws ConfigError when the batch cannot be divided so
 * @source arXiv:1712.04086, section 3
 */
export function packed(examples: Value, pack: number): Value {
  if (pack === 1) return examples
  const [n, ...shape] = examples.shape as [number, ...number[]]
  if (n % pack !== 0)
    throw new ConfigError(
      `--pack ${pack}: the batch must be divisible by it, got a batch of ${n}; give --batch-size ${Math.ceil(n / pack) * pack}`,
    )
  const apart = reshape(examples, [n / pack, pack, ...shape])
  const last = shape.length
  const order = [0, ...shape.slice(0, -1).map((_, i) => i + 2), 1, last + 1]
  return reshape(transpose(apart, order), [n / pack, ...packedShape(shape, pack)])
}

/** The same for any number of examples, as held-out ones are: each with those after it, the last with the first. */
export function packedAround(examples: Value, pack: number): Value {
  const n = examples.shape[0]!
  const turned = (by: number): Value =>
    by % n === 0
      ? examples
      : concat(
          [
            slice(examples, [{ axis: 0, start: by % n, end: n }]),
            slice(examples, [{ axis: 0, start: 0, end: by % n }]),
          ],
          0,
        )
  return pack === 1
    ? examples
    : concat(
        Array.from({ length: pack }, (_, i) => turned(i)),
        examples.shape.length - 1,
      )
}
