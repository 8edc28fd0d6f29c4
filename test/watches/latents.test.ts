// The watch over how much of its latent an autoencoder uses.
import { describe, expect, it } from 'vitest'
import type { Notice } from '../../src/training/detectors.ts'
import { latentWatch } from '../../src/watches/latents.ts'
import { WINDOW } from '../../src/watches/watch.ts'
import { noticesOf, told } from './told.ts'

const autoencoder = (latentDim: number) => ({ watches: [latentWatch(latentDim, 'active')] })

describe('latents that are not used', () => {
  const lost = { steps: 3 * WINDOW, active: 1 }
  it('are told once per episode, from half of them on', () => {
    expect(told([lost], autoencoder(2))).toEqual([['latents-unused', 'warning', WINDOW]])
    expect(told([lost, { steps: 2 * WINDOW, active: 2 }, lost], autoencoder(2))).toHaveLength(3)
    expect(told([{ steps: 3 * WINDOW, active: 2 }], autoencoder(2))).toEqual([])
    expect(told([{ steps: 3 * WINDOW, active: 10 }], autoencoder(16))).toEqual([])
    expect(told([{ steps: 3 * WINDOW, active: 8 }], autoencoder(16))).toHaveLength(1)
  })
  it('are described with their number and a remedy', () => {
    const [{ message }] = noticesOf([lost], autoencoder(2)) as [Notice]
    expect(message).toMatch(/^only 1\.0 of the 2 numbers of the latent are in use over 500 steps/)
    expect(message).toContain('Another seed or a smaller beta helps.')
  })
})
