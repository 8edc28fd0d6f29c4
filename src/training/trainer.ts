// The one training loop: plans calls of several steps, feeds them, and reports what happened as events.
import type { ExampleSource } from '../data/examples.ts'
import type { Graph } from '../graph/value.ts'
import { type LoweringOptions, lower } from '../lowering/lower.ts'
import type { Objective } from '../objectives/objective.ts'
import { exportProgram } from '../onnx/scan-program.ts'
import type { Engine, Program, StateArrays, StepFeeds } from '../runtime/engine.ts'
import { MOST } from '../util/limits.ts'
import { checkNumber } from '../util/options.ts'
import { isDue } from '../util/pace.ts'
import { type Shape, sizeOf } from '../util/shape.ts'
import { type Controls, type Request, refusal } from './controls.ts'
import { collapseDetector, logDetector, type MetricsRow, type Notice } from './detectors.ts'
import { feedBytes, feeder } from './feeds.ts'
import { checkMemory } from './memory.ts'
import { pixelDeviation } from './sample-variety.ts'
import { openSampler, SHEET_COUNT, sheetLatents } from './sampler.ts'
import { checkFinite, checkFits, DivergedError, initialState, type TrainingState } from './state.ts'
import { type StepGraph, stepGraph } from './step.ts'
import { openValidation } from './validation.ts'

export interface TrainOptions {
  readonly objective: Objective
  readonly source: ExampleSource
  readonly engine: Engine
  readonly batchSize: number
  readonly seed: number
  /** Steps in all, counted from the very first, also when resuming. */
  readonly steps: number
  /** Samples are made after every step whose number is a multiple of this, and after the last; 0 for none. */
  readonly sampleEvery?: number
  /** Likewise for checkpoints. */
  readonly checkpointEvery?: number
  /** Likewise for the report on the held-out examples of `validation`. */
  readonly validateEvery?: number
  /** Held-out examples. */
  readonly validation?: ExampleSource
  /** Likewise for `evaluate`. */
  readonly evaluateEvery?: number
  /** Measures the weights in any way, by names of its own; numbers that are not finite mean that there is none. */
  readonly evaluate?: (arrays: StateArrays) => Promise<Readonly<Record<string, number>>>
  /** Samples per event; default `SHEET_COUNT`. */
  readonly sampleCount?: number
  /** Continue from here instead of from fresh weights. */
  readonly from?: TrainingState
  /** The rows logged up to `from`, so that the detectors remember. */
  readonly history?: readonly MetricsRow[]
  /** The notices told up to `from`, likewise: whether samples were warned of stands in no row. */
  readonly told?: readonly { readonly kind: string; readonly severity: string }[]
  /** Aborted: the loop ends after the running call, with a checkpoint. */
  readonly signal?: AbortSignal
  /** Bytes that a step may take; more is refused before any of it is made. Default: no limit. */
  readonly mostBytes?: number
  /** Somebody at the controls, heard between two calls. Without requests nothing is changed. */
  readonly controls?: Controls
}

export type TrainEvent =
  /** Finished steps, with what was logged for each. `seconds` is the time that the call took. */
  | {
      readonly type: 'steps'
      readonly step: number
      readonly rows: readonly MetricsRow[]
      readonly seconds: number
    }
  /** New examples `[count, ...shape]` in [0, 1] from the same latents every time, or from fresh ones. */
  | {
      readonly type: 'samples'
      readonly step: number
      readonly latents: 'fixed' | 'fresh'
      readonly count: number
      /** Of one example, `[height, width, channels]` for images. */
      readonly shape: Shape
      readonly images: Float32Array
    }
  | { readonly type: 'notice'; readonly notice: Notice }
  /** What the objective reports on the held-out examples, by the names of the log. */
  | { readonly type: 'validation'; readonly row: MetricsRow }
  /** What `evaluate` found. */
  | { readonly type: 'evaluation'; readonly row: MetricsRow }
  /** Training waits for a request, from now on or again; its state was written. */
  | { readonly type: 'paused'; readonly step: number }
  /** It goes on by itself. */
  | { readonly type: 'continued'; readonly step: number }
  | {
      readonly type: 'checkpoint'
      readonly state: TrainingState
      readonly shapes: Readonly<Record<string, Shape>>
    }
  /** The last event. */
  | { readonly type: 'end'; readonly reason: 'finished' | 'stopped'; readonly state: TrainingState }

/** A call should last about this long: long enough to hide its overhead, short enough to watch and to stop. */
const TARGET_SECONDS = 0.4
const MOST_FEED_BYTES = 24 * 2 ** 20
const MOST_STEPS = 32

/** Writes one step as an ONNX model that runs any number of steps per call. */
export const trainingProgram = (name: string, step: StepGraph, options?: LoweringOptions): Uint8Array =>
  programOfStep(name, step, lower(step.graph, options))

