// The runs that the alarms are held against: healthy ones, and ones that are lost for a known reason. Limits were chosen on
// those of seed 1; the others were looked at afterwards.

const mlp = { model: 'mlp-gan', batchSize: 32, steps: 1501 }
const deep = { model: 'dcgan', imageSize: 16, batchSize: 16, steps: 1501 }
const wide = { model: 'dcgan-64', data: 'digits', imageSize: 32, batchSize: 8, steps: 1501 }
const shallow = { model: 'vae-shallow', batchSize: 64, steps: 1500 }
const stacked = { model: 'vae', batchSize: 50, steps: 1501 }
const conv = { model: 'vae-conv', batchSize: 32, steps: 1000 }
const told = { model: 'conditional-gan', batchSize: 64, steps: 2101 }
const toldDeep = { model: 'conditional-dcgan', batchSize: 16, steps: 1201, options: { filters: 8 } }
const blocks = {
  model: 'r3gan',
  imageSize: 16,
  batchSize: 16,
  steps: 1001,
  options: { width: 8, latentDim: 16 },
}
const routed = {
  model: 'capsules',
  imageSize: 20,
  batchSize: 16,
  steps: 1000,
  options: { filters: 8 },
}
const attended = { model: 'efficient-capsnet', imageSize: 20, batchSize: 16, steps: 1000 }
const named = { model: 'classifier', batchSize: 32, steps: 1000 }
const seeing = { imageSize: 16, batchSize: 16, steps: 701, options: { embedding: 16 } }
const comparing = { ...seeing, options: { embedding: 16, projection: 16 } }
const few = { imageSize: 16, batchSize: 16, steps: 701, labels: 100 }

/** A healthy run of a model on each set. */
const both = (model, run) => ({
  [`${model}-digits-1`]: { ...run, model, data: 'digits', seed: 1 },
  [`${model}-mnist-2`]: { ...run, model, data: 'mnist', seed: 2 },
})

const generator = (learningRate) => ({ generator: { learningRate } })
const discriminator = (learningRate) => ({ discriminator: { learningRate } })
const rate = (learningRate) => ({ options: { learningRate } })

const WON = ['discriminator-won', 'generator-loss-runaway']
const COLLAPSED = ['samples-collapsed']
const DEAD = ['latents-unused', 'samples-collapsed']

/**
 * `options` are the model's. `players` changes the phases of a network: the learning rate of their Adams (beta1 0.5), updates per
 * step. `later` changes either from a step on. `lost`: what was done to it, and the alarms of which the first must be one;
 * absent from healthy runs, where no warning may come, not
 * even of what was done to a run that got over it (`disturbed`).
 */
