// What a run is trained on, whatever it is: columns, what is held out, and how the record names it.
import { resolve } from 'node:path'
import { imageColumns, imageExamples } from '../data/examples.ts'
import type { LoadDataOptions } from '../data/node/index.ts'
import { type DataSplits, loadData, namedColumns, namedSets, optionsOf } from '../data/node/index.ts'
import { setOptions } from '../data/set-options.ts'
import { type Columns, type Examples, noData, type Source } from '../data/source.ts'
import { type DataFacts, OWN_DATA } from '../models/model.ts'
import type { RunConfig } from '../runs/index.ts'
import { ConfigError, DataError } from '../util/errors.ts'
import type { ResolvedSettings } from './request.ts'

export interface RunData {
  /** What a model may know of it. */
  readonly facts: DataFacts
  readonly source: Source | Examples
  /** The training part, where it is a set. */
  readonly examples?: Examples | undefined
  readonly heldOut?: Examples | undefined
  /** The images, where it is some. */
  readonly images?: DataSplits | undefined
  /** What the record says of it; `test` is told only where it is used. */
  readonly record: Omit<RunConfig['data'], 'test' | 'folder'>
  readonly test?: { readonly hash: string; readonly count: number } | undefined
}

/** Whether data of this name is no images. */
export const isColumns = (name: string): boolean => Object.hasOwn(namedColumns, name)

/** A named data set, or the folder's whole path, so that the run can be continued from anywhere. */
const recordedName = (data: string): string =>
  Object.hasOwn(namedSets, data) || isColumns(data) ? data : resolve(data)

const columnsRecord = (columns: Columns): NonNullable<RunConfig['data']['columns']> =>
  Object.fromEntries(
    Object.entries(columns).map(([column, { shape, dtype }]) => [column, { shape: [...shape], dtype }]),
  )

type Chosen = Readonly<Record<string, unknown>>
const optionsRecord = (chosen: Chosen) =>
  Object.keys(chosen).length > 0 ? { options: chosen as RunConfig['settings'] } : {}

/** Images, as data of a run. */
export function imageData(name: string, images: DataSplits, chosen: Chosen = {}): RunData {
  const { train, test } = images
  const { hash, count, height, width, channels, preparation } = train
  const classes = train.labels && train.classes
  const examples = imageExamples(train)
  return {
    facts: {
      columns: imageColumns([height, width, channels], train.labels !== undefined),
      classes: classes?.length,
    },
    source: examples,
    examples,
    ...(test ? { heldOut: imageExamples(test), test: { hash: test.hash, count: test.count } } : {}),
    images,
    record: {
      name: recordedName(name),
      ...optionsRecord(chosen),
      hash,
      count,
      height,
      width,
      channels,
      ...(classes ? { classes: [...classes] } : {}),
      ...(preparation === undefined ? {} : { preparation }),
    },
  }
}

/** A named set of other columns, or no data at all, as data of a run. */
async function columnData(name: string, chosen: Chosen): Promise<RunData> {
  const loaded = await namedColumns[name]!.load(chosen)
  if (!loaded)
    return {
      facts: { columns: {} },
      source: noData,
      record: { name, hash: 'none', count: 0, columns: {} },
    }
  const { train, test } = loaded
  return {
    facts: { columns: train.columns, classes: train.classes.length },
    source: train,
    examples: train,
    heldOut: test,
    test: { hash: test.hash, count: test.count },
    record: {
      name,
      ...optionsRecord(chosen),
      hash: train.hash,
      count: train.count,
      columns: columnsRecord(train.columns),
      classes: [...train.classes],
    },
  }
}

/**
 * The data that a model brings along; undefined where it is to be loaded.
 *
 * @param name  of the data that is asked for
 * @throws ConfigError when the model is to be trained on other data than its own
 */
export function modelData({ model, options }: ResolvedSettings, name: string): RunData | undefined {
  if (!model.source) return undefined
  if (name !== OWN_DATA)
    throw new ConfigError(
      `${model.name} brings data of its own and is trained on nothing else; expected no data to be named, got "${name}"`,
    )
  const source = model.source(options)
  const { columns } = source
  const examples = 'open' in source ? undefined : source
  return {
    facts: { columns },
    source,
    examples,
    record: { name, hash: 'none', count: examples?.count ?? 0, columns: columnsRecord(columns) },
  }
}

/**
 * Loads data by its name or from a folder.
 *
 * @throws ConfigError for a name or an option that is not there; DataError when the data cannot be had or is broken
 */
export async function loadRunData(
  name: string,
  { options = {}, ...rest }: LoadDataOptions = {},
): Promise<RunData> {
  const chosen = setOptions(name, optionsOf(name), options)
  return isColumns(name)
    ? columnData(name, chosen)
    : imageData(name, await loadData(name, { ...rest, options: chosen }), chosen)
}

/** The images of a run's data. @throws DataError when it is none */
export function imagesIn({ images, record }: RunData): DataSplits {
  if (!images)
    throw new DataError(
      `the data "${record.name}" is no images, but ${Object.keys(record.columns ?? {}).join(', ') || 'nothing'}: this needs a run on images`,
    )
  return images
}
