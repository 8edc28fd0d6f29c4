// Data as jobs name it: by what it is called and by its hash; where it lies is another matter on every machine.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ImageForm } from '../../data/fit.ts'
import { parseImageSize } from '../../data/image-size.ts'
import { type LabelledPart, labelledPart } from '../../data/labelled-part.ts'
import { namedColumns, namedSets } from '../../data/node/index.ts'
import { imagesIn, isColumns, loadRunData, type RunData } from '../../lifecycle/run-data.ts'
import { OWN_DATA } from '../../models/model.ts'
import { NO_HASH } from '../../runs/index.ts'
import { DataError } from '../../util/errors.ts'
import type { DataHashes, DataWanted, KnownData, Options } from '../kind.ts'
import { canonicalJson, type Job } from '../request.ts'

/** Whether data is found by a name on every machine. */
export const isNamed = (data: string): boolean =>
  data === OWN_DATA || Object.hasOwn(namedSets, data) || isColumns(data)

/** The folder in which a job leaves the set that it made, and others find it. */
export const MADE = 'set'

/** What a request says of data: its name, or that it is a folder, whose place is told apart. */
export const FOLDER = 'folder'

/** The images through whose classifier measures look at samples of such data; undefined where they look through none. */
export function lookedThrough({ data, options, form }: DataWanted): DataWanted | undefined {
  if (!isColumns(data)) return { data, options, form }
  const set = namedColumns[data]!.classifiedBy?.(options)
  // Their size is that of what is made of them, their channels are not.
  return set && { data: set.name, options: set.options, form: formIn({ imageSize: form.imageSize }) }
}

/** How images are asked for, of a job's settings. */
export const formIn = ({ imageSize, channels }: Options): Options => ({
  ...(imageSize === undefined ? {} : { imageSize }),
  ...(channels === undefined ? {} : { channels }),
})

/** The same as loaders take it. */
function imageForm({ imageSize, channels }: Options): ImageForm {
  return {
    imageSize: typeof imageSize === 'string' ? parseImageSize(imageSize) : undefined,
    channels: channels === 1 || channels === 3 ? channels : undefined,
  }
}

/** What is kept of a set that was loaded. */
interface Seen extends KnownData {
  readonly train: string
}

const seenOf = ({ record, test, images }: RunData): Seen => ({
  train: record.hash,
  heldOut: test?.hash,
  heldOutCount: test?.count,
  count: record.count,
  imageShape: images && [images.train.height, images.train.width, images.train.channels],
  classes: images?.train.labels && images.train.classes,
})

/** What was found before under a key, or is found now. */
function kept<T>(before: Map<string, Promise<T>>, asked: unknown, find: () => Promise<T>): Promise<T> {
  const key = canonicalJson(asked)
  const found = before.get(key) ?? find()
  before.set(key, found)
  return found
}

/** Hashes of data, each set loaded once. Only that which was asked for last is held, since parts of it are wanted one after the other. */
export function dataHashes(dataDir?: string): DataHashes {
  const known = new Map<string, Promise<Seen>>()
  const parts = new Map<string, Promise<string>>()
  let last: { readonly key: string; readonly loaded: Promise<RunData> } | undefined

  const load = ({ data, options, form }: DataWanted): Promise<RunData> => {
    const key = canonicalJson([data, options, form])
    if (last?.key !== key) last = { key, loaded: loadRunData(data, { options, dataDir, ...imageForm(form) }) }
    return last.loaded
  }
  const seen = (wanted: DataWanted): Promise<Seen> => {
    // What a model makes itself follows from its settings, which the request has.
    if (wanted.data === OWN_DATA) return Promise.resolve({ train: NO_HASH, count: 0 })
    return kept(known, [wanted.data, wanted.options, wanted.form], () => load(wanted).then(seenOf))
  }
  const partOf = (wanted: DataWanted, labels: LabelledPart): Promise<string> =>
    kept(parts, [wanted.data, wanted.options, wanted.form, labels], async () => {
      const { train } = imagesIn(await load(wanted))
      return (await labelledPart(train, labels)).hash
    })

  return {
    async of(wanted, part) {
      if (part === 'train' && wanted.labels) return partOf(wanted, wanted.labels)
      const { train, heldOut } = await seen(wanted)
      const hash = part === 'train' ? train : heldOut
      if (hash === undefined)
        throw new DataError(
          `the data "${wanted.data}" has no held-out part, which the study measures on; add one`,
        )
      return hash
    },
    about: seen,
  }
}

/** Where the data of a job is on this machine: a name, or the folder that was named where the study was asked for. */
export function placeOf(job: Job, data: string, role: string): string {
  if (data !== FOLDER) return data
  const place = job.places[role]
  if (place !== undefined && existsSync(place)) return place
  throw new DataError(
    `the data of "${job.name}" is the folder ${place ?? '(unknown)'}, which is not on this machine; put it there`,
  )
}

/**
 * Loads the data of a job.
 *
 * @throws DataError when it is not the data that the request means
 */
export async function loadJobData(
  job: Job,
  {
    data,
    options,
    form,
    role,
    part = 'train',
  }: {
    readonly data: string
    readonly options: Options
    readonly form: Options
    /** The part that it plays in the job. */
    readonly role: string
    /** Which part of it is meant, and has the hash of the request. Default `train` */
    readonly part?: 'train' | 'test'
  },
  signal: AbortSignal,
): Promise<RunData> {
  const place = placeOf(job, data, role)
  const loaded = await loadRunData(place, {
    options,
    dataDir: job.places.dataDir,
    signal,
    ...imageForm(form),
  })
  checkData(job, role, part === 'train' ? loaded.record.hash : (loaded.test?.hash ?? 'none'))
  return loaded
}

/** @throws DataError unless the data is that of the request */
export function checkData(job: Job, role: string, hash: string): void {
  const wanted = job.request.data[role]
  if (wanted === undefined || wanted === hash) return
  throw new DataError(
    `the data of "${job.name}" is another here than where the study began: expected hash ${wanted.slice(0, 12)}, got ${hash.slice(0, 12)}. Restore it, or run the study again`,
  )
}

/** Where a run's data is now: its files, or the folder that it is. */
export const movedData = ({ places }: Job, data: string, role: string): string | undefined =>
  data === FOLDER ? places[role] : places.dataDir

/** The folder of data that has no name, as its place; nothing of data that has one. */
export const placesFor = (data: string, role: string): Record<string, string> =>
  isNamed(data) ? {} : { [role]: resolve(data) }
