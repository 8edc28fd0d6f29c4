// A duel of points of the plane as one graph: what the generator makes, where its loss pulls that, what the discriminator says.
import { gradients } from '../autodiff/backward.ts'
import { type Columns, columnLike } from '../data/source.ts'
import { add, concat, expand, mul, slice } from '../graph/build.ts'
import { type Graph, input, type Value } from '../graph/value.ts'
import type { Network } from '../layers/network.ts'
import type { NamedValues } from '../layers/ports.ts'
import { inputOf } from '../layers/use.ts'
import type { Objective } from '../objectives/objective.ts'
import { type OfferedFunction, offeredBy } from '../objectives/offer.ts'
import { type Descent, descentsOf } from '../objectives/phase.ts'
import { ConfigError } from '../util/errors.ts'
import { sameShape } from '../util/shape.ts'
import { inputsAtRest, phasesAtRest } from './at-rest.ts'
import { noRandom } from './inference.ts'
import type { FeedSpec } from './inputs.ts'

const POINT = [2] as const

/** Who plays on the plane, and for what. */
export interface PlanePlayers {
  readonly generate: OfferedFunction
  /** The column of real points. */
  readonly column: string
  /** The phase in which what makes points learns, and its network. */
  readonly phase: Descent
  readonly generator: Network
  /** What judges points, where anything that can be asked does. */
  readonly judge?: OfferedFunction | undefined
}

/**
 * The players of an objective, where it makes points of the plane of data that has some; undefined for all others. A network
 * that makes what `generate` makes and learns by a loss is the generator: with a moving average `generate` is that of another.
 */
export function planePlayers(objective: Objective, columns: Columns): PlanePlayers | undefined {
  const generate = offeredBy(objective, 'generate')
  if (!generate || !sameShape(generate.output.shape, POINT)) return undefined
  const { name, shape } = generate.output
  const column = columnLike(columns, name, shape)
  const makes = ({ outputs }: Network): boolean => sameShape(outputs[name]?.shape ?? [], POINT)
  const phase = descentsOf(objective.phases).findLast(({ updates }) =>
    updates.some((player) => makes(objective.networks[player]!)),
  )
  if (column === undefined || !phase) return undefined
  const generator = objective.networks[phase.updates.find((player) => makes(objective.networks[player]!))!]!
  const judge = offeredBy(objective, 'judge') ?? offeredBy(objective, 'score')
  return { generate, column, phase, generator, ...(judge && togetherOf(judge) ? { judge } : {}) }
}

/** How many points a network of one input takes at once; undefined where it takes something else. */
function togetherOf({ of }: OfferedFunction): number | undefined {
  if (Object.keys(of.inputs).length !== 1) return undefined
  const { shape } = inputOf(of)
  return shape.length === 1 && shape[0]! % 2 === 0 ? shape[0]! / 2 : undefined
}

export interface PlaneGraph {
  readonly graph: Graph
  /** Random numbers and examples. */
  readonly feeds: readonly FeedSpec[]
}

/** Names of the graph's inputs and outputs. */
export const PLANE = {
  asked: 'plane/asked',
  made: 'made',
  pull: 'pull',
  said: 'said',
  saidOfMade: 'said-of-made',
}

/** Sets of made points beside which a point is judged, where several are judged together. */
const COMPANIES = 4

/** What the discriminator says of points [n, 2]: of each beside made ones, on average, where it takes several at once. */
function judged(points: Value, made: Value, judge: OfferedFunction, weights: NamedValues): Value {
  const { of, output, finish } = judge
  const together = togetherOf(judge)!
  const [n] = points.shape as [number]
  const beside = (row: number): Value => expand(slice(made, [{ axis: 0, start: row, end: row + 1 }]), [n, 2])
  const companies = together === 1 ? 1 : COMPANIES
  const said = Array.from({ length: companies }, (_, k) => {
    const others = Array.from({ length: together - 1 }, (_, i) =>
      beside((k * (together - 1) + i) % made.shape[0]!),
    )
    const { outputs } = of.call({
      inputs: { [inputOf(of).name]: concat([points, ...others], 1) },
      weights,
      training: false,
      random: noRandom,
    })
    const given = outputs[output.name]!
    return finish ? finish(given) : given
  })
  return mul(said.reduce(add), 1 / companies)
}

/**
 * One look at the duel, networks in inference mode: `count` made points, minus the gradient of the generator's loss by each of
 * them (times `count`, as its loss is a mean), and what the discriminator says of `asked` points and of the made ones.
 *
 * @throws ConfigError when the generator's phase does not call the generator
 */
export function planeGraph(
  objective: Objective,
  { generate, phase, generator, judge }: PlanePlayers,
  {
    count,
    asked,
    columns,
    stepOf,
  }: {
    readonly count: number
    readonly asked: number
    readonly columns: Columns
    readonly stepOf?: () => number
  },
): PlaneGraph {
  let made: Value | undefined
  const rest = phasesAtRest(objective, {
    batchSize: count,
    columns,
    purpose: 'plane',
    stepOf,
    tap(where, network, outputs) {
      if (where === phase.name && network === generator.name) made ??= outputs[generate.output.name]
    },
  })
  if (!made)
    throw new ConfigError(
      `phase "${phase.name}" of objective "${objective.name}" updates the network "${generator.name}" but never calls it`,
    )
  const [slope] = gradients(rest.results[phase.name]!.loss, [made])
  const points = input(PLANE.asked, [asked, 2])
  return {
    graph: {
      inputs: [points, ...inputsAtRest(rest)],
      outputs: {
        [PLANE.made]: made,
        [PLANE.pull]: mul(slope!, -count),
        ...(judge
          ? {
              [PLANE.said]: judged(points, made, judge, rest.weights),
              [PLANE.saidOfMade]: judged(made, made, judge, rest.weights),
            }
          : {}),
      },
    },
    feeds: rest.feeds.specs,
  }
}
