// Training on images changed by chance: what phases see, what validation sees, the runtime's numbers, and exact resuming.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { augment } from '../../src/augmentations/augment.ts'
import { AUGMENTATIONS } from '../../src/augmentations/index.ts'
import type { Examples } from '../../src/data/source.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { input, type Tensor, type Value } from '../../src/graph/value.ts'
import { dense, flatten, sequential } from '../../src/layers/index.ts'
import { continueRun, startRun } from '../../src/lifecycle/index.ts'
import { classifier as model } from '../../src/models/classifier.ts'
import { imageFacts, settledOptions } from '../../src/models/model.ts'
import { augmented, classification, noisyClassification } from '../../src/objectives/index.ts'
import { sgd } from '../../src/optimizers/index.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { stepGraph } from '../../src/training/step.ts'
import { reportGraph } from '../../src/training/validation.ts'
import { ConfigError } from '../../src/util/errors.ts'
import { expectClose } from '../onnx/close.ts'
import { runContents } from '../support/run-contents.ts'
import { uniformTensor } from '../support/tensors.ts'
import { feedsOf, largestDifference, noisyState, runStep } from '../training/run-step.ts'

const network = () =>
  sequential({ name: 'classifier', input: { images: [4, 4, 1] } }, [flatten(), dense({ units: 3 })])
const common = () => ({ name: 'tiny', classifier: network(), optimizer: sgd({ learningRate: 0.1 }) })
const [shift, noise] = ['shift', 'noise'].map((name) => ({
  augmentation: AUGMENTATIONS.find((one) => one.name === name)!,
}))
const examples: Examples = {
  count: 7,
  columns: imageFacts([4, 4, 1], { classes: 3 }).columns,
  fill(column, indices, out) {
    if (column === 'labels') for (const [i, index] of indices.entries()) out[i] = BigInt(index % 3)
    else (out as Float32Array).set(uniformTensor([indices.length, 4, 4, 1], 'x').data)
  },
}
const columns = imageFacts([4, 4, 1], { classes: 3 }).columns

describe('an augmented objective', () => {
  const both = augmented(classification(common()), { augmentations: [shift!, noise!] })
  const namesOf = (feeds: readonly { readonly name: string }[]): string[] =>
    feeds.map(({ name }) => name).sort()

  it('is fed random numbers of its own in every step, and none in validation', () => {
    const { feeds } = stepGraph(both, { batchSize: 5, columns })
    const drawn = feeds.filter(({ kind }) => kind === 'uniform' || kind === 'normal')
    expect(namesOf(drawn)).toEqual(['classifier/normal-2', 'classifier/uniform-0', 'classifier/uniform-1'])
    expect(feeds.find(({ name }) => name === 'classifier/uniform-0')!.shape).toEqual([5, 1])
    const report = (objective: typeof both) => reportGraph(objective, { batchSize: 5, columns })
    expect(namesOf(report(both).feeds)).toEqual(['images', 'labels'])
    expect(namesOf(report(classification(common())).feeds)).toEqual(['images', 'labels'])
  })

  it('of strength 0 makes the very step of the original', () => {
    const still = augmented(classification(common()), { augmentations: [{ ...shift!, strength: 0 }] })
    const [changed, original] = [still, classification(common())].map((one) =>
      stepGraph(one, { batchSize: 5, columns }),
    )
    const state = noisyState(changed!)
    const feeds = feedsOf(changed!, examples, 0)
    expect(feeds['classifier/uniform-0']!.data.some((number) => number !== 0)).toBe(true)
    const [one, other] = [runStep(changed!, state, feeds), runStep(original!, state, feeds)]
    expect(largestDifference(one.state, other.state)).toBe(0)
    expect(one.metrics).toEqual(other.metrics)
    expect(largestDifference(one.state, state)).toBeGreaterThan(0.001)
  })

  it('goes on in any way of training: noise is added to what was changed', () => {
    const noisy = augmented(noisyClassification({ ...common(), noise: 0.5 }), { augmentations: [shift!] })
    const { feeds } = stepGraph(noisy, { batchSize: 5, columns })
    expect(namesOf(feeds).filter((name) => name.includes('normal') || name.includes('uniform'))).toHaveLength(
      3,
    )
  })

  it('needs an augmentation', () => {
    expect(() => augmented(classification(common()), { augmentations: [] })).toThrow(ConfigError)
  })
})

