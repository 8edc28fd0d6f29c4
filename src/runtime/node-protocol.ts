// The messages between node.ts and its worker thread.
import type { StepFeeds } from './engine.ts'

/** The worker's first message: ONNX Runtime is loaded. */
export interface WorkerReady {
  readonly ready: { readonly providers: readonly string[] }
}

export interface WorkerCall {
  readonly call: number
  readonly method: 'open' | 'run' | 'write' | 'read' | 'advance' | 'close'
  readonly args: readonly unknown[]
}

export interface WorkerReply {
  readonly call: number
  readonly result?: unknown
  readonly error?: string
}

/** The buffers of feeds, each once, to be transferred between threads. */
export const feedBuffers = (feeds: StepFeeds): ArrayBuffer[] => [
  ...new Set(Object.values(feeds).map(({ data }) => data.buffer)),
]
