// What the page of an audit has beside the style of all reports.

export const AUDIT_STYLE = `
.card p + p { margin-top: 10px; }
.plain { margin: 0; padding-left: 1.2em; display: grid; gap: 8px; }
.broken { list-style: none; margin: 0; padding: 0; display: grid; gap: 18px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); }
.broken p { font-size: .9375rem; margin-top: 6px; }
.broken small { display: block; color: var(--muted); font-size: .8125rem; }
.trio { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 6px; }
.trio .pixels { width: 100%; }
.sticker { width: 160px; height: auto; background: #fff; border-radius: 8px; padding: 8px; margin-bottom: 14px; }
.wide td small { display: block; color: var(--muted); font-size: .8125rem; }
.wide .count, .checks .count { padding-right: 16px; }
.checks td { overflow-wrap: anywhere; }
.checks td:last-child { white-space: nowrap; }
.check { font-weight: 650; }
.check.pass { color: var(--ok); } .check.fail { color: var(--error); } .check.not-run { color: var(--muted); font-weight: 500; }
@media print {
  .broken { gap: 12px; grid-template-columns: repeat(3, minmax(0, 1fr)); }
  .broken p { font-size: .875rem; }
}
`.trim()
