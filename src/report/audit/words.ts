// What an audit means, and what to do about it, for people who know no attack.
import type { AuditResult } from '../../runs/audit-result.ts'
import { formatSetting } from '../../util/format.ts'

export const VERDICT_TITLES = {
  broken: 'Broken',
  'no break found': 'Not broken by this audit',
  certified: 'Certified',
  unreliable: 'Cannot be trusted',
} as const

/** The change that was allowed, in words and as people picture it. */
export function threatWords({ norm, eps }: AuditResult['threats'][number]): string {
  if (norm === 'l2')
    return `An attacker may change an image by at most ${formatSetting(eps)} in all: the square root of the summed squares of all changes of pixels, black being 0 and white 1.`
  const levels = Math.round(255 * eps)
  return `An attacker may change every pixel by at most ${formatSetting(eps)}, black being 0 and white 1: ${levels} of 255 levels of brightness, ${
    eps <= 0.035
      ? 'which a person hardly sees'
      : eps <= 0.1
        ? 'which a person sees when looking closely'
        : 'which a person sees, but still reads the image rightly'
  }.`
}

export function meaning({ verdict }: AuditResult): string[] {
  switch (verdict) {
    case 'broken':
      return [
        'Whoever can choose or change what the model sees can make it answer wrongly, with changes that do not change what the image shows.',
        'This is so for nearly every model that was trained in the usual way. It matters where somebody gains by fooling it: when it filters, grants access, counts, or steers.',
      ]
    case 'unreliable':
      return [
        'Checks of this audit failed: something in the model keeps attacks from finding what is there, or makes their numbers mean little.',
        'Operations that hide slopes (rounding, saturated outputs, randomness) stop textbook attacks and do not stop attackers, who look around them. What this audit found by looking around them stands below.',
      ]
    case 'certified':
      return [
        'For the images counted below it is proven, not only tried, that no change up to the radius alters the answer, as long as the model is used as certified: with noise, and by majority.',
        'Beyond the radius, and for other kinds of change, nothing is proven.',
      ]
    case 'no break found':
      return [
        'The attacks of this audit, within their budget, left most answers as they were.',
        'That is no proof: attacks give an upper bound on strength. New attacks, larger changes, or other kinds of change may do more.',
      ]
  }
}

export function mitigations({ verdict, model }: AuditResult): string[] {
  const grey = model.image.channels === 1 ? '.3' : '.0314'
  const always =
    'Ask who could change its inputs, and what they would gain: limit, log and rate-limit access to its scores where that is somebody you do not know.'
  const train = [
    `Train against attacks: sparring train classifier --adversarial pgd --eps ${grey}, then audit again with the same settings.`,
    'Or train under noise and answer by majority (randomized smoothing): sparring train classifier --noise .5; its strength can be certified.',
  ]
  if (verdict === 'broken') return [...train, always]
  if (verdict === 'unreliable')
    return [
      'Take out what hides slopes (rounding, saturation, randomness) and audit the model behind it: what you then see is what an attacker has.',
      ...train,
      always,
    ]
  return ['Audit again after every training: strength is easily lost.', always]
}