const programOfStep = (name: string, step: StepGraph, lowered: Graph): Uint8Array =>
  exportProgram({
    name,
    step: lowered,
    state: step.state.map((entry) => ({ input: entry.name, output: entry.next })),
    perStep: step.feeds.map((feed) => feed.name),
    outputs: step.metrics,
  })

/** What a call logged, step by step, up to the first number that is not finite. */
function readRows(
  outputs: Readonly<Record<string, Float32Array>>,
  metrics: readonly string[],
  first: number,
  count: number,
): { rows: MetricsRow[]; diverged?: DivergedError } {
  const rows: MetricsRow[] = []
  for (let i = 0; i < count; i++) {
    const numbers = metrics.map((name) => [name, outputs[name]![i]!] as const)
    const bad = numbers.find(([, value]) => !Number.isFinite(value))
    if (bad) return { rows, diverged: new DivergedError(`"${bad[0]}"`, first + i, String(bad[1])) }
    rows.push({ step: first + i, ...Object.fromEntries(numbers) } as MetricsRow)
  }
  return { rows }
}

/** Pixel deviation of a handful of real examples, for the collapse detector. */
function realDeviation(source: ExampleSource, count: number): number {
  const taken = Math.min(count, source.count)
  const out = new Float32Array(taken * sizeOf(source.shape))
  source.fill(
    Uint32Array.from({ length: taken }, (_, i) => Math.floor((i * source.count) / taken)),
    out,
  )
  return pixelDeviation(out, taken)
}

/**
 * Trains an objective and yields what happens. The same options give the same numbers, whatever is between:
 * stopping after any step and continuing `from` its state with the log as `history` changes nothing.
 *
 * @throws DivergedError when a logged number or a weight is not finite
 */
