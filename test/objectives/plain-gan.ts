// One step of the tiny GAN in plain numbers: own forward pass, gradients by central differences, no graphs.

export type Weights = Record<string, Float64Array>

/** Everything random or fed in one step; rows are examples. */
export interface PlainFeeds {
  readonly images: Float64Array
  /** Dropout masks of the discriminator, by phase. */
  readonly masks: {
    readonly real: Float64Array
    readonly fake: Float64Array
    readonly generator: Float64Array
  }
  /** Dropout mask of the generator in its own phase. */
  readonly generatorMask: Float64Array
  /** Latents of the fakes that the discriminator sees, and of those that train the generator. */
  readonly latents: { readonly fake: Float64Array; readonly generator: Float64Array }
  /** Learning rates by phase. */
  readonly rates: { readonly real: number; readonly fake: number; readonly generator: number }
}

/** Ways to get the algorithm wrong, to see that a test would notice. */
export type Mistake =
  | 'fakes in training mode'
  | 'second update from the weights before the first'
  | 'generator against the discriminator before its updates'
  | 'gradient through the update on fakes'
  | 'generator without dropout'
  | 'discriminator without dropout in the generator phase'
  | 'no dropout mask on real examples'
  | 'moving statistics of unbiased variance'
  | 'inference by batch statistics'

type Rows = Float64Array[]

const rowsOf = (data: Float64Array, width: number): Rows =>
  Array.from({ length: data.length / width }, (_, i) => data.slice(i * width, (i + 1) * width))

const affine = (x: Rows, kernel: Float64Array, bias: Float64Array): Rows =>
  x.map((row) =>
    bias.map((b, column) =>
      row.reduce((sum, value, i) => sum + value * kernel[i * bias.length + column]!, b),
    ),
  )
const map = (x: Rows, f: (value: number) => number): Rows => x.map((row) => row.map(f))
const masked = (x: Rows, mask: Float64Array): Rows =>
  x.map((row, i) => row.map((value, j) => value * mask[i * row.length + j]!))
const relu = (value: number): number => Math.max(0, value)
const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value))

/** Mean and biased variance of every column. */
function moments(x: Rows): { mean: Float64Array; variance: Float64Array } {
  const mean = x[0]!.map((_, j) => x.reduce((sum, row) => sum + row[j]!, 0) / x.length)
  const variance = mean.map((m, j) => x.reduce((sum, row) => sum + (row[j]! - m) ** 2, 0) / x.length)
  return { mean, variance }
}

const normalized = (
  x: Rows,
  w: Weights,
  { mean, variance }: { mean: Float64Array; variance: Float64Array },
): Rows =>
  x.map((row) =>
    row.map((value, j) => {
      const gamma = w['generator/batch-normalization/gamma']![j]!
      const beta = w['generator/batch-normalization/beta']![j]!
      return (gamma * (value - mean[j]!)) / Math.sqrt(variance[j]! + 1e-3) + beta
    }),
  )

const hiddenOf = (w: Weights, latents: Float64Array): Rows =>
  map(affine(rowsOf(latents, 3), w['generator/dense/kernel']!, w['generator/dense/bias']!), relu)

/** Images from latents; `mask` is only given in training. */
function generate(
  w: Weights,
  latents: Float64Array,
  mode: 'training' | 'inference',
  mask?: Float64Array,
): Rows {
  const hidden = hiddenOf(w, latents)
  const moving = {
    mean: w['generator/batch-normalization/movingMean']!,
    variance: w['generator/batch-normalization/movingVariance']!,
  }
  const scaled = normalized(hidden, w, mode === 'training' ? moments(hidden) : moving)
  const kept = mask ? masked(scaled, mask) : scaled
  return map(affine(kept, w['generator/dense-1/kernel']!, w['generator/dense-1/bias']!), sigmoid)
}

/** Probabilities of being real. */
function judge(w: Weights, images: Rows, mask?: Float64Array): number[] {
  const kept = mask ? masked(images, mask) : images
  const hidden = map(affine(kept, w['discriminator/dense/kernel']!, w['discriminator/dense/bias']!), relu)
  const scores = affine(hidden, w['discriminator/dense-1/kernel']!, w['discriminator/dense-1/bias']!)
  return scores.map((row) => sigmoid(row[0]!))
}

