// What of a run can be taken away, sorted from the names of its files.
import type { LogInfo } from '../../../src/runs/log-info.ts'

/** What a report says of a figure. */
export interface Caption {
  readonly name: string
  readonly title: string
  readonly caption: string
  readonly alt: string
}

export const CAPTIONS_FILE = 'figures/captions.json'

/** The captions in that file; what is none is passed over. */
export const captionsIn = (value: unknown): readonly Caption[] =>
  (Array.isArray(value) ? value : []).filter((entry): entry is Caption =>
    ['name', 'title', 'caption', 'alt'].every(
      (key) => typeof (entry as Record<string, unknown> | null)?.[key] === 'string',
    ),
  )

export interface FigureFiles {
  /** `latent-space` */
  readonly name: string
  readonly title: string
  /** What it shows, for those who do not see it. */
  readonly alt: string
  readonly caption?: string
  /** The same picture in files of different kinds, the drawing first. */
  readonly files: readonly { readonly kind: 'svg' | 'png'; readonly file: string }[]
  /** The one that a page shows. */
  readonly preview: string
}

const KINDS = ['svg', 'png'] as const

/** Figures from file names such as `figures/learning-curves.svg`. */
export function figuresIn(files: readonly string[], captions: readonly Caption[] = []): FigureFiles[] {
  const names = new Set(
    files.flatMap((file) => /^figures\/([a-z0-9][a-z0-9-]*)\.(?:svg|png)$/.exec(file)?.[1] ?? []),
  )
  return [...names].sort().map((name) => {
    const found = KINDS.map((kind) => ({ kind, file: `figures/${name}.${kind}` })).filter(({ file }) =>
      files.includes(file),
    )
    const words = name.replaceAll('-', ' ')
    const plain = words.charAt(0).toUpperCase() + words.slice(1)
    const said = captions.find((one) => one.name === name)
    return {
      name,
      title: said?.title ?? plain,
      alt: said?.alt ?? plain,
      ...(said ? { caption: said.caption } : {}),
      files: found,
      preview: found[0]!.file,
    }
  })
}

/** Records, with what they hold. */
const RECORDS: Readonly<Record<string, string>> = {
  'config.json': 'every setting, with seed, versions, machine and the hash of the data',
  'status.json': 'how far it is',
  'evaluation.json': 'measures of samples, with circumstances',
  'classification.json': 'how held-out images were named',
}

/** Records and logs among the files, with what they hold. */
export function recordsIn<T extends { readonly name: string }>(
  files: readonly T[],
  logs: readonly Pick<LogInfo, 'file' | 'holds'>[],
): (T & { what: string })[] {
  const known = [...Object.entries(RECORDS), ...logs.map(({ file, holds }) => [file, holds] as const)]
  return known.flatMap(([name, what]) =>
    files.filter((file) => file.name === name).map((file) => ({ ...file, what })),
  )
}

/** Names of the logs that there are as tables. */
export const tablesIn = (
  files: readonly string[],
  logs: readonly Pick<LogInfo, 'name' | 'file' | 'pages'>[],
): string[] =>
  logs.flatMap(({ name, file, pages }) => (pages === 'live' && files.includes(file) ? [name] : []))

/** A name for a downloaded file that says which run it is of, without letters that a disk refuses. */
export const downloadName = (run: string, file: string): string =>
  `${run.replace(/[^\p{L}\p{N}_.+@-]+/gu, '-')}-${file.split('/').at(-1)}`
