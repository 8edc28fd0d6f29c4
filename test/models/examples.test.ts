// Trainings that models declare as worth seeing: every one can be begun as it is.
import { describe, expect, it } from 'vitest'
import { trainingStart } from '../../src/answers/starting/training.ts'
import { dataNames } from '../../src/data/node/index.ts'
import { MODELS } from '../../src/models/index.ts'

const form = await trainingStart.form({ folder: '', runs: [] })

describe('examples of models', () => {
  it('are in the form, those of every model', () => {
    const declared = MODELS.flatMap(({ examples = [] }) => examples.map(({ title }) => title))
    expect(declared.length).toBeGreaterThanOrEqual(2)
    expect(form.examples!.map(({ title }) => title)).toEqual(declared)
  })

  it.each(form.examples!.map((example) => [example.title, example] as const))(
    '"%s" names data, settings and values that there are, none of them a default',
    (_, { model, data, settings }) => {
      const choice = form.subject.choices.find(({ name }) => name === model)!
      if (choice.hasOwnData) expect(data).toBeUndefined()
      else expect(dataNames()).toContain(data)
      const set = form.data!.choices.find(({ name }) => name === data)
      const fields = [...choice.settings, ...(set?.settings ?? [])]
      for (const [name, value] of Object.entries(settings)) {
        const field = fields.find((one) => one.name === name)
        expect(field, name).toBeDefined()
        expect(value).not.toBe(field!.default)
      }
      const request = { recipe: 'training', model, ...(data === undefined ? {} : { data }), settings }
      expect(() =>
        trainingStart.check(request, { recipe: 'training', ...form }, { folder: '', runs: [] }),
      ).not.toThrow()
    },
  )

  it('have a model begun on its own data unless another is chosen', () => {
    const usual = Object.fromEntries(form.subject.choices.map(({ name, data }) => [name, data?.name]))
    expect(usual).toMatchObject({ 'mlp-points': 'ring', dcgan: 'digits' })
    const sets = form.data!.choices.map(({ name }) => name)
    for (const data of Object.values(usual)) if (data !== undefined) expect(sets).toContain(data)
  })
})
