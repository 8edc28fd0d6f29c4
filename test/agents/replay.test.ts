// The memory of agents: what is drawn how often, and what transitions are, against plain computations.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Played, replayMemory, sumTree } from '../../src/agents/index.ts'
import { DataError } from '../../src/util/errors.ts'
import { randomStream } from '../../src/util/random.ts'

const numbers = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 50 })), {
  minLength: 1,
  maxLength: 40,
})

describe('a sum tree', () => {
  it('finds the number in which a place lies, as adding one after the other does', () => {
    fc.assert(
      fc.property(numbers, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (values, share) => {
        const tree = sumTree(values.length)
        for (const [i, value] of values.entries()) tree.set(i, value)
        const total = values.reduce((a, b) => a + b)
        expect(tree.total).toBe(total)
        if (total === 0) return
        let rest = share * total
        const wanted = values.findIndex((value) => {
          rest -= value
          return rest < 0
        })
        expect(tree.find(share * total)).toBe(wanted)
      }),
    )
  })

  it('follows from its numbers alone, not from the way that led to them', () => {
    const random = randomStream(1, 'tree')
    const [long, short] = [sumTree(100), sumTree(100)]
    for (let i = 0; i < 5000; i++) long.set(random.integer(100), random.uniform() ** 7)
    for (let i = 0; i < 100; i++) short.set(i, long.get(i))
    expect(short.total).toBe(long.total)
  })

  it('never finds a number that is 0, whatever rounding does', () => {
    const tree = sumTree(8)
    for (let i = 0; i < 5; i++) tree.set(i, 0.1)
    for (const place of [tree.total, tree.total * (1 + 1e-15), 1e9])
      expect(tree.get(tree.find(place))).toBe(0.1)
  })
})

/** What a memory should say, from the whole story of each copy. */
interface Told extends Played {
  readonly seen: number
}

/** The transition of a step, written down plainly. */
function plain(
  story: readonly (Told & { readonly last?: number })[],
  time: number,
  nStep: number,
  gamma: number,
) {
  let reward = 0
  for (let k = 0; k < nStep; k++) {
    const step = story[time + k]
    if (!step) return undefined
    reward += gamma ** k * step.reward
    if (step.terminated) return { reward, discount: 0, next: undefined }
    if (step.truncated) return { reward, discount: gamma ** (k + 1), next: step.last }
  }
  const after = story[time + nStep]
  return after && { reward, discount: gamma ** nStep, next: after.seen }
}

const box = { shape: [1], dtype: 'float32', low: 0, high: 1e9 } as const

describe('a replay memory', () => {
  it('gives the transitions of several steps of the newest steps, each once and no others', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ reward: fc.integer({ min: -3, max: 3 }), end: fc.nat(9), action: fc.nat(5) }), {
          minLength: 1,
          maxLength: 60,
        }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 3 }),
        (steps, nStep, copies) => {
          const gamma = 0.5
          const length = 20
          const memory = replayMemory({ observation: box, copies, capacity: length * copies, nStep, gamma })
          const stories: (Told & { last?: number })[][] = Array.from({ length: copies }, () => [])
          let seen = 0
          for (const { reward, end, action } of steps)
            for (let copy = 0; copy < copies; copy++) {
              const told = { action, reward, terminated: end === 0, truncated: end === 1, seen: ++seen }
              const last = told.truncated ? ++seen : undefined
              stories[copy]!.push({ ...told, ...(last === undefined ? {} : { last }) })
              const all = new Float32Array(copies).fill(-1)
              all[copy] = told.seen
              memory.add(copy, all, told, last === undefined ? undefined : Float32Array.of(last))
            }
          // Each is found by walking over all that has a priority.
          const found: unknown[] = []
          for (let place = 0.5; place < memory.total; place++) {
            const { slot, next, reward, discount, action } = memory.find(place)
            const out = new Float32Array(2)
            memory.observe(slot, out, 0)
            memory.observe(next, out, 1)
            found.push({ seen: out[0], action, reward, discount, next: discount === 0 ? undefined : out[1] })
          }
          const wanted = stories.flatMap((story) => {
            // What is still there: an episode that was cut off takes a place more.
            const places = story.flatMap((step, time) => (step.truncated ? [time, -1] : [time]))
            return places
              .slice(-length)
              .filter((time) => time >= 0)
              .flatMap((time) => {
                const transition = plain(story, time, nStep, gamma)
                const { seen: at, action } = story[time]!
                return transition ? [{ seen: at, action, ...transition }] : []
              })
          })
          const bySeen = (a: unknown, b: unknown) => (a as Told).seen - (b as Told).seen
          expect(found.toSorted(bySeen)).toEqual(wanted.toSorted(bySeen))
        },
      ),
      { numRuns: 300 },
    )
  })

  const filled = () => {
    const memory = replayMemory({ observation: box, copies: 1, capacity: 64, nStep: 1, gamma: 0.9 })
    for (let i = 0; i < 40; i++)
      memory.add(0, Float32Array.of(i), {
        action: i % 3,
        reward: i,
        terminated: i % 7 === 6,
        truncated: false,
      })
    return memory
  }

  it('draws what has a higher priority more often, by as much as it is higher', () => {
    const memory = filled()
    for (let slot = 0; slot < 40; slot++) memory.setPriority(slot, 1 + (slot % 4))
    const random = randomStream(5, 'draws')
    const counts = new Float64Array(64)
    const draws = 40_000
    for (let i = 0; i < draws; i++) {
      const { slot } = memory.find(random.uniform() * memory.total)
      counts[slot] = counts[slot]! + 1
    }
    // Chi squared of 38 degrees of freedom: 99.9% lie below 70.
    let chi = 0
    for (let slot = 0; slot < 39; slot++) {
      const expected = (draws * memory.priority(slot)) / memory.total
      chi += (counts[slot]! - expected) ** 2 / expected
    }
    expect(chi).toBeLessThan(75)
    // The last step has no step after it yet.
    expect(memory.priority(39)).toBe(0)
  })

  it('gives new transitions the greatest priority that there was, and none to what was overwritten', () => {
    const memory = filled()
    memory.setPriority(3, 8)
    memory.add(0, Float32Array.of(40), { action: 0, reward: 0, terminated: true, truncated: false })
    expect(memory.priority(39)).toBe(8)
    expect(memory.priority(40)).toBe(8)
    memory.setPriority(41, 5)
    expect(memory.priority(41)).toBe(0)
  })

  it('goes on from what was saved as it would have, and from nothing else', () => {
    const memory = filled()
    memory.setPriority(5, 0.3)
    const again = replayMemory({ observation: box, copies: 1, capacity: 64, nStep: 1, gamma: 0.9 })
    again.restore(memory.save())
    expect(again.total).toBe(memory.total)
    expect(again.find(7.2)).toEqual(memory.find(7.2))
    expect(again.save()).toEqual(memory.save())
    const other = replayMemory({ observation: box, copies: 1, capacity: 32, nStep: 1, gamma: 0.9 })
    expect(() => other.restore(memory.save())).toThrow(DataError)
    expect(() => other.restore({})).toThrow('expected a memory whose frames take 128 bytes, got none')
  })

  it('needs room for a transition of every copy', () => {
    expect(() => replayMemory({ observation: box, copies: 4, capacity: 19, nStep: 3, gamma: 0.9 })).toThrow(
      'expected a memory of at least 20 steps for 4 environments and transitions of 3 steps, got 19',
    )
  })
})

