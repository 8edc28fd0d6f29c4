// The phases of an objective with weights that stand still: what each would find on one batch, in inference mode.
import type { Columns } from '../data/source.ts'
import { input, type Value } from '../graph/value.ts'
import type { Network } from '../layers/network.ts'
import type { NamedValues } from '../layers/ports.ts'
import { weightInputs } from '../layers/use.ts'
import type { Objective } from '../objectives/objective.ts'
import { descentsOf, type PhaseResult } from '../objectives/phase.ts'
import { bind } from './bind.ts'
import { Feeds } from './inputs.ts'
import { variableName } from './step.ts'

export interface AtRestOptions {
  readonly batchSize: number
  /** The columns of the data. */
  readonly columns: Columns
  /** What names of random numbers begin with: another one, other numbers. */
  readonly purpose: string
  /** The step that numbers follow which change with it; default 0. */
  readonly stepOf?: (() => number) | undefined
  /** Is told what networks make, call by call, and in which phase. */
  readonly tap?: (phase: string, network: string, outputs: NamedValues) => void
}

export interface AtRest {
  readonly results: Readonly<Record<string, PhaseResult>>
  /** Inputs of the graph: weights by full name, variables, and what is fed. */
  readonly weights: NamedValues
  readonly variables: NamedValues
  readonly feeds: Feeds
}

/** All inputs that graphs of these phases may have. */
export const inputsAtRest = ({ weights, variables, feeds }: AtRest): Value[] => [
  ...Object.values(weights),
  ...Object.values(variables),
  ...feeds.values.values(),
]

/** A network that tells what it makes. */
const tapped = (network: Network, tell: (outputs: NamedValues) => void): Network => ({
  ...network,
  call(call) {
    const made = network.call(call)
    tell(made.outputs)
    return made
  },
})

/** Every phase that descends, once, without updates. Nothing looks ahead, and variables that are one for each place of a batch are left out. */
export function phasesAtRest(
  objective: Objective,
  { batchSize, columns, purpose, stepOf = () => 0, tap }: AtRestOptions,
): AtRest {
  const networks = Object.values<Network>(objective.networks)
  const weights = weightInputs(...networks)
  const variables: NamedValues = Object.fromEntries(
    Object.entries(objective.variables ?? {}).flatMap(([name, { shape, perExample }]) =>
      perExample ? [] : [[name, input(variableName(name), shape)]],
    ),
  )
  const feeds = new Feeds()
  const results: Record<string, PhaseResult> = {}
  for (const phase of descentsOf(objective.phases)) {
    const random = feeds.random(`${purpose}/${phase.name}`)
    results[phase.name] = phase.loss({
      batchSize,
      training: false,
      data: feeds.data(columns, batchSize, 0),
      random,
      networks: Object.fromEntries(
        networks.map((network) => [
          network.name,
          bind({
            network: tap ? tapped(network, (outputs) => tap(phase.name, network.name, outputs)) : network,
            weights: () => weights,
            training: false,
            random,
          }),
        ]),
      ),
      variables,
      results,
      scheduled: (name, at) => feeds.number(`${purpose}/${phase.name}/${name}`, () => at(stepOf())),
      after: (network) => network,
    })
  }
  return { results, weights, variables, feeds }
}
