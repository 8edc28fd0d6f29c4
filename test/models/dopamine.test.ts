// Agents in checkpoints of Dopamine's shapes and names, beside what TensorFlow makes of the same observations.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeCheckpointIndex, readVariable } from '../../src/formats/tensorflow-checkpoint.ts'
import { checkpointPolicy } from '../../src/lifecycle/checkpoint-agent.ts'
import { dopamineAgent } from '../../src/models/dopamine.ts'
import { openSession } from '../onnx/session.ts'

const ACTIONS = ['noop', 'fire', 'right', 'left', 'right-fire', 'left-fire']
const environment = { name: 'atari', options: {} }

interface Told {
  readonly values: readonly (readonly number[])[]
  readonly probabilities?: readonly (readonly (readonly number[])[])[]
}

/** A checkpoint of the fixtures, with shapes of some variables replaced. */
function open(name: string, change: Readonly<Record<string, readonly number[] | undefined>> = {}) {
  const at = (ending: string) =>
    new Uint8Array(readFileSync(join(import.meta.dirname, '../fixtures/dopamine', name + ending)))
  const index = decodeCheckpointIndex(at('.index'), `${name}.index`)
  const numbers = at('.data-00000-of-00001')
  const shapes = new Map<string, { shape: readonly number[] }>(index.variables)
  for (const [variable, shape] of Object.entries(change))
    if (shape) shapes.set(variable, { shape })
    else shapes.delete(variable)
  return {
    told: JSON.parse(new TextDecoder().decode(at('.json'))) as Told,
    agent: (actions = ACTIONS) =>
      dopamineAgent(
        { source: name, shapes, read: (variable) => readVariable(index, variable, [numbers]) },
        { actions, environment },
      ),
  }
}

/** The observations of `bench/peers/dopamine-checkpoint.py`. */
const observations = Uint8Array.from({ length: 3 * 84 * 84 * 4 }, (_, at) => {
  const [k, i] = [Math.floor(at / (84 * 84 * 4)), at % (84 * 84 * 4)]
  return (((i * i) % 251) + 7 * k * i) % 256
})

/** The greatest difference of numbers from those of TensorFlow. */
const difference = (ours: ArrayLike<number>, theirs: readonly number[]): number => {
  expect(ours.length).toBe(theirs.length)
  return Math.max(...theirs.map((value, i) => Math.abs(value - ours[i]!)))
}

describe('the agent of a checkpoint', () => {
  it('gives the returns and probabilities of TensorFlow, as an ONNX file with its preprocessing', async () => {
    const { agent, told } = open('tf_ckpt-199')
    const found = agent()
    expect(found.atoms).toBe(51)
    const session = await openSession(checkpointPolicy(found, 'tf_ckpt-199'))
    const outputs = await session.run({
      observation: { data: observations, shape: [3, 84, 84, 4], dtype: 'uint8' },
    })
    expect(difference(outputs.values!.data, told.values.flat())).toBeLessThan(1e-5)
    expect(difference(outputs.probabilities!.data, told.probabilities!.flat(2))).toBeLessThan(1e-5)
    expect(Object.keys(found.objective.offers ?? {})).toEqual(['act'])
  })

  it('gives mean returns alone where it learned no more, under the names of Keras', async () => {
    const { agent, told } = open('keras')
    const found = agent()
    expect(found.atoms).toBe(1)
    const session = await openSession(checkpointPolicy(found, 'keras'))
    const outputs = await session.run({
      observation: { data: observations, shape: [3, 84, 84, 4], dtype: 'uint8' },
    })
    expect(Object.keys(outputs)).toEqual(['values'])
    expect(difference(outputs.values!.data, told.values.flat())).toBeLessThan(1e-5)
  })

  it.each([
    [
      { 'Online/Conv_1/weights': [4, 4, 2, 4] },
      'expected the variable "Online/Conv_1/weights" to have the shape [4, 4, 2, 3], as the network of Dopamine for Atari has it, got [4, 4, 2, 4]',
    ],
    [
      { 'Online/fully_connected/weights': [147, 6] },
      'expected the variable "Online/fully_connected/weights" to have the shape [363, 6]',
    ],
    [
      { 'Online/Conv_2/biases': undefined },
      'is no checkpoint of an agent of Dopamine on Atari (DQN, C51 or Rainbow): expected Online/Conv_2/biases (or kernel and bias for weights and biases); it has Online/Conv/biases,',
    ],
  ])('is refused with %j', (change, message) => {
    expect(() => open('tf_ckpt-199', change).agent()).toThrow(
      `tf_ckpt-199${message.startsWith('is') ? ' ' : ': '}${message}`,
    )
  })

  it('is refused for a game of another number of actions', () => {
    expect(() => open('tf_ckpt-199').agent(['noop', 'fire', 'up'])).toThrow(
      'tf_ckpt-199 gives 306 numbers; for the 3 actions of this game (noop, fire, up) expected 153, 51 returns each (Rainbow, C51), or 3 (DQN): it was trained on another game',
    )
  })
})