export const RUNS = {
  'mlp-gan-mnist-1': { ...mlp, data: 'mnist', seed: 1, batchSize: 128, steps: 12_001, sampleEvery: 400 },
  'mlp-gan-digits-1': { ...mlp, data: 'digits', seed: 1, batchSize: 128, steps: 2101 },
  'mlp-gan-digits-2': { ...mlp, data: 'digits', seed: 2 },
  'mlp-gan-mnist-2': { ...mlp, data: 'mnist', seed: 2, steps: 2500 },
  'mlp-gan-latent-1': { ...mlp, data: 'digits', seed: 1, options: { latentDim: 1 } },
  'mlp-gan-disturbed-1': {
    ...{ ...mlp, data: 'digits', seed: 1, steps: 2001, players: discriminator(2e-4) },
    later: { step: 1100, players: discriminator(5e-3) },
    disturbed: 'from step 1,100 on the discriminator learns at 0.005',
  },
  'dcgan-mnist-1': { ...deep, imageSize: 28, data: 'mnist', seed: 1, steps: 1201 },
  'dcgan-digits-1': { ...deep, data: 'digits', seed: 1 },
  'dcgan-mnist-2': { ...deep, data: 'mnist', seed: 2 },
  'dcgan-64-digits-1': { ...wide, seed: 1, options: { filters: 16 } },
  'dcgan-64-digits-2': { ...wide, seed: 2, options: { filters: 16 } },
  'vae-digits-1': { ...stacked, data: 'digits', batchSize: 100, seed: 1 },
  'vae-mnist-3': { ...stacked, data: 'mnist', seed: 3 },
  'vae-shallow-digits-1': { ...shallow, data: 'digits', batchSize: 128, seed: 1, steps: 2500 },
  'vae-shallow-mnist-2': { ...shallow, data: 'mnist', seed: 2 },
  'vae-shallow-disturbed-1': {
    ...{ ...shallow, data: 'digits', seed: 1, steps: 2000, later: { step: 1000, ...rate(0.03) } },
    disturbed: 'from step 1,000 on it learns at 0.03',
  },
  'vae-conv-digits-1': { ...conv, data: 'digits', seed: 1 },
  'vae-conv-mnist-2': { ...conv, data: 'mnist', seed: 2 },
  'conditional-gan-digits-1': { ...told, data: 'digits', batchSize: 128, seed: 1 },
  'conditional-gan-mnist-2': { ...told, data: 'mnist', seed: 2 },
  'conditional-gan-digits-3': { ...told, data: 'digits', seed: 3 },
  'conditional-dcgan-digits-1': { ...toldDeep, data: 'digits', seed: 1 },
  'conditional-dcgan-mnist-2': { ...toldDeep, data: 'mnist', seed: 2 },
  'r3gan-digits-1': { ...blocks, data: 'digits', seed: 1 },
  'r3gan-mnist-2': { ...blocks, data: 'mnist', seed: 2 },
  'classifier-digits-1': { ...named, data: 'digits', batchSize: 64, seed: 1, steps: 1500 },
  'classifier-mnist-2': { ...named, data: 'mnist', seed: 2 },
  'capsules-digits-1': { ...routed, data: 'digits', seed: 1 },
  'capsules-mnist-2': { ...routed, data: 'mnist', seed: 2 },
  'efficient-capsnet-digits-1': { ...attended, data: 'digits', seed: 1 },
  'efficient-capsnet-mnist-2': { ...attended, data: 'mnist', seed: 2 },
  ...both('simclr', comparing),
  ...both('vicreg', comparing),
  ...both('byol', comparing),
  ...both('denoising-autoencoder', seeing),
  ...both('masked-autoencoder', seeing),
  ...both('rotation', seeing),
  ...both('fixmatch', { ...few, options: { unlabelled: 2 } }),
  ...both('vat', { ...few, options: { unlabelled: 2 } }),
  ...both('improved-gan', few),

  'simclr-alike-1': {
    ...{ ...comparing, model: 'simclr', data: 'digits', seed: 1 },
    options: { ...comparing.options, uniformity: 0 },
    lost: { by: 'nothing pushes different images apart', kinds: ['embeddings-collapsed'] },
  },
  'vicreg-alike-2': {
    ...{ ...comparing, model: 'vicreg', data: 'mnist', seed: 2 },
    options: { ...comparing.options, variance: 0 },
    lost: { by: 'nothing keeps numbers varying', kinds: ['embeddings-collapsed'] },
  },

  // What conditional-dcgan played for once: a picture for each class.
  'conditional-dcgan-alike-1': {
    ...{ ...toldDeep, data: 'mnist', seed: 1, batchSize: 64, options: { objective: 'non-saturating' } },
    lost: { by: 'the non-saturating game with few channels', kinds: COLLAPSED },
  },
  'mlp-gan-generator-still-1': {
    ...{ ...mlp, data: 'digits', seed: 1, players: generator(1e-7) },
    lost: { by: 'the generator learns at 1e-7', kinds: WON },
  },
  'mlp-gan-generator-still-2': {
    ...{ ...mlp, data: 'mnist', seed: 2, players: generator(1e-6) },
    lost: { by: 'the generator learns at 1e-6', kinds: WON },
  },
  'mlp-gan-discriminator-fast-1': {
    ...{ ...mlp, data: 'digits', seed: 1, players: discriminator(1e-2) },
    lost: { by: 'the discriminator learns at 0.01', kinds: WON },
  },
  'mlp-gan-discriminator-often-2': {
    ...{
      ...mlp,
      data: 'mnist',
      seed: 2,
      players: { discriminator: { repeats: 8 }, generator: { learningRate: 2e-5 } },
    },
    lost: { by: 'eight updates of the discriminator for one of a generator at 2e-5', kinds: WON },
  },
  'mlp-gan-generator-fast-1': {
    ...{ ...mlp, data: 'digits', seed: 1, players: { ...generator(3e-3), ...discriminator(1e-5) } },
    lost: {
      by: 'the generator learns 300 times as fast as the discriminator',
      kinds: ['generator-won', ...COLLAPSED],
    },
  },
  'mlp-gan-generator-fast-2': {
    ...{ ...mlp, data: 'mnist', seed: 2, players: { ...generator(2e-3), ...discriminator(2e-5) } },
    lost: {
      by: 'the generator learns 100 times as fast as the discriminator',
      kinds: ['generator-won', ...COLLAPSED],
    },
  },
  'mlp-gan-generator-fast-3': {
    ...{ ...mlp, data: 'digits', seed: 3, players: { ...generator(1e-3), ...discriminator(1e-5) } },
    lost: {
      by: 'the generator learns 100 times as fast as the discriminator',
      kinds: ['generator-won', ...COLLAPSED],
    },
  },
  'mlp-gan-rates-high-1': {
    ...{ ...mlp, data: 'digits', seed: 1, ...rate(0.02) },
    lost: { by: 'both learn at 0.02', kinds: [...WON, ...COLLAPSED] },
  },
  'mlp-gan-rates-high-2': {
    ...{ ...mlp, data: 'mnist', seed: 2, ...rate(0.01) },
    lost: { by: 'both learn at 0.01', kinds: [...WON, ...COLLAPSED] },
  },
  'mlp-gan-lost-later-1': {
    ...{ ...mlp, data: 'digits', seed: 1, steps: 2001, later: { step: 1100, ...rate(0.03) } },
    lost: { by: 'from step 1,100 on both learn at 0.03', kinds: [...WON, ...COLLAPSED], at: 1100 },
  },
  'mlp-gan-lost-later-2': {
    ...{ ...mlp, data: 'mnist', seed: 2, steps: 2001, later: { step: 1100, ...rate(0.03) } },
    lost: { by: 'from step 1,100 on both learn at 0.03', kinds: [...WON, ...COLLAPSED], at: 1100 },
  },
  'dcgan-rates-high-1': {
    ...{ ...deep, data: 'digits', seed: 1, ...rate(0.02) },
    lost: { by: 'both learn at 0.02', kinds: [...WON, ...COLLAPSED] },
  },
  'dcgan-discriminator-fast-2': {
    ...{ ...deep, data: 'digits', seed: 2, players: { ...generator(1e-6), ...discriminator(2e-3) } },
    lost: { by: 'the discriminator learns 2,000 times as fast as the generator', kinds: WON },
  },
  'vae-shallow-beta-1': {
    ...{ ...shallow, data: 'digits', batchSize: 128, seed: 1, steps: 2000, options: { beta: 200 } },
    lost: { by: 'beta is 200', kinds: DEAD },
  },
  'vae-conv-beta-2': {
    ...{ ...conv, data: 'mnist', seed: 2, options: { beta: 50 } },
    lost: { by: 'beta is 50', kinds: DEAD },
  },
  'vae-rate-high-1': {
    ...{ ...stacked, data: 'digits', seed: 1, ...rate(1) },
    lost: { by: 'it learns at 1', kinds: ['loss-risen', 'diverged', ...DEAD] },
  },
  'vae-shallow-rate-high-1': {
    ...{ ...shallow, data: 'digits', batchSize: 128, seed: 1, ...rate(0.3) },
    lost: { by: 'it learns at 0.3', kinds: ['loss-risen', 'diverged', ...DEAD] },
  },
  'vae-shallow-rate-high-2': {
    ...{ ...shallow, data: 'mnist', seed: 2, ...rate(0.05) },
    lost: { by: 'it learns at 0.05', kinds: ['loss-risen', 'diverged', ...DEAD] },
  },
  'vae-shallow-lost-later-1': {
    ...{ ...shallow, data: 'digits', seed: 1, steps: 1201, later: { step: 600, ...rate(0.1) } },
    lost: { by: 'from step 600 on it learns at 0.1', kinds: ['loss-risen', 'diverged', ...DEAD], at: 600 },
  },
  'vae-shallow-lost-later-2': {
    ...{ ...shallow, data: 'mnist', seed: 2, steps: 1201, later: { step: 600, ...rate(0.2) } },
    lost: { by: 'from step 600 on it learns at 0.2', kinds: ['loss-risen', 'diverged', ...DEAD], at: 600 },
  },
  'vae-conv-lost-later-1': {
    ...{ ...conv, data: 'digits', seed: 1, steps: 1301, later: { step: 600, ...rate(0.05) } },
    lost: { by: 'from step 600 on it learns at 0.05', kinds: ['loss-risen', ...DEAD], at: 600 },
  },
  'classifier-rate-high-1': {
    ...{ ...named, data: 'digits', batchSize: 64, seed: 1, steps: 1200, ...rate(0.3) },
    lost: { by: 'it learns at 0.3', kinds: ['nothing-learned'] },
  },
  'classifier-rate-high-2': {
    ...{ ...named, data: 'mnist', seed: 2, ...rate(0.1) },
    lost: { by: 'it learns at 0.1', kinds: ['nothing-learned'] },
  },
  'classifier-labels-shuffled-1': {
    ...{ ...named, data: 'digits', batchSize: 64, seed: 1, steps: 1200, shuffled: true },
    lost: { by: 'labels are drawn by chance', kinds: ['nothing-learned'] },
  },
  'classifier-labels-shuffled-2': {
    ...{ ...named, data: 'mnist', seed: 2, shuffled: true },
    lost: { by: 'labels are drawn by chance', kinds: ['nothing-learned'] },
  },
  'capsules-labels-shuffled-1': {
    ...{ ...routed, data: 'digits', seed: 1, shuffled: true },
    lost: { by: 'labels are drawn by chance', kinds: ['nothing-learned'] },
  },
  'classifier-lost-later-1': {
    ...{ ...named, data: 'digits', seed: 1, steps: 1600, later: { step: 800, ...rate(0.2) } },
    lost: { by: 'from step 800 on it learns at 0.2', kinds: ['nothing-learned', 'loss-risen'], at: 800 },
  },
}
