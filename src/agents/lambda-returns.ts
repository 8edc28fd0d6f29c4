// λ-returns of what was played: a mean of the returns of one step, two steps and so on, later ones counting less.

export interface Rollout {
  /** Copies of the environment, and steps of each; all arrays are `[steps, copies]`. */
  readonly copies: number
  readonly steps: number
  readonly rewards: Float32Array
  /** Whether the game ended with the step: nothing comes after it. */
  readonly terminated: Uint8Array
  /** Whether the episode was cut off with the step. */
  readonly truncated: Uint8Array
  /** Value of the best action of what was seen after the step; of an episode that was cut off of what was seen last in it. */
  readonly after: Float32Array
}

/**
 * Peng's Q(λ): R = r + γ ((1 - λ) V + λ R'), where V is the value of what comes after and R' the return from there; the last step of a rollout,
 * and of an episode that was cut off, has R' = V.
 *
 * @source Peng & Williams 1994; Daley & Amato 2019, arXiv:1810.09967
 */
export function lambdaReturns(
  { copies, steps, rewards, terminated, truncated, after }: Rollout,
  { gamma, lambda }: { readonly gamma: number; readonly lambda: number },
): Float32Array<ArrayBuffer> {
  const returns = new Float32Array(copies * steps)
  for (let copy = 0; copy < copies; copy++)
    for (let step = steps - 1; step >= 0; step--) {
      const at = step * copies + copy
      const isCut = truncated[at] === 1 || step === steps - 1
      const rest = isCut ? after[at]! : (1 - lambda) * after[at]! + lambda * returns[at + copies]!
      returns[at] = rewards[at]! + (terminated[at] === 1 ? 0 : gamma * rest)
    }
  return returns
}