export async function* train(options: TrainOptions): AsyncGenerator<TrainEvent, void, undefined> {
  const { objective, source, engine, batchSize, seed, steps, from, signal } = options
  const { sampleEvery = 0, checkpointEvery = 0, validateEvery = 0, evaluate } = options
  const evaluateEvery = evaluate ? (options.evaluateEvery ?? 0) : 0
  const { mostBytes = Number.POSITIVE_INFINITY } = options
  // Writing the step already makes constants of the batch's length.
  checkNumber('train', 'batchSize', batchSize, { integer: true, atLeast: 1, atMost: MOST.batchSize })
  const step = stepGraph(objective, { batchSize, exampleShape: source.shape })
  // As it was written first: lowering a step that is far too large takes gigabytes by itself.
  checkMemory(step.graph, mostBytes, { batchSize, exampleShape: source.shape })
  const lowered = lower(step.graph)
  checkMemory(lowered, mostBytes, { batchSize, exampleShape: source.shape })
  const shapes = Object.fromEntries(step.state.map(({ name, shape }) => [name, shape]))
  if (from) checkFits(from, step.state)
  const prepare = feeder(step.feeds, { seed, source, batches: objective.batches, batchSize })
  const { sampleCount = SHEET_COUNT } = options
  const sampler =
    sampleEvery > 0 && objective.sampler ? await openSampler(engine, objective, sampleCount) : undefined
  const fixed = sampler && sheetLatents(sampler, 'fixed', seed, 0)
  const detectCollapse = sampler
    ? collapseDetector(realDeviation(source, sampleCount), options.told)
    : undefined
  const validation =
    validateEvery > 0 && options.validation
      ? await openValidation(engine, objective, options.validation, seed)
      : undefined
  const openProgram = (graph: StepGraph, body = lower(graph.graph)): Promise<Program> =>
    engine.program(
      programOfStep(objective.name, graph, body),
      graph.state.map(({ name, next, shape }) => ({ input: name, output: next, shape })),
    )
  const program = await openProgram(step, lowered)
  /** Programs of steps in which only some networks learn, by their names; opened when they are asked for. */
  const partial = new Map<string, Program>()
  const programOf = async (learners: readonly string[]): Promise<Program> => {
    const key = learners.join('+')
    const open =
      partial.get(key) ??
      (await openProgram(stepGraph(objective, { batchSize, exampleShape: source.shape, learners })))
    partial.set(key, open)
    return open
  }
  const detect = logDetector(objective)
  for (const row of options.history ?? []) detect(row)

  const most = Math.floor(MOST_FEED_BYTES / Math.max(1, feedBytes(step.feeds)))
  let secondsPerStep = TARGET_SECONDS
  /** How many steps the call that starts with step `first` makes: it ends where something is due. */
  const plan = (first: number): number => {
    const wanted = Math.min(most, MOST_STEPS, Math.round(TARGET_SECONDS / secondsPerStep), steps - first)
    const paces = [sampleEvery, checkpointEvery, validation ? validateEvery : 0, evaluateEvery]
    for (let count = 1; count < wanted; count++)
      if (paces.some((every) => isDue(first + count - 1, every, steps))) return count
    return Math.max(1, wanted)
  }

  let next = (from?.step ?? -1) + 1
  let checkpointed = from?.step ?? -1
  let spare: StepFeeds | undefined
  interface Call {
    readonly first: number
    readonly count: number
    readonly feeds: StepFeeds
  }
  const prepareCall = (first: number, count = plan(first)): Call => {
    const feeds = prepare(first, count, spare)
    spare = undefined
    return { first, count, feeds }
  }
  /** The call after the running one, made while that one runs; undefined when it was not, or there is none. */
  let ahead: Call | undefined

  /**
   * Makes the steps of a call, and what is due after them.
   *
   * @param alone  a step that somebody asked for: its samples are shown, its state is kept, none is made ahead
   */
  async function* make(running: Program, call: Call, alone = false): AsyncGenerator<TrainEvent> {
    const started = performance.now()
    const advancing = running.advance(call.feeds)
    // Should making the next feeds fail, this call's own failure is heard by nobody.
    advancing.catch(() => {})
    next = call.first + call.count
    const last = next - 1
    ahead = !alone && next < steps ? prepareCall(next) : undefined
    const { outputs, feeds: used } = await advancing
    spare = used
    const seconds = (performance.now() - started) / 1000
    // A single step tells little of the pace of many.
    if (!alone) secondsPerStep = seconds / call.count

    const { rows, diverged } = readRows(outputs, step.metrics, call.first, call.count)
    if (rows.length > 0) yield { type: 'steps', step: rows.at(-1)!.step, rows, seconds }
    for (const row of rows) for (const notice of detect(row)) yield { type: 'notice', notice }
    if (diverged) throw diverged

    const sampling = sampler && (alone || isDue(last, sampleEvery, steps))
    const validating = validation && isDue(last, validateEvery, steps)
    const saving = alone || isDue(last, checkpointEvery, steps)
    const evaluating = evaluate && isDue(last, evaluateEvery, steps)
    if (!sampling && !validating && !evaluating && !saving) return
    const arrays = await running.read()
    checkFinite(arrays, last)
    if (sampling) {
      const event = { type: 'samples', step: last, count: sampleCount, shape: source.shape } as const
      yield { ...event, latents: 'fixed', images: await sampler.sample(arrays, fixed!) }
      const images = await sampler.sample(arrays, sheetLatents(sampler, 'fresh', seed, last))
      yield { ...event, latents: 'fresh', images }
      const notices = detectCollapse?.(last, pixelDeviation(images, sampleCount)) ?? []
      for (const notice of notices) yield { type: 'notice', notice }
    }
    if (validating)
      yield { type: 'validation', row: { step: last, ...(await validation.measure(arrays)) } as MetricsRow }
    if (evaluating)
      yield { type: 'evaluation', row: { step: last, ...(await evaluate(arrays)) } as MetricsRow }
    if (saving) {
      checkpointed = last
      yield { type: 'checkpoint', state: { step: last, arrays }, shapes }
    }
  }

  /** The state as it is, kept unless it was. */
  async function* keep(): AsyncGenerator<TrainEvent, TrainingState> {
    const state = { step: next - 1, arrays: await program.read() }
    if (state.step !== checkpointed) {
      checkFinite(state.arrays, state.step)
      checkpointed = state.step
      yield { type: 'checkpoint', state, shapes }
    }
    return state
  }

  /** One step, in which only some networks learn when the request names them. */
  async function* single({ updates }: Extract<Request, { command: 'step' }>): AsyncGenerator<TrainEvent> {
    const problem = refusal(objective, updates)
    if (problem) {
      yield { type: 'notice', notice: { step: Math.max(0, next - 1), ...problem } }
      return
    }
    const running = updates ? await programOf(updates) : program
    if (running !== program) await running.write(await program.read())
    if (updates)
      yield {
        type: 'notice',
        notice: {
          step: next,
          kind: 'single-player',
          severity: 'info',
          message: `step ${next} was asked for by hand: only the ${updates.join(' and the ')} learned in it`,
        },
      }
    yield* make(running, prepareCall(next, 1), true)
    if (running !== program) await program.write(await running.read())
  }

  try {
    await program.write(from?.arrays ?? initialState(step.state, seed))
    let paused = false
    while (next < steps && !signal?.aborted) {
      const asked = await (paused ? options.controls?.wait(signal) : options.controls?.take())
      if (asked?.command === 'stop') break
      if (asked?.command === 'continue' && paused) {
        paused = false
        yield { type: 'continued', step: next - 1 }
      }
      if (asked?.command === 'pause' || asked?.command === 'step') {
        ahead = undefined
        if (next > 0) yield* keep()
        if (asked.command === 'step') yield* single(asked)
        paused = true
        if (next < steps) yield { type: 'paused', step: next - 1 }
      }
      if (!paused && !signal?.aborted) yield* make(program, ahead ?? prepareCall(next))
    }
    const state = yield* keep()
    yield { type: 'end', reason: next < steps ? 'stopped' : 'finished', state }
  } finally {
    await sampler?.close()
    await validation?.close()
    for (const open of partial.values()) await open.close()
    await program.close()
  }
}
