// What an audit found, for people at a terminal: the verdict first.
import type { AuditResult } from '../runs/audit-result.ts'
import { formatCount, formatPercent } from '../util/format.ts'
import { columns, fileRows } from './result-text.ts'
import type { Style } from './style.ts'
import { wrapped } from './wrapped.ts'

const TITLES = {
  broken: 'BROKEN',
  'no break found': 'no break found',
  certified: 'certified',
  unreliable: 'UNRELIABLE',
} as const

export function auditText(
  audit: AuditResult,
  files: Readonly<Record<string, string>>,
  style: Style,
  width: number,
): string {
  const { summary, attacks, checks, verdict } = audit
  const paint = {
    broken: style.bad,
    unreliable: style.warn,
    certified: style.good,
    'no break found': style.good,
  }[verdict]
  const failed = checks.filter(({ state }) => state === 'fail')
  const share = (value: number, { low, high }: { low: number; high: number }): string =>
    `${formatPercent(value)} (${formatPercent(low)} to ${formatPercent(high)})`
  return [
    `${paint(style.bold(TITLES[verdict]))}  ${audit.model.name}`,
    ...wrapped(audit.verdictText, width),
    '',
    ...columns(
      [
        ['named rightly', share(summary.clean, summary.cleanInterval)],
        ['under every attack', share(summary.worstCase, summary.worstCaseInterval)],
      ],
      style,
    ),
    '',
    ...columns(
      attacks.map(({ title, tried, confirmed }) => [
        title,
        `fooled ${formatCount(confirmed)} of ${formatCount(tried)} that still stood`,
      ]),
      style,
    ),
    ...(failed.length > 0
      ? [
          '',
          ...failed.flatMap(({ title, evidence }) =>
            wrapped(`${style.warn('check failed:')} ${title}: ${evidence}`, width),
          ),
        ]
      : []),
    '',
    ...fileRows(files, style),
  ].join('\n')
}
