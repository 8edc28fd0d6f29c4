// What detectors read and what they say.

/** Something that a person should know, at a step of a run. */
export interface Notice {
  readonly step: number
  /** Kebab-case, e.g. `samples-collapsed`: that of a watch, or of what was done by hand. */
  readonly kind: string
  /** Of an alarm: `warning` when an episode begins, `info` when it is over. */
  readonly severity: 'info' | 'warning' | 'error'
  readonly message: string
}

export type MetricsRow = { readonly step: number } & Readonly<Record<string, number>>
