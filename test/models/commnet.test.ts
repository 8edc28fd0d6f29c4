// `commnet`: what it is unless told otherwise, and settings that do not go together.
import { describe, expect, it } from 'vitest'
import { commnet } from '../../src/models/commnet.ts'

const settled = (given: object) => commnet.settle!(commnet.options.parse(given))

describe('the settings of commnet', () => {
  it('are those of the task and of the optimizer', () => {
    expect(settled({})).toMatchObject({
      learning: 'supervised',
      width: 32,
      optimizer: 'adam',
      learningRate: 3e-3,
      decay: 'cosine',
      clip: 1,
      normalize: 'on',
    })
    expect(settled({ learning: 'reinforce', optimizer: 'sgd' })).toMatchObject({
      learningRate: 10,
      clip: 0.01,
      normalize: 'off',
    })
    expect(settled({ task: 'traffic' })).toMatchObject({
      learning: 'reinforce',
      width: 50,
      optimizer: 'rmsprop',
    })
    expect(settled(settled({ task: 'traffic', optimizer: 'sgd' }))).toEqual(
      settled({ task: 'traffic', optimizer: 'sgd' }),
    )
  })
  it('are refused where they do not go together', () => {
    expect(() => settled({ task: 'traffic', learning: 'supervised' })).toThrow(
      '--task traffic is learned by --learning reinforce, got supervised',
    )
    expect(() => settled({ task: 'traffic', harderFrom: 5, harderTo: 4 })).toThrow(
      '--harder-from 5 and --harder-to 4',
    )
    expect(() => settled({ agents: 10, pool: 9 })).toThrow('at least as many as the 10 agents')
    for (const wrong of [
      { rounds: 0 },
      { clip: 0 },
      { baseline: 1 },
      { communication: 'loud' },
      { agents: 1 },
    ])
      expect(() => commnet.options.parse(wrong)).toThrow()
  })
  it('make the same network with and without a word, but for what is heard', () => {
    const weights = (communication: string) =>
      commnet.objective(settled({ communication }), { columns: {} }).networks.team!.weights
    const [on, off] = [weights('on'), weights('off')]
    expect(on.map(({ name }) => name)).toEqual(off.map(({ name }) => name))
    const different = on.flatMap(({ name, shape }, i) =>
      shape[0] === off[i]!.shape[0] ? [] : [[name, shape, off[i]!.shape]],
    )
    expect(different).toEqual([
      ['team/round-1-hidden-1/kernel', [96, 96], [64, 96]],
      ['team/round-2-hidden-1/kernel', [96, 96], [64, 96]],
    ])
  })
})
