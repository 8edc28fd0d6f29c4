// An objective: which networks compete, the phases of one training step, and what it tells of itself.
import type { Value } from '../graph/value.ts'
import { NETWORK, type Network } from '../layers/network.ts'
import type { NamedValues } from '../layers/ports.ts'
import { OPTIMIZER } from '../optimizers/optimizer.ts'
import type { ChallengeNumbers } from '../runs/challenge.ts'
import type { MetricInfo } from '../runs/schema.ts'
import { checkArgument, FUNCTION, type Kind, listOf, NAME, recordOf, SHAPE } from '../util/arguments.ts'
import { ConfigError } from '../util/errors.ts'
import { checkChoice } from '../util/options.ts'
import type { Shape } from '../util/shape.ts'
import type { Watch } from '../watches/watch.ts'
import type { Offer } from './offer.ts'
import { isDescent, type Phase, type PhaseResult } from './phase.ts'

/** A number of the log: what it is called, how it is drawn, and what it is. */
export interface Log extends MetricInfo {
  /**
   * The number, a scalar.
   *
   * @param results    of the phases that descend (of their last repeat), by name
   * @param variables  of the objective, as the step leaves them
   */
  value(results: Readonly<Record<string, PhaseResult>>, variables: NamedValues): Value
}

/** A variable of an objective beside its networks: assigned, never trained. */
export interface Variable {
  readonly shape: Shape
  /**
   * One for each place of the batch: `[batch, ...shape]`. Validation has no batch that goes on, and there it is left out.
   * Default false.
   */
  readonly perExample?: boolean
  /** What all of its numbers begin with; default 0. */
  readonly initial?: number
}

/** A picture that runs of an objective deserve, of a kind that `pictures` can draw. */
export interface Picture {
  /** E.g. `reconstructions`; see `pictures/registry.ts`. */
  readonly kind: string
}

/** What a number is to reach. */
export interface Goal {
  /** Of the log. */
  readonly metric: string
  readonly value: number
  /** Which side of the value is meant. */
  readonly is: 'below' | 'atLeast'
}

/**
 * Somebody new against what was learned: a network that begins from nothing and learns while all others stay as they are. Opponents that were
 * trained along may be fooled where others are not, so what is held against such a newcomer counts.
 */
export interface Challenge {
  /** What is to be reached, of numbers of its log. Default: nothing */
  readonly goals?: readonly Goal[]
  /** The networks of the objective under their names, and the newcomer, who alone learns. Numbers of its log are what is found. */
  readonly objective: Objective
  /** The newcomer; the number of the log that has its name is how it fares. */
  readonly network: string
  /** Steps that each newcomer learns. */
  readonly steps: number
  /** While the objective trains, one comes every so many steps; 0 for none. */
  readonly every: number
  /** So many come when it is trained. */
  readonly count: number
  /** What the newcomers say together: whether what was to be reached was reached, and in words. */
  verdict(found: ChallengeNumbers): { readonly reached: boolean; readonly words: string }
}

export interface Objective<Name extends string = string> {
  readonly name: string
  readonly networks: Readonly<Record<Name, Network>>
  readonly phases: readonly Phase<Name>[]
  readonly variables?: Readonly<Record<string, Variable>>
  /** Networks that begin by what they are first shown, see `weightNormalization`, and how many examples that are. Default: none */
  readonly beginsOn?: Readonly<Partial<Record<Name, number>>>
  /** What is logged per step, in the order of the curves. */
  readonly logs: readonly Log[]
  /** How batches come from a set: `replacement`, each drawn from all examples, or `epoch`, every example once before any twice. Default `epoch`. */
  readonly batches?: 'replacement' | 'epoch'
  /** What it can do once it is trained, by name. */
  readonly offers?: Readonly<Record<string, Offer<Name>>>
  /** What watches its trainings. */
  readonly watches?: readonly Watch[]
  /** Figures of its reports, beside curves and samples. */
  readonly pictures?: readonly Picture[]
  /** Who tries what it has learned, and how. */
  readonly challenge?: Challenge
}

/** What a run records of the numbers that it logs. */
export const metricsOf = ({ logs }: Pick<Objective, 'logs'>): MetricInfo[] =>
  logs.map(({ value: _, ...info }) => info)

/** A record with a name of its own, and with entries that are what they should be. */
const named = (
  expected: string,
  key: 'name' | 'kind' | 'network',
  is: (parts: Readonly<Record<string, unknown>>) => boolean = () => true,
): Kind => ({
  expected,
  is(value) {
    const parts = { ...(value as Readonly<Record<string, unknown>>) }
    return NAME.is(parts[key]) && is(parts)
  },
})
const PHASE = named(
  'a phase, with a name, and updates, an optimizer and a loss, or assign',
  'name',
  ({ loss, updates, assign }) => (FUNCTION.is(loss) ? Array.isArray(updates) : FUNCTION.is(assign)),
)
const LOG = named('a number of the log, with name, label, axis and value', 'name', ({ value }) =>
  FUNCTION.is(value),
)
const VARIABLE: Kind = {
  expected: 'a variable, such as { shape: [], initial: 1 }',
  is: (value) => SHAPE.is({ ...(value as { shape?: unknown }) }.shape),
}
const OFFER = named("an offer, such as { network: 'generator' }", 'network')
const WATCH = named(
  "a watch, with a kind, what it reads ('log' or 'samples') and judge",
  'kind',
  ({ reads, metrics, judge }) =>
    FUNCTION.is(judge) && (reads === 'log' ? Array.isArray(metrics) : reads === 'samples'),
)
const PICTURE = named("a picture, such as { kind: 'latents' }", 'kind')

