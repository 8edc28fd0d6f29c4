// The one training loop: plans calls of several steps, feeds them, and reports what happened as events.
import { type Examples, type OpenSource, type Source, sourceOf } from '../data/source.ts'
import type { Objective } from '../objectives/objective.ts'
import { type OfferedFunction, offeredBy } from '../objectives/offer.ts'
import type { Engine, FeedData, Program, StateArrays, StepFeeds } from '../runtime/engine.ts'
import { ConfigError } from '../util/errors.ts'
import { MOST } from '../util/limits.ts'
import { checkNumber } from '../util/options.ts'
import { isDue } from '../util/pace.ts'
import { begin } from './beginning.ts'
import { type Controls, type Request, refusal } from './controls.ts'
import { logDetector, type MetricsRow } from './detectors.ts'
import { drawsOf, feeder } from './feeds.ts'
import { type OpenFunction, openFunction } from './functions.ts'
import { checkMemory } from './memory.ts'
import {
  checkFinite,
  checkFits,
  checkKnown,
  DivergedError,
  divergedWeight,
  initialState,
  type TrainingState,
} from './state.ts'
import { type StepGraph, stepGraph } from './step.ts'
import type { OpenWatcher, TrainEvent, Watcher } from './watcher.ts'

export interface TrainOptions {
  readonly objective: Objective
  /** What gives the columns: a set of examples, or a source with a way of its own. */
  readonly source: Source | Examples
  readonly engine: Engine
  readonly batchSize: number
  readonly seed: number
  /** Steps in all, counted from the very first, also when resuming. */
  readonly steps: number
  /** Checkpoints are made after every step whose number is a multiple of this, and after the last; 0 for none but the last. */
  readonly checkpointEvery?: number
  /** What looks at the training now and then, each at its own pace, in this order. */
  readonly watchers?: readonly OpenWatcher[]
  /** Continue from here instead of from fresh weights. */
  readonly from?: TrainingState | undefined
  /** Without `from`: arrays that some of the state begins with, by name; the rest begins as its initializers say. */
  readonly initial?: StateArrays | undefined
  /** The rows logged up to `from`, so that the detectors remember. */
  readonly history?: readonly MetricsRow[] | undefined
  /** Aborted: the loop ends after the running call, with a checkpoint. */
  readonly signal?: AbortSignal | undefined
  /** Bytes that a step may take; more is refused before any of it is made. Default: no limit. */
  readonly mostBytes?: number
  /** Somebody at the controls, heard between two calls. Without requests nothing is changed. */
  readonly controls?: Controls
}

const MOST_STEPS = 32

/** What a call logged, step by step, up to the first number that is not finite. */
function readRows(
  outputs: Readonly<Record<string, FeedData>>,
  metrics: StepGraph['metrics'],
  first: number,
  count: number,
): { rows: MetricsRow[]; diverged?: DivergedError } {
  const rows: MetricsRow[] = []
  for (let i = 0; i < count; i++) {
    const numbers = Object.entries(metrics).map(
      ([name, output]) => [name, Number(outputs[output]![i]!)] as const,
    )
    const bad = numbers.find(([, value]) => !Number.isFinite(value))
    if (bad) return { rows, diverged: new DivergedError(`"${bad[0]}"`, first + i, String(bad[1])) }
    rows.push({ step: first + i, ...Object.fromEntries(numbers) } as MetricsRow)
  }
  return { rows }
}

/** @throws ConfigError when the objective does not offer what its source asks for */
function askedFunction(objective: Objective, name = ''): OfferedFunction {
  const found = offeredBy(objective, name)
  if (found) return found
  throw new ConfigError(
    `the source of the data asks for the function "${name}"; "${objective.name}" offers ${Object.keys(objective.offers ?? {}).join(', ') || 'none'}`,
  )
}

/** The steps of a call, ready to be made. */
interface Call {
  readonly first: number
  readonly count: number
  readonly feeds: StepFeeds
}

/**
 * Trains an objective and yields what happens. The same options give the same numbers, whatever is between:
 * stopping after any step and continuing `from` its state with the log as `history` changes nothing.
 *
 * @throws DivergedError when a logged number or a weight is not finite
 */
