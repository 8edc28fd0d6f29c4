// What attacks that only ask promise beside the contract of all attacks, on a classifier whose geometry is known.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Attack, AttackInput, AttackResult } from '../../src/attacks/attack.ts'
import { BLACK_BOX } from '../../src/attacks/black-box.ts'
import { openOracle } from '../../src/attacks/oracle.ts'
import type { Knowledge, Norm } from '../../src/attacks/threat.ts'
import type { ImageClassifier } from '../../src/classifiers/classifier.ts'
import { matMul, reshape } from '../../src/graph/build.ts'
import { constant } from '../../src/graph/value.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { randomStream } from '../../src/util/random.ts'
import { TINY_SIZE, tinyClassifier, tinyLogits } from './tiny-classifier.ts'

/** Settings with which each is quick; an attack without an entry fails below. */
const QUICK: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  square: { queries: 500 },
  nes: { queries: 2000, sigma: 1e-2 },
  'nes-top-k': { queries: 10_000, sigma: 1e-2 },
  'hop-skip-jump': { iterations: 5 },
  'nes-label': { queries: 6000, samples: 20, around: 10, sigma: 5e-2, radius: 5e-2 },
  'rotation-translation': { degrees: 180, pixels: 1, angles: 13, places: 3 },
  noise: { draws: 500 },
}
/** So far that the directed ones break every image; those that aim at one class, noise and turns are not expected to. */
const FAR: Readonly<Record<Norm, number>> = { linf: 0.3, l2: 1.2, spatial: 1 }
const LEAST: Readonly<Record<string, number>> = {
  'nes-top-k': 5,
  'nes-label': 5,
  noise: 2,
  'rotation-translation': 2,
}

const COUNT = 6
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

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
})
afterAll(() => engine?.close())

interface Given extends Partial<AttackInput> {
  readonly eps?: number
  readonly norm?: Norm
  readonly places?: readonly number[]
  readonly batch?: number
  readonly knowledge?: Knowledge
}

async function run(
  attack: Attack,
  {
    norm = attack.norms[0]!,
    eps = FAR[norm],
    places = [0, 1, 2, 3, 4, 5],
    batch = 4,
    knowledge = attack.knowledge,
    ...more
  }: Given = {},
): Promise<AttackResult & { readonly counted: readonly number[] }> {
  const oracle = openOracle(engine, tinyClassifier, { knowledge, batch })
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
      attack.options.parse(QUICK[attack.name]),
    )
    return { ...result, counted: places.map((place) => oracle.counts(ids[place]!).queries) }
  } finally {
    await oracle.close()
  }
}

it('has settings for every attack', () => {
  expect(BLACK_BOX.map(({ name }) => name).sort()).toEqual(Object.keys(QUICK).sort())
})

for (const attack of BLACK_BOX)
  describe(attack.name, () => {
    it('asks no more than it may', async () => {
      const most = Number(QUICK[attack.name]!.queries)
      if (most) {
        const { queries } = await run(attack, { eps: 1e-3 })
        expect(Math.max(...queries)).toBeLessThanOrEqual(most)
        expect(Math.max(...queries)).toBeGreaterThan(0.9 * most)
      }
    })

    it('tells how far it is', async () => {
      const told: number[] = []
      await run(attack, { onProgress: (done) => told.push(done) })
      expect(told).toEqual([1, 2, 3, 4, 5, 6].map((done) => done / COUNT))
    })

    it('takes images that are not square and have colours', async () => {
      const [height, width, channels] = [5, 7, 3]
      const size = height * width * channels
      const weights = randomStream(2, 'weights').fillNormal(new Float32Array(size * 2))
      const colored: ImageClassifier = {
        ...tinyClassifier,
        image: { height, width, channels },
        classes: 2,
        logits: (x) => matMul(reshape(x, [x.shape[0]!, size]), constant(weights, [size, 2])),
      }
      const oracle = openOracle(engine, colored, { knowledge: attack.knowledge, batch: 8 })
      const given = randomStream(5, 'images').fillUniform(new Float32Array(4 * size), 0.3, 0.7)
      const truth = await oracle.labels(given, [0, 1, 2, 3])
      const norm = attack.norms.at(-1)!
      const { images: got, found } = await attack.run(
        oracle,
        {
          images: given,
          labels: truth,
          ids: Int32Array.of(0, 1, 2, 3),
          threat: { norm, eps: FAR[norm] },
          seed: 1,
        },
        attack.options.parse(QUICK[attack.name]),
      )
      const named = await oracle.labels(got, [0, 1, 2, 3])
      expect([...found]).toEqual(Array.from(named, (name, i) => (name === truth[i] ? 0 : 1)))
      expect(got.every((p) => p >= 0 && p <= 1)).toBe(true)
      if (!(attack.name in LEAST)) expect([...found]).toEqual([1, 1, 1, 1])
      await oracle.close()
    })

    it('says of every option what it is', () => {
      for (const [name, option] of Object.entries(attack.options.shape))
        expect((option as { description?: string }).description, name).toBeTruthy()
    })
  })