/** What a distribution of inputs may be. */
const DISTRIBUTIONS = { uniform: true, normal: true, classes: true }

/** @throws ConfigError when two of a list have the same name */
function checkNamedOnce(where: string, what: string, names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice !== undefined) throw new ConfigError(`${where} has two ${what} named "${twice}"`)
}

/**
 * Checks an objective and returns it; its type keeps the names of the networks.
 *
 * @throws ConfigError for parts that are missing, of another kind, or that do not fit together
 */
export function objective<Name extends string>(definition: Objective<Name>): Objective<Name> {
  checkArgument('objective', 'name', definition?.name, NAME)
  const where = `objective "${definition.name}"`
  checkArgument(where, 'networks', definition.networks, recordOf(NETWORK))
  checkArgument(where, 'phases', definition.phases, listOf(PHASE))
  checkArgument(where, 'logs', definition.logs, listOf(LOG))
  const { variables = {}, offers = {}, watches = [], pictures = [] } = definition
  checkArgument(where, 'variables', variables, recordOf(VARIABLE))
  checkArgument(where, 'offers', offers, recordOf(OFFER))
  checkArgument(where, 'watches', watches, listOf(WATCH))
  checkArgument(where, 'pictures', pictures, listOf(PICTURE))
  const names = Object.keys(definition.networks)
  const known = `${names.join(', ')}`
  for (const [key, network] of Object.entries<Network>(definition.networks))
    if (network.name !== key)
      throw new ConfigError(
        `objective "${definition.name}": network "${key}" is named "${network.name}"; the two must agree`,
      )
  for (const variable of Object.keys(variables))
    if (names.includes(variable))
      throw new ConfigError(
        `${where} has a network and a variable named "${variable}"; give one another name`,
      )
  for (const [name, examples] of Object.entries(definition.beginsOn ?? {}))
    if (!names.includes(name) || !(Number.isInteger(examples) && (examples as number) >= 2))
      throw new ConfigError(
        `${where}: beginsOn expects networks of the objective (${known}) and how many examples, at least 2, got ${name}: ${examples}`,
      )
  checkNamedOnce(
    where,
    'phases',
    definition.phases.map(({ name }) => name),
  )
  checkNamedOnce(
    where,
    'logs',
    definition.logs.map(({ name }) => name),
  )
  for (const phase of definition.phases) {
    if (!isDescent(phase)) {
      const { every = 1 } = phase
      if (!(Number.isInteger(every) && every >= 1))
        throw new ConfigError(`phase "${phase.name}": every must be a positive integer, got ${every}`)
      continue
    }
    checkArgument(`${where}, phase "${phase.name}"`, 'optimizer', phase.optimizer, OPTIMIZER)
    for (const name of phase.updates)
      if (!names.includes(name))
        throw new ConfigError(
          `phase "${phase.name}" updates "${name}", which is not a network of the objective (${known})`,
        )
    if (phase.repeats !== undefined && !(Number.isInteger(phase.repeats) && phase.repeats >= 1))
      throw new ConfigError(`phase "${phase.name}": repeats must be a positive integer, got ${phase.repeats}`)
    const { accumulate = 1, repeats = 1 } = phase
    if (!(Number.isInteger(accumulate) && accumulate >= 1))
      throw new ConfigError(`phase "${phase.name}": accumulate must be a positive integer, got ${accumulate}`)
    if (accumulate > 1 && repeats > 1)
      throw new ConfigError(
        `phase "${phase.name}" repeats its update ${repeats} times in a step and accumulates ${accumulate} steps for one; give only one of both`,
      )
  }
  for (const [name, offer] of Object.entries<Offer>(offers)) {
    if (!names.includes(offer.network))
      throw new ConfigError(
        `${where} offers "${name}" by "${offer.network}", which is not a network of the objective (${known})`,
      )
    const { inputs, outputs } = definition.networks[offer.network as Name]
    if (offer.output !== undefined && !Object.hasOwn(outputs, offer.output))
      throw new ConfigError(
        `${where}, offer "${name}": "${offer.output}" is not an output of ${offer.network} (${Object.keys(outputs).join(', ')})`,
      )
    for (const [drawn, draw] of Object.entries(offer.draws ?? {})) {
      if (!Object.hasOwn(inputs, drawn))
        throw new ConfigError(
          `${where}, offer "${name}": "${drawn}" is drawn, which is not an input of ${offer.network} (${Object.keys(inputs).join(', ')})`,
        )
      checkChoice(
        `${where}, offer "${name}", draws of "${drawn}"`,
        'distribution',
        draw?.distribution,
        DISTRIBUTIONS,
      )
    }
  }
  const logged = definition.logs.map(({ name }) => name)
  if (logged.includes('step'))
    throw new ConfigError(`${where}: the log counts its steps as "step"; give the number another name`)
  for (const watch of watches)
    for (const metric of watch.reads === 'log' ? watch.metrics : [])
      if (!logged.includes(metric))
        throw new ConfigError(
          `${where}: the watch "${watch.kind}" looks at "${metric}", which is not logged (${logged.join(', ')})`,
        )
  const told = definition.challenge?.objective.logs.map(({ name }) => name) ?? []
  for (const { metric } of definition.challenge?.goals ?? [])
    if (!told.includes(metric))
      throw new ConfigError(
        `${where}: a goal of its challenge is of "${metric}", which that does not log (${told.join(', ')})`,
      )
  return definition
}
