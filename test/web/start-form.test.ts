// The form that starts a run: what is wrong with a value, what is sent, and which command it equals.
import { describe, expect, it } from 'vitest'
import { fieldOf } from '../../src/answers/starting/index.ts'
import { commonSettingsOf, resolveSettings } from '../../src/lifecycle/request.ts'
import { settingsOf } from '../../src/lifecycle/setting.ts'
import { MODELS } from '../../src/models/index.ts'
import type { SettingField } from '../../src/server/protocol.ts'
import { ConfigError } from '../../src/util/errors.ts'
import {
  besideField,
  changedSettings,
  commandOf,
  faultOf,
  fieldOfRefusal,
  grouped,
  labelOf,
  nameFault,
} from '../../web/src/lib/start-form.ts'

const field = (name: string, more: Partial<SettingField> = {}): SettingField => ({
  name,
  kind: 'number',
  description: name,
  own: false,
  expected: `a value of ${name}`,
  ...more,
})
const steps = field('steps', {
  integer: true,
  minimum: 1,
  default: 100,
  expected: 'a whole number of at least 1',
})
const rate = field('learningRate', {
  above: 0,
  below: 1,
  default: 0.1,
  own: true,
  expected: 'a number above 0 and below 1',
})
const channels = field('channels', { kind: 'choice', choices: [1, 3], expected: 'one of 1, 3' })
const balanced = field('balanced', { kind: 'boolean', default: false, own: true })
const size = field('imageSize', { kind: 'text' })
const fields = [steps, rate, channels, balanced, size]

describe('a typed value', () => {
  it('is refused with what was expected', () => {
    for (const text of ['0', '1.5', 'x', '1e99'])
      expect(faultOf(steps, text)).toBe('Expected a whole number of at least 1.')
    for (const text of ['-1', '0', '1', '2', 'Infinity'])
      expect(faultOf(rate, text)).toBe('Expected a number above 0 and below 1.')
    expect(faultOf(channels, '2')).toBe('Expected one of 1, 3.')
  })

  it('may be empty, which means the default', () => {
    for (const each of fields)
      for (const text of [undefined, '', '  ']) expect(faultOf(each, text)).toBeUndefined()
    expect(faultOf(steps, ' 7 ')).toBeUndefined()
    expect(faultOf(rate, '1e-3')).toBeUndefined()
  })
})

describe('every setting of every model', () => {
  it('is checked as the server checks it, which says the same', () => {
    const forms = MODELS.flatMap((model) => [
      ...settingsOf(model.options).map((setting) => ({ model, setting })),
      ...settingsOf(commonSettingsOf(model), { ...model.defaults }).map((setting) => ({ model, setting })),
    ])
    const tried = ['-1', '0', '0.5', '1', '2', '64', '48x64', '1e99', '-Infinity', 'x', '3.5', '0x10']
    let refused = 0
    for (const { model, setting } of forms) {
      const form = fieldOf(false)(setting)
      for (const text of tried) {
        const fault = faultOf(form, text)
        const { [setting.name]: value } = changedSettings(
          [{ ...form, default: undefined } as unknown as SettingField],
          {
            [setting.name]: text,
          },
        )
        if (fault) {
          const given = setting.kind === 'number' && Number.isFinite(Number(text)) ? Number(text) : text
          const check = () => resolveSettings(model.name, { [setting.name]: given })
          expect(check, `${model.name} ${setting.name} ${text}`).toThrow(ConfigError)
          refused++
          continue
        }
        if (value === undefined) continue
        try {
          resolveSettings(model.name, { [setting.name]: value })
        } catch (error) {
          // A form's fields are checked one by one; which of them go together, and which names a list may hold, only the model knows.
          expect((error as Error).message).toMatch(
            / is for --.*leave one of them out$|^--(augment|diff-augment|weak|strong): unknown |^expected (returns|a memory|arrivals) |^levers: expected a pool |is one game; expected /,
          )
        }
      }
    }
    expect(refused).toBeGreaterThan(100)
  })

  it.each([
    [{ learningRate: -1 }, '--learning-rate -1: expected a number above 0', 'Expected a number above 0.'],
    [
      { steps: 0 },
      '--steps 0: expected a whole number of at least 1',
      'Expected a whole number of at least 1.',
    ],
    [
      { steps: 'x: y' },
      '--steps "x: y": expected a whole number of at least 1',
      'Expected a whole number of at least 1.',
    ],
    [
      { beta1: 1 },
      '--beta1 1: expected a number of at least 0 and below 1',
      'Expected a number of at least 0 and below 1.',
    ],
    [
      { imageSize: 'big' },
      '--image-size "big": expected one number or height x width, such as 64 or 48x64',
      'Expected one number or height x width, such as 64 or 48x64.',
    ],
  ])('%j is refused in plain words', (settings, message, beside) => {
    expect(() => resolveSettings('mlp-gan', settings)).toThrow(message)
    expect(besideField(message)).toBe(beside)
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
    const request = { recipe: 'training', model: 'vae', data: 'my set', name: 'a', settings }
    const subject = { title: 'Model', choices: [] }
    const training = { command: 'train', folderFlag: '--run', subject }
    expect(commandOf(request, training, 'runs')).toBe(
      "sparring train vae --data 'my set' --steps 7 --balanced --no-batch-norm --run runs/a",
    )
    expect(
      commandOf({ recipe: 'training', model: 'vae', data: 'digits', settings: {} }, training, 'runs'),
    ).toBe('sparring train vae --data digits')
    const file = { name: 'a b.onnx', summary: '', settings: [], isInFolder: true }
    const audit = { command: 'audit', folderFlag: '--out', subject: { ...subject, choices: [file] } }
    expect(
      commandOf(
        { recipe: 'audit', model: 'a b.onnx', data: 'mnist', name: 'x', settings: { n: 5 } },
        audit,
        'runs',
      ),
    ).toBe("sparring audit 'runs/a b.onnx' --data mnist --n 5 --out runs/x")
    const study = { command: 'study', folderFlag: '--out', subject }
    const jobs = { recipe: 'study', model: 'first', settings: { jobs: 2 } }
    expect(commandOf(jobs, study, 'runs')).toBe('sparring study first --jobs 2')
    expect(commandOf({ ...jobs, text: 'name: mine' }, study, 'runs', 'mine.yaml')).toBe(
      'sparring study runs/mine.yaml --jobs 2',
    )
  })
})

it('fields come in three groups, and none is lost', () => {
  const { first, own, rest } = grouped(
    [...fields, field('seed'), field('batchSize')],
    ['steps', 'batchSize', 'seed'],
  )
  expect(first.map(({ name }) => name)).toEqual(['steps', 'batchSize', 'seed'])
  expect(own).toEqual([rate, balanced])
  expect(rest).toEqual([channels, size])
  expect(labelOf('batchSize')).toBe('Batch size')
})

it('a refusal is shown at the field that it is about', () => {
  expect(fieldOfRefusal(fields, '--learning-rate 0: expected a number above 0')).toBe(rate)
  expect(fieldOfRefusal(fields, 'there is a run "a" already')).toBeUndefined()
})

it('names are those that folders may have', () => {
  for (const name of ['', 'a', 'Übung 2', 'v1.2+b']) expect(nameFault(name)).toBeUndefined()
  for (const name of ['../a', '.hidden', 'a/b', 'x'.repeat(129)])
    expect(nameFault(name)).toMatch(/^Expected at most 128/)
})
