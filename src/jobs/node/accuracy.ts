// How the classifier that a job has trained names held-out images: of its own data, and of others.
import { basename } from 'node:path'
import { classifyWith } from '../../lifecycle/classify-run.ts'
import { imagesIn } from '../../lifecycle/run-data.ts'
import { readClassification } from '../../pictures/classification.ts'
import { openRun } from '../../runs/node/index.ts'
import type { RowRecord } from '../../runs/study-result.ts'
import { meanOf } from '../../statistics/index.ts'
import { ConfigError } from '../../util/errors.ts'
import type { DataHashes, JobContext, Options, Understood } from '../kind.ts'
import { checkData, FOLDER, formIn, isNamed, loadJobData, placesFor } from './data.ts'
import type { Training } from './training-options.ts'

/** Options of a job that trains a classifier. */
export interface Tested extends Training {
  /** Other data on whose held-out images it is tested. */
  readonly testOn: readonly string[]
}

/** The part that the held-out images of a classifier's own data play. */
export const HELD_OUT = 'heldOut'

const testRole = (at: number): string => `test${at + 1}`

/** `testOn`: the name of data, or several. @throws ConfigError */
export function testedOn(given: unknown): string[] {
  if (given === undefined) return []
  const names = (Array.isArray(given) ? given : [given]) as unknown[]
  if (names.some((each) => typeof each !== 'string'))
    throw new ConfigError(`testOn: expected the name of data, or several, got ${JSON.stringify(given)}`)
  return names as string[]
}

/** What a request says of that data. */
export const testNames = (names: readonly string[]): string[] =>
  names.map((name) => (isNamed(name) ? name : FOLDER))

/** Hashes and places of that data. @throws ConfigError, DataError when it cannot be had, or holds nothing out */
export async function testData(
  names: readonly string[],
  settings: Options,
  hashes: DataHashes,
): Promise<Required<Pick<Understood, 'data' | 'places'>>> {
  const form = formIn(settings)
  const found = names.map(
    async (data, at) => [testRole(at), await hashes.of({ data, options: {}, form }, 'test')] as const,
  )
  return {
    data: Object.fromEntries(await Promise.all(found)),
    places: Object.assign({}, ...names.map((data, at) => placesFor(data, testRole(at)))),
  }
}

const accuracyRow = (name: string, label: string, accuracy: number): RowRecord => {
  const found = meanOf([accuracy], 'runs')
  return { name, label, format: 'percent', better: 'higher', values: [found], runs: [[found]] }
}

/** The rows of a trained classifier; none of a run that names no classes. */
export async function accuracies(
  { job, folder, signal }: JobContext,
  { settings, testOn }: Tested,
): Promise<RowRecord[]> {
  const run = await openRun(folder)
  const [step = -1] = await run.listCheckpoints()
  const own = await readClassification(run, step)
  if (own) checkData(job, HELD_OUT, own.data.hash)
  const rows = own ? [accuracyRow('accuracy', 'Accuracy on held-out images', own.accuracy)] : []
  for (const [at, data] of testOn.entries()) {
    const role = testRole(at)
    const wanted = { data, options: {}, form: formIn(settings), role, part: 'test' as const }
    const { test } = imagesIn(await loadJobData(job, wanted, signal))
    const found = await classifyWith(folder, test!, { threads: Number(settings.threads) })
    const name = data === FOLDER ? basename(job.places[role] ?? role) : data
    rows.push(accuracyRow(`accuracy.${name}`, `Accuracy on ${name}, held-out images`, found.accuracy))
  }
  return rows
}
