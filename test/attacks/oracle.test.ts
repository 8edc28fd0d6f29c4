// What an attacker is answered, and what is counted of it.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openOracle } from '../../src/attacks/oracle.ts'
import type { Knowledge } from '../../src/attacks/threat.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { randomStream } from '../../src/util/random.ts'
import { TINY_SIZE, tinyClassifier, tinyLogits } from './tiny-classifier.ts'

const count = 5
const images = randomStream(2, 'images').fillUniform(new Float32Array(count * TINY_SIZE))
const owners = [7, 7, 8, 9, 7]
const wanted = Array.from({ length: count }, (_, i) =>
  tinyLogits(images.subarray(i * TINY_SIZE, (i + 1) * TINY_SIZE)),
)
const classOf = (logits: readonly number[]): number => logits.indexOf(Math.max(...logits))

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
})
afterAll(() => engine?.close())
const oracle = (knowledge: Knowledge, batch = 2) => openOracle(engine, tinyClassifier, { knowledge, batch })

it('gives labels, the largest probabilities, and scores', async () => {
  const opened = oracle('scores')
  const scores = await opened.scores(images, owners)
  for (const [i, value] of wanted.flat().entries()) expect(scores[i]).toBeCloseTo(value, 5)
  expect([...(await opened.labels(images, owners))]).toEqual(wanted.map(classOf))
  const { classes, probabilities } = await opened.topK(images, owners, 2)
  wanted.forEach((logits, i) => {
    const sum = logits.reduce((all, value) => all + Math.exp(value), 0)
    expect(classes[2 * i]).toBe(classOf(logits))
    expect(probabilities[2 * i]).toBeCloseTo(Math.exp(Math.max(...logits)) / sum, 5)
    expect(probabilities[2 * i]).toBeGreaterThanOrEqual(probabilities[2 * i + 1]!)
  })
  await opened.close()
})

it('counts what each example asked', async () => {
  const opened = oracle('gradient')
  await opened.labels(images, owners)
  await opened.scores(images.subarray(0, TINY_SIZE), [8])
  opened.whiteBox().count([9, 9], { queries: 0, gradients: 1 })
  expect(opened.counts(7)).toEqual({ queries: 3, gradients: 0 })
  expect(opened.counts(8)).toEqual({ queries: 2, gradients: 0 })
  expect(opened.counts(9)).toEqual({ queries: 1, gradients: 2 })
  expect(opened.counts(1)).toEqual({ queries: 0, gradients: 0 })
  await opened.close()
})

it('refuses what is not granted', async () => {
  const labels = oracle('label')
  await expect(labels.scores(images, owners)).rejects.toThrow(
    'this attacker is granted "label"; what it asks for needs "scores"',
  )
  await expect(labels.topK(images, owners, 1)).rejects.toThrow('needs "top-k"')
  expect(() => oracle('scores').whiteBox()).toThrow('needs "gradient"')
  expect(labels.counts(7)).toEqual({ queries: 0, gradients: 0 })
  await labels.close()
})

it('gives the same answer to an image whatever is asked beside it', async () => {
  const opened = oracle('scores', 4)
  const together = await opened.scores(images, owners)
  const alone = await opened.scores(images.subarray(4 * TINY_SIZE), [1])
  expect([...alone]).toEqual([...together.subarray(12)])
  await opened.close()
})
