// The style sheet of the report: light and dark, from 360 to 1600 pixels and more.

export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --page: #f5f6f8; --card: #ffffff; --ink: #1b1f27; --muted: #5b6270; --line: #e3e6eb; --soft: #f0f1f5;
  --accent: #5b43d6; --ok: #1c7c43; --warning: #9a5b00; --error: #b91c1c; --info: #4b5565;
  --shadow: 0 1px 2px rgb(20 24 40 / .06), 0 4px 16px rgb(20 24 40 / .05);
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #0e1015; --card: #171a21; --ink: #e8eaee; --muted: #a3acba; --line: #2c323d; --soft: #1f232c;
    --accent: #a99bff; --ok: #5fd38d; --warning: #ffb84d; --error: #ff8080; --info: #a3acba; --shadow: none;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main, header, footer { max-width: 1380px; margin: 0 auto; padding: 0 clamp(12px, 3vw, 32px); }
header { padding-top: clamp(20px, 4vw, 44px); }
main { display: grid; gap: clamp(14px, 2vw, 22px); padding-bottom: 32px; }
main > * { min-width: 0; }
footer { color: var(--muted); font-size: .875rem; padding-bottom: 40px; }
h1 { font-size: clamp(1.7rem, 4vw, 2.5rem); line-height: 1.15; letter-spacing: -.02em; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; letter-spacing: -.01em; margin: 0 0 4px; }
h3 { font-size: 1rem; margin: 0 0 8px; }
h2 + .events, h2 + .columns { margin-top: 14px; }
p { margin: 0; }
.eyebrow { color: var(--muted); font-size: .875rem; letter-spacing: .04em; text-transform: uppercase; }
.title { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; margin: 2px 0 6px; }
.title:last-child { margin-bottom: clamp(12px, 2vw, 20px); }
.lead { color: var(--muted); margin-bottom: clamp(16px, 2.5vw, 26px); overflow-wrap: anywhere; }
.note { color: var(--muted); font-size: .9375rem; margin-bottom: 14px; }
.state { display: inline-flex; align-items: center; gap: 8px; border: 1px solid currentColor; border-radius: 999px; padding: 2px 12px; font-size: .9375rem; font-weight: 600; }
.state::before { content: ""; width: 9px; height: 9px; border-radius: 50%; background: currentColor; }
.finished { color: var(--ok); } .running { color: var(--accent); } .paused, .stopped { color: var(--warning); } .failed { color: var(--error); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shadow); padding: clamp(14px, 2.2vw, 26px); }
.numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(158px, 1fr)); gap: 12px; margin: 0; }
.number { background: var(--card); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shadow); padding: 14px 16px; display: flex; flex-direction: column; }
.number dt { color: var(--muted); font-size: .875rem; display: flex; align-items: center; gap: 8px; }
.number dd { margin: 0; }
.number .value { font-size: 1.55rem; font-weight: 650; letter-spacing: -.02em; font-variant-numeric: tabular-nums; line-height: 1.3; }
.number .detail { color: var(--muted); font-size: .8438rem; font-variant-numeric: tabular-nums; }
.chip { width: 22px; height: 0; border-top: 3px solid; flex: none; }
.chart, .chart img { display: block; width: 100%; height: auto; }
.on-paper { display: none; }
.columns { display: grid; gap: clamp(14px, 2vw, 22px); grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); align-items: start; }
.columns > * { min-width: 0; }
.thirds { grid-template-columns: repeat(auto-fit, minmax(min(100%, 330px), 1fr)); }
.halves { grid-template-columns: repeat(auto-fit, minmax(min(100%, 520px), 1fr)); }
.figure { display: block; width: 100%; height: auto; }
.missing { margin: 8px 0 0; padding-left: 1.2em; }
.sheets { display: grid; gap: 14px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 299px), 1fr)); margin-top: 16px; }
figure { margin: 0; min-width: 0; }
figcaption { color: var(--muted); font-size: .9375rem; margin-bottom: 8px; }
.pixels { display: block; max-width: 100%; height: auto; image-rendering: pixelated; border-radius: 6px; }
.player { display: flex; flex-wrap: wrap; align-items: center; gap: 10px 16px; }
.player input { flex: 1 1 220px; min-width: 0; height: 28px; accent-color: var(--accent); margin: 0; cursor: pointer; }
.player output { font-weight: 650; font-size: 1.1rem; font-variant-numeric: tabular-nums; min-width: 7.5em; }
button { font: inherit; font-weight: 600; color: var(--ink); background: var(--soft); border: 1px solid var(--line); border-radius: 9px; padding: 5px 14px; cursor: pointer; }
button:hover { border-color: var(--muted); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 6px; }
.through { display: grid; grid-template-columns: repeat(auto-fill, minmax(114px, 1fr)); gap: 14px 4px; list-style: none; margin: 0; padding: 0; }
.through li { font-size: .8438rem; color: var(--muted); font-variant-numeric: tabular-nums; }
.through div { display: flex; gap: 2px; margin-top: 3px; }
.through img { width: 56px; height: auto; image-rendering: pixelated; border-radius: 3px; }
.events { list-style: none; margin: 0; padding: 0; display: grid; gap: 10px; }
.events li { display: grid; grid-template-columns: 2rem 1fr; gap: 2px 10px; border-left: 4px solid var(--mark); background: var(--soft); border-radius: 8px; padding: 9px 14px 9px 10px; }
.events .info { --mark: var(--info); } .events .warning { --mark: var(--warning); } .events .error { --mark: var(--error); }
.events .index { color: var(--mark); font-weight: 700; text-align: right; font-variant-numeric: tabular-nums; }
.events .kind { font-weight: 600; }
.events .kind small { color: var(--muted); font-weight: 400; font-size: .875rem; }
.events .message { grid-column: 2; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
th, td { text-align: left; padding: 7px 12px 7px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child > * { border-bottom: 0; }
thead th { color: var(--muted); font-weight: 600; font-size: .8438rem; border-bottom: 2px solid var(--line); }
tbody th { font-weight: 500; }
tfoot th { font-weight: 500; color: var(--muted); border: 0; padding-bottom: 2px; }
tfoot td { border: 0; padding-bottom: 2px; }
tfoot tr:first-child > * { border-top: 2px solid var(--line); padding-top: 10px; }
.count { text-align: right; font-variant-numeric: tabular-nums; padding-right: 0; white-space: nowrap; }
.log { width: auto; min-width: min(100%, 30rem); }
.log .count { padding-right: 28px; }
.layers td { white-space: nowrap; }
.layers small { color: var(--muted); font-size: .8438rem; }
.facts th { color: var(--muted); width: 40%; }
.facts td { overflow-wrap: anywhere; font-variant-numeric: tabular-nums; padding-right: 0; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .9rem; }
.command { display: flex; flex-wrap: wrap; gap: 10px; align-items: flex-start; }
.command pre { flex: 1 1 320px; min-width: 0; margin: 0; background: var(--soft); border: 1px solid var(--line); border-radius: 9px; padding: 10px 14px; white-space: pre-wrap; overflow-wrap: anywhere; }
.quiet { color: var(--muted); }
@media (max-width: 640px) {
  .through { grid-template-columns: repeat(auto-fill, minmax(94px, 1fr)); }
  .through img { width: 42px; }
  .layers td:first-child { white-space: normal; overflow-wrap: anywhere; }
  .layers small { display: block; }
}
/* Paper is white. Cards may be divided, what stands in them may not: half empty pages come of whole ones. */
@media print {
  :root { color-scheme: light; }
  @page { margin: 14mm 12mm; }
  html { font-size: 13px; }
  body { background: none; font-size: 1rem; }
  main, header, footer { max-width: none; padding: 0; }
  main, .columns { display: block; }
  main > *, .columns > * + * { margin-top: 14px; }
  .card { box-shadow: none; padding: 14px 16px; -webkit-box-decoration-break: clone; box-decoration-break: clone; }
  .number { box-shadow: none; padding: 8px 10px; }
  .numbers { grid-template-columns: repeat(auto-fit, minmax(128px, 1fr)); gap: 8px; }
  .number .value { font-size: 1.35rem; }
  tr, li, figure, .number, .chart, .events li, .facts tr, p, pre { break-inside: avoid; }
  h2, h3, .note, thead, figcaption { break-after: avoid; }
  p, li { orphans: 3; widows: 3; }
  .chart { display: none; }
  .on-paper { display: block; width: 110mm; max-width: 100%; margin: 0 auto; break-inside: avoid; }
  .scroll { overflow: visible; }
  button, .player { display: none !important; }
}
`.trim()
