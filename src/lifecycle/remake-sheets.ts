// Sheets of samples made again from the checkpoint of their step, to the same bytes.
import type { Objective } from '../objectives/objective.ts'
import { samplesPng } from '../pictures/images.ts'
import type { SampleEntry } from '../runs/index.ts'
import type { RunWriter } from '../runs/node/index.ts'
import type { Engine } from '../runtime/engine.ts'
import { openSampler, SHEET_COUNT, sheetLatents } from '../training/sampler.ts'
import { checkpointArrays } from './recorded-run.ts'

export async function remakeSheets(
  run: RunWriter,
  engine: Engine,
  objective: Objective,
  sheets: readonly Pick<SampleEntry, 'step' | 'kind'>[],
): Promise<void> {
  if (sheets.length === 0) return
  const { settings, data } = run.config
  const sampler = await openSampler(engine, objective, SHEET_COUNT)
  try {
    for (const { step, kind } of sheets) {
      const arrays = checkpointArrays(await run.readCheckpoint(step), run.config, objective)
      const images = await sampler.sample(arrays, sheetLatents(sampler, kind, settings.seed, step))
      const shape = [data.height, data.width, data.channels]
      await run.writeSample(step, kind, await samplesPng({ images, count: SHEET_COUNT, shape }))
    }
  } finally {
    await sampler.close()
  }
}
