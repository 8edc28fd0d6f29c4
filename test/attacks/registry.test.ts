// Every attack keeps the contract, with settings that are quick on a tiny classifier.
import { expect, it } from 'vitest'
import { ATTACKS, attackNamed } from '../../src/attacks/registry.ts'
import { type AttackContract, attackContract } from '../contracts/attack.ts'

/** An attack without an entry here fails below. */
const CASES: Readonly<Record<string, AttackContract>> = {
  fgsm: {},
  pgd: { options: { restarts: 2 } },
  apgd: { options: { steps: 20, restarts: 2 } },
  fab: { options: { steps: 10, restarts: 2 } },
  'carlini-wagner': { options: { steps: 100, searches: 6, firstC: 0.1 } },
  deepfool: { options: { steps: 20 } },
  square: { options: { queries: 500 } },
  nes: { options: { queries: 2000, sigma: 1e-2 } },
  'nes-top-k': { options: { queries: 10_000, sigma: 1e-2 }, breaks: 5 / 6 },
  'nes-label': {
    options: { queries: 6000, samples: 20, around: 10, sigma: 5e-2, radius: 5e-2 },
    breaks: 5 / 6,
  },
  'hop-skip-jump': { options: { iterations: 5 } },
  'rotation-translation': { options: { degrees: 180, pixels: 1, angles: 13, places: 3 }, breaks: 2 / 6 },
  noise: { options: { draws: 500 }, breaks: 2 / 6 },
}

it('has a case for every attack', () => {
  expect(Object.keys(CASES).sort()).toEqual(ATTACKS.map(({ name }) => name).sort())
})

it('names the nearest attack where there is none of a name', () => {
  expect(attackNamed('pgd').title).toBe('PGD')
  expect(() => attackNamed('pgdd')).toThrow(
    'unknown attack "pgdd"; did you mean "pgd"? Known attacks: fgsm, pgd,',
  )
})

for (const attack of ATTACKS) attackContract(attack, CASES[attack.name])
