// Weights that begin by what their network is first shown: one call before the first step.
import type { Source } from '../data/source.ts'
import type { Network } from '../layers/network.ts'
import { inputOf, weightInputs } from '../layers/use.ts'
import type { Objective } from '../objectives/objective.ts'
import { columnFor } from '../objectives/offer.ts'
import type { Program } from '../runtime/engine.ts'
import { feeder } from './feeds.ts'
import { Feeds } from './inputs.ts'
import type { StateSpec } from './step.ts'

/** What a new weight is called among the graph's outputs: the old one is an input. */
const begunName = (weight: string): string => `begun/${weight}`

/** The call as a graph: weights and fresh feeds in, new weights out. */
export function beginningGraph(
  network: Network,
  { columns, examples }: { readonly columns: Source['columns']; readonly examples: number },
) {
  const feeds = new Feeds()
  const data = feeds.data(columns, examples, 0)
  const weights = weightInputs(network)
  const { updates } = network.call({
    inputs: { [inputOf(network).name]: data[columnFor(network)]! },
    weights,
    training: true,
    random: feeds.random(`beginning/${network.name}`),
    beginning: true,
  })
  return {
    graph: {
      inputs: [...Object.values(weights), ...feeds.values.values()],
      outputs: Object.fromEntries(
        Object.entries(updates).map(([weight, value]) => [begunName(weight), value]),
      ),
    },
    feeds: feeds.specs,
  }
}

/**
 * Replaces what networks begin with by what they make of their first examples; copies of them begin alike. Does nothing for objectives
 * without a beginning.
 *
 * @param state  of the step, which the program has
 */
export async function begin(
  program: Pick<Program, 'attach' | 'read' | 'write'>,
  objective: Objective,
  {
    source,
    seed,
    state,
  }: { readonly source: Source; readonly seed: number; readonly state: readonly StateSpec[] },
): Promise<void> {
  for (const [name, examples] of Object.entries(objective.beginsOn ?? {}) as [string, number][]) {
    const network: Network = objective.networks[name]!
    const { graph, feeds } = beginningGraph(network, { columns: source.columns, examples })
    const data = source.open({ seed, batchSize: examples, draws: 1 })
    const fed = feeder(feeds, { seed, source: data })(0, 1)
    const model = await program.attach(graph, { name: `${objective.name}: what ${name} begins with` })
    const found = await model.run(
      Object.fromEntries(
        model.inputNames.map((given) => [
          given,
          { data: fed[given]!.data, shape: fed[given]!.shape.slice(1) },
        ]),
      ),
    )
    await model.close()
    const arrays = await program.read()
    for (const { name: weight, startsAs = weight } of state) {
      const begun = found[begunName(startsAs)]
      if (begun) arrays[weight] = Float32Array.from(begun.data as Float32Array)
    }
    await program.write(arrays)
  }
}
