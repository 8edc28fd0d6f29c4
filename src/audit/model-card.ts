// An audit as a fragment of a model card: Markdown that stands below a heading of somebody else's page.
import type { AuditResult } from '../runs/audit-result.ts'
import { formatCommand, formatCount, formatPercent, formatSetting } from '../util/format.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/[\r\n]+/g, ' ')

export function modelCard(audit: AuditResult): string {
  const { summary, model, data } = audit
  const threat = audit.threats[0]!
  const between = ({ low, high }: { low: number; high: number }): string =>
    `${formatPercent(low)} to ${formatPercent(high)}`
  const rows = audit.attacks.map(
    ({ title, knowledge, tried, confirmed }) =>
      `| ${cell(title)} | ${knowledge} | ${formatCount(tried)} | ${formatCount(confirmed)} |`,
  )
  return `### Adversarial robustness

**${audit.verdict}**. ${audit.verdictText}

| | share | 95% interval |
|---|---|---|
| named rightly | ${formatPercent(summary.clean)} | ${between(summary.cleanInterval)} |
| named rightly under every attack (${threat.norm === 'linf' ? 'L∞' : 'L2'}, eps ${formatSetting(threat.eps)}) | ${formatPercent(summary.worstCase)} | ${between(summary.worstCaseInterval)} |

| attack | knows | images that still stood | fooled |
|---|---|---|---|
${rows.join('\n')}

${formatCount(data.n)} ${data.part} images of ${cell(data.name)} (hash \`${data.hash.slice(0, 12)}\`); model \`${cell(model.name)}\` (SHA-256 \`${model.sha256}\`).

${audit.limitations.map((text) => `- ${text}`).join('\n')}

Repeat it with sparring ${audit.sparring}:

\`\`\`
${formatCommand(audit.command)}
\`\`\`
`
}
