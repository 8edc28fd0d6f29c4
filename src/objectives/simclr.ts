// SimCLR: of two views of an image each must find the other among the views of all images of a batch.
import { add, exp, log, matMul, mul, reduceMean, reduceSum, sub, transposeLast } from '../graph/build.ts'
import { constant, type Value } from '../graph/value.ts'
import type { Network } from '../layers/network.ts'
import { checkNumber } from '../util/options.ts'
import { type Objective, objective } from './objective.ts'
import {
  checkHeads,
  checkRepresentation,
  halves,
  LEARN,
  LOSS,
  learned,
  normalized,
  representing,
  SPREAD,
  spreadOf,
  twoViews,
  type ViewsOptions,
} from './representation.ts'

export interface SimclrOptions extends ViewsOptions {
  /** From an embedding to what is compared; thrown away after the training. Named `projector`. */
  readonly projector: Network
  /** Cosines are divided by it; default 0.5. */
  readonly temperature?: number
  /**
   * Weight of the term that pushes the views of different images apart; default 1, the loss of the paper. With 0 only likeness counts,
   * and giving the same for all images is best.
   */
  readonly uniformity?: number
}

/**
 * The normalized temperature-scaled cross-entropy, in two terms whose sum it is: `alignment`, less the more the two views of an image
 * are alike, and `uniformity`, the log of the summed likenesses of a view with all others.
 *
 * @param rows         [2 n, size]; row i and row n + i belong together. Their lengths do not matter
 * @param temperature  above 0
 * @returns two scalars, means over the 2 n views
 * @source Chen et al. 2020, arXiv:2002.05709, section 2.1; the two terms: Wang & Isola 2020, arXiv:2005.10242
 */
export function ntXent(
  rows: Value,
  temperature: number,
): { readonly alignment: Value; readonly uniformity: Value } {
  const views = rows.shape[0]!
  const unit = normalized(rows)
  const cosines = mul(matMul(unit, transposeLast(unit)), 1 / temperature) // [2n, 2n]
  const [first, second] = halves(unit)
  // Both directions: the pair of i is i + n, and the other way round.
  const positive = mul(reduceMean(reduceSum(mul(first, second), { axes: [1] })), 1 / temperature)
  // No view is compared with itself. No cosine exceeds 1, so no exponential overflows.
  const others = Float32Array.from({ length: views * views }, (_, i) => (i % (views + 1) === 0 ? 0 : 1))
  const likeness = mul(exp(sub(cosines, 1 / temperature)), constant(others, [views, views]))
  const uniformity = add(reduceMean(log(reduceSum(likeness, { axes: [1] }))), 1 / temperature)
  return { alignment: mul(positive, -1), uniformity }
}

/**
 * An encoder that learns what two views of an image have in common and what tells images apart. The log has the two terms of the loss,
 * and how spread what is compared is.
 *
 * @throws ConfigError for options that are missing, unknown or out of range; ShapeError for networks that do not fit together
 * @source Chen et al. 2020, arXiv:2002.05709
 */
export function simclr(options: SimclrOptions): Objective<'encoder' | 'projector'> {
  const { where, column, embedding } = checkRepresentation('simclr', options, {
    views: true,
    heads: ['projector'],
    others: ['temperature', 'uniformity'],
  })
  const { name, encoder, projector, optimizer, augmentations } = options
  const temperature = checkNumber(where, 'temperature', options.temperature ?? 0.5, { atLeast: 0.02 })
  const weight = checkNumber(where, 'uniformity', options.uniformity ?? 1, { atLeast: 0 })
  checkHeads(where, embedding, { projector })
  return objective<'encoder' | 'projector'>({
    name,
    networks: { encoder, projector },
    phases: [
      {
        name: LEARN,
        updates: ['encoder', 'projector'],
        optimizer,
        loss(context) {
          const { networks } = context
          const embeddings = networks.encoder(twoViews(context, column, augmentations)) // [2n, size]
          const projected = networks.projector(embeddings)
          const { alignment, uniformity } = ntXent(projected, temperature)
          return {
            loss: add(alignment, mul(uniformity, weight)),
            metrics: { alignment, uniformity, spread: spreadOf(projected) },
          }
        },
      },
    ],
    logs: [
      LOSS,
      learned({ name: 'alignment', label: 'alignment', axis: 'left', color: '#fe6100', dash: 'dashed' }),
      learned({ name: 'uniformity', label: 'uniformity', axis: 'left', color: '#648fff', dash: 'dashed' }),
      SPREAD,
    ],
    ...representing({ compares: true }),
  })
}
