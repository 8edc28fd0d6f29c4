// How well a person, and a network, told real images from generated ones.
import { type Share, shareOf } from '../util/wilson-interval.ts'
import type { CriticRow } from './critic.ts'

/** How a judge did. */
export interface Judged {
  /** Verdicts that were right, of all. */
  readonly right: Share
  /** Generated images that were taken for real, of those generated. */
  readonly fooled: Share
  /** Real images that were taken for generated, of those real. */
  readonly doubted: Share
}

export interface CriticScores {
  readonly rounds: number
  readonly person: Judged
  /** On the same images; null where the model has no such network. */
  readonly network: Judged | null
}

export interface CriticTotals extends CriticScores {
  /** By the step of the weights, oldest first. */
  readonly steps: readonly ({ readonly step: number } & CriticScores)[]
}

/** From what probability on the network is said to take an image for real; above it, not at it. */
export const THRESHOLD = 0.5

export const tookForReal = (probability: number): boolean => probability > THRESHOLD

/** How verdicts compare with the truth. Both lists are by image and of one length. */
export function judged(isReal: readonly boolean[], saidReal: readonly boolean[]): Judged {
  const those = (real: boolean): boolean[] => saidReal.filter((_, image) => isReal[image] === real)
  const [onReal, onGenerated] = [those(true), those(false)]
  const fooled = onGenerated.filter((said) => said).length
  const doubted = onReal.filter((said) => !said).length
  return {
    right: shareOf(isReal.length - fooled - doubted, isReal.length),
    fooled: shareOf(fooled, onGenerated.length),
    doubted: shareOf(doubted, onReal.length),
  }
}

/** All images of some rounds as one. The network is judged on the rounds that have its probabilities. */
export function scoresOf(rows: readonly CriticRow[]): CriticScores {
  const seen = rows.flatMap(({ isReal, probabilityOfReal }) =>
    probabilityOfReal ? [{ isReal, saidReal: probabilityOfReal.map(tookForReal) }] : [],
  )
  const all = (rounds: readonly Pick<CriticRow, 'isReal' | 'saidReal'>[]): Judged =>
    judged(
      rounds.flatMap(({ isReal }) => isReal),
      rounds.flatMap(({ saidReal }) => saidReal),
    )
  return { rounds: rows.length, person: all(rows), network: seen.length > 0 ? all(seen) : null }
}

export function criticTotals(rows: readonly CriticRow[]): CriticTotals {
  const steps = [...new Set(rows.map(({ step }) => step))].sort((a, b) => a - b)
  return {
    ...scoresOf(rows),
    steps: steps.map((step) => ({ step, ...scoresOf(rows.filter((row) => row.step === step)) })),
  }
}
