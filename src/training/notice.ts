// What detectors read and what they say.

/** Something that a person should know, at a step of a run. */
export interface Notice {
  readonly step: number
  readonly kind:
    | 'discriminator-won'
    | 'generator-won'
    | 'generator-loss-runaway'
    | 'samples-collapsed'
    | 'latents-unused'
    | 'loss-risen'
    | 'nothing-learned'
    | 'single-player'
    | 'request-refused'
  /** Of an alarm: `warning` when an episode begins, `info` when it is over. */
  readonly severity: 'info' | 'warning' | 'error'
  readonly message: string
}

export type MetricsRow = { readonly step: number } & Readonly<Record<string, number>>
