// Validation: what an objective logs, on held-out examples, with weights that stand still, in inference mode.
import { type Columns, type Examples, examplesSource } from '../data/source.ts'
import type { Graph } from '../graph/value.ts'
import type { Objective } from '../objectives/objective.ts'
import type { Program } from '../runtime/engine.ts'
import { inputsAtRest, phasesAtRest } from './at-rest.ts'
import { feeder } from './feeds.ts'
import type { FeedSpec } from './inputs.ts'
import { logName, type StepOptions } from './step.ts'

export interface ReportGraph {
  readonly graph: Graph
  /** Random numbers and examples of one batch. */
  readonly feeds: readonly FeedSpec[]
  /** What is logged: names of the graph's scalar outputs, by those of the log. */
  readonly metrics: Readonly<Record<string, string>>
}

/**
 * What an objective logs on one batch: every phase that descends once, no updates, networks in inference mode. Nothing
 * looks ahead; numbers that follow from the step are those of step 0 unless `stepOf` says which it is.
 */
export function reportGraph(
  objective: Objective,
  { batchSize, columns }: Pick<StepOptions, 'batchSize' | 'columns'>,
  stepOf: () => number = () => 0,
): ReportGraph {
  const rest = phasesAtRest(objective, { batchSize, columns, purpose: 'validation', stepOf })
  const { results, variables, feeds } = rest
  const outputs = Object.fromEntries(
    objective.logs.map(({ name, value }) => [logName(name), value(results, variables)]),
  )
  return {
    graph: { inputs: inputsAtRest(rest), outputs },
    feeds: feeds.specs,
    metrics: Object.fromEntries(objective.logs.map(({ name }) => [name, logName(name)])),
  }
}

/** Examples at once: enough to keep the runtime busy, few enough for the maps inside convolutions. */
const BATCH = 250

/** A stretch of the examples as a set of its own. */
const part = (examples: Examples, first: number, count: number): Examples => ({
  count,
  columns: examples.columns,
  fill: (column, indices, out) =>
    examples.fill(
      column,
      indices.map((index) => first + index),
      out,
    ),
})

export interface OpenValidation {
  /** Means over all held-out examples, by name, with the weights that the program has. The random numbers are always the same. */
  measure(step: number): Promise<Readonly<Record<string, number>>>
}

/** Gets ready to measure an objective on held-out examples, each of which counts once. */
export async function openValidation(
  program: Pick<Program, 'attach'>,
  objective: Objective,
  examples: Examples,
  seed: number,
): Promise<OpenValidation> {
  const whole = Math.floor(examples.count / BATCH)
  const stretches = [
    { first: 0, batches: whole, batchSize: BATCH },
    { first: whole * BATCH, batches: 1, batchSize: examples.count % BATCH },
  ].filter(({ batches, batchSize }) => batches * batchSize > 0)
  let now = 0
  const columns: Columns = examples.columns
  const opened = await Promise.all(
    stretches.map(async ({ first, batches, batchSize }) => {
      const { graph, feeds, metrics } = reportGraph(objective, { batchSize, columns }, () => now)
      // The order does not matter, but every example must come.
      const source = examplesSource(part(examples, first, batches * batchSize), 'epoch').open({
        seed,
        batchSize,
        draws: 1,
      })
      return {
        batches,
        batchSize,
        metrics,
        prepare: feeder(feeds, { seed, source }),
        model: await program.attach(graph, { name: `${objective.name} validation` }),
      }
    }),
  )
  return {
    async measure(step) {
      now = step
      const sums: Record<string, number> = {}
      for (const { batches, batchSize, metrics, prepare, model } of opened)
        for (let batch = 0; batch < batches; batch++) {
          const wanted = new Set(model.inputNames)
          const feeds = Object.entries(prepare(batch, 1)).flatMap(([name, { data, shape }]) =>
            wanted.has(name) ? [[name, { data, shape: shape.slice(1) }] as const] : [],
          )
          const outputs = await model.run(Object.fromEntries(feeds))
          for (const [name, output] of Object.entries(metrics))
            sums[name] = (sums[name] ?? 0) + (Number(outputs[output]!.data[0]) * batchSize) / examples.count
        }
      return sums
    },
  }
}
