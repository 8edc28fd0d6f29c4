// VICReg: two views of an image alike, every number of an embedding alive, and no two of them saying the same.
import {
  add,
  matMul,
  mul,
  reduceMean,
  reduceSum,
  relu,
  sqrt,
  square,
  sub,
  transposeLast,
} from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import type { Network } from '../layers/network.ts'
import { meanSquaredError } from '../losses/index.ts'
import { checkNumber } from '../util/options.ts'
import { type Objective, objective } from './objective.ts'
import {
  checkHeads,
  checkRepresentation,
  halves,
  LEARN,
  LOSS,
  learned,
  representing,
  SPREAD,
  spreadOf,
  twoViews,
  type ViewsOptions,
} from './representation.ts'

export interface VicregOptions extends ViewsOptions {
  /** From an embedding to what is compared; thrown away after the training. Named `expander`. */
  readonly expander: Network
  /** Weight of the distance of the two views; default 25. */
  readonly invariance?: number
  /** Weight of the term that keeps every number's deviation at 1 or more; default 25. With 0 everything may become one point. */
  readonly variance?: number
  /** Weight of the squared covariances of different numbers; default 1. */
  readonly covariance?: number
}

/** Added to variances before their root, whose slope at 0 has no limit. */
const EPSILON = 1e-4

/** How far deviations over the rows fall short of 1, and squared covariances. @param rows  [n, size] */
function statistics(rows: Value): { variance: Value; covariance: Value } {
  const [n, size] = rows.shape as [number, number]
  const centred = sub(rows, reduceMean(rows, { axes: [0], keepdims: true }))
  const variances = mul(reduceSum(square(centred), { axes: [0] }), 1 / (n - 1)) // [size]
  const covariances = mul(matMul(transposeLast(centred), centred), 1 / (n - 1)) // [size, size]
  // The diagonal holds the variances, and is taken away again.
  const others = sub(reduceSum(square(covariances)), reduceSum(square(variances)))
  return {
    variance: reduceMean(relu(sub(1, sqrt(add(variances, EPSILON))))),
    covariance: mul(others, 1 / size),
  }
}

/**
 * The three terms of the loss, unweighted.
 *
 * @param rows  [2 n, size]; row i and row n + i belong together
 * @returns `invariance`, the mean squared difference; `variance`, the mean over both halves of 1 less the deviation, where that is
 *   positive; `covariance`, the sum over both halves of the squared covariances off the diagonal, divided by the size
 * @source Bardes et al. 2022, arXiv:2105.04906, section 4.1; halves as in the authors' program
 */
export function vicregTerms(rows: Value): Record<'invariance' | 'variance' | 'covariance', Value> {
  const [first, second] = halves(rows)
  const [a, b] = [statistics(first), statistics(second)]
  return {
    invariance: meanSquaredError(first, second),
    variance: mul(add(a.variance, b.variance), 0.5),
    covariance: add(a.covariance, b.covariance),
  }
}

/**
 * An encoder that learns what two views of an image have in common; what keeps it from giving the same for all images is said outright,
 * without comparing images with each other. The log has the three terms before their weights.
 *
 * @throws ConfigError for options that are missing, unknown or out of range; ShapeError for networks that do not fit together
 * @source Bardes et al. 2022, arXiv:2105.04906
 */
export function vicreg(options: VicregOptions): Objective<'encoder' | 'expander'> {
  const { where, column, embedding } = checkRepresentation('vicreg', options, {
    views: true,
    heads: ['expander'],
    others: ['invariance', 'variance', 'covariance'],
  })
  const { name, encoder, expander, optimizer, augmentations } = options
  const weight = (term: 'invariance' | 'variance' | 'covariance', usual: number): number =>
    checkNumber(where, term, options[term] ?? usual, { atLeast: 0 })
  const weights = {
    invariance: weight('invariance', 25),
    variance: weight('variance', 25),
    covariance: weight('covariance', 1),
  }
  checkHeads(where, embedding, { expander })
  return objective<'encoder' | 'expander'>({
    name,
    networks: { encoder, expander },
    phases: [
      {
        name: LEARN,
        updates: ['encoder', 'expander'],
        optimizer,
        loss(context) {
          const { networks } = context
          const embeddings = networks.encoder(twoViews(context, column, augmentations)) // [2n, size]
          const expanded = networks.expander(embeddings)
          const terms = vicregTerms(expanded)
          return {
            loss: add(
              add(mul(terms.invariance, weights.invariance), mul(terms.variance, weights.variance)),
              mul(terms.covariance, weights.covariance),
            ),
            metrics: { ...terms, spread: spreadOf(expanded) },
          }
        },
      },
    ],
    logs: [
      LOSS,
      learned({ name: 'invariance', label: 'invariance', axis: 'right', color: '#fe6100', dash: 'dashed' }),
      learned({ name: 'variance', label: 'variance', axis: 'right', color: '#648fff', dash: 'dashed' }),
      learned({ name: 'covariance', label: 'covariance', axis: 'right', color: '#ffb000', dash: 'dashed' }),
      SPREAD,
    ],
    ...representing({ compares: true }),
  })
}
