// The engine of pages: onnxruntime-web on WebGPU or WebAssembly, each loaded when the first model asks for it.
import type * as ort from 'onnxruntime-web'
import { messageOf, UnsupportedError } from '../util/errors.ts'
import type { LoadedModel } from './engine.ts'
import { fromTensor, tensorArguments } from './tensors.ts'

export type WebBackend = 'webgpu' | 'wasm'

/** Addresses of the two files of an ONNX Runtime build: its loader and its code. */
export interface RuntimeFiles {
  readonly mjs: string
  readonly wasm: string
}

export interface WebModelOptions {
  /** Default `auto`: WebGPU when the browser has an adapter that is not an emulation, else WebAssembly. */
  readonly backend?: WebBackend | 'auto'
  /** Where the runtime's files are; default: where the page's bundler has put them. */
  readonly files?: Readonly<Partial<Record<WebBackend, RuntimeFiles>>>
  /** The runtime's WebAssembly code itself, for pages that may load nothing. WebAssembly only. */
  readonly wasmBinary?: Uint8Array<ArrayBuffer>
}

/** A model in a page. */
export interface WebModel extends LoadedModel {
  readonly backend: WebBackend
  /** Threads of WebAssembly; 1 in pages that may not share memory, and on WebGPU. */
  readonly threads: number
}

interface Adapter {
  readonly isFallbackAdapter?: boolean
  readonly info?: { readonly isFallbackAdapter?: boolean }
}
/** What of a page or worker is used here. */
const page = globalThis as unknown as {
  readonly crossOriginIsolated: boolean
  readonly navigator: {
    readonly hardwareConcurrency: number
    readonly gpu?: { requestAdapter(): Promise<Adapter | null> }
  }
}

/** Whether the browser offers WebGPU on a real device: emulated, it is slower than WebAssembly. */
async function hasDevice(): Promise<boolean> {
  const adapter = await page.navigator.gpu?.requestAdapter().catch(() => null)
  return Boolean(adapter) && !adapter?.isFallbackAdapter && !adapter?.info?.isFallbackAdapter
}

/** Half of the cores, so that a training beside the page keeps its own; more than four help no small network. */
const threadsHere = (): number =>
  page.crossOriginIsolated ? Math.max(1, Math.min(4, Math.floor(page.navigator.hardwareConcurrency / 2))) : 1

interface Runtime {
  readonly ort: typeof ort
  readonly threads: number
}

async function loadRuntime(backend: WebBackend, options: WebModelOptions): Promise<Runtime> {
  const runtime: typeof ort =
    backend === 'webgpu' ? await import('onnxruntime-web/webgpu') : await import('onnxruntime-web/wasm')
  const threads = backend === 'webgpu' ? 1 : threadsHere()
  runtime.env.logLevel = 'error'
  const { wasm } = runtime.env
  wasm.numThreads = threads
  if (options.wasmBinary) wasm.wasmBinary = options.wasmBinary
  const files = options.files?.[backend]
  if (files) wasm.wasmPaths = { ...files }
  return { ort: runtime, threads }
}

/** Each build of the runtime is made ready once per page. */
const runtimes = new Map<WebBackend, Promise<Runtime>>()
function runtimeOf(backend: WebBackend, options: WebModelOptions): Promise<Runtime> {
  const known = runtimes.get(backend)
  if (known) return known
  const loading = loadRuntime(backend, options)
  runtimes.set(backend, loading)
  // A file that could not be fetched may be there the next time.
  loading.catch(() => runtimes.delete(backend))
  return loading
}

async function openOn(backend: WebBackend, bytes: Uint8Array, options: WebModelOptions): Promise<WebModel> {
  const { ort, threads } = await runtimeOf(backend, options)
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: [backend],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  })
  return {
    backend,
    threads,
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    async run(feeds) {
      const tensors = Object.entries(feeds).map(
        ([name, given]) => [name, new ort.Tensor(...tensorArguments(given))] as const,
      )
      const results = await session.run(Object.fromEntries(tensors))
      return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, fromTensor(tensor)]))
    },
    close: () => session.release(),
  }
}

/**
 * Opens an ONNX model in a page.
 *
 * @param bytes  the ONNX file
 * @throws UnsupportedError when the browser runs neither of the two, or the model does not load
 */
export async function openWebModel(bytes: Uint8Array, options: WebModelOptions = {}): Promise<WebModel> {
  const { backend = 'auto' } = options
  const open = (on: WebBackend): Promise<WebModel> =>
    openOn(on, bytes, options).catch((error: unknown) => {
      throw new UnsupportedError(
        `the network could not be opened on ${on === 'webgpu' ? 'WebGPU' : 'WebAssembly'}: ${messageOf(error)}`,
      )
    })
  if (backend !== 'auto') return open(backend)
  // Drivers differ in what they can do; WebAssembly does not.
  if (!options.wasmBinary && (await hasDevice())) return open('webgpu').catch(() => open('wasm'))
  return open('wasm')
}
