// What networks that can look at a drawing are called.

import type { Companion, Role } from '../../../src/server/protocol.ts'
import { formatCount, formatPercent } from '../../../src/util/format.ts'

/** What tells candidates apart. */
export const keyOf = ({ source, run }: Companion): string =>
  source === 'extractor' ? 'extractor' : `run ${run}`

/** As a choice in a list. */
export function companionLabel({ source, run, model, seed, step, accuracy }: Companion): string {
  if (source === 'extractor')
    return `the ${model} of the measures (${formatPercent(accuracy!)} right on held-out images)`
  const at = `step ${formatCount(step!)}`
  return source === 'own' ? `this run, ${at}` : `${run} (${model}, seed ${seed}, ${at})`
}

/** How each part is called, and which models have it. */
export const ROLES: Readonly<Record<Role, { readonly title: string; readonly models: string }>> = {
  critic: { title: 'Discriminator', models: 'a GAN such as mlp-gan or dcgan' },
  classifier: { title: 'Classifier', models: 'the model classifier' },
  autoencoder: { title: 'Autoencoder', models: 'a variational autoencoder such as vae' },
}
