// What white-box attacks find on a classifier whose nearest borders are known by a formula.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkpoints } from '../../src/attacks/apgd.ts'
import { optionsOf } from '../../src/attacks/attack.ts'
import { runEnsemble, standardMembers } from '../../src/attacks/ensemble.ts'
import { openOracle } from '../../src/attacks/oracle.ts'
import { attackNamed } from '../../src/attacks/registry.ts'
import type { Norm, Threat } from '../../src/attacks/threat.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { randomStream } from '../../src/util/random.ts'
import { TINY_SIZE, TINY_WEIGHTS, tinyClassifier, tinyLogits } from './tiny-classifier.ts'

const COUNT = 5
/** Images whose third class is far behind, so that the nearest border is that to the second, to which everybody goes. */
const images = (() => {
  const found: Float32Array[] = []
  for (let i = 0; found.length < COUNT; i++) {
    const image = randomStream(6, 'images', i).fillUniform(new Float32Array(TINY_SIZE), 0.35, 0.65)
    const [first, second, third] = tinyLogits(image).sort((a, b) => b - a) as [number, number, number]
    if (first - second > 0.2 && first - second < 1 && second - third > 1.5) found.push(image)
  }
  return Float32Array.from(found.flatMap((image) => [...image]))
})()
const rowOf = (all: Float32Array, i: number): Float32Array => all.subarray(i * TINY_SIZE, (i + 1) * TINY_SIZE)
const logits = Array.from({ length: COUNT }, (_, i) => tinyLogits(rowOf(images, i)))
const labels = Int32Array.from(logits, (row) => row.indexOf(Math.max(...row)))
const ids = Int32Array.from(logits, (_, i) => i)

/** How far the border to a class is, if the box does not matter: |f| / the dual norm of the slope of f. */
function borderTo(norm: Norm, i: number, k: number): number {
  const y = labels[i]!
  const slope = Array.from(
    { length: TINY_SIZE },
    (_, p) => TINY_WEIGHTS[p * 3 + k]! - TINY_WEIGHTS[p * 3 + y]!,
  )
  const dual = norm === 'l2' ? Math.hypot(...slope) : slope.reduce((sum, w) => sum + Math.abs(w), 0)
  return (logits[i]![y]! - logits[i]![k]!) / dual
}
/** How far the nearest border of each image is. */
const borders = (norm: Norm): number[] =>
  logits.map((_, i) => Math.min(...[0, 1, 2].filter((k) => k !== labels[i]).map((k) => borderTo(norm, i, k))))
const distance = (norm: Norm, found: Float32Array, i: number): number => {
  const each = Array.from(rowOf(found, i), (x, p) => Math.abs(x - rowOf(images, i)[p]!))
  return norm === 'l2' ? Math.hypot(...each) : Math.max(...each)
}

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
})
afterAll(() => engine?.close())

const opened = () => openOracle(engine, tinyClassifier, { knowledge: 'gradient', batch: 4 })
async function run(name: string, threat: Threat, options: Readonly<Record<string, unknown>> = {}) {
  const attack = attackNamed(name)
  const oracle = opened()
  try {
    return await attack.run(oracle, { images, labels, ids, threat, seed: 1 }, optionsOf(attack, options))
  } finally {
    await oracle.close()
  }
}

describe.each(['linf', 'l2'] as const)('under %s', (norm) => {
  it('minimal attacks find the nearest border', async () => {
    const wanted = borders(norm)
    // They stay in the box, which therefore does not matter here.
    expect(Math.max(...wanted)).toBeLessThan(0.4)
    for (const [name, options, slack] of [
      ['fab', { steps: 30 }, 1.01],
      ['deepfool', {}, 1.022],
      ...(norm === 'l2' ? [['carlini-wagner', { steps: 1000 }, 1.02] as const] : []),
    ] as const) {
      const { images: found } = await run(name, { norm, eps: 1 }, options)
      for (let i = 0; i < COUNT; i++) {
        const share = distance(norm, found, i) / wanted[i]!
        expect(share, `${name}, image ${i}`).toBeGreaterThan(0.999)
        // DeepFool's authors add 1e-4 to each step.
        expect(share, `${name}, image ${i}`).toBeLessThan(
          slack + (name === 'deepfool' ? 2e-4 / wanted[i]! : 0),
        )
      }
    }
  })

  it('bounded attacks succeed exactly where the border is within eps', async () => {
    const wanted = borders(norm)
    const eps = [...wanted].sort((a, b) => a - b)[2]! * 1.01
    for (const [name, options] of [
      ['pgd', { randomStart: false }],
      // From the far side of the ball, 40 steps of eps / 30 would not lead to this side.
      ['pgd', { loss: 'margin', stepSize: 0.1 }],
      ['apgd', {}],
      ['apgd', { loss: 'dlr' }],
      ['apgd', { loss: 'margin' }],
      ...(norm === 'linf' ? [['fgsm', {}] as const] : []),
    ] as const) {
      const { found } = await run(name, { norm, eps }, options)
      expect([...found], `${name} ${JSON.stringify(options)}`).toEqual(wanted.map((d) => Number(d < eps)))
    }
  })
})

