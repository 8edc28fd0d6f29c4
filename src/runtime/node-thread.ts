// The worker thread of an engine, seen from outside: its start, calls to it, and its end.
import { Worker } from 'node:worker_threads'
import { UnsupportedError } from '../util/errors.ts'
import {
  BUSY,
  CLOSED,
  END,
  ENDING,
  type WorkerCall,
  type WorkerReady,
  type WorkerReply,
  type WorkerStart,
} from './node-protocol.ts'
import { silenceRuntime } from './node-silence.ts'

/** The worker as JavaScript: beside this file once built; from the sources (tests) the built one. */
const workerFile = (): URL =>
  import.meta.url.endsWith('.ts')
    ? new URL('../../dist/runtime/node-worker.js', import.meta.url)
    : new URL('./node-worker.js', import.meta.url)

/** Shared memory of the workers that live. */
const living = new Set<Int32Array>()

/** Longest wait for a native call when the process ends, in milliseconds; longer ones end it as an abort. */
const LONGEST_WAIT_MS = 10_000

/** A process that ends in the middle of a call (`process.exit`, an error) waits for it, and keeps its exit code. */
function leaveNativeCode(): void {
  for (const control of living) Atomics.store(control, ENDING, 1)
  for (const control of living) Atomics.wait(control, BUSY, 1, LONGEST_WAIT_MS)
}

/** Starts the worker thread, known to `leaveNativeCode` as long as it lives. */
function startWorker(threads: number | undefined): { worker: Worker; control: Int32Array } {
  silenceRuntime()
  const control = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT))
  control[BUSY] = 1
  // Node's own flags are for the program, not for this thread: with --input-type it would not start.
  const worker = new Worker(workerFile(), {
    workerData: { threads, control } satisfies WorkerStart,
    execArgv: [],
  })
  if (living.size === 0) process.on('exit', leaveNativeCode)
  living.add(control)
  const gone = (): void => {
    if (living.delete(control) && living.size === 0) process.off('exit', leaveNativeCode)
  }
  worker.once('error', gone)
  worker.once('exit', gone)
  return { worker, control }
}

/** Waits until the worker has loaded ONNX Runtime. */
const whenReady = (worker: Worker): Promise<WorkerReady['ready']> =>
  new Promise((resolve, reject) => {
    const fail = (error: Error): void =>
      reject(
        new UnsupportedError(
          `onnxruntime-node could not be used on ${process.platform}-${process.arch}: ${error.message}. See "Platforms" in the README.`,
        ),
      )
    worker.once('error', fail)
    worker.once('exit', (code) => fail(new Error(`its thread ended with code ${code}`)))
    worker.once('message', ({ ready }: WorkerReady) => {
      worker.off('error', fail)
      resolve(ready)
    })
  })

/** A thread that answers calls one after another, in their order. Idle, it does not keep the process alive. */
export interface Thread {
  readonly providers: readonly string[]
  /** @param transfer  buffers that are handed over instead of copied */
  send<T>(
    method: WorkerCall['method'],
    args: readonly unknown[],
    transfer?: readonly ArrayBuffer[],
  ): Promise<T>
  /** Ends it once the call under way is done; this call and those that wait are rejected. */
  end(): Promise<void>
}

/** @throws UnsupportedError when ONNX Runtime has no binary for this platform or cannot be loaded */
export async function startThread(threads: number | undefined): Promise<Thread> {
  const { worker, control } = startWorker(threads)
  const { providers } = await whenReady(worker)
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  let nextCall = 0
  let ended: Error | undefined
  const fail = (error: Error): void => {
    ended ??= error
    for (const { reject } of waiting.values()) reject(ended)
    waiting.clear()
  }
  worker.on('message', ({ call, result, error }: WorkerReply) => {
    const entry = waiting.get(call)
    waiting.delete(call)
    if (waiting.size === 0 && !ended) worker.unref()
    if (error !== undefined) entry?.reject(new Error(error))
    else entry?.resolve(result)
  })
  worker.on('error', fail)
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      fail(new Error(CLOSED))
      resolve()
    })
  })
  worker.unref()
  return {
    providers,
    send: <T>(
      method: WorkerCall['method'],
      args: readonly unknown[],
      transfer: readonly ArrayBuffer[] = [],
    ): Promise<T> =>
      new Promise((resolve, reject) => {
        if (ended) {
          reject(ended)
          return
        }
        const call = nextCall++
        // Throws, and so rejects, for what cannot be sent.
        worker.postMessage({ call, method, args } satisfies WorkerCall, transfer as ArrayBuffer[])
        worker.ref()
        waiting.set(call, { resolve: (value) => resolve(value as T), reject })
      }),
    async end() {
      Atomics.store(control, ENDING, 1)
      fail(new Error(CLOSED))
      worker.ref()
      worker.postMessage(END)
      await exited
    },
  }
}
