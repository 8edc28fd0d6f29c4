// BYOL: an encoder that foretells what a slow average of itself makes of another view of the same image.
import { add, concat, mul, reduceMean, reduceSum } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { copyOf } from '../layers/copy.ts'
import type { Network } from '../layers/network.ts'
import { checkNumber } from '../util/options.ts'
import { movingAverage } from './averaged.ts'
import { type Objective, objective } from './objective.ts'
import {
  checkHeads,
  checkRepresentation,
  halves,
  LEARN,
  LOSS,
  normalized,
  representing,
  SPREAD,
  spreadOf,
  twoViews,
  type ViewsOptions,
} from './representation.ts'

export interface ByolOptions extends ViewsOptions {
  /** From an embedding to what is foretold; named `projector`. */
  readonly projector: Network
  /** From what the projector gives to what that of the target gives of another view; named `predictor`. */
  readonly predictor: Network
  /** Share of the target that is kept at the first step; default 0.99. */
  readonly decay?: number
  /** Steps over which that share rises to 1, along half a cosine; default: it stays. */
  readonly steps?: number
}

type Names = 'encoder' | 'projector' | 'predictor' | 'target-encoder' | 'target-projector'

/** Twice 1 less the cosine of each row with that of the other side, on average: the squared distance of their directions. */
export const directionsApart = (given: Value, wanted: Value): Value =>
  add(mul(reduceMean(reduceSum(mul(normalized(given), normalized(wanted)), { axes: [1] })), -2), 2)

/**
 * Each view foretells the target's projection of the other one; the target follows the encoder and its projector as an average, and no
 * gradient reaches it. `loss` is the sum over both directions, 0 to 8. Nothing in it keeps all images from becoming one; that they do
 * not is the work of the predictor and of the slow target, so the log tells how spread its projections are.
 *
 * @throws ConfigError for options that are missing, unknown or out of range; ShapeError for networks that do not fit together
 * @source Grill et al. 2020, arXiv:2006.07733
 */
export function byol(options: ByolOptions): Objective<Names> {
  const { where, column, embedding } = checkRepresentation('byol', options, {
    views: true,
    heads: ['projector', 'predictor'],
    others: ['decay', 'steps'],
  })
  const { name, encoder, projector, predictor, optimizer, augmentations, steps } = options
  const decay = checkNumber(where, 'decay', options.decay ?? 0.99, { atLeast: 0, below: 1 })
  if (steps !== undefined) checkNumber(where, 'steps', steps, { integer: true, atLeast: 1 })
  checkHeads(where, embedding, { projector, predictor })
  /** What is kept of the target at a step. */
  const kept = (step: number): number =>
    steps === undefined
      ? decay
      : 1 - ((1 - decay) * (Math.cos((Math.PI * Math.min(step, steps)) / steps) + 1)) / 2
  return objective<Names>({
    name,
    networks: {
      encoder,
      projector,
      predictor,
      'target-encoder': copyOf(encoder, 'target-encoder'),
      'target-projector': copyOf(projector, 'target-projector'),
    },
    phases: [
      {
        name: LEARN,
        updates: ['encoder', 'projector', 'predictor'],
        optimizer,
        loss(context) {
          const { networks } = context
          const views = twoViews(context, column, augmentations)
          const embeddings = networks.encoder(views) // [2n, size]
          const projected = networks.projector(embeddings)
          const foretold = networks.predictor(projected)
          const [first, second] = halves(networks['target-projector'](networks['target-encoder'](views)))
          return {
            loss: mul(directionsApart(foretold, concat([second, first], 0)), 2),
            metrics: { spread: spreadOf(projected) },
          }
        },
      },
      {
        name: 'follow',
        assign({ networks, scheduled }) {
          const keeps = scheduled('decay', kept)
          const follow = (target: 'target-encoder' | 'target-projector', of: 'encoder' | 'projector') =>
            movingAverage(networks[target].weights, networks[of].weights, keeps)
          return {
            'target-encoder': follow('target-encoder', 'encoder'),
            'target-projector': follow('target-projector', 'projector'),
          }
        },
      },
    ],
    logs: [LOSS, SPREAD],
    ...representing({ compares: true }),
  })
}
