// The messages between the engine of Node and its worker thread.
import type { DType } from '../graph/value.ts'
import type { FeedData, StateEntry } from './engine.ts'

/** What the worker is started with. */
export interface WorkerStart {
  readonly threads: number | undefined
  /** Shared memory, see `BUSY` and `ENDING`. */
  readonly control: Int32Array
}

/**
 * Places in the shared memory. A thread that is ended inside native code takes the process with it, so the worker says
 * when it is there (1 from its start to the library being loaded, and during each call), and enters no more once it is
 * told to end.
 */
export const BUSY = 0
export const ENDING = 1

/** The worker's first message: ONNX Runtime is loaded. */
export interface WorkerReady {
  readonly ready: { readonly providers: readonly string[] }
}

export interface WorkerCall {
  readonly call: number
  readonly method: 'open' | 'run' | 'write' | 'read' | 'firstNotFinite' | 'advance' | 'close'
  readonly args: readonly unknown[]
}

/** What is opened beside a model's bytes. */
export interface OpenOptions {
  /** Threads of one operator; default: those of the engine. */
  readonly threads?: number
  /** It is a program: with a state, and with feeds of these types. */
  readonly program?: {
    readonly state: readonly StateEntry[]
    readonly types: Readonly<Record<string, DType>>
  }
  /** It runs on the state of a program: the number of that, and the inputs that its state fills. */
  readonly attached?: { readonly to: number; readonly resident: readonly string[] }
}

/** The answer to `open`. */
export interface Opened {
  /** What other calls name it by. */
  readonly id: number
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
}

/** What calls of a closed engine are rejected with. */
export const CLOSED = 'the engine was closed'

/** The last message to a worker: end as soon as the call under way, if any, is done. */
export const END = 'end'

export interface WorkerReply {
  readonly call: number
  readonly result?: unknown
  readonly error?: string
}

/** The buffers of arrays, each once, to be transferred between threads. */
export const buffersOf = (arrays: Iterable<{ readonly data: FeedData }>): ArrayBuffer[] => [
  ...new Set([...arrays].map(({ data }) => data.buffer)),
]
