// What an attacker is: how far it may go, and what it may know.

/**
 * How far an attack may go: every pixel by eps (`linf`), or all pixels together by eps (`l2`), images being in [0, 1]; or
 * turned and moved (`spatial`) by eps times the limits that the attack's options name, so that 1 is all of them and pixels
 * may change by any amount.
 */
export type Norm = 'linf' | 'l2' | 'spatial'
/** Norms of the difference of two images. */
export type PixelNorm = Exclude<Norm, 'spatial'>
export interface Threat {
  readonly norm: Norm
  readonly eps: number
}

/** What an attacker may know of a classifier, from least to most; each includes those before it. */
export const KNOWLEDGE = ['label', 'top-k', 'scores', 'gradient'] as const
export type Knowledge = (typeof KNOWLEDGE)[number]
