// A run's own page for the road: what the views read, gathered and put into one file.
import { basename } from 'node:path'
import { openRun, type RunFolder } from '../runs/node/index.ts'
import { nodeEngine } from '../runtime/node.ts'
import { DataError, messageOf } from '../util/errors.ts'
import { exportPage } from '../workflow/export-page.ts'
import { type LatentSpace, latentSpace } from '../workflow/latent-directions.ts'
import { packageVersion } from '../workflow/machine.ts'
import { recordedData } from '../workflow/recorded-run.ts'
import { writeOut } from '../workflow/write-out.ts'
import { readOffered } from './open-run.ts'
import type { ExportedRun } from './protocol.ts'
import { snapshotOf } from './snapshot.ts'

/**
 * The page as text. A run that makes images and has a checkpoint takes its latent space along.
 *
 * @param spaceOf  gives the latent space; its DataError, for a run without a checkpoint, is told in the page
 * @throws UnsupportedError when the pages were not built
 */
export async function exportedPage(
  name: string,
  run: RunFolder,
  spaceOf: (run: RunFolder) => Promise<LatentSpace>,
): Promise<string> {
  const snapshot = await snapshotOf(name, run)
  const space = snapshot.parts.sampler
    ? await spaceOf(run).catch((error: unknown) => {
        if (!(error instanceof DataError)) throw error
        return messageOf(error)
      })
    : undefined
  const latent = typeof space === 'object' ? space : undefined
  const record: ExportedRun = {
    version: packageVersion(),
    exportedAt: new Date().toISOString(),
    // The other files of the run stay behind.
    snapshot: { ...snapshot, files: [] },
    ...(latent ? { latent } : {}),
    ...(typeof space === 'string' ? { noLatent: 'the run had no checkpoint when it was exported' } : {}),
  }
  const pictures = await Promise.all(
    snapshot.samples.map(async ({ file }) => [file, await readOffered(run, file)] as const),
  )
  return exportPage(run, {
    name,
    record,
    pictures: Object.fromEntries(pictures),
    network: latent?.network,
  })
}

/**
 * Writes a run's page into a file.
 *
 * @returns the absolute path of the file, and its bytes
 */
export async function writeExportedPage(
  folder: string,
  file: string,
): Promise<{ readonly page: string; readonly bytes: number }> {
  const run = await openRun(folder)
  const engine = await nodeEngine()
  try {
    const text = await exportedPage(basename(run.folder), run, (of) =>
      latentSpace(of, engine, (config) => recordedData(config)),
    )
    const bytes = Buffer.from(text)
    return { page: await writeOut(file, bytes), bytes: bytes.length }
  } finally {
    await engine.close()
  }
}
