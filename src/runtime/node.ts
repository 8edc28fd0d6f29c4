// The engine of Node: onnxruntime-node in a worker thread, so that signals, timers and servers stay alive.
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import type { Graph } from '../graph/value.ts'
import { workOf } from '../graph/work.ts'
import type { LoweringOptions } from '../lowering/lower.ts'
import type {
  Advanced,
  ArrayWithShape,
  CompileOptions,
  Engine,
  EngineOptions,
  LoadedModel,
  Program,
  StateArrays,
  StateEntry,
  Step,
  StepFeeds,
} from './engine.ts'
import { buffersOf, type Opened, type OpenOptions } from './node-protocol.ts'
import { startThread, type Thread } from './node-thread.ts'
import { graphModel, stepModel } from './onnx-target.ts'
import { pace } from './pace.ts'
import { checkFeeds, checkGiven, checkState, inputsOf, type Ports, portsBeside, portsOf } from './ports.ts'
import { worthThreads } from './threads.ts'

export interface NodeEngineOptions extends EngineOptions {
  /** How graphs and steps are lowered, to measure what a rewrite brings; default: to whatever is fastest. */
  readonly lowering?: LoweringOptions
}

const runtimeVersion = (): string =>
  (createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string }).version

/** For a model that was written here, and is read by nobody else: a large one is handed over instead of copied. */
function openOwn({ send }: Thread, model: Uint8Array, options: OpenOptions = {}): Promise<Opened> {
  const { buffer, byteLength } = model
  // Small ones may lie in memory that they share with others.
  const whole = byteLength >= 2 ** 20 && byteLength === buffer.byteLength && buffer instanceof ArrayBuffer
  return send('open', [model, options], whole ? [buffer] : [])
}

/**
 * Starts an engine: one worker thread that holds ONNX Runtime. Close it when done; an idle engine does not keep
 * the process alive.
 *
 * @throws UnsupportedError when ONNX Runtime has no binary for this platform or cannot be loaded
 */
export async function nodeEngine({ threads, lowering }: NodeEngineOptions = {}): Promise<Engine> {
  const main = await startThread(threads)
  const { send } = main
  const lanes = threads ?? availableParallelism()
  /** The main thread, and as many beside it as make all lanes; started when lanes are first asked for. */
  let beside: Promise<readonly Thread[]> | undefined
  const laneThreads = async (): Promise<readonly Thread[]> => {
    beside ??= Promise.all(Array.from({ length: lanes - 1 }, () => startThread(1)))
    return [main, ...(await beside)]
  }
  const open = (model: Uint8Array, options: OpenOptions = {}): Promise<Opened> =>
    send('open', [model, options])

  /** @param ports  inputs of the graph that are given to each run */
  async function openGraph(
    graph: Graph,
    name: string,
    ports: Ports,
    options?: OpenOptions,
  ): Promise<LoadedModel> {
    const { id } = await openOwn(main, graphModel(graph, { name, lowering }), options)
    return {
      inputNames: [...ports.keys()],
      outputNames: Object.keys(graph.outputs),
      run: async (feeds) => send<Record<string, ArrayWithShape>>('run', [id, checkGiven(name, ports, feeds)]),
      close: () => send('close', [id]),
    }
  }

  /** @param count  the number of steps that feeds are for; throws when they do not fit */
  function programOn(
    { send }: Thread,
    id: number,
    state: readonly StateEntry[],
    count: (feeds: StepFeeds) => number,
    bytesPerStep: number,
  ): Program {
    const { steps, took } = pace(bytesPerStep)
    return {
      write: async (arrays) => send('write', [id, checkState(state, arrays)]),
      read: () => send<StateArrays>('read', [id]),
      firstNotFinite: () => send('firstNotFinite', [id]),
      async advance(feeds) {
        const made = count(feeds)
        const started = performance.now()
        const advanced = await send<Advanced>('advance', [id, feeds], buffersOf(Object.values(feeds)))
        took(made, (performance.now() - started) / 1000)
        return advanced
      },
      stepsPerCall: steps,
      async attach(graph, { name }) {
        const { resident, given } = portsBeside(state, graph, name)
        return openGraph(graph, name, given, { attached: { to: id, resident } })
      },
      close: () => send('close', [id]),
    }
  }

  const preparedStep = (step: Step, { inspect }: CompileOptions = {}) => {
    const ports = portsOf(step)
    let isWorth = true
    const model = stepModel(step, {
      inspect(lowered) {
        inspect?.(lowered)
        isWorth = worthThreads(workOf(lowered))
      },
      lowering,
    })
    return { step, ports, model, isWorth }
  }
  async function openStep(
    thread: Thread,
    { step, ports, model }: ReturnType<typeof preparedStep>,
    threads?: number,
  ): Promise<Program> {
    const types = Object.fromEntries([...ports.fed].map(([name, { dtype }]) => [name, dtype]))
    const program = { state: step.state, types }
    const { id } = await openOwn(thread, model, { program, ...(threads ? { threads } : {}) })
    return programOn(thread, id, step.state, (feeds) => checkFeeds(ports, feeds), ports.bytesPerStep)
  }

  return {
    name: `onnxruntime-node ${runtimeVersion()}`,
    providers: main.providers,
    lanes,
    async load(model) {
      const { id, inputNames, outputNames } = await open(model)
      return {
        inputNames,
        outputNames,
        run: (feeds) => send<Record<string, ArrayWithShape>>('run', [id, feeds]),
        close: () => send('close', [id]),
      }
    },
    open: async (graph, { name }) => openGraph(graph, name, inputsOf(graph)),
    async compile(step, options) {
      const prepared = preparedStep(step, options)
      // Whoever names a number of threads gets it.
      return openStep(main, prepared, threads === undefined && !prepared.isWorth ? 1 : undefined)
    },
    async compileLanes(step, options) {
      if (lanes === 1) return [await openStep(main, preparedStep(step, options))]
      const prepared = preparedStep(step, options)
      const copies = (await laneThreads()).map((thread) => ({ thread, model: prepared.model.slice() }))
      return Promise.all(copies.map(({ thread, model }) => openStep(thread, { ...prepared, model }, 1)))
    },
    async program(model, state) {
      const { id } = await open(model, { program: { state, types: {} } })
      return programOn(main, id, state, (feeds) => Object.values(feeds)[0]?.shape[0] ?? 1, 1)
    },
    async close() {
      await Promise.all([main.end(), beside?.then((threads) => Promise.all(threads.map(({ end }) => end())))])
    },
  }
}
