// The exponential moving average of a network's weights beside any training of it.
import { add, mul, sub } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { copyOf } from '../layers/copy.ts'
import type { NamedValues } from '../layers/ports.ts'
import { ConfigError } from '../util/errors.ts'
import { checkNumber } from '../util/options.ts'
import { type Objective, objective } from './objective.ts'

export interface AveragedOptions<Name extends string> {
  /** The network that is averaged, e.g. `generator`. */
  readonly of: Name
  /** Share of the average that is kept at each step; default 0.999. */
  readonly decay?: number
}

/** `decay average + (1 - decay) now`, weight by weight; moving statistics too. `decay` may be a number that changes with the step. */
export const movingAverage = (average: NamedValues, now: NamedValues, decay: number | Value): NamedValues =>
  Object.fromEntries(
    Object.entries(average).map(([name, value]) => [
      name,
      add(mul(value, decay), mul(now[name]!, typeof decay === 'number' ? 1 - decay : sub(1, decay))),
    ]),
  )

/**
 * An objective with an average of one of its networks, called `averaged`, which does what the network was offered for:
 * samples are made by it, and its file is exported beside the others.
 *
 * @throws ConfigError when there is no such network, or there is an `averaged` one already
 * @source Yazıcı et al. 2019, arXiv:1806.04498
 */
export function averaged<Name extends string>(
  { networks, phases, offers = {}, ...rest }: Objective<Name>,
  { of, decay: given = 0.999 }: AveragedOptions<Name>,
): Objective<Name | 'averaged'> {
  const where = `averaged "${rest.name}"`
  const decay = checkNumber(where, 'decay', given, { atLeast: 0, below: 1 })
  if (!Object.hasOwn(networks, of))
    throw new ConfigError(
      `${where}: there is no network "${of}"; there are ${Object.keys(networks).join(', ')}`,
    )
  if (Object.hasOwn(networks, 'averaged')) throw new ConfigError(`${where}: there is an average already`)
  type Names = Name | 'averaged'
  return objective<Names>({
    ...(rest as Objective<Names>),
    networks: { ...networks, averaged: copyOf(networks[of], 'averaged') } as Objective<Names>['networks'],
    phases: [
      ...(phases as Objective<Names>['phases']),
      {
        name: 'average',
        assign: ({ networks: now }) => ({
          averaged: movingAverage(now.averaged.weights, now[of].weights, decay),
        }),
      },
    ],
    offers: Object.fromEntries(
      Object.entries(offers).map(([name, offer]) => [
        name,
        offer.network === of ? { ...offer, network: 'averaged' as const } : offer,
      ]),
    ) as NonNullable<Objective<Names>['offers']>,
  })
}
