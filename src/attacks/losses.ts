// What white-box attacks raise: functions of logits, one number per example, all larger the worse the classifier does.
import * as g from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { ConfigError } from '../util/errors.ts'
import { sizeOf } from '../util/shape.ts'

/** So far below every logit that no maximum takes it. */
const FAR_BELOW = 1e30

/** A number per example as it broadcasts to images: [n] to [n, 1, 1, 1]. */
export const perImage = (x: Value): Value => g.reshape(x, [x.shape[0]!, 1, 1, 1])

const row = { axes: [1] }
/** The logit that a one-hot row names: [n]. */
export const logitOf = (logits: Value, oneHot: Value): Value => g.reduceSum(g.mul(logits, oneHot), row)
/** Logits in which the one that is named is far below all others. */
const without = (logits: Value, oneHot: Value): Value => g.sub(logits, g.mul(oneHot, FAR_BELOW))

/** How far the best of the other classes is above the true one: [n], positive where the classifier is wrong. */
export const marginOf = (logits: Value, truth: Value): Value =>
  g.sub(g.reduceMax(without(logits, truth), row), logitOf(logits, truth))

/**
 * Where the classifier is wrong, by more than rounding: the same network, written into another graph, would say so too.
 * Truth values [n].
 */
export const isWrong = (logits: Value, truth: Value): Value =>
  g.greater(marginOf(logits, truth), g.mul(g.reduceMax(g.abs(logits), row), 1e-5))

/** The `k` largest logits in falling order, with gradients: [n, k]. */
const largest = (logits: Value, k: number): Value => g.gatherElements(logits, g.topK(logits, k).indices, 1)
const place = (sorted: Value, k: number): Value =>
  g.reshape(g.slice(sorted, [{ axis: 1, start: k, end: k + 1 }]), [sizeOf(sorted.shape.slice(0, 1))])

export interface AttackLoss {
  /** Fewest classes that it is defined for. */
  readonly classes: number
  /** Whether it goes towards a class. */
  readonly targeted: boolean
  /**
   * @param logits  [n, classes]
   * @param truth   the true classes, one-hot [n, classes]
   * @param target  the classes to go to, one-hot, of targeted losses
   * @returns [n]
   */
  of(logits: Value, truth: Value, target: Value): Value
}

export const LOSSES = {
  /**
   * Cross-entropy L, as log(e^L - 1) = logsumexp of the others - z_y. It grows where L does, so whoever follows the direction of the
   * gradient and compares values does the same as with L; but it goes on where the softmax of a sure classifier is 1 in
   * float32, and the gradient of L is 0.
   */
  ce: {
    classes: 2,
    targeted: false,
    of(logits, truth) {
      const others = without(logits, truth)
      const top = g.stopGradient(g.reduceMax(others, { ...row, keepdims: true }))
      const sum = g.reduceSum(g.exp(g.sub(others, top)), row)
      return g.sub(g.add(g.log(sum), g.reshape(top, sum.shape)), logitOf(logits, truth))
    },
  },
  /** max other - z_y. @source Carlini & Wagner 2017, arXiv:1608.04644 */
  margin: { classes: 2, targeted: false, of: marginOf },
  /** -(z_y - max other) / (z_1 - z_3), sorted. @source Croce & Hein 2020, arXiv:2003.01690 */
  dlr: {
    classes: 3,
    targeted: false,
    of(logits, truth) {
      const sorted = largest(logits, 3)
      return g.div(marginOf(logits, truth), g.add(g.sub(place(sorted, 0), place(sorted, 2)), 1e-12))
    },
  },
  /** -(z_y - z_t) / (z_1 - (z_3 + z_4) / 2), sorted. @source the same */
  'targeted-dlr': {
    classes: 4,
    targeted: true,
    of(logits, truth, target) {
      const sorted = largest(logits, 4)
      const below = g.mul(g.add(place(sorted, 2), place(sorted, 3)), 0.5)
      const lead = g.sub(logitOf(logits, target), logitOf(logits, truth))
      return g.div(lead, g.add(g.sub(place(sorted, 0), below), 1e-12))
    },
  },
} satisfies Readonly<Record<string, AttackLoss>>

export type LossName = keyof typeof LOSSES

/** @throws ConfigError when the classifier has too few classes for it */
export function lossFor(name: LossName, classes: number): AttackLoss {
  const loss: AttackLoss = LOSSES[name]
  if (classes < loss.classes)
    throw new ConfigError(
      `the loss "${name}" compares ${loss.classes} classes, this classifier has ${classes}; use the loss "margin"`,
    )
  return loss
}
