// What an objective declares of itself must agree with itself, and with the data: said at once, in words.
import { describe, expect, it } from 'vitest'
import { reduceMean } from '../../src/graph/build.ts'
import { dense } from '../../src/layers/index.ts'
import { network, sequential } from '../../src/layers/network.ts'
import { MODELS } from '../../src/models/index.ts'
import { imageFacts } from '../../src/models/model.ts'
import { metricsOf, type Objective, objective } from '../../src/objectives/objective.ts'
import { functionOf, type KnownFunction } from '../../src/objectives/offer.ts'
import type { Assignment, Descent } from '../../src/objectives/phase.ts'
import { sgd } from '../../src/optimizers/index.ts'
import { stepGraph } from '../../src/training/step.ts'
import { ConfigError, ShapeError } from '../../src/util/errors.ts'
import { descentWatches } from '../../src/watches/index.ts'
import { columnsOf, tinyGan } from '../training/tiny-gan.ts'

const maker = sequential({ name: 'maker', input: { z: [2] } }, [dense({ units: 2 })])
const phase: Descent = {
  name: 'one',
  updates: ['maker'],
  optimizer: sgd(),
  loss: ({ data: { images }, networks }) => ({ loss: reduceMean(networks.maker!(images!)) }),
}
const log = {
  name: 'loss',
  label: 'loss',
  axis: 'left',
  value: ({ one }) => one!.loss,
} satisfies Objective['logs'][number]
const whole: Objective = {
  name: 'mine',
  networks: { maker },
  phases: [phase],
  logs: [log],
  variables: { mean: { shape: [] } },
  offers: { generate: { network: 'maker', draws: { z: { distribution: 'normal' } } } },
  watches: descentWatches({ loss: 'loss' }),
  pictures: [{ kind: 'latents' }],
}
const making = (changes: Readonly<Record<string, unknown>>) => () =>
  objective({ ...whole, ...changes } as Objective)

describe('an objective', () => {
  it('that agrees with itself is given back as it is', () => {
    expect(objective(whole)).toBe(whole)
    expect(metricsOf(whole)).toEqual([{ name: 'loss', label: 'loss', axis: 'left' }])
  })

  const assigning = (rest: Partial<Assignment>) => ({ name: 'set', assign: () => ({}), ...rest })
  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    [
      'a network by another name than its own',
      { networks: { generator: maker } },
      'objective "mine": network "generator" is named "maker"; the two must agree',
    ],
    [
      'a variable by the name of a network',
      { variables: { maker: { shape: [] } } },
      'objective "mine" has a network and a variable named "maker"; give one another name',
    ],
    ['two phases of one name', { phases: [phase, phase] }, 'objective "mine" has two phases named "one"'],
    ['two logs of one name', { logs: [log, log] }, 'objective "mine" has two logs named "loss"'],
    [
      'a log by the name of the count of steps',
      { logs: [log, { ...log, name: 'step' }] },
      'objective "mine": the log counts its steps as "step"; give the number another name',
    ],
    [
      'a phase that updates what is no network',
      { phases: [{ ...phase, updates: ['maker', 'judge'] }] },
      'phase "one" updates "judge", which is not a network of the objective (maker)',
    ],
    [
      'a phase that sums the gradients of no steps',
      { phases: [{ ...phase, accumulate: 0 }] },
      'phase "one": accumulate must be a positive integer, got 0',
    ],
    [
      'a phase that repeats updates and makes one of several steps',
      { phases: [{ ...phase, accumulate: 2, repeats: 3 }] },
      'phase "one" repeats its update 3 times in a step and accumulates 2 steps for one; give only one of both',
    ],
    [
      'a phase that descends without an optimizer',
      { phases: [{ ...phase, optimizer: undefined }] },
      'objective "mine", phase "one": optimizer must be an optimizer, such as adam',
    ],
    [
      'a phase that neither descends nor assigns',
      { phases: [{ name: 'one' }] },
      'objective "mine": phases must be a list, each a phase, with a name, and updates, an optimizer and a loss, or assign',
    ],
    [
      'a phase that assigns every no step',
      { phases: [phase, assigning({ every: 0 })] },
      'phase "set": every must be a positive integer, got 0',
    ],
    [
      'an offer of a network that is not there',
      { offers: { generate: { network: 'generator' } } },
      'objective "mine" offers "generate" by "generator", which is not a network of the objective (maker)',
    ],
    [
      'an offer of an output that is not there',
      { offers: { generate: { network: 'maker', output: 'y' } } },
      'objective "mine", offer "generate": "y" is not an output of maker (output)',
    ],
    [
      'a draw of an input that is not there',
      { offers: { generate: { network: 'maker', draws: { y: { distribution: 'normal' } } } } },
      'objective "mine", offer "generate": "y" is drawn, which is not an input of maker (z)',
    ],
    [
      'a draw of an unknown kind',
      { offers: { generate: { network: 'maker', draws: { z: { distribution: 'normall' } } } } },
      'objective "mine", offer "generate", draws of "z": unknown distribution "normall"; did you mean "normal"?',
    ],
    [
      'a watch of a number that is not logged',
      { watches: descentWatches({ loss: 'los' }) },
      'objective "mine": the watch "loss-risen" looks at "los", which is not logged (loss)',
    ],
    [
      'a goal of a number that its challenge does not log',
      { challenge: { objective: whole, goals: [{ metric: 'los', value: 1, is: 'below' }] } },
      'objective "mine": a goal of its challenge is of "los", which that does not log (loss)',
    ],
    ['watches that are no list', { watches: {} }, 'objective "mine": watches must be a list, each a watch'],
    ['a picture by its name alone', { pictures: ['latents'] }, "such as { kind: 'latents' }"],
    ['a variable without a shape', { variables: { mean: 0 } }, 'such as { shape: [], initial: 1 }'],
    ['no name', { name: undefined }, "objective: name must be a name, such as 'generator', got nothing"],
  ])('is refused that has %s', (_, changes, message) => {
    expect(making(changes)).toThrow(ConfigError)
    expect(making(changes)).toThrow(message)
  })
})

