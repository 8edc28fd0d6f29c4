// Detectors of lost trainings: they read the log as it grows and say when one side of a duel has won, when the latents of
// an autoencoder are not used, or when the samples collapse.
import type { DuelMetrics, Objective } from '../objectives/objective.ts'

/** Something that a person should know, at a step of a run. */
export interface Notice {
  readonly step: number
  readonly kind:
    | 'discriminator-won'
    | 'generator-loss-runaway'
    | 'samples-collapsed'
    | 'latents-unused'
    | 'single-player'
    | 'request-refused'
  readonly severity: 'info' | 'warning' | 'error'
  readonly message: string
}

export type MetricsRow = { readonly step: number } & Readonly<Record<string, number>>

/** Steps over which the balance is judged. */
export const WINDOW = 500
/** Mean discriminator accuracy over the window above which it has won. */
export const WON_ACCURACY = 0.99
/** Mean generator loss over the window above which its gradients carry little: -log D(G(z)) of 10 is D = 0.00005. */
export const RUNAWAY_LOSS = 10
/** Share of a latent's numbers that are not in use, over the window, above which it is told: half of them, with some noise. */
export const UNUSED_LATENTS = 0.45
/** Share of real data's pixel deviation below which samples count as nearly identical. */
export const COLLAPSE_RATIO = 0.1

/** Mean over the last `WINDOW` numbers. */
function movingMean(): (next: number) => number | undefined {
  const recent: number[] = []
  return (next) => {
    recent.push(next)
    if (recent.length > WINDOW) recent.shift()
    // Summed anew each time: a running sum would never recover from one enormous number.
    return recent.length === WINDOW ? recent.reduce((sum, value) => sum + value, 0) / WINDOW : undefined
  }
}

/** Watches one metric: one notice each time its mean crosses the limit; armed again when the mean is clearly back. */
function threshold(
  limit: number,
  rearm: number,
  notice: (step: number, mean: number) => Notice,
): (step: number, value: number) => Notice[] {
  const mean = movingMean()
  let raised = false
  return (step, value) => {
    const now = mean(value)
    if (now === undefined) return []
    if (raised && now < rearm) raised = false
    if (raised || now <= limit) return []
    raised = true
    return [notice(step, now)]
  }
}

/**
 * Watches the balance of a duel. Feed it every row of the log in order, from the first: it is a pure function of
 * the rows, so a resumed run that replays them raises the same notices.
 */
export function balanceDetector({
  discriminatorAccuracy,
  generatorLoss,
}: DuelMetrics): (row: MetricsRow) => Notice[] {
  const won = threshold(WON_ACCURACY, 0.95, (step, mean) => ({
    step,
    kind: 'discriminator-won',
    severity: 'warning',
    message: `the discriminator is right ${(100 * mean).toFixed(1)}% of the time over ${WINDOW} steps: the generator learns little from it. A smaller discriminator, more dropout or a lower learning rate for it helps.`,
  }))
  const runaway = threshold(RUNAWAY_LOSS, RUNAWAY_LOSS / 2, (step, mean) => ({
    step,
    kind: 'generator-loss-runaway',
    severity: 'warning',
    message: `the generator's loss averages ${mean.toFixed(1)} over ${WINDOW} steps: its samples are rejected with near certainty.`,
  }))
  return (row) => [
    ...won(row.step, row[discriminatorAccuracy] ?? 0),
    ...runaway(row.step, row[generatorLoss] ?? 0),
  ]
}

/**
 * Watches how much of the latent an autoencoder uses, row by row as `balanceDetector` does. A few unused numbers of many
 * are what a large latent is expected to have; from half of them on it is worth knowing.
 *
 * @param active  the metric that counts the numbers in use
 */
export function latentDetector(latentDim: number, active: string): (row: MetricsRow) => Notice[] {
  const unused = threshold(UNUSED_LATENTS, UNUSED_LATENTS / 2, (step, mean) => ({
    step,
    kind: 'latents-unused',
    severity: 'warning',
    message: `only ${((1 - mean) * latentDim).toFixed(1)} of the ${latentDim} ${latentDim === 1 ? 'number' : 'numbers'} of the latent are in use over ${WINDOW} steps: the mean of the rest is the same for all images (posterior collapse). Another seed or a smaller beta helps.`,
  }))
  return (row) => unused(row.step, 1 - (row[active] ?? latentDim) / latentDim)
}

/** All detectors that an objective's log allows, as one. */
export function logDetector({
  duel,
  autoencoder,
}: Pick<Objective, 'duel' | 'autoencoder'>): (row: MetricsRow) => Notice[] {
  const detectors = [
    ...(duel ? [balanceDetector(duel)] : []),
    ...(autoencoder?.active ? [latentDetector(autoencoder.latentDim, autoencoder.active)] : []),
  ]
  return (row) => detectors.flatMap((detect) => detect(row))
}

/** Mean over pixels of the standard deviation across images `[count, size]`. Unitless, for pixels in [0, 1]. */
export function pixelDeviation(images: Float32Array, count: number): number {
  const size = images.length / count
  let total = 0
  for (let pixel = 0; pixel < size; pixel++) {
    let sum = 0
    let squares = 0
    for (let i = 0; i < count; i++) {
      const value = images[i * size + pixel]!
      sum += value
      squares += value * value
    }
    const mean = sum / count
    total += Math.sqrt(Math.max(0, squares / count - mean * mean))
  }
  return total / size
}

/** A notice when fresh samples hardly differ from each other, compared with real examples. */
export function collapseNotice(
  step: number,
  samples: Float32Array,
  count: number,
  realDeviation: number,
): Notice | undefined {
  // Networks begin collapsed: before the window is over that says nothing.
  if (step < WINDOW) return undefined
  const deviation = pixelDeviation(samples, count)
  if (deviation >= COLLAPSE_RATIO * realDeviation) return undefined
  return {
    step,
    kind: 'samples-collapsed',
    severity: 'warning',
    message: `${count} fresh samples are nearly identical: their pixels vary by ${deviation.toFixed(4)}, those of real examples by ${realDeviation.toFixed(4)} (mode collapse).`,
  }
}
