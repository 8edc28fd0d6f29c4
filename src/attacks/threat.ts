// What an attacker is: how far it may go, and what it may know.

/** How far an attack may go: every pixel by eps (`linf`), or all pixels together by eps (`l2`), images being in [0, 1]. */
export type Norm = 'linf' | 'l2'
export interface Threat {
  readonly norm: Norm
  readonly eps: number
}

/** What an attacker may know of a classifier, from least to most; each includes those before it. */
export const KNOWLEDGE = ['label', 'top-k', 'scores', 'gradient'] as const
export type Knowledge = (typeof KNOWLEDGE)[number]
