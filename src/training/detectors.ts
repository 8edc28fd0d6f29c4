// Detectors of lost trainings. Each says from which step on it can tell anything, is silent before, and says once when an
// episode begins and once when it is over. Their limits are held against a table of healthy and lost runs.
import type { Descent, DuelMetrics, Objective } from '../objectives/objective.ts'
import { episodes, LOOK, type Verdict, WINDOW, windowMeans } from './look.ts'
import type { MetricsRow, Notice } from './notice.ts'

export type { MetricsRow, Notice }

/** What watches for one way in which trainings are lost; its notices bear its kind. */
export interface Alarm {
  readonly kind: Notice['kind']
  /** What it looks for, in words. */
  readonly label: string
  /** The first step after which it can say anything. */
  readonly from: number
  /** What it looks at: the numbers of every step, or the samples of the steps that have some. */
  readonly reads: 'log' | 'samples'
}

/** The means of its metrics over the last `WINDOW` steps, and the lowest that they were at a look before, one by one. */
type Judged = [now: readonly number[], lowest: readonly number[]]

/** An alarm that looks at the log. */
export interface LogAlarm extends Alarm {
  readonly metrics: readonly string[]
  judge(...judged: Judged): Verdict
  /** What is wrong, and a remedy. */
  lost(...judged: Judged): string
  /** Why it no longer is. */
  over(...judged: Judged): string
}

/**
 * First step at which a duel is judged. Discriminators win at first, and generator losses are highest, in every healthy
 * run: see docs/reliability.md for when they come back.
 */
export const DUEL_FROM = 1000
/** Mean discriminator accuracy from which it has won, and below which it has not. */
export const WON_ACCURACY = { lost: 0.99, well: 0.97 }
/** Mean discriminator accuracy below which the generator has won, and above which it has not: guessing gives 0.5. */
export const WRONG_ACCURACY = { lost: 0.42, well: 0.47 }
/** The same where its loss is low besides. */
export const FOOLED_ACCURACY = { lost: 0.55, well: 0.58 }
/** Mean generator loss, likewise: that of a discriminator that cannot tell is 0.69. */
export const FOOLED_LOSS = { lost: 0.5, well: 0.6 }
/** Mean generator loss, likewise: -log D(G(z)) of 10 is D = 0.00005. */
export const RUNAWAY_LOSS = { lost: 10, well: 8 }
/** Share of a latent's numbers that are not in use, likewise: half of them, with some noise. */
export const UNUSED_LATENTS = { lost: 0.45, well: 0.225 }
/** A falling loss as a multiple of the lowest that it was, likewise. */
export const RISEN_LOSS = { lost: 1.5, well: 1.2 }
/** A loss as a share of that of one who knows nothing, likewise. */
export const CHANCE_LOSS = { lost: 0.97, well: 0.9 }
/** Pixel deviation of samples as a share of that of real examples; below it they are nearly the same. */
export const COLLAPSE_RATIO = { lost: 0.06, well: 0.12 }
/** Networks begin collapsed: before this step that says nothing. */
export const COLLAPSE_FROM = 500

const above = (value: number, { lost, well }: { lost: number; well: number }): Verdict =>
  value > lost ? 'lost' : value < well ? 'well' : 'between'
const below = (value: number, { lost, well }: { lost: number; well: number }): Verdict =>
  value < lost ? 'lost' : value > well ? 'well' : 'between'
/** Lost where one says so, well where both do. */
const either = (a: Verdict, b: Verdict): Verdict =>
  a === 'lost' || b === 'lost' ? 'lost' : a === 'well' && b === 'well' ? 'well' : 'between'
/** Lost where both say so, well where either does. */
const both = (a: Verdict, b: Verdict): Verdict =>
  a === 'well' || b === 'well' ? 'well' : a === 'lost' && b === 'lost' ? 'lost' : 'between'
const percent = (share: number): string => `${(100 * share).toFixed(1)}%`

