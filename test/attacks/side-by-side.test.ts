// Searches run side by side ask in full batches, make room for one another, and are given their own answers.
import { expect, it } from 'vitest'
import type { AttackInput } from '../../src/attacks/attack.ts'
import type { Oracle } from '../../src/attacks/oracle.ts'
import { type Search, searchSideBySide } from '../../src/attacks/side-by-side.ts'

const attack = { name: 'count', kind: 'bounded', norms: ['linf'] } as const
/** Images of one pixel, which says which example it is of. */
const oracle = { batch: 4, classifier: { image: { height: 1, width: 1, channels: 1 }, classes: 2 } } as Oracle
const input = (count: number): AttackInput => ({
  images: Float32Array.from({ length: count }, (_, i) => i / 100),
  labels: new Int32Array(count),
  ids: Int32Array.from({ length: count }, (_, i) => 1000 + i),
  threat: { norm: 'linf', eps: 1 },
  seed: 1,
})

it('fills every batch while there is enough to ask, and gives each search what it asked about', async () => {
  const batches: number[] = []
  const result = await searchSideBySide(
    attack,
    oracle,
    input(10),
    async (images, owners) => {
      batches.push(owners.length)
      Array.from(owners, (owner, i) => expect(Math.floor(images[i]! * 100 + 1e-3)).toBe(owner - 1000))
      return [...images]
    },
    // The i-th asks i % 4 + 1 times, three images the second time.
    function* ({ image }): Search<number> {
      const own = image[0]!
      const times = (Math.round(own * 100) % 4) + 1
      for (let t = 0; t < times; t++) {
        const asked = new Float32Array(t === 1 ? 3 : 1).map((_, i) => own + i * 1e-4)
        const answers = yield asked
        expect(answers).toEqual([...asked])
        asked.fill(-1)
      }
      return times === 2 ? { image, within: true } : undefined
    },
  )
  expect([...result.queries]).toEqual([1, 4, 5, 6, 1, 4, 5, 6, 1, 4])
  expect([...result.found]).toEqual([0, 1, 0, 0, 0, 1, 0, 0, 0, 1])
  const asked = batches.reduce((sum, n) => sum + n, 0)
  expect(asked).toBe(37)
  // Only when the last searches wait for one another are batches not full.
  expect(batches.slice(0, 7)).toEqual([4, 4, 4, 4, 4, 4, 4])
})

it('puts the next batch together while one is computed', async () => {
  let [running, most] = [0, 0]
  await searchSideBySide(
    attack,
    oracle,
    input(16),
    async (images) => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, 1))
      running--
      return [...images]
    },
    function* ({ image }): Search<number> {
      for (let t = 0; t < 3; t++) yield image
      return undefined
    },
  )
  expect(most).toBe(2)
})

it('fails as its oracle fails, once, with another batch under way', async () => {
  let calls = 0
  const failing = searchSideBySide(
    attack,
    oracle,
    input(16),
    async () => {
      calls++
      throw new Error(`call ${calls}`)
    },
    function* ({ image }): Search<number> {
      yield image
      return undefined
    },
  )
  await expect(failing).rejects.toThrow('call 1')
})
