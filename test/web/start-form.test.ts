// The form that starts a run: what is wrong with a value, what is sent, and which command it equals.
import { describe, expect, it } from 'vitest'
import { MODELS } from '../../src/models/index.ts'
import type { SettingField } from '../../src/server/protocol.ts'
import { commonSettings, flagOf as realFlagOf } from '../../src/workflow/request.ts'
import {
  changedSettings,
  commandOf,
  faultOf,
  fieldOfRefusal,
  flagOf,
  grouped,
  labelOf,
  nameFault,
} from '../../web/src/lib/start-form.ts'

const field = (name: string, more: Partial<SettingField> = {}): SettingField => ({
  name,
  kind: 'number',
  description: name,
  own: false,
  ...more,
})
const steps = field('steps', { integer: true, minimum: 1, default: 100 })
const rate = field('learningRate', { minimum: 0, maximum: 1, default: 0.1, own: true })
const channels = field('channels', { kind: 'choice', choices: [1, 3] })
const balanced = field('balanced', { kind: 'boolean', default: false, own: true })
const size = field('imageSize', { kind: 'text' })
const fields = [steps, rate, channels, balanced, size]

describe('a typed value', () => {
  it('is refused with what was expected', () => {
    for (const text of ['0', '1.5', 'x', '1e99'])
      expect(faultOf(steps, text)).toBe('Expected a whole number of at least 1.')
    expect(faultOf(rate, '2')).toBe('Expected a number of at least 0 and at most 1.')
    expect(faultOf(channels, '2')).toBe('Expected one of 1, 3.')
  })

  it('may be empty, which means the default', () => {
    for (const each of fields)
      for (const text of [undefined, '', '  ']) expect(faultOf(each, text)).toBeUndefined()
    expect(faultOf(steps, ' 7 ')).toBeUndefined()
    expect(faultOf(rate, '1e-3')).toBeUndefined()
  })
})

describe('what is sent', () => {
  it('is only what differs from the defaults, as values', () => {
    const typed = {
      steps: '100',
      learningRate: ' 1e-3 ',
      channels: '3',
      balanced: true,
      imageSize: '64',
      other: '1',
    }
    expect(changedSettings(fields, typed)).toEqual({
      learningRate: 0.001,
      channels: 3,
      balanced: true,
      imageSize: '64',
    })
    expect(changedSettings(fields, { balanced: false, steps: 'x' })).toEqual({})
  })

  it('is the command that it says', () => {
    const settings = { steps: 7, balanced: true, batchNorm: false }
    const request = { model: 'vae', data: 'my set', name: 'a', settings }
    expect(commandOf(request, 'runs')).toBe(
      "sparring train vae --data 'my set' --steps 7 --balanced --no-batch-norm --run runs/a",
    )
    expect(commandOf({ model: 'vae', data: 'digits', settings: {} }, 'runs')).toBe(
      'sparring train vae --data digits',
    )
  })

  it('has the flags of the command line, for every setting there is', () => {
    const names = [
      ...Object.keys(commonSettings.shape),
      ...MODELS.flatMap(({ options }) => Object.keys(options.shape)),
    ]
    expect(names.length).toBeGreaterThan(10)
    for (const name of names) expect(flagOf(name)).toBe(realFlagOf(name))
  })
})

it('fields come in three groups, and none is lost', () => {
  const { first, own, rest } = grouped([...fields, field('seed'), field('batchSize')])
  expect(first.map(({ name }) => name)).toEqual(['steps', 'batchSize', 'seed'])
  expect(own).toEqual([rate, balanced])
  expect(rest).toEqual([channels, size])
  expect(labelOf('batchSize')).toBe('Batch size')
})

it('a refusal is shown at the field that it is about', () => {
  expect(fieldOfRefusal(fields, '--learning-rate 0: Too small')).toBe(rate)
  expect(fieldOfRefusal(fields, 'there is a run "a" already')).toBeUndefined()
})

it('names are those that folders may have', () => {
  for (const name of ['', 'a', 'Übung 2', 'v1.2+b']) expect(nameFault(name)).toBeUndefined()
  for (const name of ['../a', '.hidden', 'a/b', 'x'.repeat(129)])
    expect(nameFault(name)).toMatch(/^Expected at most 128/)
})
