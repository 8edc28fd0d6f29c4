// Rotation prediction: an encoder that learns to tell by which quarter turn an image was turned.
import { concat, gather, transpose } from '../graph/build.ts'
import { constant, type Value } from '../graph/value.ts'
import type { Network } from '../layers/network.ts'
import { outputOf } from '../layers/use.ts'
import { sparseCategoricalAccuracy, sparseCategoricalCrossentropy } from '../losses/index.ts'
import { ConfigError, ShapeError } from '../util/errors.ts'
import { formatShape } from '../util/shape.ts'
import { type Objective, objective } from './objective.ts'
import {
  checkHeads,
  checkRepresentation,
  LEARN,
  LOSS,
  learned,
  type RepresentationOptions,
  representing,
  SPREAD,
  spreadOf,
} from './representation.ts'

export interface RotationOptions extends RepresentationOptions {
  /** From an embedding to four logits, one for each quarter turn; named `head`. */
  readonly head: Network
}

const TURNS = 4

/** Rows or columns in the opposite order. */
const reversed = (images: Value, axis: 1 | 2): Value => {
  const length = images.shape[axis]!
  const order = Array.from({ length }, (_, i) => length - 1 - i)
  return gather(images, constant(order, [length], 'int64'), axis)
}

/** Square images turned by 0, 1, 2 and 3 quarters against the clock, all of the first, then all of the second: [4 n, ...]. */
export function quarterTurns(images: Value): Value {
  const across = transpose(images, [0, 2, 1, 3])
  return concat([images, reversed(across, 1), reversed(reversed(images, 1), 2), reversed(across, 2)], 0)
}

/**
 * Shows every image in all four quarter turns and descends the cross-entropy of which it is. Log 4 is chance.
 *
 * @throws ConfigError for options that are missing or unknown, and images that are not square; ShapeError for networks that do not fit
 *   together
 * @source Gidaris et al. 2018, arXiv:1803.07728
 */
export function rotation(options: RotationOptions): Objective<'encoder' | 'head'> {
  const { where, column, image, embedding } = checkRepresentation('rotation', options, { heads: ['head'] })
  const { name, encoder, head, optimizer } = options
  checkHeads(where, embedding, { head })
  const { shape } = outputOf(head)
  if (shape.length !== 1 || shape[0] !== TURNS)
    throw new ShapeError(`${where}: the head must end in ${TURNS} logits, got ${formatShape(shape)}`)
  if (image.length !== 3 || image[0] !== image[1])
    throw new ConfigError(
      `${where}: only square images [side, side, channels] can be turned by a quarter, got ${formatShape(image)}; give --image-size`,
    )
  return objective<'encoder' | 'head'>({
    name,
    networks: { encoder, head },
    phases: [
      {
        name: LEARN,
        updates: ['encoder', 'head'],
        optimizer,
        loss({ batchSize, data, networks }) {
          const embeddings = networks.encoder(quarterTurns(data[column]!)) // [4n, size]
          const logits = networks.head(embeddings)
          const turns = Array.from({ length: TURNS * batchSize }, (_, i) => Math.floor(i / batchSize))
          const labels = constant(turns, [TURNS * batchSize], 'int64')
          return {
            loss: sparseCategoricalCrossentropy(logits, labels),
            metrics: {
              accuracy: sparseCategoricalAccuracy(logits, labels),
              spread: spreadOf(embeddings),
            },
          }
        },
      },
    ],
    logs: [
      LOSS,
      learned({
        name: 'accuracy',
        label: 'turns told rightly',
        axis: 'right',
        color: '#fe6100',
        format: 'percent',
      }),
      SPREAD,
    ],
    ...representing({ chance: Math.log(TURNS) }),
  })
}
