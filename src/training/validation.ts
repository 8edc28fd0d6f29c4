// Validation: what an objective reports on held-out examples, with weights that stand still, in inference mode.
import type { ExampleSource } from '../data/examples.ts'
import { type Graph, input } from '../graph/value.ts'
import { lower } from '../lowering/lower.ts'
import type { BoundNetwork, Objective, PhaseResult } from '../objectives/objective.ts'
import { exportModel } from '../onnx/export.ts'
import type { Engine, StateArrays } from '../runtime/engine.ts'
import { feeder } from './feeds.ts'
import { type FeedSpec, Feeds, phaseContext, type StepOptions } from './step.ts'

export interface ReportGraph {
  readonly graph: Graph
  /** Random numbers and examples of one batch. */
  readonly feeds: readonly FeedSpec[]
  /** Names of the graph's scalar outputs, those of a step's log. */
  readonly metrics: readonly string[]
}

/** An objective's report on one batch: every phase once, no updates, networks in inference mode. */
export function reportGraph(objective: Objective, options: StepOptions): ReportGraph {
  const weights = Object.fromEntries(
    Object.values(objective.networks).flatMap((network) =>
      network.weights.map(({ name, shape }) => [name, input(name, shape)] as const),
    ),
  )
  const feeds = new Feeds()
  const results: Record<string, PhaseResult> = {}
  for (const phase of objective.phases) {
    const random = feeds.random(`validation/${phase.name}`)
    const networks = Object.fromEntries(
      Object.entries(objective.networks).map(([name, network]) => {
        const call: BoundNetwork['inference'] = (given) =>
          network.call({ input: given, weights, training: false, random }).output
        return [name, Object.assign((given: (typeof weights)[string]) => call(given), { inference: call })]
      }),
    )
    results[phase.name] = phase.loss(phaseContext(feeds, { ...options, repeat: 0, random, networks }))
  }
  const outputs = objective.report(results)
  return {
    graph: { inputs: [...Object.values(weights), ...feeds.values.values()], outputs: { ...outputs } },
    feeds: feeds.specs,
    metrics: Object.keys(outputs),
  }
}

/** Examples at once: enough to keep the runtime busy, few enough for the maps inside convolutions. */
const BATCH = 250

/** A stretch of the examples as a source of its own. */
const part = (source: ExampleSource, first: number, count: number): ExampleSource => ({
  count,
  shape: source.shape,
  fill: (indices, out) =>
    source.fill(
      indices.map((index) => first + index),
      out,
    ),
  ...(source.label ? { label: (index: number) => source.label!(first + index) } : {}),
})

export interface OpenValidation {
  /** Means over all held-out examples, by name, with the weights of `arrays`. The random numbers are always the same. */
  measure(arrays: StateArrays): Promise<Readonly<Record<string, number>>>
  close(): Promise<void>
}

/** Gets ready to measure an objective on held-out examples, each of which counts once. */
export async function openValidation(
  engine: Engine,
  objective: Objective,
  source: ExampleSource,
  seed: number,
): Promise<OpenValidation> {
  const whole = Math.floor(source.count / BATCH)
  const stretches = [
    { first: 0, batches: whole, batchSize: BATCH },
    { first: whole * BATCH, batches: 1, batchSize: source.count % BATCH },
  ].filter(({ batches, batchSize }) => batches * batchSize > 0)
  const shapes = Object.fromEntries(
    Object.values(objective.networks).flatMap((network) =>
      network.weights.map(({ name, shape }) => [name, shape] as const),
    ),
  )
  const opened = await Promise.all(
    stretches.map(async ({ first, batches, batchSize }) => {
      const { graph, feeds, metrics } = reportGraph(objective, { batchSize, exampleShape: source.shape })
      const examples = part(source, first, batches * batchSize)
      return {
        batches,
        batchSize,
        metrics,
        // The order does not matter, but every example must come.
        prepare: feeder(feeds, { seed, source: examples, batches: 'epoch', batchSize }),
        model: await engine.load(exportModel(lower(graph), { name: `${objective.name} validation` })),
      }
    }),
  )
  return {
    async measure(arrays) {
      const sums: Record<string, number> = {}
      for (const { batches, batchSize, metrics, prepare, model } of opened)
        for (let batch = 0; batch < batches; batch++) {
          const feeds = Object.entries(prepare(batch, 1)).map(
            ([name, { data, shape }]) => [name, { data, shape: shape.slice(1) }] as const,
          )
          const weights = Object.entries(shapes).map(
            ([name, shape]) => [name, { data: arrays[name]!, shape }] as const,
          )
          const wanted = new Set(model.inputNames)
          const outputs = await model.run(
            Object.fromEntries([...weights, ...feeds].filter(([name]) => wanted.has(name))),
          )
          for (const name of metrics)
            sums[name] = (sums[name] ?? 0) + (Number(outputs[name]!.data[0]) * batchSize) / source.count
        }
      return sums
    },
    async close() {
      for (const { model } of opened) await model.close()
    },
  }
}
