// Sheets of samples made again from the checkpoint of their step, to the same bytes.
import type { Objective } from '../objectives/objective.ts'
import { functionOf } from '../objectives/offer.ts'
import type { SheetMaker } from '../pictures/sheets.ts'
import type { SampleEntry } from '../runs/index.ts'
import type { RunWriter } from '../runs/node/index.ts'
import type { Engine } from '../runtime/engine.ts'
import { frozen, openFunction } from '../training/functions.ts'
import { sheetInputs, sheetPlan } from '../training/watchers/samples.ts'
import { checkpointArrays } from './recorded-run.ts'

export async function remakeSheets(
  run: RunWriter,
  engine: Engine,
  objective: Objective,
  sheets: readonly Pick<SampleEntry, 'step' | 'kind'>[],
  draw: SheetMaker,
): Promise<void> {
  if (sheets.length === 0) return
  const { seed } = run.config.settings
  const generate = functionOf(objective, 'generate')
  const plan = sheetPlan(generate)
  for (const { step, kind } of sheets) {
    const arrays = checkpointArrays(await run.readCheckpoint(step), run.config, objective)
    const opened = await openFunction(frozen(engine, arrays), generate, plan.count)
    try {
      const values = await opened.run(sheetInputs(generate, plan, kind, seed, step))
      const { shape } = generate.output
      await run.writeSample(step, kind, await draw({ values, ...plan, shape }))
    } finally {
      await opened.close()
    }
  }
}
