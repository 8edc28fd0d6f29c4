// Opens a graph on an engine for as long as a measure needs it.
import type { Graph } from '../graph/value.ts'
import type { Engine, LoadedModel } from '../runtime/engine.ts'

/** What measures need of an engine. */
export type MeasureEngine = Pick<Engine, 'open'>

/** Opens a graph once, for all the blocks that `use` feeds it, and closes it. */
export async function withModel<T>(
  engine: MeasureEngine,
  name: string,
  graph: Graph,
  use: (model: LoadedModel) => Promise<T>,
): Promise<T> {
  const model = await engine.open(graph, { name })
  try {
    return await use(model)
  } finally {
    await model.close()
  }
}
