// A run's own page for the road: what the views read, gathered and put into one file.
import { basename } from 'node:path'
import { exportPage } from '../answers/export-page.ts'
import { latentExamples, latentSpace } from '../answers/latent-directions.ts'
import { openOwnRun } from '../lifecycle/own-code.ts'
import { recordedImages } from '../lifecycle/recorded-run.ts'
import type { RunFolder } from '../runs/node/index.ts'
import { packageVersion } from '../runs/node/machine.ts'
import { writeOut } from '../runs/node/write-out.ts'
import { nodeEngine } from '../runtime/node.ts'
import { DataError, messageOf } from '../util/errors.ts'
import type { LatentSpaces } from './latent-spaces.ts'
import { readOffered } from './open-run.ts'
import type { ExportedRun } from './protocol.ts'
import { snapshotOf } from './snapshot.ts'

/**
 * The page as text. A run that makes images and has a checkpoint takes its latent space along.
 *
 * @param spaces  gives the latent space; its DataError, for a run without a checkpoint, is told in the page
 * @throws UnsupportedError when the pages were not built
 */
export async function exportedPage(name: string, run: RunFolder, spaces: LatentSpaces): Promise<string> {
  const snapshot = await snapshotOf(name, run)
  const space = snapshot.parts.sampler
    ? await spaces.space(run).catch((error: unknown) => {
        if (!(error instanceof DataError)) throw error
        return messageOf(error)
      })
    : undefined
  const latent = typeof space === 'object' ? space : undefined
  // Without the data, the page goes without examples.
  const examples = latent?.hasExamples ? await spaces.examples(run).catch(() => undefined) : undefined
  // Not the error's own words: they name folders of this machine.
  const hasCheckpoint = (await run.listCheckpoints()).length > 0
  const noLatent = hasCheckpoint
    ? "the run's checkpoint could not be used when it was exported"
    : 'the run had no checkpoint when it was exported'
  // Without a checkpoint nobody can play.
  const agent = hasCheckpoint ? snapshot.parts.agent?.network : undefined
  const record: ExportedRun = {
    version: packageVersion(),
    exportedAt: new Date().toISOString(),
    // The other files of the run stay behind.
    snapshot: { ...snapshot, files: [] },
    ...(latent ? { latent: { ...latent, hasExamples: examples !== undefined } } : {}),
    ...(examples ? { examples } : {}),
    ...(typeof space === 'string' ? { noLatent } : {}),
    ...(agent === undefined ? {} : { agent }),
  }
  const pictures = await Promise.all(
    snapshot.samples.map(async ({ file }) => [file, await readOffered(run, file)] as const),
  )
  return exportPage(run, {
    name,
    record,
    pictures: Object.fromEntries(pictures),
    network: latent?.network ?? agent,
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
  const run = await openOwnRun(folder)
  const engine = await nodeEngine()
  try {
    const text = await exportedPage(basename(run.folder), run, {
      space: (of) => latentSpace(of, engine),
      examples: (of) => latentExamples(of, engine, recordedImages),
    })
    const bytes = Buffer.from(text)
    return { page: await writeOut(file, bytes), bytes: bytes.length }
  } finally {
    await engine.close()
  }
}
