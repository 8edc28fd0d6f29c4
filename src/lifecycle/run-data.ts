// What a run is trained on, whatever it is: columns, what is held out, and how the record names it.
import { resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Dataset } from '../data/dataset.ts'
import { imageColumns, imageExamples } from '../data/examples.ts'
import { joinedDatasets } from '../data/joined.ts'
import { type LabelledPart, labelledPart } from '../data/labelled-part.ts'
import type { KnownModes } from '../data/modes.ts'
import type { LoadDataOptions } from '../data/node/index.ts'
import { type DataSplits, loadData, namedColumns, namedSets, optionsOf } from '../data/node/index.ts'
import { setOptions } from '../data/set-options.ts'
import { type Columns, type Examples, noData, type Source } from '../data/source.ts'
import { unlabelledBeside } from '../data/unlabelled.ts'
import { type DataFacts, OWN_DATA } from '../models/model.ts'
import { NO_HASH, type RunConfig } from '../runs/index.ts'
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
  /** What is known of its modes. */
  readonly modes?: KnownModes | undefined
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

/** Whether an example is an image with one label, which its shape and the classes say. */
const isOnlyImages = (columns: Columns): boolean =>
  isDeepStrictEqual(columns, imageColumns(columns.images?.shape ?? [], 'labels' in columns))

/** A named set of other columns, or no data at all, as data of a run. */
async function columnData(name: string, chosen: Chosen, options: LoadDataOptions): Promise<RunData> {
  const loaded = await namedColumns[name]!.load({ ...options, options: chosen })
  if (!loaded)
    return {
      facts: { columns: {} },
      source: noData,
      record: { name, hash: NO_HASH, count: 0, columns: {} },
    }
  const { train, test, modes } = loaded
  const [height, width, channels] = train.columns.images?.shape ?? []
  return {
    facts: { columns: train.columns, classes: train.classes.length },
    modes,
    source: train,
    examples: train,
    heldOut: test,
    test: { hash: test.hash, count: test.count },
    record: {
      name,
      ...optionsRecord(chosen),
      hash: train.hash,
      count: train.count,
      ...(channels === undefined ? {} : { height, width, channels }),
      ...(isOnlyImages(train.columns) ? {} : { columns: columnsRecord(train.columns) }),
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
export function modelData(
  { model, options }: ResolvedSettings,
  name: string | readonly string[],
): RunData | undefined {
  if (!model.source) return undefined
  const [first, ...others] = [name].flat()
  if (first !== OWN_DATA || others.length > 0)
    throw new ConfigError(
      `${model.name} brings data of its own and is trained on nothing else; expected no data to be named, got "${[name].flat().join('", "')}"`,
    )
  const source = model.source(options)
  const { columns } = source
  const examples = 'open' in source ? undefined : source
  return {
    facts: { columns },
    source,
    examples,
    record: {
      name: OWN_DATA,
      hash: NO_HASH,
      count: examples?.count ?? 0,
      columns: columnsRecord(columns),
      ...('open' in source && source.title ? { title: source.title } : {}),
      ...('open' in source && source.words ? { words: source.words } : {}),
    },
  }
}

export interface RunDataOptions extends LoadDataOptions {
  /** Of the training part, so many labelled examples only; of several sets, of the first. Default: all. */
  readonly labels?: LabelledPart | undefined
  /** How many images of the whole training part, without labels, go with each example. Default: none */
  readonly unlabelled?: number | undefined
}

/** The same data, with images that have lost their labels. */
function withUnlabelled(data: RunData, whole: Dataset, each: number | undefined): RunData {
  if (each === undefined) return data
  const source = unlabelledBeside(data.examples!, imageExamples(whole), each)
  const { hash, count } = whole
  return {
    ...data,
    source,
    facts: { ...data.facts, columns: source.columns },
    record: { ...data.record, unlabelled: { hash, count } },
  }
}

/** One of the sets that a run is trained on. */
export interface RunSet {
  readonly name: string
  readonly options?: Chosen | undefined
  /** Folder with the files of a named set. */
  readonly folder?: string | undefined
}

/** What loads the images of one set. */
export type LoadSet = (set: RunSet, form: LoadDataOptions) => Promise<DataSplits>

const loadSet: LoadSet = ({ name, options, folder }, form) =>
  loadData(name, { ...form, dataDir: folder, ...(options ? { options } : {}) })

/**
 * Images of one set, or of several together, as data of a run. Those of further sets are made to the shape of the first one's; held out is
 * what the first one holds out.
 *
 * @param load  default: by name, or from a folder of that path
 */
export async function loadImages(
  sets: readonly RunSet[],
  { labels, unlabelled, ...form }: Omit<RunDataOptions, 'options' | 'dataDir'>,
  load: LoadSet = loadSet,
): Promise<RunData> {
  const [first, ...others] = sets as [RunSet, ...RunSet[]]
  const { train: whole, test } = await load(first, form)
  const train = labels ? await labelledPart(whole, labels) : whole
  const splits = { train, ...(test ? { test } : {}) }
  if (others.length === 0)
    return withUnlabelled(imageData(first.name, splits, first.options), whole, unlabelled)
  if (unlabelled !== undefined)
    throw new ConfigError(
      'a model that learns from unlabelled images too is trained on one set, which gives both; name one with --data',
    )
  const { height, width, channels } = train
  const same: LoadDataOptions = {
    ...form,
    imageSize: { height, width },
    channels: channels === 1 || channels === 3 ? channels : undefined,
  }
  const parts = [train]
  for (const set of others) parts.push((await load(set, same)).train)
  const data = imageData(first.name, { ...splits, train: await joinedDatasets(parts) })
  return {
    ...data,
    record: {
      ...data.record,
      name: sets.map(({ name }) => recordedName(name)).join(' + '),
      parts: sets.map(({ name, options = {}, folder }, i) => ({
        name: recordedName(name),
        ...optionsRecord(options),
        ...(folder === undefined ? {} : { folder: resolve(folder) }),
        hash: parts[i]!.hash,
        count: parts[i]!.count,
      })),
    },
  }
}

/**
 * Loads data by its name or from a folder, or several sets of images together.
 *
 * @throws ConfigError for a name or an option that is not there; DataError when the data cannot be had or is broken, or the sets do not
 *         go together
 */
export async function loadRunData(
  named: string | readonly string[],
  { options = {}, dataDir, ...rest }: RunDataOptions = {},
): Promise<RunData> {
  const [name, ...others] = [named].flat() as [string, ...string[]]
  const chosen = setOptions(name, optionsOf(name), options)
  const columns = [name, ...others].find(isColumns)
  if (columns === undefined)
    return loadImages(
      [{ name, options: chosen, folder: dataDir }, ...others.map((other) => ({ name: other }))],
      rest,
    )
  if (others.length > 0)
    throw new ConfigError(`only sets of images are put together, and "${columns}" is none; name it alone`)
  return columnData(name, chosen, { dataDir, ...rest })
}

/** The images of a run's data. @throws DataError when it is none */
export function imagesIn({ images, record }: RunData): DataSplits {
  if (!images && record.height !== undefined)
    throw new DataError(
      `the images of the data "${record.name}" are composed as they are asked for, and this needs a set that is held as it is; use mnist, digits or a folder`,
    )
  if (!images)
    throw new DataError(
      `the data "${record.name}" is no images, but ${Object.keys(record.columns ?? {}).join(', ') || 'nothing'}: this needs a run on images`,
    )
  return images
}
