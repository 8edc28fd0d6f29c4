// The loop of in-graph attacks: one iteration as a graph, compiled once, run over batches of one size, many iterations per call.
import type { ImageClassifier } from '../classifiers/classifier.ts'
import { cast } from '../graph/build.ts'
import { input, type Value } from '../graph/value.ts'
import type { FeedData, Program, StateArrays, StepFeeds } from '../runtime/engine.ts'
import { type Shape, sizeOf } from '../util/shape.ts'
import type { Oracle } from './oracle.ts'

type Shapes = Readonly<Record<string, Shape>>
type Values<Names extends PropertyKey> = Readonly<Record<Names, Value>>

/** A number per example, as it broadcasts to images. */
export const NUMBER: Shape = [1, 1, 1]

/**
 * One iteration of an attack. Shapes are those of one example; the values that `step` gets have the batch in front. No row of a
 * value may depend on another row: then an example's result does not depend on what stands beside it.
 */
export interface Iteration<
  State extends Shapes = Shapes,
  Fixed extends Shapes = Shapes,
  Schedule extends string = string,
  Setting extends string = string,
> {
  /** As messages call it. */
  readonly name: string
  /** What is carried from iteration to iteration, and stays in the engine. */
  readonly state: State
  /** What each example has and keeps: its image, its label. Handed to the engine once per call. */
  readonly fixed: Fixed
  /** Numbers that change with the iteration and are the same for all examples. At least one. */
  readonly schedule: readonly Schedule[]
  /** Numbers that stay, but need no new program when they change: eps. */
  readonly settings: readonly Setting[]
  /** What it takes of the classifier. */
  readonly each: { readonly queries: number; readonly gradients: number }
  step(
    at: {
      readonly state: Values<keyof State>
      readonly fixed: Values<keyof Fixed>
      readonly schedule: Values<Schedule>
      readonly settings: Values<Setting>
    },
    classifier: ImageClassifier,
  ): {
    readonly state: Values<keyof State>
    /** Truth values, one per example: where nothing that counts will change any more. They are counted no further. */
    readonly done?: Value
  }
}

/** What an iteration is run on. */
export interface Course {
  readonly iterations: number
  /** By example, who asks. Their number is that of the examples. */
  readonly owners: Int32Array
  readonly settings: Readonly<Record<string, number>>
  schedule(name: string, iteration: number): number
  /** Writes what an array of an example is before the first iteration; it is zero. Number `index` of this course. */
  fill(name: string, index: number, out: Float32Array): void
  /** Takes what an example's state is in the end. The arrays are lent. */
  take(index: number, state: Readonly<Record<string, Float32Array>>): void
  readonly signal?: AbortSignal | undefined
  /** Told now and then how much is done, from 0 to 1. */
  readonly onProgress?: ((done: number) => void) | undefined
}

export interface Loop {
  /** @throws the signal's reason, after the call under way */
  run(course: Course): Promise<void>
  close(): Promise<void>
}

/** Compiles an iteration for the oracle's batch size. @throws ConfigError when gradients are not granted */
export async function openIteration<
  State extends Shapes,
  Fixed extends Shapes,
  S extends string,
  T extends string,