/** Mean cross-entropy and accuracy for one label. */
const crossentropy = (p: readonly number[], label: 0 | 1): number =>
  p.reduce((sum, value) => sum - Math.log(label === 1 ? value : 1 - value), 0) / p.length
const accuracy = (p: readonly number[], label: 0 | 1): number =>
  p.filter((value) => value > 0.5 === (label === 1)).length / p.length

const trainable = (name: string): boolean => !name.includes('/moving')

/** Weights of one network moved against the central differences of a loss. */
function descend(w: Weights, network: string, rate: number, loss: (w: Weights) => number): Weights {
  const h = 1e-5
  return Object.fromEntries(
    Object.entries(w).map(([name, values]) => {
      if (!name.startsWith(`${network}/`) || !trainable(name)) return [name, values]
      const moved = values.map((value, i) => {
        const at = (x: number): number => loss({ ...w, [name]: values.map((v, j) => (j === i ? x : v)) })
        return value - (rate * (at(value + h) - at(value - h))) / (2 * h)
      })
      return [name, moved]
    }),
  )
}

/** The step as the chapter describes it, or with one mistake. */
export function plainStep(
  start: Weights,
  { images, masks, generatorMask, latents, rates }: PlainFeeds,
  mistake?: Mistake,
): { weights: Weights; metrics: Record<string, number> } {
  const real = rowsOf(images, 4)
  const realMask = mistake === 'no dropout mask on real examples' ? undefined : masks.real
  const onReal = (w: Weights): number[] => judge(w, real, realMask)
  const first = descend(start, 'discriminator', rates.real, (w) => crossentropy(onReal(w), 1))

  const fakesOf = (w: Weights): Rows =>
    mistake === 'fakes in training mode'
      ? generate(w, latents.fake, 'training', generatorMask)
      : generate(w, latents.fake, mistake === 'inference by batch statistics' ? 'training' : 'inference')
  const onFakes = (w: Weights): number[] => judge(w, fakesOf(w), masks.fake)
  const beforeSecond = mistake === 'second update from the weights before the first' ? start : first
  const updateOnFakes = (w: Weights): Weights =>
    descend(w, 'discriminator', rates.fake, (moved) => crossentropy(onFakes(moved), 0))
  const second = updateOnFakes(beforeSecond)

  const opponent = mistake === 'generator against the discriminator before its updates' ? start : second
  const onGenerated = (w: Weights): number[] =>
    judge(
      w,
      generate(
        w,
        latents.generator,
        'training',
        mistake === 'generator without dropout' ? undefined : generatorMask,
      ),
      mistake === 'discriminator without dropout in the generator phase' ? undefined : masks.generator,
    )
  const generatorLoss = (w: Weights): number =>
    crossentropy(onGenerated({ ...w, ...pick(opponent, 'discriminator') }), 1)
  const through = (w: Weights): number =>
    crossentropy(
      onGenerated({ ...w, ...pick(updateOnFakes({ ...first, ...pick(w, 'generator') }), 'discriminator') }),
      1,
    )
  const third = descend(
    second,
    'generator',
    rates.generator,
    mistake === 'gradient through the update on fakes' ? through : generatorLoss,
  )

  const { mean, variance } = moments(hiddenOf(second, latents.generator))
  const unbiased = mistake === 'moving statistics of unbiased variance' ? real.length / (real.length - 1) : 1
  const moving = (name: string, now: Float64Array): Float64Array =>
    start[name]!.map((old, j) => 0.99 * old + 0.01 * now[j]!)
  return {
    weights: {
      ...third,
      'generator/batch-normalization/movingMean': moving('generator/batch-normalization/movingMean', mean),
      'generator/batch-normalization/movingVariance': moving(
        'generator/batch-normalization/movingVariance',
        variance.map((v) => v * unbiased),
      ),
    },
    metrics: {
      generatorLoss: generatorLoss(second),
      discriminatorLoss: (crossentropy(onReal(start), 1) + crossentropy(onFakes(beforeSecond), 0)) / 2,
      discriminatorAccuracy: (accuracy(onReal(start), 1) + accuracy(onFakes(beforeSecond), 0)) / 2,
    },
  }
}

/** The weights of one network. */
const pick = (w: Weights, network: string): Weights =>
  Object.fromEntries(Object.entries(w).filter(([name]) => name.startsWith(`${network}/`)))
