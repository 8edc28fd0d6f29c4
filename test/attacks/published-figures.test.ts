// FGSM and PGD on classifiers that another framework trained, beside what it measured; needs the files beside the repository.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect } from 'vitest'
import { optionsOf } from '../../src/attacks/attack.ts'
import { openOracle } from '../../src/attacks/oracle.ts'
import { attackNamed } from '../../src/attacks/registry.ts'
import type { Norm } from '../../src/attacks/threat.ts'
import { openClassifier } from '../../src/classifiers/open-classifier.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { unless } from '../support/unless.ts'

const shared = (path: string): string => fileURLToPath(new URL(`../../../shared/${path}`, import.meta.url))
const missing = !existsSync(shared('models/natural.onnx')) && 'the classifiers and MNIST are not in a clone'
const SIZE = 784
const idx = (name: string, header: number): Uint8Array =>
  gunzipSync(readFileSync(shared(`data/mnist/${name}.gz`))).subarray(header)

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
})
afterAll(() => engine?.close())

function read(first: number, count: number) {
  const pixels = idx('t10k-images-idx3-ubyte', 16).subarray(first * SIZE, (first + count) * SIZE)
  return {
    images: Float32Array.from(pixels, (x) => Math.fround(x / 255)),
    labels: Int32Array.from(idx('t10k-labels-idx1-ubyte', 8).subarray(first, first + count)),
    ids: Int32Array.from({ length: count }, (_, i) => first + i),
  }
}
async function run(
  model: string,
  name: string,
  norm: Norm,
  eps: number,
  examples: ReturnType<typeof read>,
  options = {},
) {
  const classifier = openClassifier(readFileSync(shared(`models/${model}.onnx`)))
  const oracle = openOracle(engine, classifier, { knowledge: 'gradient', batch: 50 })
  const attack = attackNamed(name)
  try {
    return await attack.run(
      oracle,
      { ...examples, threat: { norm, eps }, seed: 0 },
      optionsOf(attack, options),
    )
  } finally {
    await oracle.close()
  }
}

unless(missing).it('FGSM leaves what the framework measured, within one point', async () => {
  const examples = read(0, 1000)
  for (const model of ['natural', 'pgd', 'noise050']) {
    const published = JSON.parse(readFileSync(shared(`models/${model}.json`), 'utf8'))
    for (const eps of [0.1, 0.3]) {
      const { found } = await run(model, 'fgsm', 'linf', eps, examples)
      const left = found.filter((each) => each === 0).length / 1000
      expect(Math.abs(left - published[`fgsm_linf_${eps}`]), `${model} ${eps}`).toBeLessThanOrEqual(0.01)
    }
  }
})

unless(missing).it(
  'an image gets the same bytes from a convolutional network whatever stands beside it',
  async () => {
    for (const [name, norm, options] of [
      ['apgd', 'linf', { steps: 10 }],
      ['apgd', 'l2', { steps: 10, loss: 'targeted-dlr', targets: 2 }],
      ['fab', 'l2', { steps: 5, targets: 2 }],
    ] as const) {
      const together = await run('natural', name, norm, 0.2, read(0, 60), options)
      const alone = await run('natural', name, norm, 0.2, read(55, 1), options)
      expect(Buffer.from(alone.images.buffer)).toEqual(
        Buffer.from(together.images.slice(55 * SIZE, 56 * SIZE).buffer),
      )
      expect(alone.queries[0]).toBe(together.queries[55])
    }
  },
)