/** What watches the balance of a duel. */
export const duelAlarms = ({ discriminatorAccuracy, generatorLoss }: DuelMetrics): LogAlarm[] => [
  {
    kind: 'discriminator-won',
    label: 'a discriminator that has won',
    from: DUEL_FROM,
    reads: 'log',
    metrics: [discriminatorAccuracy],
    judge: ([accuracy]) => above(accuracy!, WON_ACCURACY),
    lost: ([accuracy]) =>
      `the discriminator is right ${percent(accuracy!)} of the time over ${WINDOW} steps: the generator learns little from it. A smaller discriminator, more dropout or a lower learning rate for it helps.`,
    over: ([accuracy]) =>
      `over: the discriminator is right ${percent(accuracy!)} of the time over ${WINDOW} steps.`,
  },
  {
    kind: 'generator-won',
    label: 'a generator that has won',
    from: WINDOW,
    reads: 'log',
    metrics: [discriminatorAccuracy, generatorLoss],
    // Near to guessing is where a good duel ends, and a low loss is where that of a DCGAN begins; both are where neither
    // is. A discriminator that died is always wrong.
    judge: ([accuracy, loss]) =>
      either(
        below(accuracy!, WRONG_ACCURACY),
        both(below(accuracy!, FOOLED_ACCURACY), below(loss!, FOOLED_LOSS)),
      ),
    lost: ([accuracy, loss]) =>
      `the discriminator is right only ${percent(accuracy!)} of the time over ${WINDOW} steps (generator loss ${loss!.toFixed(2)}): it tells the generator nothing of what is real. A higher learning rate for it or a lower one for the generator helps.`,
    over: ([accuracy, loss]) =>
      `over: the discriminator is right ${percent(accuracy!)} of the time over ${WINDOW} steps, the generator's loss ${loss!.toFixed(2)}.`,
  },
  {
    kind: 'generator-loss-runaway',
    label: 'a generator loss that runs away',
    from: DUEL_FROM,
    reads: 'log',
    metrics: [generatorLoss],
    // High alone is healthy: it is so at first, and falls. It runs away where it also rises.
    judge: ([loss], [lowest]) => both(above(loss!, RUNAWAY_LOSS), above(loss! / lowest!, RISEN_LOSS)),
    lost: ([loss], [lowest]) =>
      `the generator's loss averages ${loss!.toFixed(1)} over ${WINDOW} steps, after ${lowest!.toFixed(1)}: its samples are rejected with near certainty. Lower learning rates help.`,
    over: ([loss]) => `over: the generator's loss averages ${loss!.toFixed(1)} over ${WINDOW} steps.`,
  },
]

/**
 * What watches how much of the latent an autoencoder uses. A few unused numbers of many are what a large latent is
 * expected to have; from half of them on it is worth knowing.
 *
 * @param active  the metric that counts the numbers in use
 */
export const latentAlarm = (latentDim: number, active: string): LogAlarm => ({
  kind: 'latents-unused',
  label: 'unused numbers of the latent',
  from: WINDOW,
  reads: 'log',
  metrics: [active],
  judge: ([used]) => above(1 - used! / latentDim, UNUSED_LATENTS),
  lost: ([used]) =>
    `only ${used!.toFixed(1)} of the ${latentDim} ${latentDim === 1 ? 'number' : 'numbers'} of the latent are in use over ${WINDOW} steps: the mean of the rest is the same for all images (posterior collapse). Another seed or a smaller beta helps.`,
  over: ([used]) => `over: ${used!.toFixed(1)} of the ${latentDim} numbers of the latent are in use.`,
})

/** What watches a loss that falls as long as all is well. */
export const descentAlarms = ({ loss: metric, chance }: Descent): LogAlarm[] => [
  {
    kind: 'loss-risen',
    label: 'a loss that rises',
    from: WINDOW + LOOK,
    reads: 'log',
    metrics: [metric],
    judge: ([loss], [lowest]) => above(loss! / lowest!, RISEN_LOSS),
    lost: ([loss], [lowest]) =>
      `the loss averages ${loss!.toPrecision(3)} over ${WINDOW} steps, after ${lowest!.toPrecision(3)}: what was learned is being lost. Lower the learning rate, and continue from a checkpoint of before.`,
    over: ([loss]) => `over: the loss averages ${loss!.toPrecision(3)} again over ${WINDOW} steps.`,
  },
  ...(chance === undefined
    ? []
    : [
        {
          kind: 'nothing-learned',
          label: 'a loss no better than chance',
          from: WINDOW,
          reads: 'log',
          metrics: [metric],
          judge: ([loss]) => above(loss! / chance, CHANCE_LOSS),
          lost: ([loss]) =>
            `the loss averages ${loss!.toPrecision(3)} over ${WINDOW} steps, and chance alone gives ${chance.toPrecision(3)}: nothing is being learned. Look at the labels, and lower the learning rate.`,
          over: ([loss]) => `over: the loss averages ${loss!.toPrecision(3)}, below chance.`,
        } satisfies LogAlarm,
      ]),
]

