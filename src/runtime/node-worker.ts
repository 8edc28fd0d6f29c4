// The worker thread that owns ONNX Runtime's sessions, because a session's run blocks the thread that calls it.
import { parentPort, workerData } from 'node:worker_threads'
import type { DType } from '../graph/value.ts'
import { messageOf } from '../util/errors.ts'
import type { Advanced, ArrayWithShape, FeedData, StateArrays, StateEntry, StepFeeds } from './engine.ts'
import { PROVIDERS, sessionOptions } from './node-options.ts'
import * as ort from './node-ort.ts'
import {
  BUSY,
  buffersOf,
  CLOSED,
  END,
  ENDING,
  type Opened,
  type OpenOptions,
  type WorkerCall,
  type WorkerReady,
  type WorkerReply,
  type WorkerStart,
} from './node-protocol.ts'
import { fromTensor, tensorArguments } from './tensors.ts'

/** What a program is beside its session. */
interface Resident {
  readonly state: readonly StateEntry[]
  readonly types: Readonly<Record<string, DType>>
  /** The state by the names of its inputs; none before it is written. */
  arrays: Record<string, ort.Tensor> | undefined
}

interface Session {
  readonly session: ort.InferenceSession
  readonly program?: Resident
  /** Of a graph that runs on the state of a program: the number of that, and the inputs that its state fills. */
  readonly attached?: OpenOptions['attached']
}

const { threads: usual, control } = workerData as WorkerStart
const sessions = new Map<number, Session>()
let nextSession = 0

const toTensor = (given: ArrayWithShape): ort.Tensor => new ort.Tensor(...tensorArguments(given))

function sessionOf(id: number): Session {
  const found = sessions.get(id)
  if (!found) throw new Error('this model or program was closed')
  return found
}

function programOf(id: number): Session & { readonly program: Resident } {
  const { session, program } = sessionOf(id)
  if (!program) throw new Error('this is a model, not a program')
  return { session, program }
}

/** The state of a program as tensors by name. */
function stateOf({ state, arrays }: Resident): Record<string, ort.Tensor> {
  if (arrays) return arrays
  if (state.length > 0) throw new Error('the program has no state yet: write it first')
  return {}
}

const methods = {
  async open(model: Uint8Array, { threads = usual, program, attached }: OpenOptions): Promise<Opened> {
    if (attached) programOf(attached.to)
    const session = await ort.InferenceSession.create(
      model,
      sessionOptions({ threads, program: program !== undefined }),
    )
    const id = nextSession++
    sessions.set(id, {
      session,
      ...(program ? { program: { ...program, arrays: undefined } } : {}),
      ...(attached ? { attached } : {}),
    })
    return { id, inputNames: session.inputNames, outputNames: session.outputNames }
  },
  async run(id: number, feeds: Record<string, ArrayWithShape>) {
    const { session, attached } = sessionOf(id)
    const tensors = Object.fromEntries(
      Object.entries(feeds).map(([name, given]) => [name, toTensor(given)] as const),
    )
    if (attached && attached.resident.length > 0) {
      const state = stateOf(programOf(attached.to).program)
      for (const name of attached.resident) tensors[name] = state[name]!
    }
    const results = await session.run(tensors)
    return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, fromTensor(tensor)]))
  },
  async write(id: number, arrays: StateArrays) {
    const { program } = programOf(id)
    program.arrays = Object.fromEntries(
      program.state.map(({ input, shape }) => [input, new ort.Tensor('float32', arrays[input]!, shape)]),
    )
  },
  async read(id: number) {
    return Object.fromEntries(
      Object.entries(stateOf(programOf(id).program)).map(([name, { data }]) => [
        name,
        (data as Float32Array).slice(),
      ]),
    )
  },
  async firstNotFinite(id: number) {
    for (const [name, tensor] of Object.entries(stateOf(programOf(id).program))) {
      const data = tensor.data as Float32Array
      for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i]!)) return { name, value: data[i]! }
    }
    return undefined
  },
  async advance(id: number, feeds: StepFeeds): Promise<Advanced> {
    const { session, program } = programOf(id)
    const tensors = { ...stateOf(program) }
    for (const [name, { data, shape }] of Object.entries(feeds)) {
      const dtype = program.types[name]
      tensors[name] = toTensor(dtype ? { data, shape, dtype } : { data, shape })
    }
    const results = await session.run(tensors)
    const carried = new Set(program.state.map(({ output }) => output))
    program.arrays = Object.fromEntries(program.state.map(({ input, output }) => [input, results[output]!]))
    const outputs = Object.fromEntries(
      Object.entries(results)
        .filter(([name]) => !carried.has(name))
        .map(([name, { data }]) => [name, data as FeedData]),
    )
    return { outputs, feeds }
  },
  async close(id: number) {
    for (const [other, { session, attached }] of sessions)
      if (other === id || attached?.to === id) {
        sessions.delete(other)
        await session.release()
      }
  },
}

/** Buffers of a result that are handed over instead of copied: nothing here reads them again. */
function transferable(method: WorkerCall['method'], result: unknown): ArrayBuffer[] {
  const arrays = (found: object): ArrayBuffer[] =>
    buffersOf(Object.values(found).map((one) => (ArrayBuffer.isView(one) ? { data: one as FeedData } : one)))
  if (method === 'run' || method === 'read') return arrays(result as object)
  if (method !== 'advance') return []
  const { outputs, feeds } = result as Advanced
  return [...new Set([...arrays(feeds), ...arrays(outputs)])]
}

function setBusy(busy: 0 | 1): void {
  Atomics.store(control, BUSY, busy)
  if (!busy) Atomics.notify(control, BUSY)
}

/** Runs a method, unless the thread is to end: whoever wants that sets its flag first and then looks whether we are busy. */
async function guarded({ method, args }: WorkerCall): Promise<unknown> {
  setBusy(1)
  try {
    if (Atomics.load(control, ENDING)) throw new Error(CLOSED)
    return await (methods[method] as (...given: readonly unknown[]) => Promise<unknown>)(...args)
  } finally {
    setBusy(0)
  }
}

// One call after another, in their order: two calls of a program must not start from the same state.
let last: Promise<void> = Promise.resolve()
parentPort!.on('message', (message: WorkerCall | typeof END) => {
  if (message === END) {
    // Ends this thread only.
    last.then(() => process.exit())
    return
  }
  const { call, method } = message
  last = last
    .then(() => guarded(message))
    .then((result) =>
      parentPort!.postMessage({ call, result } satisfies WorkerReply, transferable(method, result)),
    )
    .catch((error: unknown) =>
      parentPort!.postMessage({ call, error: messageOf(error) } satisfies WorkerReply),
    )
})

// The library is loaded.
setBusy(0)
parentPort!.postMessage({
  ready: { providers: PROVIDERS },
} satisfies WorkerReady)
