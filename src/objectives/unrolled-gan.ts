// The unrolled GAN of Metz et al. 2017: a generator that looks some updates of its opponent ahead.

import { inputOf } from '../layers/use.ts'
import { checkNumber } from '../util/options.ts'
import { judge, judgeBoth } from './duel.ts'
import { type GanOptions, gan } from './gan.ts'
import { type Objective, objective } from './objective.ts'
import { columnFor, drawLatent } from './offer.ts'
import { isDescent } from './phase.ts'

export interface UnrolledGanOptions extends Omit<GanOptions, 'updates' | 'fakes'> {
  /** Updates of the discriminator that the generator looks ahead; default 5. */
  readonly lookahead?: number
}

/**
 * A GAN whose generator is judged by the discriminator as it will be: some updates on, each an expression that the
 * generator's gradient flows through. The discriminator itself learns as ever, by one joint update on real examples and
 * fakes.
 *
 * @throws as `gan`
 * @source Metz et al. 2017, arXiv:1611.02163
 */
export function unrolledGan({
  lookahead = 5,
  ...options
}: UnrolledGanOptions): Objective<'generator' | 'discriminator'> {
  const base = gan({ ...options, updates: 'joint' })
  const { name, generator, discriminatorOptimizer } = options
  const ahead = checkNumber(`unrolledGan "${name}"`, 'lookahead', lookahead, { integer: true, atLeast: 0 })
  const latent = options.latent ?? ({ distribution: 'uniform', low: 0, high: 1 } as const)
  const z = inputOf(generator)
  const column = columnFor(options.discriminator)
  return objective({
    ...base,
    phases: base.phases.map((phase) =>
      phase.name !== 'generator' || !isDescent(phase)
        ? phase
        : {
            ...phase,
            loss: ({ batchSize, data, random, networks, after }) => {
              const made = networks.generator(drawLatent(random, latent, [batchSize, ...z.shape]))
              let opponent = networks.discriminator
              for (let i = 0; i < ahead; i++) {
                const both = judgeBoth(judge(opponent(data[column]!), 1), judge(opponent(made), 0))
                opponent = after(opponent, both.loss, discriminatorOptimizer)
              }
              return { loss: judge(opponent(made), 1).loss }
            },
          },
    ),
  })
}
