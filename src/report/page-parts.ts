// Building blocks of the report's page: cards, charts, small tables.
import { type ChartTheme, darkened, LIGHT } from './chart-parts.ts'
import { svgUri } from './data-uri.ts'
import { escapeMarkup as safe } from './escape.ts'

/** A section with its heading; `body` is markup. */
export const card = (id: string, title: string, body: string): string =>
  `<section class="card" aria-labelledby="${id}">\n<h2 id="${id}">${safe(title)}</h2>\n${body}\n</section>`

/** A chart for every combination of wide or narrow and light or dark; the browser picks one. `draw` gives it in light's colours. */
export function chart(alt: string, draw: (theme: ChartTheme, compact: boolean) => string): string {
  const theme = { ...LIGHT, background: 'transparent' }
  const [wide, small] = [draw(theme, false), draw(theme, true)]
  const source = (media: string, svg: string): string => `<source media="${media}" srcset="${svgUri(svg)}">`
  const narrow = '(max-width: 640px)'
  const dark = 'screen and (prefers-color-scheme: dark)'
  return [
    '<picture class="chart">',
    source(`${dark} and ${narrow}`, darkened(small)),
    source(narrow, small),
    source(dark, darkened(wide)),
    `<img src="${svgUri(wide)}" alt="${safe(alt)}">`,
    '</picture>',
    // Browsers do not choose among sources anew when they print.
    `<img class="on-paper" src="${svgUri(small)}" alt="${safe(alt)}" loading="lazy">`,
  ].join('\n')
}

/** A headline number: what, value, and a line of small print. */
export const number = (name: string, value: string, detail: string, chip = ''): string =>
  `<div class="number"><dt>${chip}${safe(name)}</dt>` +
  `<dd class="value">${safe(value)}</dd><dd class="detail">${safe(detail)}</dd></div>`

const row = (name: string, value: string): string =>
  `<tr><th scope="row">${safe(name)}</th><td>${safe(value)}</td></tr>`

/** A captioned table of names and values. */
export const factsTable = (caption: string, rows: readonly [string, string][]): string =>
  `<h3>${safe(caption)}</h3>\n<table class="facts"><tbody>\n${rows.map(([name, value]) => row(name, value)).join('\n')}\n</tbody></table>`
