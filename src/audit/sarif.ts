// An audit as SARIF 2.1.0: findings that code-scanning tools list beside those of linters.
import type { AuditResult } from '../runs/audit-result.ts'

const RULES = [
  {
    id: 'SPAR001',
    name: 'AdversarialExamples',
    shortDescription: { text: 'Small changes of its input make the model name images wrongly' },
    help: {
      text: 'Train adversarially or with noise, take the most frequent answer under noise, or do not let untrusted people choose inputs.',
    },
  },
  {
    id: 'SPAR002',
    name: 'UnreliableAudit',
    shortDescription: { text: 'The robustness of the model cannot be measured as it is' },
    help: {
      text: 'Operators without useful gradients hide weaknesses from attacks that follow gradients, not from attackers.',
    },
  },
  {
    id: 'SPAR003',
    name: 'FailedCheck',
    shortDescription: { text: 'A check of the audit failed' },
    help: { text: 'The evidence says what was seen.' },
  },
] as const

const LEVELS = { broken: 'error', unreliable: 'error', certified: 'note', 'no break found': 'note' } as const

/** @param uri  of the model's file, relative to whatever is scanned */
export function sarifOf(audit: AuditResult, uri: string): object {
  const locations = [{ physicalLocation: { artifactLocation: { uri } } }]
  const { summary } = audit
  const result = (ruleId: string, level: string, text: string) => ({
    ruleId,
    ruleIndex: RULES.findIndex(({ id }) => id === ruleId),
    level,
    message: { text },
    locations,
    partialFingerprints: { 'modelSha256/v1': audit.model.sha256 },
  })
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'sparring', semanticVersion: audit.sparring, rules: RULES },
        },
        invocations: [{ executionSuccessful: true, arguments: audit.command.slice(1) }],
        artifacts: [
          { location: { uri }, hashes: { 'sha-256': audit.model.sha256 }, length: audit.model.bytes },
        ],
        results: [
          result(
            audit.verdict === 'unreliable' ? 'SPAR002' : 'SPAR001',
            LEVELS[audit.verdict],
            audit.verdictText,
          ),
          ...audit.checks
            .filter(({ state }) => state === 'fail')
            .map(({ title, evidence }) => result('SPAR003', 'warning', `${title}: ${evidence}`)),
        ],
        properties: {
          clean: summary.clean,
          worstCase: summary.worstCase,
          verdict: audit.verdict,
        },
      },
    ],
  }
}
