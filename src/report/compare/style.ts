// The style of a comparison's page, besides that of all pages, and of the tables of measures, which reports have too.

export const MEASURES_STYLE = `
.swatch { flex: none; margin-right: .45em; vertical-align: middle; }
.compared { border-collapse: separate; border-spacing: 0; }
.compared th, .compared td { padding: 8px 14px 8px 0; font-variant-numeric: tabular-nums; }
.compared thead th { vertical-align: bottom; overflow-wrap: anywhere; }
.compared th:first-child { position: sticky; left: 0; z-index: 1; background: var(--card); min-width: 108px; max-width: 250px; overflow-wrap: break-word; hyphens: auto; }
.compared tbody th small, .compared td small { display: block; color: var(--muted); font-weight: 400; font-size: .8125rem; }
.compared .value { white-space: nowrap; }
.compared .spread { color: var(--muted); }
.compared td { min-width: 92px; }
.compared .best .value { font-weight: 700; color: var(--ok); }
.compared .best b { color: var(--ok); }
.compared thead th, .stacked thead th { border-bottom: 2px solid var(--line); }
.compared .none { color: var(--muted); font-size: .875rem; }
.compared .text td { overflow-wrap: anywhere; }
sup a { text-decoration: none; }
a { color: var(--accent); }
.footnotes { margin: 12px 0 0; padding-left: 1.4em; color: var(--muted); font-size: .9375rem; }
.footnotes li { overflow-wrap: anywhere; margin-top: 3px; }
.protocol h3 { margin-top: 18px; }
@media (max-width: 640px) {
  .compared { font-size: .8438rem; }
  .compared th, .compared td { padding-right: 7px; }
  .compared th:first-child { min-width: 90px; max-width: 90px; }
  .compared td { min-width: 66px; }
  .compared .swatch { display: none; }
  .compared .spread { display: block; }
  .stacked, .stacked tbody, .stacked tr, .stacked th, .stacked td { display: block; }
  .stacked thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stacked tr { border-bottom: 1px solid var(--line); padding: 8px 0; }
  .stacked th, .stacked td { border: 0; padding: 1px 0; max-width: none !important; }
  .stacked td { color: var(--muted); }
  .stacked td[data-label]::before { content: attr(data-label) ": "; color: var(--ink); }
}
`.trim()

export const COMPARE_STYLE = `
${MEASURES_STYLE}
.legend { display: flex; flex-wrap: wrap; gap: 8px 22px; list-style: none; margin: 0 0 clamp(16px, 2.5vw, 26px); padding: 0; }
.legend li { display: flex; align-items: baseline; gap: 8px; min-width: 0; overflow-wrap: anywhere; }
.legend small { color: var(--muted); font-size: .875rem; }
.legend .swatch { margin: 0; }
.remarks { margin: 0 0 14px; padding: 0; list-style: none; display: grid; gap: 8px; }
.remarks li { border-left: 4px solid var(--warning); background: var(--soft); border-radius: 8px; padding: 8px 14px; overflow-wrap: anywhere; }
.said { display: grid; gap: 0; grid-template-columns: minmax(130px, 210px) 1fr; margin: 0 0 14px; }
.said dt { font-weight: 600; padding: 6px 20px 0 0; border-top: 1px solid var(--line); }
.said dd { margin: 0; padding: 6px 0 8px; border-top: 1px solid var(--line); min-width: 0; overflow-wrap: anywhere; }
.said dd p + p { margin-top: 6px; }
.said .undecided { color: var(--muted); }
.grids { display: grid; gap: clamp(14px, 2vw, 22px); grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr)); align-items: start; margin-top: 14px; }
/* Four are two and two. */
@media (min-width: 800px) { .grids:has(> :nth-child(4):last-child) { grid-template-columns: 1fr 1fr; } }
.grids > * { min-width: 0; }
.grids h3 { margin-bottom: 6px; overflow-wrap: anywhere; }
details { margin-top: 10px; }
summary { cursor: pointer; color: var(--muted); font-size: .9375rem; padding: 4px 0; }
details figure { margin-top: 10px; }
.same { margin-top: 14px; overflow-wrap: anywhere; }
@media (max-width: 640px) {
  .said { grid-template-columns: 1fr; gap: 0; }
  .said dd { border-top: 0; padding-top: 0; }
}
`.trim()
