// The moving average of a network's weights beside any training of it.
import { describe, expect, it } from 'vitest'
import { averaged } from '../../src/objectives/averaged.ts'
import { offeredBy } from '../../src/objectives/offer.ts'
import { initialState } from '../../src/training/state.ts'
import { stepGraph } from '../../src/training/step.ts'
import { ConfigError } from '../../src/util/errors.ts'
import { type Arrays, feedsOf, noisyState, runStep } from '../training/run-step.ts'
import { columnsOf, randomSource, tinyGan } from '../training/tiny-gan.ts'

const options = { batchSize: 4, columns: columnsOf([2, 2, 1]) }
const source = randomSource(12)
const DECAY = 0.75
const objective = averaged(tinyGan(), { of: 'generator', decay: DECAY })
const step = stepGraph(objective, options)

const averageOf = (name: string): string => name.replace('generator/', 'averaged/')
const learned = step.state.map(({ name }) => name).filter((name) => name.startsWith('generator/'))

describe('averaged', () => {
  it('follows every weight and every moving statistic, step after step, by plain arithmetic', () => {
    expect(learned.some((name) => name.includes('moving'))).toBe(true)
    let state: Arrays = noisyState(step, 3, 0.3)
    const plain = Object.fromEntries(learned.map((name) => [name, [...state[averageOf(name)]!]]))
    for (let index = 0; index < 4; index++) {
      state = runStep(step, state, feedsOf(step, source, index)).state
      for (const name of learned)
        plain[name] = plain[name]!.map((average, i) => DECAY * average + (1 - DECAY) * state[name]![i]!)
    }
    for (const name of learned)
      plain[name]!.forEach((value, i) => {
        expect(state[averageOf(name)]![i], `${name} ${i}`).toBeCloseTo(value, 12)
      })
  })

  it('begins with the numbers of what it averages, and trains it as if it were not there', () => {
    const start = initialState(step.state, 7)
    for (const name of learned) expect(start[averageOf(name)], name).toEqual(start[name])
    const alone = stepGraph(tinyGan(), options)
    const noisy = noisyState(alone, 3)
    const with64 = Object.fromEntries(learned.map((name) => [averageOf(name), noisy[name]!]))
    const [a, b] = [
      runStep(alone, noisy, feedsOf(alone, source, 0)),
      runStep(step, { ...noisy, ...with64 }, feedsOf(step, source, 0)),
    ]
    expect(b.metrics).toEqual(a.metrics)
    for (const name of Object.keys(a.state)) expect(b.state[name], name).toEqual(a.state[name])
  })

  it('does what the network was offered for; what others are offered for stays theirs', () => {
    expect(offeredBy(objective, 'generate')).toMatchObject({ network: 'averaged', of: { name: 'averaged' } })
    expect(offeredBy(objective, 'generate')!.draws).toEqual(offeredBy(tinyGan(), 'generate')!.draws)
    expect(offeredBy(objective, 'judge')!.network).toBe('discriminator')
    expect(Object.keys(objective.networks)).toEqual(['generator', 'discriminator', 'averaged'])
    expect(objective.logs).toEqual(tinyGan().logs.map((log) => ({ ...log, value: expect.any(Function) })))
  })

  it('keeps 0.999 of itself unless told, and nothing with a decay of 0', () => {
    const after = (decay?: number) => {
      const made = stepGraph(
        averaged(tinyGan(), { of: 'generator', ...(decay === undefined ? {} : { decay }) }),
        options,
      )
      return runStep(made, noisyState(made, 3), feedsOf(made, source, 0)).state
    }
    expect(after()).toEqual(after(0.999))
    const follows = after(0)
    for (const name of learned) expect(follows[averageOf(name)], name).toEqual(follows[name])
  })

  it('refuses a network that is not there, a second average and a decay that is none', () => {
    const make = (given: object) => () => averaged(tinyGan(), given as { of: string })
    expect(make({ of: 'critic' })).toThrow(ConfigError)
    expect(make({ of: 'critic' })).toThrow('no network "critic"; there are generator, discriminator')
    expect(make({ of: 'toString' })).toThrow('no network "toString"')
    expect(make({ of: 'generator', decay: 1 })).toThrow(/averaged "tiny-gan": decay .* 1/)
    expect(make({ of: 'generator', decay: -0.1 })).toThrow(/decay/)
    expect(() => averaged(objective, { of: 'discriminator' })).toThrow('there is an average already')
  })
})
