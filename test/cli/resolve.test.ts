// Flags go before the environment, which goes before the file; whatever is wrong is named with its place.
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Places, resolveGiven } from '../../src/cli/resolve.ts'
import { settingsOf, textSetting } from '../../src/lifecycle/setting.ts'

const settings = [
  textSetting('data', '<name>', 'which', 'digits'),
  ...settingsOf(
    z.object({
      batchSize: z.int().min(1).default(128),
      learningRate: z.number().positive().default(2e-4),
      augment: z.boolean().default(false),
    }),
  ),
]
const resolve = (places: Partial<Places>) => resolveGiven(settings, { flags: {}, environment: {}, ...places })
const file = (values: Record<string, unknown>) => ({ path: 'mine.json', values })

describe('resolveGiven', () => {
  it('leaves out what is given nowhere', () => {
    expect(resolve({})).toEqual({})
  })

  it('lets a flag win over the environment, and that over the file', () => {
    const environment = { SPARRING_BATCH_SIZE: '16', SPARRING_DATA: 'mnist' }
    const config = file({ batchSize: 8, data: 'letters', learningRate: 0.5 })
    expect(resolve({ flags: { batchSize: '32' }, environment, file: config })).toEqual({
      batchSize: 32,
      data: 'mnist',
      learningRate: 0.5,
    })
  })

  it('reads numbers as people write them', () => {
    for (const [text, value] of [
      ['2e-4', 2e-4],
      ['.5', 0.5],
      ['1.', 1],
      ['+3', 3],
      [' 7 ', 7],
    ] as const)
      expect(resolve({ flags: { learningRate: text } })).toEqual({ learningRate: value })
  })

  it.each(['', 'abc', '1,5', '0x10', 'NaN', 'Infinity', '1e', '--3', '7 steps'])(
    'does not take %j for a number',
    (text) => {
      expect(() => resolve({ flags: { learningRate: text } })).toThrow(
        `--learning-rate: expected a number above 0, got ${JSON.stringify(text)}`,
      )
    },
  )

  it('names the flag, the variable or file and key that is out of range', () => {
    expect(() => resolve({ flags: { batchSize: '0' } })).toThrow(
      '--batch-size: expected a whole number of at least 1, got 0',
    )
    expect(() => resolve({ environment: { SPARRING_BATCH_SIZE: '1.5' } })).toThrow(
      'environment variable SPARRING_BATCH_SIZE: expected a whole number of at least 1, got 1.5',
    )
    expect(() => resolve({ file: file({ batchSize: '32' }) })).toThrow(
      'mine.json: "batchSize": expected a whole number of at least 1, got "32"',
    )
  })

  it('names an unknown key of the file and the nearest known one', () => {
    expect(() => resolve({ file: file({ batchsize: 3 }) })).toThrow(
      'mine.json: unknown key "batchsize"; did you mean "batchSize"? Known keys: data, batchSize, learningRate, augment',
    )
  })

  it('checks the file also where a flag overrides it', () => {
    expect(() => resolve({ flags: { batchSize: '3' }, file: file({ batchSize: -1 }) })).toThrow(/mine\.json/)
  })

  it('takes an empty variable for one that is not set', () => {
    expect(resolve({ environment: { SPARRING_BATCH_SIZE: '' } })).toEqual({})
  })

  it('takes booleans as flags and as words', () => {
    expect(resolve({ flags: { augment: true } })).toEqual({ augment: true })
    expect(resolve({ flags: { augment: false }, environment: { SPARRING_AUGMENT: 'yes' } })).toEqual({
      augment: false,
    })
    expect(resolve({ environment: { SPARRING_AUGMENT: '1' } })).toEqual({ augment: true })
    expect(() => resolve({ environment: { SPARRING_AUGMENT: 'maybe' } })).toThrow(
      'environment variable SPARRING_AUGMENT: expected true or false, got "maybe"',
    )
  })
})
