// A watch over how much of its latent an autoencoder uses.
import { above, type LogWatch, WINDOW } from './watch.ts'

/** Share of a latent's numbers that are not in use: half of them, with some noise. */
export const UNUSED_LATENTS = { lost: 0.45, well: 0.225 }

/**
 * What watches how much of the latent an autoencoder uses. A few unused numbers of many are what a large latent is
 * expected to have; from half of them on it is worth knowing.
 *
 * @param active  the metric that counts the numbers in use
 */
export const latentWatch = (latentDim: number, active: string): LogWatch => ({
  kind: 'latents-unused',
  label: 'unused numbers of the latent',
  from: WINDOW,
  reads: 'log',
  metrics: [active],
  judge: ([used]) => above(1 - used! / latentDim, UNUSED_LATENTS),
  lost: ([used]) =>
    `only ${used!.toFixed(1)} of the ${latentDim} ${latentDim === 1 ? 'number' : 'numbers'} of the latent are in use over ${WINDOW} steps: the mean of the rest is the same for all images (posterior collapse). Another seed or a smaller beta helps.`,
  over: ([used]) => `over: ${used!.toFixed(1)} of the ${latentDim} numbers of the latent are in use.`,
})
