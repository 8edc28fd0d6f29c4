// Data as jobs name it: by what it is called and by its hash; where it lies is another matter on every machine.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ImageForm } from '../../data/fit.ts'
import { parseImageSize } from '../../data/image-size.ts'
import { namedSets } from '../../data/node/index.ts'
import { isColumns, loadRunData, type RunData } from '../../lifecycle/run-data.ts'
import { DataError } from '../../util/errors.ts'
import type { DataHashes, Options } from '../kind.ts'
import { canonicalJson, type Job } from '../request.ts'

/** Whether data is found by a name on every machine. */
export const isNamed = (data: string): boolean => Object.hasOwn(namedSets, data) || isColumns(data)

/** What a request says of data: its name, or that it is a folder, whose place is told apart. */
export const FOLDER = 'folder'

/** How images are asked for: `imageSize` and `channels` of a job's settings. */
export function formOf({ imageSize, channels }: Options): ImageForm {
  return {
    imageSize: typeof imageSize === 'string' ? parseImageSize(imageSize) : undefined,
    channels: channels === 1 || channels === 3 ? channels : undefined,
  }
}

/** Hashes of data, each loaded once; nothing but the hashes is held. */
export function dataHashes(dataDir?: string): DataHashes {
  const known = new Map<string, Promise<{ train: string; test: string | undefined }>>()
  return {
    async of({ data, options, form }, part) {
      const key = canonicalJson([data, options, form])
      let hashes = known.get(key)
      if (!hashes) {
        hashes = loadRunData(data, { options, dataDir, ...formOf(form) }).then(({ record, test }) => ({
          train: record.hash,
          test: test?.hash,
        }))
        known.set(key, hashes)
      }
      const { [part]: hash } = await hashes
      if (hash === undefined)
        throw new DataError(`the data "${data}" has no held-out part, which the study measures on; add one`)
      return hash
    },
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
  const loaded = await loadRunData(place, { options, dataDir: job.places.dataDir, signal, ...formOf(form) })
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

/** The folder of data that has no name, as its place; nothing of data that has one. */
export const placesFor = (data: string, role: string): Record<string, string> =>
  isNamed(data) ? {} : { [role]: resolve(data) }
