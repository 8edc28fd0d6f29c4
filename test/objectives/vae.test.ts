// The VAE objective as a step, against its loss in plain numbers and the slope of that loss by differences.
import { describe, expect, it } from 'vitest'
import { input } from '../../src/graph/value.ts'
import { branching, dense, sequential } from '../../src/layers/index.ts'
import { inputOf } from '../../src/layers/use.ts'
import { functionOf } from '../../src/objectives/offer.ts'
import { descentsOf } from '../../src/objectives/phase.ts'
import { type VaeOptions, vae } from '../../src/objectives/vae.ts'
import { sgd } from '../../src/optimizers/index.ts'
import { stepGraph } from '../../src/training/step.ts'
import { ConfigError, ShapeError } from '../../src/util/errors.ts'
import { type Arrays, feedsOf, noisyState, runStep } from '../training/run-step.ts'
import { columnsOf, randomSource } from '../training/tiny-gan.ts'

const [batchSize, size, latentDim, rate] = [4, 3, 2, 0.25]

const tinyVae = (options: Partial<VaeOptions> = {}) =>
  vae({
    name: 'tiny-vae',
    encoder: branching(
      { name: 'encoder', input: [size] },
      [dense({ units: 3, activation: 'tanh' })],
      [dense({ units: latentDim, name: 'z-mean' }), dense({ units: latentDim, name: 'z-log-var' })],
    ),
    decoder: sequential({ name: 'decoder', input: [latentDim] }, [
      dense({ units: size, activation: 'sigmoid' }),
    ]),
    optimizer: sgd({ learningRate: rate }),
    ...options,
  })

type Numbers = ArrayLike<number>
const affine = (x: Numbers, kernel: Numbers, bias: Numbers): number[] =>
  Array.from(bias, (b, j) =>
    Array.from(x).reduce((sum, value, i) => sum + value * kernel[i * bias.length + j]!, b),
  )

/** The terms of the loss, example by example. */
function plainTerms(weights: Arrays, images: Numbers, noise: Numbers, kind: 'cross-entropy' | 'squares') {
  const layer = (name: string, x: Numbers) => affine(x, weights[`${name}/kernel`]!, weights[`${name}/bias`]!)
  let [reconstruction, divergence] = [0, 0]
  for (let n = 0; n < batchSize; n++) {
    const x = Array.from({ length: size }, (_, i) => images[n * size + i]!)
    const hidden = layer('encoder/dense', x).map(Math.tanh)
    const mean = layer('encoder/z-mean', hidden)
    const logVariance = layer('encoder/z-log-var', hidden)
    const z = mean.map((m, i) => m + Math.exp(logVariance[i]! / 2) * noise[n * latentDim + i]!)
    const made = layer('decoder/dense', z).map((logit) => 1 / (1 + Math.exp(-logit)))
    made.forEach((p, i) => {
      const t = x[i]!
      const error = kind === 'squares' ? (p - t) ** 2 : -t * Math.log(p) - (1 - t) * Math.log(1 - p)
      reconstruction += error / batchSize
    })
    mean.forEach((m, i) => {
      const v = logVariance[i]!
      divergence += -0.5 * (1 + v - m * m - Math.exp(v)) * (1 / batchSize)
    })
  }
  return { reconstruction, divergence }
}

it('declares how examples become latents, and how far their map reaches', () => {
  const reachOf = (options: Partial<VaeOptions> = {}) => {
    const { offers, networks } = tinyVae(options)
    expect([offers!.encode!.network, offers!.decode!.network]).toEqual(['encoder', 'decoder'])
    return offers!.generate!.draws![inputOf(networks.decoder).name]
  }
  expect(reachOf()).toEqual({ distribution: 'normal', reach: 2.5 })
  expect(reachOf({ latentRange: 4 })).toEqual({ distribution: 'normal', reach: 4 })
  expect(functionOf(tinyVae(), 'encode').finish!(input('code', [7, 2 * latentDim])).shape).toEqual([
    7,
    latentDim,
  ])
  expect(() => tinyVae({ latentRange: 0 })).toThrow('latentRange')
})