describe('a number of the log', () => {
  const options = { batchSize: 2, columns: columnsOf([2]) }
  it('is a scalar, and is there', () => {
    const logging = (value: unknown) => () =>
      stepGraph(
        objective({ ...whole, logs: [{ ...log, value: () => value as never }], watches: [] }),
        options,
      )
    expect(logging(columnsOf)).toThrow(
      'the number "loss" of the log is no value, expected a scalar; take its mean',
    )
    const spread = () =>
      stepGraph(
        objective({
          ...whole,
          phases: [
            {
              ...phase,
              loss: (context) => ({ ...phase.loss(context), metrics: { images: context.data.images! } }),
            },
          ],
          logs: [log, { ...log, name: 'images', value: ({ one }) => one!.metrics!.images! }],
        }),
        options,
      )
    expect(spread).toThrow(ShapeError)
    expect(spread).toThrow('the number "images" of the log is [2, 2], expected a scalar; take its mean')
  })
})

describe('a function that an objective does not offer', () => {
  const names: readonly KnownFunction[] = ['generate', 'judge', 'encode', 'decode', 'classify', 'act']
  it.each(names)('%s is refused with what would have it', (name) => {
    const bare = objective({ ...whole, offers: {} })
    expect(() => functionOf(bare, name)).toThrow(ConfigError)
    expect(() => functionOf(bare, name)).toThrow(/^"mine" .{10,}; |^"mine" .*: only/)
    if (name === 'judge' || name === 'generate') expect(functionOf(tinyGan(), name).name).toBe(name)
  })

  it('and a function of a network with several outputs, say what they are', () => {
    const layer = dense({ units: 1 })
    const two = network('maker', { z: [2] }, ({ z }, apply) => ({ a: apply(layer, z!), b: z! }))
    const odd = objective({ ...whole, networks: { maker: two } })
    expect(() => functionOf(odd, 'generate')).toThrow(
      'network "maker" has the outputs a [batch, 1], b [batch, 2]; expected one',
    )
  })
})

describe('data that an objective does not learn', () => {
  it.each(
    MODELS.filter(({ madeFor }) => madeFor.columns.images).map((model) => [model.name, model] as const),
  )('%s refuses points, and data without columns', (name, model) => {
    const options = model.options.parse({})
    const points = { columns: { points: { shape: [2], dtype: 'float32' } }, classes: 3 } as const
    expect(() => model.objective(options, points)).toThrow(ConfigError)
    expect(() => model.objective(options, points)).toThrow(
      `${name} learns images [height, width, channels], the data has points [2]; choose data of images, or a model made for this data`,
    )
    expect(() => model.objective(options, { columns: {} })).toThrow(
      'the data has no columns; choose data of images',
    )
    // What is called images but is none.
    expect(() => model.objective(options, imageFacts([2]))).toThrow('the data has images [2]')
    expect(model.objective(options, model.madeFor).name).toBe(name)
  })

  it('lacks a column that a phase asks for', () => {
    const asking = () =>
      stepGraph(objective(whole), { batchSize: 2, columns: { bits: { shape: [2], dtype: 'uint8' } } })
    expect(asking).toThrow(ConfigError)
    expect(asking).toThrow(
      'a phase asks for the column "images" of the data, which has bits; use data that has it',
    )
  })
})
