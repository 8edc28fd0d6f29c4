// Checks and verdict on invented findings: what is believed, what is not, and what is said of it.
import { describe, expect, it } from 'vitest'
import { checksOf, type Facts, FGSM_AND_PGD, NOISE_AND_PGD, TWICE } from '../../src/audit/checks.ts'
import { CURVE } from '../../src/audit/comparison-parts.ts'
import { GRADIENTS_PART } from '../../src/audit/gradient-health.ts'
import { SCORES_ONLY, type ScoresOnlyValue } from '../../src/audit/scores-part.ts'
import { ATTACK, type AttackValue, CLEAN, type CleanValue, survivors } from '../../src/audit/survivors.ts'
import { type Evidence, judge } from '../../src/audit/verdict.ts'

const n = 100
const labels = Int32Array.from({ length: n }, (_, i) => i % 10)
const places = [...labels.keys()]
const some = (count: number): number[] => places.map((i) => (i < count ? 1 : 0))

const clean: CleanValue = { named: [...labels], unsteady: 0, passes: 5, saturated: 0, notFinite: 0, apart: 0 }
const attack: AttackValue = {
  attack: 'pgd',
  tried: places,
  found: some(90),
  confirmed: some(90),
  as8Bit: some(80),
  becomes: places,
  linf: places,
  l2: places,
  queries: places,
  gradients: 4000,
  pictures: {},
  overstep: 0,
}
const gradients = { images: n, zero: 0, zeroPassed: 0, notFinite: 0, checked: 8, agreed: 8 }
const curve = (left: readonly number[]) => ({
  places,
  points: left.map((count, i) => ({ eps: i / (left.length - 1), left: count })),
})
const compared = (found: Readonly<Record<string, readonly number[]>>) => ({ places, found })
/** Of `n` images the first ones fall, to scores and to gradients; of those that only scores fool, `more` fall to gradients in the end. */
const scores = (square: number, withGradients: number, more = 0): ScoresOnlyValue => {
  const disputed = places.slice(withGradients, square)
  return {
    places,
    found: { square: some(square) },
    gradients: some(withGradients),
    disputed,
    patient: disputed.map((_, i) => (i < more ? 1 : 0)),
  }
}
const FACTS: Facts = {
  classes: 10,
  eps: 0.3,
  gives: 'logits',
  passedThrough: 0,
  gradientAttacks: new Set(['pgd']),
}
const sound = {
  [CLEAN]: clean,
  [GRADIENTS_PART]: gradients,
  [FGSM_AND_PGD]: compared({ fgsm: some(60), pgd: some(90) }),
  [NOISE_AND_PGD]: compared({ noise: some(5), pgd: some(90) }),
  [TWICE]: compared({ once: some(90), twice: some(90) }),
  [`${ATTACK}pgd/0`]: attack,
  [SCORES_ONLY]: scores(80, 90),
  [CURVE]: curve([100, 60, 10, 0, 0]),
}
const failed = (more: Readonly<Record<string, object>>, facts: Partial<Facts> = {}): string[] =>
  checksOf(new Map(Object.entries({ ...sound, ...more })), { ...FACTS, ...facts })
    .filter(({ state }) => state === 'fail')
    .map(({ name }) => name)

