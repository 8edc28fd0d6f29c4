// What executes graphs: a thin interface that ONNX Runtime fills natively in Node and as WebAssembly in a page.
import type { DType } from '../graph/value.ts'
import type { Shape } from '../util/shape.ts'

/** An array on its way in or out of an engine. */
export interface ArrayWithShape {
  readonly shape: Shape
  readonly data: Float32Array | Float64Array | Int32Array | Uint8Array | BigInt64Array
  /** Default: `float32`, or what the array's type says. */
  readonly dtype?: DType
}

export interface EngineOptions {
  /** Threads used inside one operator; default: one per physical core. */
  readonly threads?: number
}

/** A loaded ONNX model: arrays in, arrays out. */
export interface LoadedModel {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  /** Runs the model. Arrays that are given are copied, never changed. */
  run(feeds: Readonly<Record<string, ArrayWithShape>>): Promise<Record<string, ArrayWithShape>>
  close(): Promise<void>
}

/** One array that a program carries from step to step. */
export interface StateEntry {
  /** Name of the model's input that takes the old value. */
  readonly input: string
  /** Name of the model's output that gives the new one. */
  readonly output: string
  readonly shape: Shape
}

export type StateArrays = Record<string, Float32Array<ArrayBuffer>>

/** Numbers of the type of the input that takes them. */
export type FeedData =
  | Float32Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>

/** Per-step arrays of one call, by name: `[steps, ...shape]`. Their buffers are handed over, not copied. */
export type StepFeeds = Record<string, { readonly data: FeedData; readonly shape: Shape }>

/** What a call of a program gives back. */
export interface Advanced {
  /** What the program gives out per step, by name. */
  readonly outputs: Record<string, Float32Array>
  /** The arrays of the feeds, to be filled again: fresh memory costs more than filling it. */
  readonly feeds: StepFeeds
}

/** A training program whose state stays inside the engine between calls. */
export interface Program {
  /** Replaces the state; names are the `input` names of the entries. */
  write(state: StateArrays): Promise<void>
  /** A copy of the state. */
  read(): Promise<StateArrays>
  /**
   * Runs as many steps in one call as the feeds hold.
   */
  advance(feeds: StepFeeds): Promise<Advanced>
  close(): Promise<void>
}

export interface Engine {
  /** The runtime and its version, e.g. `onnxruntime-node 1.30.0`. */
  readonly name: string
  /** Execution providers that its sessions use, e.g. `cpu`. */
  readonly providers: readonly string[]
  load(model: Uint8Array): Promise<LoadedModel>
  program(model: Uint8Array, state: readonly StateEntry[]): Promise<Program>
  /** Ends the engine once the call under way is done; this call and those that wait are rejected. */
  close(): Promise<void>
}
