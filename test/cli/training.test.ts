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
import { MODELS, modelNamed } from '../../src/models/index.ts'

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

  it('completes the options of the data set that is named, and refuses those of another', () => {
    expect(training().settings).toMatchObject({ count: 60_000, series: 1 })
    const few = training({ flags: { count: '500' } })
    expect(few).toMatchObject({ dataOptions: { count: 500 }, settings: { count: 500, series: 1 }, given: {} })
    expect(commandOf(few, trainingSettings(model)).join(' ')).toContain('--data digits --steps 12001')
    expect(commandOf(few, trainingSettings(model)).join(' ')).toContain('--count 500')
    expect(training({ flags: { data: 'mnist' } }).settings).not.toHaveProperty('count')
    expect(() => training({ flags: { data: 'mnist', count: '500' } })).toThrow(
      'the data "mnist" has no option "count"; it has none',
    )
    expect(() => training({ flags: { count: '0' } })).toThrow(
      '--count: expected a whole number of at least 1',
    )
  })

  it('has no two settings of one name, whatever the model', () => {
    for (const { name } of MODELS) {
      const names = trainingSettings(modelNamed(name)).map((setting) => setting.name)
      expect(new Set(names).size, name).toBe(names.length)
    }
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

describe('the wanted images', () => {
  const large = modelNamed('dcgan-64')
  const settingsWith = (places: Partial<Places>, of = large) =>
    resolveTraining(of, { flags: {}, environment: {}, ...places }).settings

  it('are those that the model wants, unless a flag, the environment or a file says otherwise', () => {
    expect(settingsWith({}).imageSize).toBe('64x64')
    const file = { path: 'mine.json', values: { imageSize: 32, channels: 1 } }
    expect(settingsWith({ file })).toMatchObject({ imageSize: '32', channels: 1 })
    const environment = { SPARRING_IMAGE_SIZE: '48x64', SPARRING_CHANNELS: '3' }
    expect(settingsWith({ file, environment })).toMatchObject({ imageSize: '48x64', channels: 3 })
    const flags = { imageSize: '128', channels: '1' }
    expect(settingsWith({ file, environment, flags })).toMatchObject({ imageSize: '128', channels: 1 })
  })

  it('stay as they are where nobody says anything', () => {
    const settings = settingsWith({}, model)
    expect(['imageSize' in settings, 'channels' in settings]).toEqual([false, false])
  })

  it.each([
    [{ imageSize: '64x' }, '--image-size: expected a text such as 64 or 48x64, got "64x"'],
    [{ imageSize: '0' }, '--image-size: expected a text such as 64 or 48x64, got "0"'],
    [{ channels: '2' }, '--channels: expected one of 1, 3, got 2'],
    [{ channels: 'grey' }, '--channels: expected one of 1, 3, got "grey"'],
  ])('are checked: %j', (flags, message) => {
    expect(() => settingsWith({ flags })).toThrow(message)
  })

  it('are part of the command that trains the same again', () => {
    const given = resolveTraining(large, { flags: { imageSize: '48x64', channels: '1' }, environment: {} })
    expect(commandOf(given, trainingSettings(large)).join(' ')).toContain('--image-size 48x64 --channels 1')
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
