// The contract of attacks: what every one of them promises, checked on a classifier whose geometry is known.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Attack, type AttackInput, type AttackResult, optionsOf } from '../../src/attacks/attack.ts'
import { openOracle } from '../../src/attacks/oracle.ts'
import { KNOWLEDGE, type Knowledge, type Norm } from '../../src/attacks/threat.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { ConfigError } from '../../src/util/errors.ts'
import { randomStream } from '../../src/util/random.ts'
import { TINY_SIZE, tinyClassifier, tinyLogits } from '../attacks/tiny-classifier.ts'

export interface AttackContract {
  /** Options with which it is quick on a tiny classifier. */
  readonly options?: Readonly<Record<string, unknown>>
  /** Share of the images, of those that it can break, that it must break; default 1. */
  readonly breaks?: number
}

const COUNT = 6
const BATCH = 4
/** This one is named wrongly to begin with. */
const WRONG = 2
const images = randomStream(5, 'images').fillUniform(new Float32Array(COUNT * TINY_SIZE), 0.3, 0.7)
const rowOf = (all: Float32Array, i: number): Float32Array => all.subarray(i * TINY_SIZE, (i + 1) * TINY_SIZE)
const namedBy = (image: ArrayLike<number>): number => {
  const logits = tinyLogits(image)
  return logits.indexOf(Math.max(...logits))
}
const labels = Int32Array.from(
  { length: COUNT },
  (_, i) => (namedBy(rowOf(images, i)) + (i === WRONG ? 1 : 0)) % 3,
)
const ids = Int32Array.from({ length: COUNT }, (_, i) => 100 + 7 * i)
/** So far that every image can be broken. */
const FAR: Readonly<Record<Norm, number>> = { linf: 0.3, l2: 1.2, spatial: 1 }

const apart = (norm: Norm, a: Float32Array, b: Float32Array): number => {
  // Pixels of what was turned may change by any amount.
  if (norm === 'spatial') return 0
  const each = Array.from(a, (x, i) => Math.abs(x - b[i]!))
  return norm === 'linf' ? Math.max(...each) : Math.hypot(...each)
}

/** Registers the tests of an attack. */
export function attackContract(attack: Attack, { options = {}, breaks = 1 }: AttackContract = {}): void {
  let engine: Engine
  beforeAll(async () => {
    engine = await nodeEngine({ threads: 1 })
  })
  afterAll(() => engine?.close())

  /** Runs it on the examples at the given places. */
  async function run(
    norm: Norm,
    eps: number,
    places: readonly number[] = [0, 1, 2, 3, 4, 5],
    more: Partial<AttackInput> = {},
    knowledge: Knowledge = attack.knowledge,
  ): Promise<AttackResult & { readonly counted: readonly number[] }> {
    const oracle = openOracle(engine, tinyClassifier, { knowledge, batch: BATCH })
    try {
      const given = new Float32Array(places.length * TINY_SIZE)
      places.forEach((place, i) => {
        given.set(rowOf(images, place), i * TINY_SIZE)
      })
      const result = await attack.run(
        oracle,
        {
          images: given,
          labels: Int32Array.from(places, (place) => labels[place]!),
          ids: Int32Array.from(places, (place) => ids[place]!),
          threat: { norm, eps },
          seed: 3,
          ...more,
        },
        optionsOf(attack, options),
      )
      const counted = places.map((place) => oracle.counts(ids[place]!).queries)
      return { ...result, counted }
    } finally {
      await oracle.close()
    }
  }

  describe.each(attack.norms)(`${attack.name}, %s`, (norm) => {
    it('breaks what can be broken, within ball and box, and counts what it took', async () => {
      const { images: found, found: isFound, queries, counted } = await run(norm, FAR[norm])
      let broken = 0
      for (let i = 0; i < COUNT; i++) {
        const image = rowOf(found, i)
        expect(image.every((x) => x >= 0 && x <= 1)).toBe(true)
        if (isFound[i]) {
          broken++
          expect(namedBy(image)).not.toBe(labels[i])
        }
        if (isFound[i] || attack.kind === 'bounded')
          expect(apart(norm, image, rowOf(images, i))).toBeLessThanOrEqual(FAR[norm] + 1e-6)
        expect(queries[i]).toBe(counted[i])
        expect(queries[i]).toBeGreaterThan(i === WRONG ? 0 : 1)
      }
      expect(broken).toBeGreaterThanOrEqual(breaks * COUNT)
    })

    it('returns an image that is named wrongly already as it is', async () => {
      const { images: found, found: isFound, gradients } = await run(norm, FAR[norm], [WRONG])
      expect(isFound[0]).toBe(1)
      expect([...found]).toEqual([...rowOf(images, WRONG)])
      expect(gradients[0]).toBe(0)
    })

    it('finds nothing with eps 0', async () => {
      const { images: found, found: isFound } = await run(norm, 0)
      expect([...isFound]).toEqual(Array.from({ length: COUNT }, (_, i) => (i === WRONG ? 1 : 0)))
      if (attack.kind === 'bounded') expect([...found]).toEqual([...images])
    })

    it('gives each example the same, whatever stands beside it, and in every run', async () => {
      const together = await run(norm, FAR[norm])
      const turned = await run(norm, FAR[norm], [5, 4, 3, 2, 1, 0])
      const alone = await run(norm, FAR[norm], [4])
      for (let i = 0; i < COUNT; i++) {
        expect([...rowOf(turned.images, 5 - i)]).toEqual([...rowOf(together.images, i)])
        expect(turned.queries[5 - i]).toBe(together.queries[i])
      }
      expect([...alone.images]).toEqual([...rowOf(together.images, 4)])
      expect(alone.queries[0]).toBe(together.queries[4])
    })

    it('takes no images at all', async () => {
      const { images: found, found: isFound } = await run(norm, FAR[norm], [])
      expect([found.length, isFound.length]).toEqual([0, 0])
    })

    it('stops when told to', async () => {
      const stopped = AbortSignal.abort(new Error('enough'))
      await expect(run(norm, FAR[norm], undefined, { signal: stopped })).rejects.toThrow('enough')
      const control = new AbortController()
      const progress: number[] = []
      const running = run(norm, FAR[norm], undefined, {
        signal: control.signal,
        onProgress(done) {
          progress.push(done)
          control.abort(new Error('enough'))
        },
      })
      await running.catch((error) => expect(error.message).toBe('enough'))
      expect(progress.every((done) => done >= 0 && done <= 1)).toBe(true)
    })
  })

  it(`${attack.name} declares itself, and needs what it says`, async () => {
    expect(attack.name).toMatch(/^[a-z0-9-]+$/)
    expect(attack.source).toMatch(/\d{4}/)
    expect(attack.norms.length).toBeGreaterThan(0)
    expect(() => optionsOf(attack, { nonsense: 1 })).toThrow(
      `attack "${attack.name}": unknown option "nonsense"`,
    )
    const less = KNOWLEDGE[KNOWLEDGE.indexOf(attack.knowledge) - 1]
    if (less)
      await expect(run(attack.norms[0]!, FAR[attack.norms[0]!], undefined, {}, less)).rejects.toThrow(
        ConfigError,
      )
  })

  it(`${attack.name} refuses a norm that it does not know, and a radius that is none`, async () => {
    for (const norm of ['linf', 'l2'] as const)
      if (!attack.norms.includes(norm))
        await expect(run(norm, 1)).rejects.toThrow(`${attack.name}: expected the norm`)
    await expect(run(attack.norms[0]!, -1)).rejects.toThrow('eps must be a number from 0 on, got -1')
  })
}
