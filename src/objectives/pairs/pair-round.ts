// One round of a pair in a phase: examples, scores and latents, as its loss wants them.
import { add, reshape } from '../../graph/build.ts'
import type { Value } from '../../graph/value.ts'
import type { NamedValues } from '../../layers/ports.ts'
import { logitsOf } from '../../losses/index.ts'
import type { Optimizer } from '../../optimizers/optimizer.ts'
import { namedClasses } from '../conditions/acgan.ts'
import { CLASSES, LABEL, LATENT, mainInput, mainOutput } from '../conditions/players.ts'
import { drawLatent, type LatentDistribution } from '../offer.ts'
import type { BoundNetwork, PhaseContext } from '../phase.ts'
import { packed, packedAround } from './packed.ts'
import type { Judged, PairLog, PairLoss, PairSettings, Round } from './pair-loss.ts'
import type { PairPlayers } from './pair-players.ts'

export interface RoundOptions {
  /** What both players play for. */
  readonly loss: PairLoss
  readonly players: PairPlayers
  readonly settings: PairSettings
  readonly latent: LatentDistribution
  readonly pack: number
  readonly discriminatorOptimizer: Optimizer
  /** Weight of the gradient penalty at a step. */
  penaltyAt(step: number): number
}

/** What a phase's result calls the loss of its player without that of the classes. */
export const OWN = 'own'

/** What is logged of a discriminator that names classes. */
export const CLASS_LOGS: readonly PairLog[] = [
  { name: 'classAccuracy', label: 'classes named rightly', format: 'percent' },
]

export interface OpenRound extends Round {
  /** With the cross-entropy of the classes that the discriminator names of these batches; as it is where it names none. */
  withClasses(judged: Judged, batches: readonly ('real' | 'fake')[]): Judged
}

/** A phase's round. Everything that is drawn is drawn here once. */
export function openRound(
  { batchSize, data, random, networks, training, after, scheduled }: PhaseContext,
  { players, settings, latent: prior, pack, discriminatorOptimizer, penaltyAt }: RoundOptions,
): OpenRound {
  const together = (examples: Value): Value =>
    training ? packed(examples, pack) : packedAround(examples, pack)
  const { generator, discriminator, reconstructor } = players
  const [z, x] = [mainInput('a pair', generator), mainInput('a pair', discriminator)]
  const [made, judged] = [mainOutput('a pair', generator), mainOutput('a pair', discriminator)]
  const column = x === 'input' ? 'images' : x
  const labels = generator.inputs[LABEL] ? data.labels! : undefined
  /** Of each example of a pack. */
  const labelsTogether = labels && (pack === 1 ? labels : together(reshape(labels, [batchSize, 1])))
  const told: NamedValues = labelsTogether && discriminator.inputs[LABEL] ? { [LABEL]: labelsTogether } : {}
  const real = data[column]!
  const latent = drawLatent(random, prior, [batchSize, ...generator.inputs[z]!.shape])
  const fake = networks.generator!.outputs({ [z]: latent, ...(labels ? { [LABEL]: labels } : {}) })[made]!
  const batches = { real: together(real), fake: together(fake) }
  const found: Partial<Record<'real' | 'fake', Value>> = {}
  const shared: Omit<Round, 'score' | 'ahead'> = {
    ...batches,
    latent,
    random,
    settings,
    penaltyWeight: scheduled('penalty', penaltyAt),
    reconstruct(side) {
      found[side] ??= networks.reconstructor!({ real, fake }[side])
      return found[side]
    },
  }
  const against = (opponent: BoundNetwork): OpenRound => {
    /** What the discriminator gave for what it has seen in this round. */
    const seen = new Map<Value, NamedValues>()
    const outputsFor = (examples: Value, latents?: Value): NamedValues => {
      const outputs = opponent.outputs({
        [x]: examples,
        ...(reconstructor ? { [LATENT]: together(latents!) } : {}),
        ...told,
      })
      if (!seen.has(examples)) seen.set(examples, outputs)
      return outputs
    }
    return {
      ...shared,
      score: (examples, latents) => logitsOf(outputsFor(examples, latents)[judged]!),
      ahead: (lost) => against(after(opponent, lost, discriminatorOptimizer)),
      withClasses({ loss, metrics }, named) {
        if (!discriminator.outputs[CLASSES]) return { loss, ...(metrics ? { metrics } : {}) }
        const latentOf = { real: () => shared.reconstruct('real'), fake: () => latent }
        const logits = named.map((side) => {
          const outputs =
            seen.get(batches[side]) ?? outputsFor(batches[side], reconstructor ? latentOf[side]() : undefined)
          return outputs[CLASSES]!
        })
        const classes = namedClasses(logits, labelsTogether!)
        return {
          loss: add(loss, classes.loss),
          metrics: { ...metrics, [OWN]: loss, classAccuracy: classes.accuracy },
        }
      },
    }
  }
  return against(networks.discriminator!)
}