describe('augmentations in the runtime', () => {
  it("give the interpreter's numbers, all of them together", async () => {
    const shape = [6, 7, 9, 3]
    const images = input('images', shape)
    const inputs = [images]
    const feeds: Record<string, Tensor> = { images: uniformTensor(shape, 'images') }
    const draw = (of: readonly number[], low = 0, high = 1): Value => {
      const name = `drawn-${inputs.length}`
      feeds[name] = uniformTensor(of, name, low, high)
      const value = input(name, of)
      inputs.push(value)
      return value
    }
    const made = augment(
      images,
      AUGMENTATIONS.map((augmentation) => ({ augmentation })),
      { random: { dropout: (of) => draw(of), uniform: draw, normal: (of) => draw(of, -2, 2) } },
    )
    const engine = await nodeEngine({ threads: 1 })
    try {
      const opened = await engine.open({ inputs, outputs: { made } }, { name: 'augmented' })
      const found = await opened.run(
        Object.fromEntries(
          Object.entries(feeds).map(([name, { data, shape: of }]) => [
            name,
            { data: Float32Array.from(data), shape: [...of] },
          ]),
        ),
      )
      expectClose(
        { data: found.made!.data as Float32Array, shape: found.made!.shape },
        interpret({ made }, feeds).made!,
        1e-4,
      )
      await opened.close()
    } finally {
      await engine.close()
    }
  })
})

describe('the classifier with --augment', () => {
  let root: string
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'sparring-augmented-'))
  })
  afterAll(() => rm(root, { recursive: true }))

  it('settles its strengths once and for all, and refuses what there is not', () => {
    const settled = (augment: string) => settledOptions(model, model.options.parse({ augment }))
    expect(settled('shift,rotate=20')).toMatchObject({ augment: 'shift=0.08,rotate=20' })
    expect(settledOptions(model, settled('elastic'))).toEqual(settled('elastic'))
    expect(() => settled('flip')).toThrow('--augment: unknown augmentation "flip"')
  })

  it('ends with the same bytes when it was stopped, and otherwise than without', async () => {
    const train = async (name: string, settings: object, stopAfter?: number): Promise<void> => {
      const stop = new AbortController()
      const events = startRun({
        model: 'classifier',
        data: 'digits',
        dataOptions: { count: 3000 },
        folder: join(root, name),
        command: ['sparring', 'train', 'classifier'],
        signal: stop.signal,
        settings: {
          steps: 9,
          batchSize: 8,
          imageSize: '12',
          labels: 20,
          checkpointEvery: 4,
          validateEvery: 4,
          threads: 1,
          ...settings,
        },
      })
      for await (const event of events)
        if (event.type === 'checkpoint' && event.step === stopAfter) stop.abort()
    }
    const list = { augment: 'shift,rotate,elastic,erase=0.2,noise' }
    await train('whole', list)
    await train('stopped', list, 4)
    for await (const _ of continueRun(join(root, 'stopped')));
    const [whole, stopped] = [
      await runContents(join(root, 'whole')),
      await runContents(join(root, 'stopped')),
    ]
    expect(Object.keys(stopped)).toEqual(Object.keys(whole))
    for (const path of Object.keys(whole)) expect(stopped[path] === whole[path], path).toBe(true)
    await train('plain', {})
    const plain = await runContents(join(root, 'plain'))
    expect(plain['metrics.jsonl']).not.toBe(whole['metrics.jsonl'])
  })
})
