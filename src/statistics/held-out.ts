// What a run reported last on held-out images, as rows: the accuracy of a classifier, the loss of an autoencoder.
import type { Group } from './entry.ts'
import { meanOf, missing } from './found.ts'
import { foundIn, type Row, ranked } from './row.ts'

/** Prefix of the names of such rows. */
const HELD_OUT = 'heldOut.'

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/**
 * A row per number of the last line of `validation.jsonl`. The first metric is what is minimised, so lower is better;
 * of accuracies, higher. Of all others nobody knows, and they are not ranked.
 */
export function heldOutRows(groups: readonly Group[]): Row[] {
  const entries = groups.flatMap((group) => group.entries)
  if (entries.every(({ record }) => record.validation.length === 0)) return []
  const infos = new Map(
    entries.flatMap(({ record }) =>
      record.config.metrics.map((info, at) => [info.name, { ...info, isFirst: at === 0 }] as const),
    ),
  )
  return [...infos.values()].map(({ name, label, format = 'number', isFirst }) =>
    ranked({
      name: `${HELD_OUT}${name}`,
      label: `${capital(label)} on held-out data`,
      format,
      ...(isFirst
        ? { better: 'lower' as const }
        : /accuracy/i.test(name)
          ? { better: 'higher' as const }
          : {}),
      ...foundIn(groups, ({ record }) => {
        const value = record.validation.at(-1)?.[name]
        return value === undefined || !Number.isFinite(value)
          ? missing('not measured on held-out data')
          : meanOf([value], 'runs')
      }),
    }),
  )
}
