// The text of a study as somebody writes it: everything that is wrong is named by its line, before any data is loaded.
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { lookAtStudy } from '../../src/studies/node/look-at-study.ts'

const text = (...lines: string[]): string => ['name: tried', ...lines].join('\n')

describe('a text of a study', () => {
  it('that is right comes to jobs in groups', async () => {
    const found = await lookAtStudy(
      text('models: [mlp-gan, vae]', 'data: digits', 'grid: { batchSize: [16, 32] }', 'seeds: [3, 7, 9]'),
    )
    expect(found).toMatchObject({ problems: [], jobs: 12, groups: 4, places: [], study: { name: 'tried' } })
  })

  it.each(readdirSync('studies'))('that comes with the program is right: %s', async (name) => {
    const found = await lookAtStudy(readFileSync(`studies/${name}`, 'utf8'))
    expect(found.problems).toEqual([])
    expect(found.groups).toBeGreaterThan(1)
  })

  it('has all its faults told at once, each with its line', async () => {
    const { problems, study } = await lookAtStudy(
      text('sedes: 3', 'models: mlp-gan', 'jobs:', '  one:', '    modles: [vae]'),
    )
    expect(study).toBeUndefined()
    expect(problems).toEqual([
      { message: '"models": expected array, got "mlp-gan"', line: 3 },
      { message: expect.stringContaining('no "modles" in jobs.one; did you mean "models"?'), line: 6 },
      { message: expect.stringContaining('no "sedes"; did you mean "seeds"?'), line: 2 },
    ])
  })

  it.each([
    [['models: [vae', 'seeds: 3'], 3, 'expected YAML or JSON'],
    [['# a vae', 'models: [vae]', 'options: { latnetDim: 3 }'], 4, 'did you mean "latentDim"?'],
    [['models:', '  - vea'], 3, 'did you mean "vae"?'],
    [['models: [vae]', 'within: [colour]'], 3, 'nothing in this study is called "colour"'],
    [['models: [vae]', 'data: digits', 'options: { steps: -1 }'], undefined, '-1'],
    [['models: [vae]', 'kind: trainig'], 3, 'did you mean "training"?'],
  ])('with %j has a fault in line %s', async (lines, line, message) => {
    const { problems } = await lookAtStudy(text(...lines))
    expect(problems[0]!.message).toContain(message)
    expect(problems[0]!.line).toBe(line)
  })

  it('that would have far too many jobs is refused before any is made', async () => {
    const many = Array.from({ length: 9 }, (_, i) => `  x${i}: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]`)
    const { problems } = await lookAtStudy(text('models: [vae]', 'grid:', ...many))
    expect(problems[0]!.message).toContain('would have 1000000000 jobs, more than 100000')
  })

  it.each(['', '- a', '3', 'a: &a [1]\nb: [*a, *c]'])('is told what it lacks: %j', async (given) => {
    const { problems } = await lookAtStudy(given)
    expect(problems[0]!.message).toMatch(/expected|name|alias/i)
  })

  it('says which places on this machine it would read, and whether they are written so', async () => {
    const { places } = await lookAtStudy(text('models: [classifier]', 'data: [/tmp/one, digits, two]'))
    expect(places).toEqual([
      { place: '/tmp/one', given: expect.arrayContaining(['/tmp/one']) },
      { place: expect.stringMatching(/two$/), given: expect.not.arrayContaining([process.cwd()]) },
    ])
  })
})
