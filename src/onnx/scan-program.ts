// Writes a step graph as a program that runs any number of steps in one call.
import type { Graph, Value } from '../graph/value.ts'
import { ConfigError, ShapeError } from '../util/errors.ts'
import { formatShape, sameShape } from '../util/shape.ts'
import { graphAttribute, intAttribute } from './attributes.ts'
import { namedInputs } from './export.ts'
import { writeGraph } from './graph-writer.ts'
import { type ModelNotes, writeModel } from './model-writer.ts'
import type { DimensionProto, GraphProto, ValueInfoProto } from './proto.ts'
import { newScope, type Scope } from './scope.ts'
import { elementTypes } from './tensor-proto.ts'

/** One carried variable: the step's input that holds it, and the step's output that is its next value. */
export interface StateVariable {
  readonly input: string
  readonly output: string
}

export interface ProgramOptions extends ModelNotes {
  readonly step: Graph
  /** Variables carried from step to step: model inputs with the first value, model outputs with the last. */
  readonly state: readonly StateVariable[]
  /** Inputs of the step that are fed for every step, as [K, ...]. At least one: it tells the number of steps. */
  readonly perStep: readonly string[]
  /** Inputs that are the same in all steps. */
  readonly shared?: readonly string[]
  /** Outputs of the step that are kept for every step, as [K, ...]. */
  readonly outputs: readonly string[]
  /** What the number of steps is called in shapes; default `K`. */
  readonly stepsName?: string
}

const info = (name: string, value: Value, leading: readonly DimensionProto[] = []): ValueInfoProto => ({
  name,
  type: {
    tensorType: {
      elemType: elementTypes[value.dtype],
      shape: { dim: [...leading, ...value.shape.map((length) => ({ dimValue: length }))] },
    },
  },
})

/** The values of the step by name. */
interface Roles {
  readonly inputs: ReadonlyMap<string, Value>
  output(name: string): Value
}

/** Every input of the step must have exactly one role, and every named one must exist. */
function rolesOf({ step, state, perStep, shared = [], outputs }: ProgramOptions): Roles {
  const inputs = namedInputs(step)
  const named = [...state.map(({ input }) => input), ...perStep, ...shared]
  const seen = new Set<string>()
  for (const name of named) {
    if (!inputs.has(name))
      throw new ConfigError(
        `the step has no input "${name}"; it has ${[...inputs.keys()].map((n) => `"${n}"`).join(', ')}`,
      )
    if (seen.has(name)) throw new ConfigError(`input "${name}" of the step is listed twice`)
    seen.add(name)
  }
  for (const name of inputs.keys())
    if (!seen.has(name))
      throw new ConfigError(`input "${name}" of the step must be listed as state, perStep or shared`)
  if (perStep.length === 0)
    throw new ConfigError('a program needs at least one input per step, which tells the number of steps')
  const output = (name: string): Value => {
    const value = Object.hasOwn(step.outputs, name) ? step.outputs[name] : undefined
    if (!value)
      throw new ConfigError(
        `the step has no output "${name}"; it has ${Object.keys(step.outputs)
          .map((n) => `"${n}"`)
          .join(', ')}`,
      )
    return value
  }
  for (const { input, output: next } of state) {
    const [before, after] = [inputs.get(input)!, output(next)]
    if (before.dtype !== after.dtype || !sameShape(before.shape, after.shape))
      throw new ShapeError(
        `state "${input}" is ${before.dtype} ${formatShape(before.shape)}, its next value "${next}" is ${after.dtype} ${formatShape(after.shape)}`,
      )
  }
  for (const name of outputs) output(name)
  return { inputs, output }
}

/** The step as the body of the loop; its names differ from those outside. */
function writeStep(options: ProgramOptions, { inputs, output }: Roles, scope: Scope): GraphProto {
  const { state, perStep, shared = [], outputs } = options
  return writeGraph(
    {
      name: 'step',
      inputs: [...state.map(({ input }) => input), ...perStep].map((name) => [
        scope.unique(`step/${name}`),
        inputs.get(name)!,
      ]),
      outputs: [...state.map((variable) => variable.output), ...outputs].map((name) => [
        scope.unique(`step/${name}`),
        output(name),
      ]),
      known: new Map(shared.map((name) => [inputs.get(name)!, name])),
      initializers: [],
    },
    scope,
  )
}

/**
 * Writes a model with one loop (ONNX `Scan`) whose body is a step graph: feed the state and K inputs for each of
 * K steps, get the state after them and what was kept of every step. Running 3 and then 2 steps gives the bits of
 * running 5.
 *
 * Model inputs are called as the step's inputs, model outputs as the step's outputs.
 *
 * @throws ConfigError when an input of the step has no role or a name is not there
 * @throws ShapeError when a variable and its next value differ in shape or type
 */
export function exportProgram(options: ProgramOptions): Uint8Array {
  const { name, state, perStep, shared = [], outputs, stepsName = 'K' } = options
  const roles = rolesOf(options)
  const { inputs, output } = roles
  const scope = newScope()
  const fed = [...state.map(({ input }) => input), ...perStep]
  for (const input of [...fed, ...shared]) scope.exact(input, 'input')
  const produced = [...state.map((variable) => variable.output), ...outputs]
  for (const result of produced) scope.exact(result, 'output')

  const body = writeStep(options, roles, scope)
  const steps = [{ dimParam: stepsName }]
  return writeModel(
    {
      name,
      node: [
        {
          opType: 'Scan',
          name: 'steps',
          input: fed,
          output: produced,
          attribute: [graphAttribute('body', body), intAttribute('num_scan_inputs', perStep.length)],
        },
      ],
      input: [
        ...state.map(({ input }) => info(input, inputs.get(input)!)),
        ...perStep.map((input) => info(input, inputs.get(input)!, steps)),
        ...shared.map((input) => info(input, inputs.get(input)!)),
      ],
      output: [
        ...state.map((variable) => info(variable.output, output(variable.output))),
        ...outputs.map((result) => info(result, output(result), steps)),
      ],
    },
    scope.domains,
    options,
  )
}
