// Whether runs can be compared at all: finished, of the same data, measured in the same way.
import { dataKey, dataName, NO_HASH } from '../runs/data-text.ts'
import { DataError } from '../util/errors.ts'
import type { ComparisonEntry } from './entry.ts'

/** The start of a hash is enough to tell two apart. */
const short = (hash: string): string => hash.slice(0, 12)

/** @throws DataError naming two runs that differ in `what` */
function requireSame<Item>(
  items: readonly Item[],
  {
    key,
    what,
    folder,
    remedy,
  }: Record<'key' | 'what' | 'folder', (item: Item) => string> & { remedy: string },
): void {
  const [first] = items
  const other = items.find((item) => key(item) !== key(first!))
  if (!first || !other) return
  throw new DataError(
    `${folder(first)} has ${what(first)}, ${folder(other)} has ${what(other)}: such numbers cannot be compared; ${remedy}`,
  )
}

const STATES = {
  running: 'is still training',
  paused: 'is paused',
  stopped: 'was stopped',
  failed: 'failed',
} as const

/** @throws DataError for a run that did not come to its end */
function requireFinished({ folder, record: { status, config } }: ComparisonEntry): void {
  if (status.state === 'finished') return
  const { step, state, message } = status
  const remedy =
    state === 'running' || state === 'paused'
      ? 'wait until it ends'
      : `${state === 'failed' ? 'start it anew' : 'finish it'} with "sparring ${state === 'failed' ? `train ${config.model}` : `resume ${folder}`}"`
  throw new DataError(
    `${folder} is not finished: it ${STATES[state]} at step ${step} of ${config.settings.steps}${message ? ` (${message})` : ''}; ${remedy}, or compare it as it is with --unfinished`,
  )
}

/**
 * Checks that the numbers of runs mean the same.
 *
 * @param unfinished  also take runs that did not come to their end. Default false
 * @throws DataError naming the runs, what differs, and what to do
 */
export function requireComparable(
  entries: readonly ComparisonEntry[],
  { unfinished = false }: { unfinished?: boolean } = {},
): void {
  if (!unfinished) for (const entry of entries) requireFinished(entry)
  requireSame(entries, {
    folder: ({ folder }) => folder,
    key: ({ record }) => dataKey(record.config.data),
    what: ({ record: { config } }) =>
      `the data ${dataName(config.data)}${config.data.hash === NO_HASH ? '' : ` (hash ${short(config.data.hash)})`}`,
    remedy: 'choose runs of one data set',
  })
  const evaluated = entries.flatMap(({ folder, evaluation }) => (evaluation ? [{ folder, evaluation }] : []))
  const folder = (item: (typeof evaluated)[number]): string => item.folder
  const again = 'measure them in the same way with "sparring evaluate"'
  for (const { folder: where, evaluation } of evaluated) {
    const trained = entries.find((entry) => entry.folder === where)!.record.config.data.hash
    if (evaluation.data.hash !== trained)
      throw new DataError(
        `${where} was trained on data of hash ${short(trained)}, its evaluation.json is of data of hash ${short(evaluation.data.hash)}; measure it anew with "sparring evaluate ${where}"`,
      )
  }
  requireSame(evaluated, {
    folder,
    key: ({ evaluation }) => evaluation.data.referenceHash,
    what: ({ evaluation }) =>
      `measures against real images of hash ${short(evaluation.data.referenceHash)} (${evaluation.protocol.reference})`,
    remedy: again,
  })
  requireSame(evaluated, {
    folder,
    key: ({ evaluation }) => evaluation.extractor?.hash ?? 'none',
    what: ({ evaluation: { extractor } }) =>
      extractor
        ? `features of the extractor ${extractor.name} (hash ${short(extractor.hash)})`
        : 'measures without an extractor',
    remedy: again,
  })
  requireSame(evaluated, {
    folder,
    key: ({ evaluation: { protocol } }) => `${protocol.count}/${protocol.draws}`,
    what: ({ evaluation: { protocol } }) =>
      `measures of ${protocol.draws} ${protocol.draws === 1 ? 'draw' : 'draws'} of ${protocol.count} samples`,
    remedy: again,
  })
}
