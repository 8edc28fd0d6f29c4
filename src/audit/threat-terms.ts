// What was tried, in the terms of MITRE ATLAS and of NIST's taxonomy of adversarial machine learning.
import type { AuditedAttack, AuditResult } from '../runs/audit-result.ts'

type Threat = AuditResult['threats'][number]

const ATLAS: Readonly<Record<string, string>> = {
  gradient: 'AML.T0043.000 Craft Adversarial Data: White-Box Optimization',
  scores: 'AML.T0043.001 Craft Adversarial Data: Black-Box Optimization',
  'top-k': 'AML.T0043.001 Craft Adversarial Data: Black-Box Optimization',
  label: 'AML.T0043.001 Craft Adversarial Data: Black-Box Optimization',
}
const NIST: Readonly<Record<string, string>> = {
  gradient: 'evasion, white-box (optimization-based)',
  scores: 'evasion, black-box (score-based)',
  'top-k': 'evasion, black-box (score-based)',
  label: 'evasion, black-box (decision-based)',
}

/**
 * @source MITRE ATLAS, techniques AML.T0015 and AML.T0043; NIST AI 100-2 E2025, section 2.2
 */
export function threatOf(
  { norm, eps }: { readonly norm: 'linf' | 'l2'; readonly eps: number },
  attacks: readonly Pick<AuditedAttack, 'knowledge'>[],
): Threat {
  const knowledge = [...new Set(attacks.map((attack) => attack.knowledge))]
  const unique = (terms: Readonly<Record<string, string>>): string[] => [
    ...new Set(knowledge.flatMap((one) => terms[one] ?? [])),
  ]
  return {
    goal: 'any class but the true one (untargeted)',
    norm,
    eps,
    knowledge,
    atlas: ['AML.T0015 Evade AI Model', ...unique(ATLAS)],
    nist: unique(NIST),
  }
}