it('APGD looks back after 22 iterations of 100, then in windows that shrink by 3 to 6', () => {
  const ends = [...checkpoints(100).entries()].filter(([, window]) => window > 0)
  expect(ends).toEqual([
    [22, 22],
    [41, 19],
    [57, 16],
    [70, 13],
    [80, 10],
    [87, 7],
    [93, 6],
    [99, 6],
  ])
})

it('passes over a classifier that gives the same each time change nothing', async () => {
  const threat = { norm: 'linf', eps: 0.1 } as const
  const once = await run('apgd', threat, { steps: 12 })
  const twice = await run('apgd', threat, { steps: 12, eotIterations: 2 })
  expect([...twice.images]).toEqual([...once.images])
  expect([...twice.found]).toEqual([...once.found])
  expect(twice.gradients[0]).toBe(2 * once.gradients[0]!)
})

it('says which loss takes the place of one that needs more classes', async () => {
  await expect(run('apgd', { norm: 'l2', eps: 1 }, { loss: 'targeted-dlr' })).rejects.toThrow(
    'the loss "targeted-dlr" compares 4 classes, this classifier has 3; use the loss "margin"',
  )
})

it('an ensemble tries each member on what is left, and is as strong as all together', async () => {
  const threat = { norm: 'l2', eps: [...borders('l2')].sort((a, b) => a - b)[2]! * 1.01 } as const
  const isNear = borders('l2').map((d) => Number(d < threat.eps))
  const input = { images, labels, ids, threat, seed: 1 }
  const oracle = opened()
  const members = [
    {
      attack: attackNamed('pgd'),
      options: { steps: 1, stepSize: 1e-3, randomStart: false },
      title: 'too weak',
    },
    ...standardMembers(3),
  ]
  const result = await runEnsemble(oracle, input, members)
  // FAB goes to every class, so together they find all that there is.
  expect([...result.found]).toEqual(isNear)
  let left = COUNT
  for (const [place, member] of result.members.entries()) {
    expect(member.title).toBe(['too weak', 'APGD-CE', 'APGD-margin', 'FAB-T', 'Square'][place])
    expect(member.tried.length).toBe(left)
    left -= result.by.filter((by) => by === place).length
    expect(member.left).toBe(left)
  }
  expect(left).toBe(2)
  expect(result.by.every((by, i) => by >= 0 === (isNear[i] === 1) && by !== 0)).toBe(true)
  expect(result.members[1]!.options).toMatchObject({ steps: 100, rho: 0.75 })
  for (let i = 0; i < COUNT; i++) {
    expect(result.queries[i]).toBe(oracle.counts(i).queries)
    if (!result.found[i]) expect([...rowOf(result.images, i)]).toEqual([...rowOf(images, i)])
  }
  await expect(
    runEnsemble(oracle, input, [{ attack: attackNamed('pgd'), options: { stepps: 1 } }]),
  ).rejects.toThrow('attack "pgd": unknown option "stepps"; did you mean "steps"?')
  await oracle.close()
})

it('gives the same on several lanes, and tells of progress that only grows', async () => {
  const attack = attackNamed('pgd')
  const found = []
  for (const lanes of [1, 2]) {
    const wide = await nodeEngine({ threads: lanes })
    const oracle = openOracle(wide, tinyClassifier, { knowledge: 'gradient', batch: lanes })
    const told: number[] = []
    const input = { images, labels, ids, threat: { norm: 'linf', eps: 0.05 } as const, seed: 1 }
    found.push(
      await attack.run(oracle, { ...input, onProgress: (done) => told.push(done) }, optionsOf(attack, {})),
    )
    expect(told).toEqual(told.toSorted((a, b) => a - b))
    expect(told.at(-1)).toBe(1)
    await wide.close()
  }
  expect(found[1]).toEqual(found[0])
})