describe('the checks', () => {
  it('hold for a sound audit, and the one of certificates is not run without any', () => {
    const checks = checksOf(new Map(Object.entries(sound)), FACTS)
    expect(checks.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(checks.map(({ state }) => state)).toEqual([...Array.from({ length: 9 }, () => 'pass'), 'not run'])
  })

  it.each<[string, Readonly<Record<string, object>>, Partial<Facts>, string]>([
    [
      'the graph names images otherwise than the file',
      { [CLEAN]: { ...clean, apart: 0.2 } },
      {},
      'own-numbers',
    ],
    [
      'what attacks call found is not confirmed',
      { [`${ATTACK}pgd/0`]: { ...attack, confirmed: some(40) } },
      {},
      'own-numbers',
    ],
    [
      'gradients disagree with differences',
      { [GRADIENTS_PART]: { ...gradients, agreed: 1 } },
      {},
      'own-numbers',
    ],
    ['the file draws random numbers', { [CLEAN]: { ...clean, unsteady: 3 } }, {}, 'randomness'],
    ['the file answers with what is no number', { [CLEAN]: { ...clean, notFinite: 1 } }, {}, 'randomness'],
    [
      'its probabilities are exactly 0 and 1',
      { [CLEAN]: { ...clean, saturated: 60 } },
      { gives: 'softmax', scale: 100 },
      'probabilities',
    ],
    [
      'gradients are zero',
      { [GRADIENTS_PART]: { ...gradients, zero: 70, agreed: 0 } },
      { passedThrough: 1 },
      'gradients',
    ],
    ['gradients are infinite', { [GRADIENTS_PART]: { ...gradients, notFinite: 20 } }, {}, 'gradients'],
    [
      'one large step does better than many small ones',
      { [FGSM_AND_PGD]: compared({ fgsm: some(90), pgd: some(20) }) },
      {},
      'iterations',
    ],
    ['accuracy grows with the size of the change', { [CURVE]: curve([100, 60, 80, 0, 0]) }, {}, 'size'],
    ['changes without limit do not fool it', { [CURVE]: curve([100, 90, 80, 70, 60]) }, {}, 'size'],
    [
      'twice the iterations find many more',
      { [TWICE]: compared({ once: some(50), twice: some(90) }) },
      {},
      'enough',
    ],
    [
      'an attack that sees scores only does better',
      {
        [SCORES_ONLY]: scores(97, 10, 3),
        [`${ATTACK}pgd/0`]: { ...attack, found: some(10), confirmed: some(10) },
      },
      {},
      'black-box',
    ],
    ['noise does better', { [NOISE_AND_PGD]: compared({ noise: some(60), pgd: some(5) }) }, {}, 'noise'],
    [
      'an attack contradicts a certificate',
      { 'certificate/attacked': { attacked: 10, contradicted: 1 } },
      {},
      'certificate',
    ],
  ])('fail where %s', (_, more, facts, name) => {
    expect(failed(more, facts)).toContain(name)
  })

  it('take a little more for chance', () => {
    expect(failed({ [TWICE]: compared({ once: some(90), twice: some(91) }) })).toEqual([])
    expect(failed({ [SCORES_ONLY]: scores(91, 90) })).toEqual([])
    expect(failed({ [GRADIENTS_PART]: { ...gradients, zero: 2 } })).toEqual([])
  })
})

describe('the check of gradients against scores', () => {
  const said = (value: ScoresOnlyValue) =>
    checksOf(new Map(Object.entries({ ...sound, [SCORES_ONLY]: value })), FACTS)[7]!

  it('holds where gradients find, with more starts, what they had not', () => {
    expect(said(scores(30, 20, 9))).toMatchObject({
      state: 'pass',
      evidence:
        'of 100 images attacks with gradients fool 20, one that sees scores only 30; of 10 that only it fools gradients find 9 when they start from more places',
    })
  })

  it('fails where they find few of them, and takes those that were tried for all', () => {
    expect(said(scores(30, 20, 2)).state).toBe('fail')
    const value = scores(60, 0, 0)
    const disputed = value.disputed.slice(0, 32)
    const withPatience = (found: number) => ({
      ...value,
      disputed,
      patient: disputed.map((_, i) => (i < found ? 1 : 0)),
    })
    expect(said(withPatience(32)).state).toBe('pass')
    expect(said(withPatience(29)).state).toBe('fail')
  })

  it('takes off what only gradients find: what differs by chance differs both ways', () => {
    const value = scores(30, 20, 4)
    const gradients = places.map((i) => (i < 20 || (i >= 30 && i < 36) ? 1 : 0))
    expect(said({ ...value, gradients }).state).toBe('pass')
  })
})

describe('who still stands', () => {
  it('is whoever is named rightly and for whom nothing confirmed was found', () => {
    const named = [...labels]
    named[99] = -1
    const found = new Map<string, object>([
      [CLEAN, { ...clean, named }],
      [`${ATTACK}pgd/0`, attack],
    ])
    expect(survivors(found, labels).reduce((sum, one) => sum + one, 0)).toBe(9)
  })
})

describe('the verdict', () => {
  const evidence: Evidence = {
    n: 100,
    classes: 10,
    right: 98,
    standing: 90,
    norm: 'linf',
    eps: 0.3,
    checks: [],
  }
  const failing = [
    { number: 4, name: 'gradients', title: 'Gradients tell something', state: 'fail', evidence: '' },
  ] as const
  it.each<[Partial<Evidence>, string, string]>([
    [{}, 'no break found', '8 do not'],
    [{ standing: 40 }, 'broken', 'decides what the model says'],
    [{ right: 9, standing: 0 }, 'unreliable', 'no more than chance'],
    [{ checks: failing }, 'unreliable', 'cannot be trusted'],
    [{ checks: failing, standing: 0 }, 'unreliable', 'hides its weakness'],
    [
      {
        norm: 'l2',
        certified: [
          { radius: 0, accuracy: 1 },
          { radius: 0.5, accuracy: 0.9 },
          { radius: 1, accuracy: 0.3 },
        ],
      },
      'certified',
      'within an L2 distance of 0.5',
    ],
    [{ standing: 10, certified: [{ radius: 0.5, accuracy: 0.9 }] }, 'broken', 'decides'],
  ])('of %j is %s', (more, verdict, words) => {
    const judged = judge({ ...evidence, ...more })
    expect(judged.verdict).toBe(verdict)
    expect(judged.verdictText).toContain(words)
    expect(judged.verdictText).not.toMatch(/\bsecure\b/i)
  })
})
