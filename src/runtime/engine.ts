// What executes graphs: a thin interface that ONNX Runtime fills natively in Node and as WebAssembly in a page.
import type { DType, Graph } from '../graph/value.ts'
import type { Shape } from '../util/shape.ts'

/** An array on its way in or out of an engine. */
export interface ArrayWithShape {
  readonly shape: Shape
  /** A Uint16Array holds the bits of float16 numbers, which only files take and give. */
  readonly data: Float32Array | Float64Array | Int32Array | Uint8Array | BigInt64Array | Uint16Array
  /** Default: `float32`, or what the array's type says. */
  readonly dtype?: DType | 'float16'
}

export interface EngineOptions {
  /** Threads used inside one operator; default: one per physical core, and one for steps of small operators. */
  readonly threads?: number
}

/** Something loaded that is run as often as one likes: arrays in, arrays out. */
export interface LoadedModel {
  /** What must be given to `run`. */
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  /**
   * Runs the model. Arrays that are given are copied, never changed; those that come are the caller's own.
   *
   * @throws ConfigError when the names differ from those of the graph; ShapeError when a shape, a type or a length does.
   *         Both only where it was a graph: of an ONNX file the runtime says so, in its own words
   */
  run(feeds: Readonly<Record<string, ArrayWithShape>>): Promise<Record<string, ArrayWithShape>>
  close(): Promise<void>
}

/** One float32 array that a program carries from step to step. */
export interface StateEntry {
  /** Name of the graph's input that takes the old value; it is what the array is called. */
  readonly input: string
  /** Name of the graph's output that gives the new one. */
  readonly output: string
  readonly shape: Shape
}

/** One step: any graph from state and feeds to state and outputs, be it of a training or of an attack. */
export interface Step {
  /** What it is called in messages. */
  readonly name: string
  readonly graph: Graph
  /** Carried from step to step; may be empty. */
  readonly state: readonly StateEntry[]
  /** Inputs fed afresh at every step. At least one: it tells the number of steps. */
  readonly perStep: readonly string[]
  /** Inputs that are the same in all steps of a call; default none. */
  readonly shared?: readonly string[]
  /** Outputs kept of every step, each an output that is no state's. */
  readonly outputs: readonly string[]
}

export interface CompileOptions {
  /** Looks at the graph as it will run, before anything is made of it; throws to refuse it. */
  readonly inspect?: (lowered: Graph) => void
}

export type StateArrays = Record<string, Float32Array<ArrayBuffer>>

/** Numbers as the graph's input has them: float32, int32, int64, or bytes for uint8 and bool. */
export type FeedData =
  | Float32Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>

/**
 * The arrays of one call, by name: `[steps, ...shape]` for inputs that are fed per step, `[...shape]` for shared ones.
 * Their buffers are handed over, not copied.
 */
export type StepFeeds = Record<string, { readonly data: FeedData; readonly shape: Shape }>

/** What a call of a program gives back. */
export interface Advanced {
  /** What the step gives out, by name: `[steps, ...shape]`, in an array of the output's own type. */
  readonly outputs: Record<string, FeedData>
  /** The arrays of the feeds, to be filled again: fresh memory costs more than filling it. */
  readonly feeds: StepFeeds
}

/** A compiled step whose state stays inside the engine between calls. Calls are made one after another, in their order. */
export interface Program {
  /**
   * Replaces the state; arrays are called as the `input` of their entries, others are passed over.
   *
   * @throws ConfigError when one is missing, ShapeError when one has another length
   */
  write(state: StateArrays): Promise<void>
  /** A copy of the state. @throws before it was written */
  read(): Promise<StateArrays>
  /**
   * The first number of the state, in the order of its entries, that is not finite; undefined when all are. It is
   * looked for where it lies.
   */
  firstNotFinite(): Promise<{ readonly name: string; readonly value: number } | undefined>
  /**
   * Runs as many steps in one call as the feeds hold. N steps, or a few and then the rest, give the same bits. When it
   * fails the state is what it was.
   *
   * @throws ConfigError when the names differ from those of the step; ShapeError when a shape, a type, a length or the
   *         number of steps does
   */
  advance(feeds: StepFeeds): Promise<Advanced>
  /**
   * How many steps the next call should make: as many as take a few tenths of a second, by the pace of the last call,
   * and as fit into a reasonable amount of memory. At least 1.
   */
  stepsPerCall(): number
  /**
   * Opens a graph that runs on the program's state: inputs that are called as an array of the state take its values
   * where they lie, as they are at the moment of each run, and only the others are given. It ends with the program.
   *
   * @throws ShapeError when such an input has another shape or type than the state
   */
  attach(graph: Graph, options: { readonly name: string }): Promise<LoadedModel>
  close(): Promise<void>
}

/** Lowering, loops and threads are its own business: whoever has a graph need not know how it is executed. */
export interface Engine {
  /** The runtime and its version, e.g. `onnxruntime-node 1.30.0`. */
  readonly name: string
  /** Execution providers that its sessions use, e.g. `cpu`. */
  readonly providers: readonly string[]
  /** How many programs of `compileLanes` run at once, each on a thread of its own. */
  readonly lanes: number
  /** Opens an ONNX file as it is. */
  load(model: Uint8Array): Promise<LoadedModel>
  /** Opens a graph, lowered for this engine. Its batch size is the one it was made with. */
  open(graph: Graph, options: { readonly name: string }): Promise<LoadedModel>
  /**
   * Compiles a step, lowered and looped for this engine.
   *
   * @throws ConfigError when an input of the graph has no role or a name is not there; ShapeError when state and graph
   *         differ in shape or type; whatever `inspect` throws
   */
  compile(step: Step, options?: CompileOptions): Promise<Program>
  /**
   * Compiles a step for work that can be done side by side: one program per lane, each with a state of its own and one
   * thread. Threads that share an operator wait for each other at its end; these never do.
   *
   * @throws what `compile` throws
   */
  compileLanes(step: Step, options?: CompileOptions): Promise<readonly Program[]>
  /** Opens a program that was compiled already. */
  program(model: Uint8Array, state: readonly StateEntry[]): Promise<Program>
  /** Ends the engine once the call under way is done; this call and those that wait are rejected. */
  close(): Promise<void>
}
