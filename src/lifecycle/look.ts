// What can be made from a run without training it: samples, ONNX files, pictures and the report.

import { join, resolve } from 'node:path'
import type { Objective } from '../objectives/objective.ts'
import { classInputOf, functionOf } from '../objectives/offer.ts'
import { freshSamples } from '../pictures/fresh-samples.ts'
import { freshImages, type WrittenPictures, writePictures, writeRecorded } from '../pictures/pictures.ts'
import { sheetMaker } from '../pictures/sheets.ts'
import { tileGrid } from '../report/index.ts'
import { decodePng, encodePng } from '../report/node/index.ts'
import { imageSize } from '../runs/index.ts'
import type { RunFolder } from '../runs/node/index.ts'
import { writeOut } from '../runs/node/write-out.ts'
import type { Engine } from '../runtime/engine.ts'
import { nodeEngine } from '../runtime/node.ts'
import { frozen } from '../training/functions.ts'
import { ConfigError, DataError } from '../util/errors.ts'
import { MOST_DRAWN, MOST_PICTURE } from '../util/limits.ts'
import { nearestName } from '../util/nearest-name.ts'
import { randomStream } from '../util/random.ts'
import { fileNames, networkFiles, networkPaths } from './networks.ts'
import { openOwnRun } from './own-code.ts'
import { checkpointArrays, newestCheckpoint, recordedData, recordedObjective } from './recorded-run.ts'

/** A run with its newest weights. */
export async function openTrained(folder: string) {
  const run = await openOwnRun(folder)
  const checkpoint = await newestCheckpoint(run)
  const objective = recordedObjective(run.config)
  return {
    run,
    objective,
    arrays: checkpointArrays(checkpoint, run.config, objective),
    step: checkpoint.step,
  }
}

/** The same with an engine, for as long as `work` takes. */
export async function withEngine<Result>(
  folder: string,
  work: (parts: Awaited<ReturnType<typeof openTrained>> & { engine: Engine }) => Promise<Result>,
): Promise<Result> {
  const parts = await openTrained(folder)
  const engine = await nodeEngine()
  try {
    return await work({ ...parts, engine })
  } finally {
    await engine.close()
  }
}

export interface SampleOptions {
  /** Number of images. */
  readonly count: number
  readonly seed: number
  /** Images per row; default: as square as possible. */
  readonly columns?: number | undefined
  /** Every pixel becomes scale x scale pixels; default 1. */
  readonly scale?: number | undefined
  /** Only examples of this class, by its name or its number from 0; of models that are told the class. */
  readonly class?: string | undefined
  /** The PNG file to write. */
  readonly out: string
}

/**
 * The input that asks for a class.
 *
 * @throws ConfigError when the model cannot be asked, or there is no such class
 */
export function classInput(run: RunFolder, objective: Objective, wanted: string): Record<string, number> {
  const asked = classInputOf(functionOf(objective, 'generate'))
  if (!asked)
    throw new ConfigError(
      `a ${run.config.model} makes examples of any class; train a model that is told the class, such as conditional-gan, or with --condition, to ask for one`,
    )
  const { classes = [] } = run.config.data
  const named = classes.indexOf(wanted)
  const index = named >= 0 ? named : /^\d+$/.test(wanted) ? Number(wanted) : -1
  if (index < 0 || index >= classes.length)
    throw new ConfigError(
      `there is no class "${wanted}"; the data has ${classes.join(', ')} (or their numbers, 0 to ${classes.length - 1})`,
    )
  return { [asked.input]: index }
}

/**
 * Draws fresh samples from the newest checkpoint into one PNG file. The same seed gives the same images.
 *
 * @throws ConfigError when the picture would be too large
 */
export const sampleRun = (
  folder: string,
  { count, seed, columns = Math.ceil(Math.sqrt(count)), scale = 1, class: wanted, out }: SampleOptions,
): Promise<{ file: string; width: number; height: number }> =>
  withEngine(folder, async ({ run, objective, arrays, engine }) => {
    const given = wanted === undefined ? undefined : classInput(run, objective, wanted)
    const weights = frozen(engine, arrays)
    const image = imageSize(run.config)
    if (!image) {
      const random = randomStream(seed, 'sample')
      const values = await freshSamples(weights, objective, { count, random, given })
      const { shape } = functionOf(objective, 'generate').output
      const png = await sheetMaker(undefined)({ values, count, shape })
      const { width, height } = await decodePng(png, out)
      return { file: await writeOut(out, png), width, height }
    }
    const perRow = Math.min(columns, count)
    const { height, width, channels } = image
    const size = [perRow * width * scale, Math.ceil(count / perRow) * height * scale] as const
    if (size[0] * size[1] > MOST_PICTURE)
      throw new ConfigError(
        `${count} samples at scale ${scale} make a picture of ${size.join(' x ')} pixels; expected at most ${MOST_PICTURE} in all: ask for fewer samples or a smaller scale`,
      )
    const numbers = count * height * width * channels
    if (numbers > MOST_DRAWN)
      throw new ConfigError(
        `${count} samples of ${height} x ${width} x ${channels} are ${numbers} numbers; expected at most ${MOST_DRAWN} at once: ask for fewer samples`,
      )
    const images = await freshImages(weights, objective, run, { count, seed, purpose: 'sample', given })
    const sheet = tileGrid(images, { columns: perRow, scale, gap: 0 })
    const file = await writeOut(out, await encodePng(sheet))
    return { file, width: sheet.width, height: sheet.height }
  })

export interface ExportOptions {
  /** One network; default: all of them. */
  readonly network?: string | undefined
  /** A folder, or the file itself when `network` is given; default: the run folder. */
  readonly out?: string | undefined
}

/** Writes the networks of the newest checkpoint as ONNX files. */
export async function exportRun(
  folder: string,
  { network, out }: ExportOptions,
): Promise<{ files: Record<string, string> }> {
  const { run, objective, arrays, step } = await openTrained(folder)
  const names = fileNames(objective)
  if (network !== undefined && !names.includes(network)) {
    const near = nearestName(network, names)
    throw new ConfigError(
      `${run.config.model} has no network "${network}"${near ? `; did you mean "${near}"?` : '.'} It has ${names.join(', ')}`,
    )
  }
  const wanted = Object.entries(networkFiles(objective, run.config, arrays, step)).filter(
    ([name]) => network === undefined || name === `${network}.onnx`,
  )
  const single = network !== undefined && out?.endsWith('.onnx')
  for (const [name, bytes] of wanted) await writeOut(single ? out! : join(out ?? run.folder, name), bytes)
  if (single) return { files: { [network]: resolve(out!) } }
  return {
    files: networkPaths(
      resolve(out ?? run.folder),
      wanted.map(([name]) => name),
    ),
  }
}

/**
 * Makes a run's pictures and report anew from what its folder holds. Where no checkpoint can be used there are no new
 * samples, and the grid and the figures of an earlier report stay; where the data cannot be had, its figures stay.
 *
 * @param dataDir  where the data is now, if it was moved
 */
export async function reportRun(
  folder: string,
  { dataDir }: { readonly dataDir?: string | undefined } = {},
): Promise<WrittenPictures> {
  const run = await openOwnRun(folder)
  const usable = await run.latestCheckpoint().catch((error: unknown) => {
    if (error instanceof DataError) return undefined
    throw error
  })
  if (!usable) return writeRecorded(run)
  return withEngine(folder, ({ objective, arrays, step, engine }) =>
    writePictures(run, engine, objective, { arrays, step }, () => recordedData(run.config, { dataDir })),
  )
}
