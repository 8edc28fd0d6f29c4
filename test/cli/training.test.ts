// A training as it is asked for: defaults, the configuration that is printed, the command that repeats it.
import { resolve as absolute } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Places } from '../../src/cli/resolve.ts'
import {
  commandOf,
  defaultRunFolder,
  printedConfig,
  resolveTraining,
  trainingSettings,
} from '../../src/cli/training.ts'
import { modelNamed } from '../../src/models/index.ts'

const model = modelNamed('mlp-gan')
const training = (places: Partial<Places> = {}) =>
  resolveTraining(model, { flags: {}, environment: {}, ...places })

describe('resolveTraining', () => {
  it('takes the defaults of the model for what is given nowhere', () => {
    const { data, settings, given } = training()
    expect(data).toBe('digits')
    expect(settings).toMatchObject({ ...model.defaults, seed: 1, threads: 0, latentDim: 100 })
    expect(given).toEqual({})
  })

  it('makes paths absolute and leaves names alone', () => {
    expect(training({ flags: { data: './letters', dataDir: 'files' } })).toMatchObject({
      data: absolute('letters'),
      dataDir: absolute('files'),
    })
    expect(training({ flags: { data: 'mnist' } }).data).toBe('mnist')
  })

  it('takes the folder of the data from the environment', () => {
    expect(training({ environment: { SPARRING_DATA_DIR: '/media/mnist' } }).dataDir).toBe('/media/mnist')
  })

  it('refuses a configuration of another model', () => {
    const file = { path: 'mine.json', values: { model: 'dcgan' } }
    expect(() => training({ file })).toThrow('mine.json: "model" is "dcgan", but the command trains mlp-gan')
  })

  it('refuses a limit that only the model knows, naming the flag', () => {
    expect(() => training({ flags: { beta1: '1' } })).toThrow(
      '--beta1: expected a number of at least 0 and below 1, got 1',
    )
  })
})

describe('printedConfig', () => {
  it('is a configuration file that gives the same training', () => {
    const first = training({ flags: { steps: '7', latentDim: '3', run: 'runs/x' } })
    const values = JSON.parse(JSON.stringify(printedConfig(first)))
    const second = training({ file: { path: 'printed.json', values } })
    expect(printedConfig(second)).toEqual(printedConfig(first))
    expect(values).toMatchObject({ model: 'mlp-gan', data: 'digits', run: 'runs/x', steps: 7, latentDim: 3 })
  })
})

describe('commandOf', () => {
  it('holds what was given, and always data, steps and seed', () => {
    const command = commandOf(training({ flags: { latentDim: '3' } }), trainingSettings(model))
    expect(command.join(' ')).toBe(
      'sparring train mlp-gan --data digits --steps 12001 --seed 1 --latent-dim 3',
    )
  })

  it('leaves out the run folder, which is taken then', () => {
    expect(commandOf(training({ flags: { run: 'runs/x' } }), trainingSettings(model))).not.toContain('--run')
  })
})

describe('defaultRunFolder', () => {
  const date = new Date(2026, 0, 31, 17, 5, 9)

  it('is called after model and local time', () => {
    expect(defaultRunFolder('mlp-gan', date, () => false)).toBe('runs/mlp-gan-20260131-170509')
  })

  it('counts on when the folder is taken', () => {
    const taken = ['runs/mlp-gan-20260131-170509', 'runs/mlp-gan-20260131-170509-2']
    expect(defaultRunFolder('mlp-gan', date, (folder) => taken.includes(folder))).toBe(
      'runs/mlp-gan-20260131-170509-3',
    )
  })
})
