// Residual blocks: what is added to what, by hand, and shapes that do not fit.
import { expect, test } from 'vitest'
import { interpret } from '../../src/graph/interpreter.ts'
import { input } from '../../src/graph/value.ts'
import { dense } from '../../src/layers/index.ts'
import { network } from '../../src/layers/network.ts'
import { residual } from '../../src/layers/residual.ts'
import { weightInputs } from '../../src/layers/use.ts'
import { ShapeError } from '../../src/util/errors.ts'
import { noRandom } from '../contracts/layer.ts'
import { tensor } from '../support/tensors.ts'

const linear = (units: number) => dense({ units, useBias: false })

test('a block adds what its layers make to what it was given, or to what the shortcut makes of that', () => {
  const [a, b, c] = [linear(2), linear(1), linear(1)]
  const blocks = network('n', { x: [2] }, ({ x }, apply) => ({
    y: residual(apply, residual(apply, x!, { branch: [a] }), { branch: [b], shortcut: [c] }),
  }))
  const { outputs } = blocks.call({
    inputs: { x: input('x', [1, 2]) },
    weights: weightInputs(blocks),
    training: false,
    random: noRandom,
  })
  const { y } = interpret(
    { y: outputs.y! },
    {
      x: tensor([[1, 2]]),
      'n/dense/kernel': tensor([
        [1, 0],
        [10, 0],
      ]),
      'n/dense-1/kernel': tensor([[1], [1]]),
      'n/dense-2/kernel': tensor([[0], [100]]),
    },
  )
  // First [1 + 21, 2], then their sum and a hundred times the second.
  expect([...y!.data]).toEqual([24 + 200])
})

test('a block of two shapes is refused, and the way out told', () => {
  const attempt = () =>
    network('n', { x: [2] }, ({ x }, apply) => ({ y: residual(apply, x!, { branch: [linear(3)] }) }))
  expect(attempt).toThrow(ShapeError)
  expect(attempt).toThrow('residual: the branch gives [3], what goes around it [2]; give a shortcut')
})
