// The worker thread that owns ONNX Runtime's sessions, because a session's run blocks the thread that calls it.
import { parentPort, workerData } from 'node:worker_threads'
import { messageOf } from '../util/errors.ts'
import type { Advanced, ArrayWithShape, StateArrays, StateEntry, StepFeeds } from './engine.ts'
import { PROVIDERS, sessionOptions } from './node-options.ts'
import * as ort from './node-ort.ts'
import {
  BUSY,
  CLOSED,
  END,
  ENDING,
  feedBuffers,
  type WorkerCall,
  type WorkerReady,
  type WorkerReply,
  type WorkerStart,
} from './node-protocol.ts'
import { fromTensor, tensorArguments } from './tensors.ts'

interface Session {
  readonly session: ort.InferenceSession
  readonly state: readonly StateEntry[]
  arrays: Record<string, ort.Tensor>
}

const { threads, control } = workerData as WorkerStart
const sessions = new Map<number, Session>()
let nextSession = 0

const toTensor = (given: ArrayWithShape): ort.Tensor => new ort.Tensor(...tensorArguments(given))

function sessionOf(id: number): Session {
  const found = sessions.get(id)
  if (!found) throw new Error('this model or program was closed')
  return found
}

const methods = {
  async open(model: Uint8Array, state: readonly StateEntry[]) {
    const session = await ort.InferenceSession.create(
      model,
      sessionOptions({ threads, program: state.length > 0 }),
    )
    const id = nextSession++
    sessions.set(id, { session, state, arrays: {} })
    return { id, inputNames: session.inputNames, outputNames: session.outputNames }
  },
  async run(id: number, feeds: Record<string, ArrayWithShape>) {
    const { session } = sessionOf(id)
    const results = await session.run(
      Object.fromEntries(Object.entries(feeds).map(([name, given]) => [name, toTensor(given)])),
    )
    return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, fromTensor(tensor)]))
  },
  async write(id: number, arrays: StateArrays) {
    const found = sessionOf(id)
    found.arrays = Object.fromEntries(
      found.state.map(({ input, output, shape }) => {
        const data = arrays[input]
        if (!data) throw new Error(`state "${input}" was not given`)
        return [output, new ort.Tensor('float32', data, shape)]
      }),
    )
  },
  async read(id: number) {
    const found = sessionOf(id)
    return Object.fromEntries(
      found.state.map(({ input, output }) => {
        const tensor = found.arrays[output]
        if (!tensor) throw new Error('the program has no state yet: write it first')
        return [input, Float32Array.from(tensor.data as Float32Array)]
      }),
    )
  },
  async advance(id: number, feeds: StepFeeds) {
    const found = sessionOf(id)
    const tensors: Record<string, ort.Tensor> = {}
    for (const [name, { data, shape }] of Object.entries(feeds)) tensors[name] = toTensor({ data, shape })
    for (const { input, output } of found.state) {
      const tensor = found.arrays[output]
      if (!tensor) throw new Error('the program has no state yet: write it first')
      tensors[input] = tensor
    }
    const results = await found.session.run(tensors)
    const carried = new Set(found.state.map(({ output }) => output))
    found.arrays = Object.fromEntries(Object.entries(results).filter(([name]) => carried.has(name)))
    const outputs = Object.fromEntries(
      Object.entries(results)
        .filter(([name]) => !carried.has(name))
        .map(([name, tensor]) => [name, tensor.data as Float32Array]),
    )
    return { outputs, feeds } satisfies Advanced
  },
  async close(id: number) {
    await sessions.get(id)?.session.release()
    sessions.delete(id)
  },
}

/** Buffers that are handed back instead of copied. */
const transferable = (method: WorkerCall['method'], result: unknown): ArrayBuffer[] =>
  method === 'advance' ? feedBuffers((result as Advanced).feeds) : []

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
