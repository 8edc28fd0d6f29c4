// What every environment of the registry promises.
import { describe, expect, it } from 'vitest'
import { ENVIRONMENTS, environments, makeEnvironment, rulesNamed } from '../../src/environments/index.ts'
import { randomStream } from '../../src/util/random.ts'

/** Actions of chance, and all that came of them. */
function play(name: string, steps: number, { seed = 5, from = 0 } = {}) {
  const environment = makeEnvironment(name)
  const random = randomStream(9, 'policy')
  const told: unknown[] = [Array.from(environment.reset({ seed }))]
  let saved: number[] | undefined
  for (let step = 0; step < steps; step++) {
    if (step === from) saved = environment.save()
    const { observation, ...found } = environment.step(random.integer(environment.actionSpace.n))
    told.push(found, Array.from(observation))
    if (found.terminated || found.truncated) told.push(Array.from(environment.reset()))
  }
  return { environment, told, saved: saved! }
}

// What is emulated takes too long for all of this, and has a file of its own.
describe.each(ENVIRONMENTS.filter(({ prepare }) => !prepare).map(({ name }) => name))('%s', (name) => {
  it('is a function of its seed and of what is done', () => {
    expect(play(name, 200).told).toEqual(play(name, 200).told)
  })

  it('goes on from a state that was saved as if nothing had been between', () => {
    const steps = 300
    for (const from of [0, 57, 211]) {
      const { told, saved } = play(name, steps, { from })
      const again = makeEnvironment(name)
      again.restore(structuredClone(saved))
      expect(again.save()).toEqual(saved)
      const random = randomStream(9, 'policy')
      for (let step = 0; step < from; step++) random.integer(again.actionSpace.n)
      const rest: unknown[] = []
      for (let step = from; step < steps; step++) {
        const { observation, ...found } = again.step(random.integer(again.actionSpace.n))
        rest.push(found, Array.from(observation))
        if (found.terminated || found.truncated) rest.push(Array.from(again.reset()))
      }
      expect(rest).toEqual(told.slice(-rest.length))
    }
  })

  it('shows what its space says', () => {
    const { environment, told } = play(name, 300)
    const { shape, low, high, names } = environment.observationSpace
    const seen = told.filter(Array.isArray) as number[][]
    const size = shape.reduce((a, b) => a * b)
    const bound = (of: number | readonly number[], i: number) => (typeof of === 'number' ? of : of[i]!)
    for (const numbers of seen) {
      expect(numbers).toHaveLength(size)
      expect(numbers.every((x, i) => x >= bound(low, i) && x <= bound(high, i))).toBe(true)
    }
    expect(names).toHaveLength(shape.at(-1)!)
    expect(seen.length).toBeGreaterThan(300)
  })

  it('has a set of actions that is enough for it, in the order of all', () => {
    const { actions, minimal } = rulesNamed(name)
    expect(minimal).toEqual(actions.filter((action) => minimal.includes(action)))
    expect(makeEnvironment(name, { actions: 'minimal' }).actionSpace.names).toEqual(minimal)
  })

  it('refuses what is no action, and to go on where nothing goes on', () => {
    const environment = makeEnvironment(name)
    expect(() => environment.step(0)).toThrow('no episode has begun; call reset first')
    environment.reset()
    const { n } = environment.actionSpace
    for (const action of [-1, n, 0.5, Number.NaN])
      expect(() => environment.step(action)).toThrow(`expected an action from 0 to ${n - 1} (`)
    let over = false
    for (let step = 0; step < 5000 && !over; step++) {
      const { terminated, truncated } = environment.advance(0)
      over = terminated || truncated
    }
    expect(over).toBe(true)
    expect(() => environment.step(0)).toThrow('the episode has ended; call reset first')
  })

  it('is cut off after so many steps, without having ended', () => {
    const environment = makeEnvironment(name, { maxEpisodeSteps: 3, sticky: 0 })
    environment.reset()
    expect([1, 2, 3].map(() => environment.advance(0))).toMatchObject([
      { terminated: false, truncated: false },
      { terminated: false, truncated: false },
      { terminated: false, truncated: true },
    ])
  })

  it('is played by many copies as by one each, from one episode to the next', () => {
    const copies = environments(() => makeEnvironment(name, { maxEpisodeSteps: 40 }), 3)
    const singles = [4, 5, 6].map((seed) => {
      const environment = makeEnvironment(name, { maxEpisodeSteps: 40 })
      environment.reset({ seed })
      return environment
    })
    copies.reset(4)
    const random = randomStream(2, 'policy')
    const ends: unknown[] = []
    let halfway: number[][] = []
    const later: number[][] = []
    const actions: number[][] = []
    for (let step = 0; step < 120; step++) {
      if (step === 60) halfway = copies.save()
      const chosen = singles.map(() => random.integer(copies.actionSpace.n))
      actions.push(chosen)
      const seen = Array.from(copies.step(chosen, ({ copy, length }) => ends.push([copy, length])))
      const wanted = singles.flatMap((environment, i) => {
        const { reward, terminated, truncated } = environment.step(chosen[i]!)
        expect([copies.rewards[i], copies.terminated[i], copies.truncated[i]]).toEqual([
          reward,
          Number(terminated),
          Number(truncated),
        ])
        if (terminated || truncated) environment.reset()
        const own = new Float32Array(seen.length / 3)
        const out = environment.observationSpace.dtype === 'uint8' ? new Uint8Array(own.length) : own
        environment.observe(out)
        return Array.from(out)
      })
      expect(seen).toEqual(wanted)
      if (step >= 60) later.push(seen)
    }
    expect(ends.length).toBeGreaterThan(2)
    const again = environments(() => makeEnvironment(name, { maxEpisodeSteps: 40 }), 3)
    again.restore(halfway)
    expect(actions.slice(60).map((chosen) => Array.from(again.step(chosen)))).toEqual(later)
    expect(() => again.restore(halfway.slice(1))).toThrow(
      'expected the state of 3 environments, got that of 2',
    )
  })
})

