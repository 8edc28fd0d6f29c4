// What of a run can be taken away, sorted from the names of its files.

export interface FigureFiles {
  /** `latent-space` */
  readonly name: string
  /** `Latent space` */
  readonly title: string
  /** The files by their endings, the drawing first. */
  readonly files: readonly { readonly kind: 'svg' | 'png' | 'json'; readonly file: string }[]
  /** What a page shows. */
  readonly preview: string | undefined
}

const KINDS = ['svg', 'png', 'json'] as const

/** Figures from file names such as `figures/curves.svg`. */
export function figuresIn(files: readonly string[]): FigureFiles[] {
  const names = new Set(
    files.flatMap((file) => /^figures\/([a-z0-9][a-z0-9-]*)\.(?:svg|png|json)$/.exec(file)?.[1] ?? []),
  )
  return [...names].sort().map((name) => {
    const found = KINDS.map((kind) => ({ kind, file: `figures/${name}.${kind}` })).filter(({ file }) =>
      files.includes(file),
    )
    const words = name.replaceAll('-', ' ')
    return {
      name,
      title: words.charAt(0).toUpperCase() + words.slice(1),
      files: found,
      preview: found.find(({ kind }) => kind !== 'json')?.file,
    }
  })
}

/** Records and logs, with what they hold. */
const RECORDS: Readonly<Record<string, string>> = {
  'config.json': 'every setting, with seed, versions, machine and the hash of the data',
  'status.json': 'how far it is',
  'metrics.jsonl': 'losses and other numbers of every step',
  'validation.jsonl': 'the same on held-out images',
  'evaluations.jsonl': 'measures of samples while it trained',
  'evaluation.json': 'measures of samples, with circumstances',
  'classification.json': 'how held-out images were named',
  'timings.jsonl': 'how long steps took',
  'events.jsonl': 'alarms and other events',
}

export function recordsIn<T extends { readonly name: string }>(
  files: readonly T[],
): (T & { what: string })[] {
  return Object.entries(RECORDS).flatMap(([name, what]) =>
    files.filter((file) => file.name === name).map((file) => ({ ...file, what })),
  )
}

/** The logs that there are as tables. */
export const tablesIn = (files: readonly string[]) =>
  (['metrics', 'validation', 'evaluations'] as const).filter((log) => files.includes(`${log}.jsonl`))

/** A name for a downloaded file that says which run it is of, without letters that a disk refuses. */
export const downloadName = (run: string, file: string): string =>
  `${run.replace(/[^\p{L}\p{N}_.+@-]+/gu, '-')}-${file.split('/').at(-1)}`