it('what shows several steps is kept once for each step, and comes back as it was', () => {
  const stack = 4
  const observation = { shape: [3, stack], dtype: 'uint8', low: 0, high: 255, stacked: true } as const
  const [copies, nStep] = [2, 2]
  const memory = replayMemory({ observation, copies, capacity: 40, nStep, gamma: 0.9 })
  expect(memory.save().frames).toHaveLength(40 * 3)
  const random = randomStream(3, 'story')
  /** What each copy has seen since its episode began, and what a step was to be known by: its number is its action. */
  const shown = (frames: readonly number[][]) =>
    Uint8Array.from(
      { length: 3 * stack },
      (_, i) => frames.at((i % stack) - stack)?.[Math.floor(i / stack)] ?? 0,
    )
  const frame = () => [0, 1, 2].map(() => 1 + random.integer(255))
  const episodes = [[frame()], [frame()]]
  const wanted = new Map<string, { seen: string; next: string }[]>()
  let drawn = 0
  for (let step = 0; step < 200; step++) {
    const seen = new Uint8Array(2 * 3 * stack)
    for (const copy of [0, 1]) seen.set(shown(episodes[copy]!), copy * 3 * stack)
    for (const copy of [0, 1]) {
      const [ends, cuts] = [random.uniform() < 0.1, random.uniform() < 0.1]
      const before = shown(episodes[copy]!)
      episodes[copy]!.push(frame())
      const after = shown(episodes[copy]!)
      const story = wanted.get(`${copy}`) ?? []
      story.push({ seen: before.join(), next: after.join() })
      wanted.set(`${copy}`, story)
      memory.add(
        copy,
        seen,
        { action: step % 256, reward: 0, terminated: ends, truncated: cuts && !ends },
        after,
      )
      if (ends || cuts) episodes[copy] = [frame()]
    }
    if (memory.total === 0) continue
    for (let draw = 0; draw < 5; draw++) {
      const { slot, action, discount, next } = memory.find(random.uniform() * memory.total)
      const copy = slot < 20 ? '0' : '1'
      const [now, then] = [new Uint8Array(3 * stack), new Uint8Array(3 * stack)]
      memory.observe(slot, now, 0)
      memory.observe(next, then, 0)
      const story = wanted.get(copy)!
      expect(now.join()).toBe(story[action]!.seen)
      // Of one step, because it was cut off there, or of two.
      if (discount > 0) expect(then.join()).toBe(story[action + (discount > 0.85 ? 0 : 1)]!.next)
      drawn++
    }
  }
  expect(drawn).toBeGreaterThan(900)
})