describe('an environment', () => {
  it('is named, and a wrong name is told with the nearest', () => {
    expect(() => makeEnvironment('space-invader')).toThrow(
      'unknown environment "space-invader"; did you mean "space-invaders"? Known environments: space-invaders, breakout,',
    )
  })

  it.each([
    [{ sticky: 1 }, 'expected a probability of sticky actions from 0 up to 1, got 1'],
    [{ sticky: Number.NaN }, 'got NaN'],
    [{ maxEpisodeSteps: 0 }, 'expected a positive whole number of steps of an episode, got 0'],
    [{ actions: 'some' as 'all' }, 'expected actions: all or minimal, got "some"'],
  ])('refuses %j', (options, message) => {
    expect(() => makeEnvironment('freeway', options)).toThrow(message)
  })

  it('repeats the action of before as often as its sticky actions say, and never the first', () => {
    const environment = makeEnvironment('space-invaders', { sticky: 0.25 })
    let [repeated, asked] = [0, 0]
    for (let episode = 0; episode < 300; episode++) {
      environment.reset()
      // Left and right in turns: a step that does not turn back was a repeated one.
      const places = [5]
      for (let step = 0; step < 8; step++) {
        if (environment.advance(step % 2 === 0 ? 1 : 3).terminated) break
        places.push(environment.save()[5]!)
      }
      expect(places[1]).toBe(4)
      for (let step = 2; step < places.length; step++) {
        asked++
        const wanted = step % 2 === 0 ? 1 : -1
        if (places[step]! - places[step - 1]! !== wanted) repeated++
      }
    }
    // Of a quarter that is repeated a fifth repeats what was asked for anyway: .25 / 1.25 are seen.
    expect(repeated / asked).toBeGreaterThan(0.17)
    expect(repeated / asked).toBeLessThan(0.23)
  })

  it('needs at least one copy', () => {
    expect(() => environments(() => makeEnvironment('freeway'), 0)).toThrow(
      'expected a positive whole number of environments, got 0',
    )
  })
})
