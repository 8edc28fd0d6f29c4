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
  square: { options: { queries: 100 } },
  nes: { options: { queries: 4000 }, breaks: 0.5 },
  'nes-top-k': { options: { queries: 2000 }, breaks: 0.1 },
  'nes-label': { options: { queries: 2000 }, breaks: 0.1 },
  'hop-skip-jump': { options: { queries: 1000 } },
  'rotation-translation': { options: { angles: 5, places: 3 }, breaks: 0.1 },
  noise: { options: { draws: 300 }, breaks: 0.1 },
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
