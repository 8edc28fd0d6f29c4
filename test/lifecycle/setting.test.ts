// Settings are made from schemas: names, flags, variables, words for what is accepted.
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { trainingSettings } from '../../src/cli/training.ts'
import { dataSettings } from '../../src/lifecycle/data-settings.ts'
import { settingsOf, textSetting } from '../../src/lifecycle/setting.ts'
import { MODELS } from '../../src/models/index.ts'

const schema = z.object({
  latentDim: z.int().min(1).max(512).default(100).describe('length of the latent'),
  learningRate: z.number().positive().default(2e-4),
  beta1: z.number().min(0).lt(1).default(0.5),
  steps: z.int().min(1),
  spectralNorm: z.boolean().default(false),
  loss: z.enum(['hinge', 'logistic']).default('hinge'),
  channels: z.literal([1, 3]).optional(),
  size: z
    .string()
    .optional()
    .meta({ title: 'HxW', examples: ['64', '48x64'] }),
})
const [latentDim, learningRate, beta1, steps, spectralNorm, loss, channels, size] = settingsOf(schema, {
  steps: 12,
})

describe('settingsOf', () => {
  it('names a setting for flag and environment', () => {
    expect(latentDim).toMatchObject({
      name: 'latentDim',
      flag: '--latent-dim',
      variable: 'SPARRING_LATENT_DIM',
      description: 'length of the latent',
    })
  })

  it('takes defaults from the schema, and from outside where the schema has none', () => {
    expect(latentDim?.default).toBe(100)
    expect(steps?.default).toBe(12)
  })

  it('says in words what is accepted', () => {
    expect(
      [latentDim, learningRate, beta1, steps, spectralNorm, loss, channels, size].map((s) => s?.expected),
    ).toEqual([
      'a whole number of at least 1 and at most 512',
      'a number above 0',
      'a number of at least 0 and below 1',
      'a whole number of at least 1',
      'true or false',
      'one of hinge, logistic',
      'one of 1, 3',
      'a text such as 64 or 48x64',
    ])
  })

  it('says what a number must be divisible by', () => {
    const [width] = settingsOf(z.object({ width: z.int().multipleOf(8).min(8).describe('channels') }))
    expect(width).toMatchObject({
      multipleOf: 8,
      expected: 'a whole number of at least 8 and divisible by 8',
    })
    expect([8, 12, 16].map((value) => width!.accepts(value))).toEqual([true, false, true])
  })

  it('accepts what the schema accepts', () => {
    expect([0, 1, 512, 513, 1.5, '7'].map((value) => latentDim?.accepts(value))).toEqual([
      false,
      true,
      true,
      false,
      false,
      false,
    ])
    expect(loss?.accepts('wasserstein')).toBe(false)
    expect([1, 2, 3, '3'].map((value) => channels?.accepts(value))).toEqual([true, false, true, false])
  })

  it('reads choices among numbers as numbers, and says how a text looks', () => {
    expect(channels).toMatchObject({ kind: 'number', placeholder: '<1|3>' })
    expect(size).toMatchObject({ kind: 'text', placeholder: '<HxW>' })
  })

  it('refuses a field that no flag can express', () => {
    expect(() => settingsOf(z.object({ units: z.array(z.number()) }))).toThrow(/type array/)
  })

  it('can express every option of every model, with a description', () => {
    for (const model of MODELS)
      for (const { name, description, default: fallback } of trainingSettings(model)) {
        expect(description, `${model.name} ${name}`).not.toBe('')
        // What several sets have has a default for each of them.
        const ofSets = dataSettings.flatMap((one) => (one.default === undefined ? [one.name] : []))
        const optional = [
          'dataDir',
          'run',
          'channels',
          // All of them; none.
          ...['labels', 'draw', 'probeEvery'],
          ...ofSets,
          ...(model.defaults.imageSize ? [] : ['imageSize']),
        ]
        // A default that depends on other options is said in words.
        if (model.settle && fallback === undefined && name in model.options.shape) {
          expect(description, `${model.name} ${name}`).toContain('(default: ')
          continue
        }
        if (!optional.includes(name)) expect(fallback, `${model.name} ${name}`).toBeDefined()
      }
  })

  it('gives no two settings of a model one name', () => {
    for (const model of MODELS) {
      const names = trainingSettings(model).map(({ name }) => name)
      expect(new Set(names).size).toBe(names.length)
    }
  })
})

describe('textSetting', () => {
  it('wants a text that is not empty', () => {
    const setting = textSetting('run', '<folder>', 'where')
    expect(['a', ' ', '', 3].map((value) => setting.accepts(value))).toEqual([true, false, false, false])
  })
})
