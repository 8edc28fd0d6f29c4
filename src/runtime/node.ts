// The engine of Node: onnxruntime-node in a worker thread, so that signals, timers and servers stay alive.
import { createRequire } from 'node:module'
import type { Graph } from '../graph/value.ts'
import type { LoweringOptions } from '../lowering/lower.ts'
import type {
  Advanced,
  ArrayWithShape,
  Engine,
  EngineOptions,
  LoadedModel,
  Program,
  StateArrays,
  StateEntry,
  StepFeeds,
} from './engine.ts'
import { buffersOf, type Opened, type OpenOptions } from './node-protocol.ts'
import { startThread } from './node-thread.ts'
import { graphModel, stepModel } from './onnx-target.ts'
import { pace } from './pace.ts'
import { checkFeeds, checkGiven, checkState, inputsOf, type Ports, portsBeside, portsOf } from './ports.ts'

export interface NodeEngineOptions extends EngineOptions {
  /** How graphs and steps are lowered, to measure what a rewrite brings; default: to whatever is fastest. */
  readonly lowering?: LoweringOptions
}

const runtimeVersion = (): string =>
  (createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string }).version

/**
 * Starts an engine: one worker thread that holds ONNX Runtime. Close it when done; an idle engine does not keep
 * the process alive.
 *
 * @throws UnsupportedError when ONNX Runtime has no binary for this platform or cannot be loaded
 */
export async function nodeEngine({ threads, lowering }: NodeEngineOptions = {}): Promise<Engine> {
  const { providers, send, end } = await startThread(threads)
  const open = (model: Uint8Array, options: OpenOptions = {}): Promise<Opened> =>
    send('open', [model, options])
  /** For a model that was written here, and is read by nobody else: a large one is handed over instead of copied. */
  const openOwn = (model: Uint8Array, options: OpenOptions = {}): Promise<Opened> => {
    const { buffer, byteLength } = model
    // Small ones may lie in memory that they share with others.
    const whole = byteLength >= 2 ** 20 && byteLength === buffer.byteLength && buffer instanceof ArrayBuffer
    return send('open', [model, options], whole ? [buffer] : [])
  }

  /** @param ports  inputs of the graph that are given to each run */
  async function openGraph(
    graph: Graph,
    name: string,
    ports: Ports,
    options?: OpenOptions,
  ): Promise<LoadedModel> {
    const { id } = await openOwn(graphModel(graph, { name, lowering }), options)
    return {
      inputNames: [...ports.keys()],
      outputNames: Object.keys(graph.outputs),
      run: async (feeds) => send<Record<string, ArrayWithShape>>('run', [id, checkGiven(name, ports, feeds)]),
      close: () => send('close', [id]),
    }
  }

  /** @param count  the number of steps that feeds are for; throws when they do not fit */
  function programOn(
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

  return {
    name: `onnxruntime-node ${runtimeVersion()}`,
    providers,
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
    async compile(step, { inspect } = {}) {
      const ports = portsOf(step)
      const model = stepModel(step, { ...(inspect ? { inspect } : {}), lowering })
      const types = Object.fromEntries([...ports.fed].map(([name, { dtype }]) => [name, dtype]))
      const { id } = await openOwn(model, { program: { state: step.state, types } })
      return programOn(id, step.state, (feeds) => checkFeeds(ports, feeds), ports.bytesPerStep)
    },
    async program(model, state) {
      const { id } = await open(model, { program: { state, types: {} } })
      return programOn(id, state, (feeds) => Object.values(feeds)[0]?.shape[0] ?? 1, 1)
    },
    close: end,
  }
}