export async function* train(options: TrainOptions): AsyncGenerator<TrainEvent, void, undefined> {
  const { objective, engine, batchSize, seed, steps, from, signal, checkpointEvery = 0 } = options
  const { mostBytes = Number.POSITIVE_INFINITY } = options
  // Writing the step already makes constants of the batch's length.
  checkNumber('train', 'batchSize', batchSize, { integer: true, atLeast: 1, atMost: MOST.batchSize })
  const source = sourceOf(options.source, objective.batches)
  const { columns } = source
  const step = stepGraph(objective, { batchSize, columns })
  // As it was written first: lowering a step that is far too large takes gigabytes by itself.
  checkMemory(step.graph, mostBytes, { batchSize, columns })
  const shapes = Object.fromEntries(step.state.map(({ name, shape }) => [name, shape]))
  if (from) checkFits(from, step.state)
  if (options.initial) checkKnown(options.initial, step.state)
  const data: OpenSource = source.open({ seed, batchSize, draws: drawsOf(step.feeds) })
  if (from?.source) data.restore?.(from.source)
  const prepare = feeder(step.feeds, { seed, source: data })
  const takenBack = Object.entries(step.perExample)
  const openProgram = (graph: StepGraph): Promise<Program> =>
    engine.compile(
      {
        name: objective.name,
        graph: graph.graph,
        state: graph.state.map(({ name, next, shape }) => ({ input: name, output: next, shape })),
        perStep: graph.feeds.map(({ name }) => name),
        outputs: [...Object.values(graph.metrics), ...Object.values(graph.perExample)],
      },
      { inspect: (lowered) => checkMemory(lowered, mostBytes, { batchSize, columns }) },
    )
  const program = await openProgram(step)
  const watchers: Watcher[] = []
  /** Programs of steps in which only some networks learn, by their names; opened when they are asked for. */
  const partial = new Map<string, Program>()
  const programOf = async (learners: readonly string[]): Promise<Program> => {
    const key = learners.join('+')
    const open =
      partial.get(key) ?? (await openProgram(stepGraph(objective, { batchSize, columns, learners })))
    partial.set(key, open)
    return open
  }
  const detect = logDetector(objective)
  for (const row of options.history ?? []) detect(row)

  /** How many steps the call that starts with step `first` makes: it ends where something is due. */
  const plan = (first: number): number => {
    const wanted = Math.min(program.stepsPerCall(), data.ahead ?? MOST_STEPS, MOST_STEPS, steps - first)
    const paces = [checkpointEvery, ...watchers.map(({ every }) => every)]
    for (let count = 1; count < wanted; count++)
      if (paces.some((every) => isDue(first + count - 1, every, steps))) return count
    return Math.max(1, wanted)
  }

  let next = (from?.step ?? -1) + 1
  let checkpointed = from?.step ?? -1
  let spare: StepFeeds | undefined
  const prepareCall = (first: number, count = plan(first)): Call => {
    const feeds = prepare(first, count, spare)
    spare = undefined
    return { first, count, feeds }
  }
  /** The call after the running one, made while that one runs; undefined when it was not, or there is none. */
  let ahead: Call | undefined
  /** A source that keeps a state, or takes something back, is asked for no step before the one before is over. */
  const canPrepare = !data.save && !data.take && !data.gather

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
    ahead = !alone && canPrepare && next < steps ? prepareCall(next) : undefined
    const { outputs, feeds: used } = await advancing
    spare = used
    const seconds = (performance.now() - started) / 1000

    const { rows, diverged } = readRows(outputs, step.metrics, call.first, call.count)
    if (rows.length > 0) yield { type: 'steps', step: rows.at(-1)!.step, rows, seconds }
    for (const row of rows) for (const notice of detect(row)) yield { type: 'notice', notice }
    if (diverged) throw diverged
    if (data.take && takenBack.length > 0)
      data.take(
        call.first,
        Object.fromEntries(takenBack.map(([name, output]) => [name, outputs[output] as Float32Array])),
      )
    if (running !== program) await program.write(await running.read())

    const looking = watchers.filter(
      (watcher) => (alone && watcher.alone) || isDue(last, watcher.every, steps),
    )
    const saving = alone || isDue(last, checkpointEvery, steps)
    if (looking.length === 0 && !saving) return
    const bad = await program.firstNotFinite()
    if (bad) throw divergedWeight(bad.name, bad.value, last)
    for (const watcher of looking) yield* watcher.observe(last)
    if (saving) {
      checkpointed = last
      yield { type: 'checkpoint', state: await stateAt(last), shapes }
    }
  }

  const stateAt = async (at: number): Promise<TrainingState> => ({
    step: at,
    arrays: await program.read(),
    ...(data.save ? { source: data.save() } : {}),
  })

  /** The function that the source asks, once it does. */
  let asked: OpenFunction | undefined
  /** Lets the source ask what it needs before it can give the next steps. */
  async function gather(): Promise<void> {
    if (!data.gather) return
    const { asks } = source
    asked ??= await openFunction(program, askedFunction(objective, asks?.function), asks?.count ?? 1)
    const [port] = Object.keys(askedFunction(objective, asks?.function).of.inputs) as [string]
    await data.gather(next, (inputs) => asked!.run({ [port]: inputs }))
  }

  /** The state as it is, kept unless it was. */
  async function* keep(): AsyncGenerator<TrainEvent, TrainingState> {
    const state = await stateAt(next - 1)
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
    await gather()
    yield* make(running, prepareCall(next, 1), true)
  }

  try {
    for (const open of options.watchers ?? []) {
      const watcher = await open({ objective, engine, program, seed, steps })
      if (watcher) watchers.push(watcher)
    }
    await program.write(from?.arrays ?? initialState(step.state, seed, options.initial))
    if (!from) await begin(program, objective, { source, seed, state: step.state })
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
      if (!paused && !signal?.aborted) {
        await gather()
        yield* make(program, ahead ?? prepareCall(next))
      }
    }
    const state = yield* keep()
    yield { type: 'end', reason: next < steps ? 'stopped' : 'finished', state }
  } finally {
    for (const watcher of watchers) await watcher.close?.()
    await asked?.close()
    for (const open of partial.values()) await open.close()
    await program.close()
  }
}
