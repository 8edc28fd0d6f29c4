// What an objective offers, at work: functions of its networks on the weights that a program holds, or on arrays.
import { type Inputs, rowInputs } from '../data/examples.ts'
import type { ColumnData } from '../data/source.ts'
import { type Graph, input } from '../graph/value.ts'
import { weightInputs } from '../layers/use.ts'
import type { Draw, OfferedFunction } from '../objectives/offer.ts'
import { namedInputs } from '../onnx/export.ts'
import type { Engine, LoadedModel, Program, StateArrays } from '../runtime/engine.ts'
import { ConfigError, ShapeError } from '../util/errors.ts'
import { checkNumber } from '../util/options.ts'
import type { RandomStream } from '../util/random.ts'
import { formatShape, sizeOf } from '../util/shape.ts'
import { noRandom } from './inference.ts'

/** Where weights lie that graphs can run on: those of a training that goes on, or arrays. */
export type Weights = Pick<Program, 'attach'>

/**
 * Arrays as weights, asked for and handed over with every run.
 *
 * @param names  what the arrays are called
 */
export const heldArrays = (engine: Engine, names: Iterable<string>, arrays: () => StateArrays): Weights => ({
  async attach(graph, options) {
    const model = await engine.open(graph, options)
    const known = new Set(names)
    const held = [...namedInputs(graph)].filter(([name]) => known.has(name))
    return {
      inputNames: model.inputNames.filter((name) => !known.has(name)),
      outputNames: model.outputNames,
      run(feeds) {
        const now = arrays()
        const weights = held.map(([name, { shape }]) => [name, { data: now[name]!, shape }] as const)
        return model.run({ ...Object.fromEntries(weights), ...feeds })
      },
      close: () => model.close(),
    }
  },
})

/** Arrays that stay as they are, as weights. */
export const frozen = (engine: Engine, arrays: StateArrays): Weights =>
  heldArrays(engine, Object.keys(arrays), () => arrays)

/** The one output of the graph. */
const MADE = 'made'

/** A function on `batch` inputs at a time. */
function functionGraph({ of, output, finish }: OfferedFunction, batch: number): Graph {
  const inputs = Object.fromEntries(
    Object.entries(of.inputs).map(([name, { shape, dtype }]) => [
      name,
      input(name, [batch, ...shape], dtype),
    ]),
  )
  const weights = weightInputs(of)
  const made = of.call({ inputs, weights, training: false, random: noRandom }).outputs[output.name]!
  return {
    inputs: [...Object.values(inputs), ...Object.values(weights)],
    outputs: { [MADE]: finish ? finish(made) : made },
  }
}

/** Inputs of a function by name, row-major `[count, ...shape]`. */
export type FunctionInputs = Readonly<Record<string, ColumnData>>

const newColumn = (dtype: 'float32' | 'int64' | undefined, size: number): ColumnData =>
  dtype === 'int64' ? new BigInt64Array(size) : new Float32Array(size)

function drawInto(draw: Draw, out: ColumnData, random: RandomStream): void {
  if (draw.distribution === 'uniform') random.fillUniform(out as Float32Array, draw.low, draw.high)
  else if (draw.distribution === 'normal') random.fillNormal(out as Float32Array)
  else
    for (let i = 0; i < out.length; i++)
      out[i] = out instanceof BigInt64Array ? BigInt(random.integer(draw.count)) : random.integer(draw.count)
}

/**
 * Fresh inputs of a function, as the objective says that they are drawn.
 *
 * @param given  numbers that take the place of what would be drawn, the same in all rows, e.g. a class
 * @throws ConfigError for an input that is neither drawn nor given, and for what is given to none, or is no class
 */