describe('a step of a VAE', () => {
  const cases = [
    ['binaryCrossentropy', 'cross-entropy', 1],
    ['meanSquaredError', 'squares', 1],
    ['binaryCrossentropy', 'cross-entropy', 4],
  ] as const
  it.each(cases)(
    'with %s is one update of the summed %s and %d times the divergence',
    (reconstruction, kind, beta) => {
      const objective = tinyVae({ reconstruction, beta })
      const step = stepGraph(objective, { batchSize, columns: columnsOf([size]) })
      const start = noisyState(step, 3, 0.5)
      const feeds = feedsOf(step, randomSource(20, [size]), 2, {
        batches: objective.batches ?? 'epoch',
      })
      expect(Object.keys(feeds)).toEqual(['images', 'vae/normal-0', 'vae/learningRate'])
      const terms = (weights: Arrays) =>
        plainTerms(weights, feeds.images!.data, feeds['vae/normal-0']!.data, kind)
      const lossAt = (weights: Arrays): number => {
        const { reconstruction, divergence } = terms(weights)
        return reconstruction + beta * divergence
      }
      const { metrics, state } = runStep(step, start, feeds)
      expect(Object.keys(metrics)).toEqual(['loss', 'reconstruction', 'divergence', 'active'])
      expect(metrics.loss).toBeCloseTo(lossAt(start), 10)
      expect(metrics.reconstruction).toBeCloseTo(terms(start).reconstruction, 10)
      expect(metrics.divergence).toBeCloseTo(terms(start).divergence, 10)
      expect(metrics.divergence).toBeGreaterThan(0.1)
      for (const { name } of step.state)
        start[name]!.forEach((value, i) => {
          const moved = (by: number): Arrays => ({
            ...start,
            [name]: start[name]!.map((x, j) => (j === i ? x + by : x)),
          })
          const slope = (lossAt(moved(1e-5)) - lossAt(moved(-1e-5))) / 2e-5
          expect(state[name]![i], `${name} ${i}`).toBeCloseTo(value - rate * slope, 7)
        })
    },
  )

  it('counts the numbers of the latent whose mean varies by more than 0.01', () => {
    const step = stepGraph(tinyVae(), { batchSize, columns: columnsOf([size]) })
    const start = noisyState(step, 3, 0.5)
    const feeds = feedsOf(step, randomSource(20, [size]), 2, { batches: 'epoch' })
    const images = feeds.images!.data
    const hidden = Array.from({ length: batchSize }, (_, n) =>
      affine(
        images.slice(n * size, (n + 1) * size) as Float32Array,
        start['encoder/dense/kernel']!,
        start['encoder/dense/bias']!,
      ).map(Math.tanh),
    )
    const kernel = start['encoder/z-mean/kernel']!
    /** The weights with the means of one latent number scaled to a variance. */
    const scaledTo = (variances: readonly number[]): Arrays => {
      const factors = variances.map((variance, j) => {
        const means = hidden.map((units) =>
          units.reduce((sum, h, i) => sum + h * kernel[i * latentDim + j]!, 0),
        )
        const middle = means.reduce((sum, m) => sum + m, 0) / batchSize
        const now = means.reduce((sum, m) => sum + (m - middle) ** 2, 0) / batchSize
        return Math.sqrt(variance / now)
      })
      return { ...start, 'encoder/z-mean/kernel': kernel.map((w, i) => w * factors[i % latentDim]!) }
    }
    const counted = (...variances: number[]) => runStep(step, scaledTo(variances), feeds).metrics.active
    expect([counted(0.011, 0.5), counted(0.009, 0.5), counted(0.5, 0.009), counted(0.001, 0.009)]).toEqual([
      2, 1, 1, 0,
    ])
  })

  it('has one phase, sees every example once before any twice, and makes new ones from normal latents', () => {
    const { phases, batches, offers } = tinyVae()
    expect(descentsOf(phases).map(({ name, updates }) => [name, updates])).toEqual([
      ['vae', ['encoder', 'decoder']],
    ])
    expect(phases).toHaveLength(1)
    expect(batches).toBeUndefined() // The default: every example once before any twice.
    expect(offers!.generate).toMatchObject({
      network: 'decoder',
      draws: { input: { distribution: 'normal' } },
    })
    expect(offers!.encode!.meaning).toContain('mean of z in the first 2 numbers')
  })

  it('refuses networks that do not fit and options out of range', () => {
    const decoder = (input: number, units: number) =>
      sequential({ name: 'decoder', input: [input] }, [dense({ units, activation: 'sigmoid' })])
    const refuse = (
      options: Partial<VaeOptions>,
      kind: typeof ShapeError | typeof ConfigError,
      message: string,
    ): void => {
      expect(() => tinyVae(options)).toThrow(kind)
      expect(() => tinyVae(options)).toThrow(message)
    }
    refuse({ decoder: decoder(3, size) }, ShapeError, 'takes half as many numbers, got [3]')
    refuse({ decoder: decoder(2, 5) }, ShapeError, 'the decoder makes what the encoder takes, [3], got [5]')
    refuse({ beta: -1 }, ConfigError, 'vae "tiny-vae": beta must be a number with beta >= 0, got -1')
    refuse({ reconstruction: 'mse' as 'meanSquaredError' }, ConfigError, 'unknown reconstruction "mse"')
  })
})
