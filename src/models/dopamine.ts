// Agents of Dopamine (Castro et al. 2018, arXiv:1812.06110) on Atari: the variables of its checkpoints as a network of ours.
import type { Objective } from '../objectives/objective.ts'
import { qLearning } from '../objectives/q-learning.ts'
import { expectedValues, returnDistributions, type ValueKind } from '../objectives/q-values.ts'
import { adam } from '../optimizers/index.ts'
import { DataError } from '../util/errors.ts'
import { formatShape, type Shape } from '../util/shape.ts'
import { actionNetwork } from './action-network.ts'

/** Layers of the network that acts, in their order; its last gives numbers for each action, action by action. */
const LAYERS = ['Conv', 'Conv_1', 'Conv_2', 'fully_connected', 'fully_connected_1'] as const
/** What weights and biases are called: by TensorFlow 1's layers, which the book's checkpoint has, and by Keras'. */
const PAIRS = [
  ['weights', 'biases'],
  ['kernel', 'bias'],
] as const
/** Of Rainbow and C51: returns, from the lowest to the highest. */
const RETURNS = { atoms: 51, low: -10, high: 10 } as const
const OBSERVATION = [84, 84, 4] as const

export interface DopamineVariables {
  /** What they are of, for messages. */
  readonly source: string
  readonly shapes: ReadonlyMap<string, { readonly shape: Shape }>
  /** The numbers of a variable. @throws DataError when they cannot be had */
  read(name: string): Float32Array<ArrayBuffer>
}

export interface DopamineAgent {
  /** What it learned; its function `act` acts in the environment. */
  readonly objective: Objective<'online' | 'target'>
  /** Weights of the network that acts, by name. */
  readonly arrays: Readonly<Record<string, Float32Array<ArrayBuffer>>>
  /** Returns whose probabilities it gives; 1 where it gives mean returns alone (DQN). */
  readonly atoms: number
}

/** What a variable should be called, under the names that the checkpoint has. */
function namesIn({
  source,
  shapes,
}: DopamineVariables): { readonly weights: string; readonly bias: string }[] {
  const named = (weights: string, bias: string) =>
    LAYERS.map((layer) => ({ weights: `Online/${layer}/${weights}`, bias: `Online/${layer}/${bias}` }))
  const found = PAIRS.map(([weights, bias]) => named(weights, bias))
  const missing = found.map((all) =>
    all.flatMap(({ weights, bias }) => [weights, bias]).filter((name) => !shapes.has(name)),
  )
  const best = missing[0]!.length <= missing[1]!.length ? 0 : 1
  if (missing[best]!.length === 0) return found[best]!
  const has = [...shapes.keys()].filter((name) => !/Adam|_power|Momentum|RMSProp/.test(name))
  throw new DataError(
    `${source} is no checkpoint of an agent of Dopamine on Atari (DQN, C51 or Rainbow): expected ${missing[best]!.join(', ')} (or kernel and bias for weights and biases); it has ${has.slice(0, 20).join(', ') || 'no variables'}${has.length > 20 ? ' ...' : ''}`,
  )
}

/**
 * The agent of a checkpoint. How wide its layers are follows from the checkpoint.
 *
 * @param actions      names of the actions of the game that it is to play
 * @param environment  in which it acts
 * @throws DataError naming the variable that is missing or has another shape, and when it is for another number of actions
 */
export function dopamineAgent(
  variables: DopamineVariables,
  {
    actions,
    environment,
  }: {
    readonly actions: readonly string[]
    readonly environment: { readonly name: string; readonly options: Readonly<Record<string, unknown>> }
  },
): DopamineAgent {
  const { source, shapes } = variables
  const names = namesIn(variables)
  const lengthOf = (place: number): number => shapes.get(names[place]!.bias)!.shape[0] ?? 0
  const [one, two, three, units, numbers] = [0, 1, 2, 3, 4].map(lengthOf) as [
    number,
    number,
    number,
    number,
    number,
  ]
  const expected: Shape[] = [
    [8, 8, OBSERVATION[2], one],
    [4, 4, one, two],
    [3, 3, two, three],
    [11 * 11 * three, units],
    [units, numbers],
  ]
  for (const [place, { weights, bias }] of names.entries()) {
    const wanted = expected[place]!
    for (const [name, shape] of [
      [weights, wanted],
      [bias, wanted.slice(-1)],
    ] as const) {
      const found = shapes.get(name)!.shape
      if (found.join() !== shape.join())
        throw new DataError(
          `${source}: expected the variable "${name}" to have the shape ${formatShape(shape)}, as the network of Dopamine for Atari has it, got ${formatShape(found)}`,
        )
    }
  }
  const [means, distributions] = [actions.length, actions.length * RETURNS.atoms]
  if (numbers !== means && numbers !== distributions)
    throw new DataError(
      `${source} gives ${numbers} numbers; for the ${actions.length} actions of this game (${actions.join(', ')}) expected ${distributions}, ${RETURNS.atoms} returns each (Rainbow, C51), or ${means} (DQN): it was trained on another game`,
    )
  const atoms = numbers === means ? 1 : RETURNS.atoms
  const kind: ValueKind = atoms === 1 ? expectedValues : returnDistributions(RETURNS)
  const online = actionNetwork({
    observation: OBSERVATION,
    actions: actions.length,
    perAction: atoms,
    filters: [one, two, three],
    units,
  })
  const learned = qLearning({
    name: atoms === 1 ? 'dqn' : 'rainbow',
    online,
    kind,
    // Nothing is trained here: as Dopamine has it on Atari.
    optimizer: adam({ learningRate: 6.25e-5, epsilon: 1.5e-4 }),
    targetEvery: 2000,
    double: false,
  })
  const order = names.flatMap(({ weights, bias }) => [weights, bias])
  return {
    objective: {
      ...learned,
      offers: { act: { ...learned.offers!.act!, environment: { ...environment, returns: kind.returns } } },
    },
    arrays: Object.fromEntries(online.weights.map(({ name }, i) => [name, variables.read(order[i]!)])),
    atoms,
  }
}
