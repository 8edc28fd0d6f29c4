// The plane of what agents say, as the page computes it.
import { expect, it } from 'vitest'
import { randomStream } from '../../src/util/random.ts'
import { chancesOf, drawTeams, placeIn, planeOf, saidIn } from '../../web/src/lib/team.ts'

it('is spanned by the two directions in which messages vary most', () => {
  const random = randomStream(1, 'messages')
  // Far along (3, 4, 0) / 5, less along the third axis, hardly else.
  const messages = Array.from({ length: 300 }, () => {
    const [far, near, rest] = [10 * random.normal(), 3 * random.normal(), 0.1 * random.normal()]
    return [1 + 0.6 * far - 0.8 * rest, 2 + 0.8 * far + 0.6 * rest, 3 + near]
  })
  const { directions, mean } = planeOf(messages)
  expect(Math.abs(0.6 * directions[0][0]! + 0.8 * directions[0][1]!)).toBeGreaterThan(0.999)
  expect(Math.abs(directions[1][2]!)).toBeGreaterThan(0.999)
  expect(placeIn({ directions, mean }, mean)).toEqual([0, 0])
  const [x, y] = placeIn({ directions, mean }, [mean[0]! + 3, mean[1]! + 4, mean[2]!])
  expect(Math.hypot(x, y)).toBeCloseTo(5, 1)
})
it('takes messages by team, round and agent, and logits as probabilities', () => {
  const messages = Float32Array.from({ length: 2 * 3 * 2 * 2 }, (_, i) => i)
  expect(saidIn(messages, [3, 2, 2], 1, 2).map((each) => Array.from(each))).toEqual([
    [20, 21],
    [22, 23],
  ])
  expect(chancesOf([Math.log(1), Math.log(3)])).toEqual([expect.closeTo(0.25), expect.closeTo(0.75)])
  const drawn = drawTeams(3, 4, 5, 7)
  expect([drawn.length, drawn.every((id) => id >= 0 && id <= 7)]).toEqual([20, true])
  expect(drawTeams(3, 4, 5, 7)).toEqual(drawn)
})
it('of messages that are all alike is a plane all the same', () => {
  expect(
    placeIn(
      planeOf([
        [1, 2],
        [1, 2],
      ]),
      [1, 2],
    ),
  ).toEqual([0, 0])
})