/** The alarms that look at an objective's log. */
export const logAlarms = ({
  duel,
  autoencoder,
  descent,
}: Pick<Objective, 'duel' | 'autoencoder' | 'descent'>): LogAlarm[] => [
  ...(duel ? duelAlarms(duel) : []),
  ...(descent ? descentAlarms(descent) : []),
  ...(autoencoder?.active ? [latentAlarm(autoencoder.latentDim, autoencoder.active)] : []),
]

const COLLAPSE = { kind: 'samples-collapsed', label: 'collapsed samples', reads: 'samples' } as const

/**
 * All alarms that watch a run of an objective, as records keep them.
 *
 * @param sampleEvery  steps between two samples; without samples nobody can tell that they collapse
 */
export function alarmsOf(
  objective: Objective,
  { sampleEvery, steps }: { readonly sampleEvery: number; readonly steps: number },
): Alarm[] {
  const next = sampleEvery > 0 ? sampleEvery * Math.ceil(COLLAPSE_FROM / sampleEvery) : 0
  const from = steps > COLLAPSE_FROM ? Math.min(next, steps - 1) : next
  return [
    ...logAlarms(objective).map(({ kind, label, from, reads }) => ({ kind, label, from, reads })),
    ...(objective.sampler && sampleEvery > 0 ? [{ ...COLLAPSE, from }] : []),
  ]
}

/**
 * All alarms that look at an objective's log, as one. Feed it every row in order, from the first: it is a pure function
 * of the rows, so a resumed run that replays them raises the same notices.
 */
export function logDetector(
  objective: Pick<Objective, 'duel' | 'autoencoder' | 'descent'>,
): (row: MetricsRow) => Notice[] {
  const detectors = logAlarms(objective).map((alarm) => {
    const means = windowMeans(alarm.metrics)
    const tell = episodes(alarm.kind)
    let lowest: readonly number[] | undefined
    return (row: MetricsRow): Notice[] => {
      const now = means(row)
      if (!now) return []
      const before = lowest ?? now
      lowest = before.map((low, i) => Math.min(low, now[i]!))
      if (row.step < alarm.from) return []
      return tell(row.step, alarm.judge(now, before), {
        lost: () => alarm.lost(now, before),
        over: () => alarm.over(now, before),
      })
    }
  })
  return (row) => detectors.flatMap((detect) => detect(row))
}

/**
 * Watches whether fresh samples differ from each other.
 *
 * @param realDeviation  pixel deviation of as many real examples as there are samples
 * @param told           the notices of the run up to now: it goes on where they ended
 * @returns what it says of the pixel deviation of the samples of a step
 */
export function collapseDetector(
  realDeviation: number,
  told: readonly { readonly kind: string; readonly severity: string }[] = [],
): (step: number, deviation: number) => Notice[] {
  const last = told.findLast(({ kind }) => kind === COLLAPSE.kind)
  const tell = episodes(COLLAPSE.kind, { begun: last?.severity === 'warning' })
  return (step, deviation) => {
    if (step < COLLAPSE_FROM) return []
    const verdict = below(deviation / realDeviation, COLLAPSE_RATIO)
    const numbers = `their pixels vary by ${deviation.toFixed(4)}, those of real examples by ${realDeviation.toFixed(4)}`
    return tell(step, verdict, {
      lost: () => `fresh samples are nearly identical: ${numbers} (mode collapse).`,
      over: () => `over: fresh samples differ again: ${numbers}.`,
    })
  }
}
