// Several attacks one after another, each on what the ones before left; the standard ensemble is such a list.

import { apgd } from './apgd.ts'
import { type Attack, type AttackInput, type AttackResult, optionsOf } from './attack.ts'
import { fab } from './fab.ts'
import type { Oracle } from './oracle.ts'
import { square } from './square.ts'

export interface Member {
  readonly attack: Attack
  /** As they are typed; what is not given has its default. */
  readonly options?: Readonly<Record<string, unknown>>
  /** As people know it, where the attack's own title does not tell two members apart. */
  readonly title?: string
}

/** What one member did. */
export interface MemberResult {
  readonly member: Member
  readonly title: string
  /** Every option, defaults included. */
  readonly options: Readonly<Record<string, unknown>>
  /** Which examples were left for it, as places in the input. */
  readonly tried: Int32Array
  /** Of those, in their order. */
  readonly result: AttackResult
  /** How many are left after it. */
  readonly left: number
}

/**
 * Runs a list of attacks, each only on the examples for which none before found anything within the threat. No example's
 * outcome depends on the others. Yields what each member did; members for which nothing is left try nothing.
 *
 * @throws ConfigError when a member's options are wrong, before the first begins
 */
export async function* ensemble(
  oracle: Oracle,
  input: AttackInput,
  members: readonly Member[],
): AsyncGenerator<MemberResult, void> {
  const { image } = oracle.classifier
  const size = image.height * image.width * image.channels
  const prepared = members.map((member) => ({
    member,
    title: member.title ?? member.attack.title,
    options: optionsOf(member.attack, member.options),
  }))
  let left = Int32Array.from(input.ids, (_, i) => i)
  for (const [place, one] of prepared.entries()) {
    const images = new Float32Array(left.length * size)
    left.forEach((i, row) => {
      images.set(input.images.subarray(i * size, (i + 1) * size), row * size)
    })
    const tried = left
    const result = await one.member.attack.run(
      oracle,
      {
        ...input,
        images,
        labels: tried.map((i) => input.labels[i]!),
        ids: tried.map((i) => input.ids[i]!),
        onProgress: (done) => input.onProgress?.((place + done) / prepared.length),
      },
      one.options,
    )
    left = tried.filter((_, row) => !result.found[row])
    yield { ...one, tried, result, left: left.length }
  }
}

/** Outcomes of an ensemble put together: what was found for each, and by which member; -1 where nothing was. */
export interface EnsembleResult extends AttackResult {
  readonly by: Int32Array
  readonly members: readonly MemberResult[]
}

/** Runs an ensemble to its end. */
export async function runEnsemble(
  oracle: Oracle,
  input: AttackInput,
  members: readonly Member[],
): Promise<EnsembleResult> {
  const n = input.ids.length
  const size = n === 0 ? 0 : input.images.length / n
  const images = input.images.slice()
  const found = new Uint8Array(n)
  const [queries, gradients] = [new Float64Array(n), new Float64Array(n)]
  const by = new Int32Array(n).fill(-1)
  const results: MemberResult[] = []
  for await (const one of ensemble(oracle, input, members)) {
    one.tried.forEach((i, row) => {
      queries[i]! += one.result.queries[row]!
      gradients[i]! += one.result.gradients[row]!
      if (!one.result.found[row]) return
      found[i] = 1
      by[i] = results.length
      images.set(one.result.images.subarray(row * size, (row + 1) * size), i * size)
    })
    results.push(one)
  }
  return { images, found, queries, gradients, by, members: results }
}

/** Fewest classes for the targeted difference ratio; with fewer, the margin takes its place, which goes to all others. */
const ENOUGH_CLASSES = 4

/**
 * The members of AutoAttack's standard version.
 *
 * @source Croce & Hein 2020, arXiv:2003.01690
 */
export const standardMembers = (classes: number): readonly Member[] => [
  { attack: apgd, options: { loss: 'ce' }, title: 'APGD-CE' },
  classes >= ENOUGH_CLASSES
    ? { attack: apgd, options: { loss: 'targeted-dlr' }, title: 'APGD-T' }
    : { attack: apgd, options: { loss: 'margin' }, title: 'APGD-margin' },
  { attack: fab, title: 'FAB-T' },
  { attack: square, options: { queries: 5000 }, title: 'Square' },
]

/** Those of its version for classifiers with random outputs: gradients are averaged over 20 passes. */
export const randomMembers = (classes: number): readonly Member[] => [
  { attack: apgd, options: { loss: 'ce', eotIterations: 20 }, title: 'APGD-CE, 20 passes' },
  {
    attack: apgd,
    options: { loss: classes >= 3 ? 'dlr' : 'margin', eotIterations: 20 },
    title: classes >= 3 ? 'APGD-DLR, 20 passes' : 'APGD-margin, 20 passes',
  },
]