>(
  oracle: Oracle,
  { name, state, fixed, schedule, settings, each, step }: Iteration<State, Fixed, S, T>,
): Promise<Loop> {
  const { classifier, engine, count } = oracle.whiteBox()
  // Batches know nothing of each other: each lane takes one, and all of them together hold what one batch may.
  const batch = Math.ceil(oracle.batch / engine.lanes)
  const valuesOf = <Key extends string>(shapes: Readonly<Record<Key, Shape>>): Record<Key, Value> =>
    Object.fromEntries(
      Object.entries<Shape>(shapes).map(([key, shape]) => [key, input(key, [batch, ...shape])]),
    ) as Record<Key, Value>
  const numbers = <Key extends string>(keys: readonly Key[]): Record<Key, Value> =>
    Object.fromEntries(keys.map((key) => [key, input(key, [])])) as Record<Key, Value>
  const at = {
    state: valuesOf(state as Record<string, Shape>),
    fixed: valuesOf(fixed as Record<string, Shape>),
    schedule: numbers(schedule),
    settings: numbers(settings),
  }
  const made = step(at as Parameters<typeof step>[0], classifier)
  const programs = await engine.compileLanes({
    name,
    graph: {
      inputs: Object.values(at).flatMap((values) => Object.values<Value>(values)),
      outputs: {
        ...Object.fromEntries(
          Object.keys(state).map((key) => [`next/${key}`, (made.state as Values<string>)[key]!]),
        ),
        ...(made.done ? { done: cast(made.done, 'uint8') } : {}),
      },
    },
    state: Object.entries(state).map(([key, shape]) => ({
      input: key,
      output: `next/${key}`,
      shape: [batch, ...shape],
    })),
    perStep: schedule,
    shared: [...Object.keys(fixed), ...settings],
    outputs: made.done ? ['done'] : [],
  })

  async function runBatch(
    program: Program,
    course: Course,
    first: number,
    onStep: (done: number) => void,
  ): Promise<void> {
    const { iterations, owners, signal } = course
    const size = Math.min(batch, owners.length - first)
    /** The arrays of all examples; rows that no example has are zero. */
    const filled = (shapes: Shapes): StateArrays =>
      Object.fromEntries(
        Object.entries(shapes).map(([key, shape]) => {
          const each = sizeOf(shape)
          const out = new Float32Array(batch * each)
          for (let i = 0; i < size; i++) course.fill(key, first + i, out.subarray(i * each, (i + 1) * each))
          return [key, out]
        }),
      )
    await program.write(filled(state))
    let shared: StepFeeds = {
      ...Object.fromEntries(
        Object.entries(filled(fixed)).map(([key, data]) => [key, { data, shape: [batch, ...fixed[key]!] }]),
      ),
      ...Object.fromEntries(
        settings.map((key) => [key, { data: Float32Array.of(course.settings[key]!), shape: [] }]),
      ),
    }
    const iterationsOf = new Int32Array(size)
    const finished = new Uint8Array(size)
    for (let made = 0; made < iterations; ) {
      signal?.throwIfAborted()
      const steps = Math.min(program.stepsPerCall(), iterations - made)
      const scheduled = schedule.map((key) => [
        key,
        {
          data: Float32Array.from({ length: steps }, (_, k) => course.schedule(key, made + k)),
          shape: [steps],
        },
      ])
      const { outputs, feeds } = await program.advance({ ...shared, ...Object.fromEntries(scheduled) })
      shared = Object.fromEntries(Object.keys(shared).map((key) => [key, feeds[key]!]))
      made += steps
      for (let k = 0; k < steps; k++)
        for (let i = 0; i < size; i++) {
          if (finished[i]) continue
          iterationsOf[i]!++
          if ((outputs.done as FeedData | undefined)?.[k * batch + i]) finished[i] = 1
        }
      if (made < iterations && finished.every(Boolean)) made = iterations
      onStep(made / iterations)
    }
    for (let i = 0; i < size; i++)
      count([owners[first + i]!], {
        queries: iterationsOf[i]! * each.queries,
        gradients: iterationsOf[i]! * each.gradients,
      })
    const found = await program.read()
    for (let i = 0; i < size; i++)
      course.take(
        first + i,
        Object.fromEntries(
          Object.entries(state).map(([key, shape]) => [
            key,
            found[key]!.subarray(i * sizeOf(shape), (i + 1) * sizeOf(shape)),
          ]),
        ),
      )
  }
  return {
    async run(course) {
      const { length } = course.owners
      const done = new Float64Array(Math.ceil(length / batch))
      const total = (): number => done.reduce((sum, each) => sum + each, 0) / done.length
      let next = 0
      let failed = false
      const lane = async (program: Program): Promise<void> => {
        while (next < done.length && !failed) {
          const index = next++
          await runBatch(program, course, index * batch, (part) => {
            done[index] = part
            course.onProgress?.(total())
          })
        }
      }
      const ended = await Promise.allSettled(
        programs.map((program) =>
          lane(program).catch((error: unknown) => {
            failed = true
            throw error
          }),
        ),
      )
      for (const each of ended) if (each.status === 'rejected') throw each.reason
    },
    async close() {
      await Promise.all(programs.map((program) => program.close()))
    },
  }
}