export function drawInputs(
  { name, of, draws = {} }: OfferedFunction,
  count: number,
  random: RandomStream,
  given: Readonly<Record<string, number>> = {},
): FunctionInputs {
  for (const [port, value] of Object.entries(given)) {
    if (!Object.hasOwn(of.inputs, port))
      throw new ConfigError(`"${name}" has no input "${port}"; it takes ${Object.keys(of.inputs).join(', ')}`)
    const draw = draws[port]
    if (draw?.distribution === 'classes')
      checkNumber(`"${name}"`, port, value, { integer: true, atLeast: 0, below: draw.count })
  }
  return Object.fromEntries(
    Object.entries(of.inputs).map(([port, { shape, dtype }]) => {
      const out = newColumn(dtype, count * sizeOf(shape))
      const draw = draws[port]
      if (!draw && given[port] === undefined)
        throw new ConfigError(
          `"${name}" takes "${port}", which the objective does not say how to draw; give it`,
        )
      // Drawn even where it is given: the other inputs are then those of the same seed.
      if (draw) drawInto(draw, out, random)
      const fixed = given[port]
      if (fixed !== undefined) {
        if (out instanceof BigInt64Array) out.fill(BigInt(fixed))
        else out.fill(fixed)
      }
      return [port, out]
    }),
  )
}

/** A function that is ready for a fixed number of inputs at a time. */
export interface OpenFunction {
  readonly count: number
  /** Outputs `[count, ...]`. @throws ShapeError for another number of inputs */
  run(inputs: FunctionInputs): Promise<Float32Array>
  close(): Promise<void>
}

export async function openFunction(
  weights: Weights,
  offered: OfferedFunction,
  count: number,
): Promise<OpenFunction> {
  const model: LoadedModel = await weights.attach(functionGraph(offered, count), {
    name: `${offered.name} of ${offered.network}`,
  })
  return {
    count,
    async run(inputs) {
      const feeds = Object.entries(offered.of.inputs).map(([port, { shape }]) => {
        const data = inputs[port]
        if (data?.length !== count * sizeOf(shape))
          throw new ShapeError(
            `"${offered.network}" takes ${count} inputs ${port} ${formatShape(shape)} at once, ${count * sizeOf(shape)} numbers in all; got ${data?.length ?? 'none'}`,
          )
        return [port, { data, shape: [count, ...shape] }] as const
      })
      const { [MADE]: made } = await model.run(Object.fromEntries(feeds))
      return made!.data as Float32Array
    },
    close: () => model.close(),
  }
}

/** Inputs at once: the maps inside a large network take many times the room of its images. */
const AT_ONCE = 100

/**
 * A function on any number of inputs: its outputs `[count, ...]`.
 *
 * @param inputs  by name, all of one number
 */
export async function applyFunction(
  weights: Weights,
  offered: OfferedFunction,
  inputs: Readonly<Record<string, Inputs>>,
): Promise<Float32Array> {
  const { count } = Object.values(inputs)[0]!
  const batch = Math.min(count, AT_ONCE)
  const opened = await openFunction(weights, offered, batch)
  let outputs: Float32Array | undefined
  try {
    for (let first = 0; first < count; first += batch) {
      const some = Math.min(batch, count - first)
      const given = Object.entries(offered.of.inputs).map(([port, { shape, dtype }]) => {
        const data = newColumn(dtype, batch * sizeOf(shape)) // Zeros after the last.
        inputs[port]!.fill(first, some, data)
        return [port, data] as const
      })
      const made = await opened.run(Object.fromEntries(given))
      const size = made.length / batch
      outputs ??= new Float32Array(count * size)
      outputs.set(made.subarray(0, some * size), first * size)
    }
    return outputs!
  } finally {
    await opened.close()
  }
}

/** What a function makes of freshly drawn inputs, as many as are wanted: `[count, ...]`. */
export function drawFrom(
  weights: Weights,
  offered: OfferedFunction,
  count: number,
  random: RandomStream,
  given?: Readonly<Record<string, number>>,
): Promise<Float32Array> {
  const inputs = Object.entries(drawInputs(offered, count, random, given)).map(
    ([port, rows]) => [port, rowInputs(rows, count)] as const,
  )
  return applyFunction(weights, offered, Object.fromEntries(inputs))
}
