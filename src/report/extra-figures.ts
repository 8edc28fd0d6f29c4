// Figures that only some runs have, such as a map of latents: what one is, and how a report shows it.
import { z } from 'zod'
import { DARK, LIGHT } from './chart-parts.ts'
import { svgUri } from './data-uri.ts'
import { escapeMarkup as safe } from './escape.ts'
import { card } from './page-parts.ts'

/** What is said of a figure; the list of a run's figures is kept in `figures/captions.json`. */
export const figureNotesSchema = z.object({
  /** Of its files, `figures/<name>.svg` and `.png`, and of its entry in results; kebab-case. */
  name: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected a name such as latent-manifold'),
  /** Heading of its section. */
  title: z.string().min(1),
  /** One to three sentences: what is shown, of which images, at which step. */
  caption: z.string(),
  /** What a screen reader says instead of the picture. */
  alt: z.string().min(1),
  /** Takes the whole width of the page; other figures stand beside each other. Default false */
  wide: z.boolean().optional(),
})
export type FigureNotes = z.infer<typeof figureNotesSchema>
export const captionsSchema = z.array(figureNotesSchema)

/** A figure with its picture. */
export interface ReportFigure extends FigureNotes {
  /**
   * The picture, in the colours of the theme `LIGHT`. A dark page changes ink, muted, line and background, where they
   * are `fill` or `stroke` attributes, into those of `DARK`; every other colour stays.
   */
  svg: string
  /** Pixels of the PNG file per pixel of the SVG. Default 2 */
  scale?: number
}

/** Rules for a reader who prefers dark pages: an SVG inside an image asks for itself. */
const DARK_RULES = (['background', 'ink', 'muted', 'line'] as const)
  .flatMap((part) =>
    (['fill', 'stroke'] as const).map(
      (attribute) => `[${attribute}="${LIGHT[part]}"]{${attribute}:${DARK[part]}}`,
    ),
  )
  .join('')

/** The same SVG for a page that may be dark. */
export const themedSvg = (svg: string): string =>
  svg.replace(
    /<svg\b[^>]*>/,
    (start) => `${start}<style>@media screen and (prefers-color-scheme: dark){${DARK_RULES}}</style>`,
  )

const section = ({ name, title, caption, alt, svg }: ReportFigure): string =>
  card(
    `figure-${name}`,
    title,
    `<p class="note">${safe(caption)}</p>\n<img class="figure" src="${svgUri(themedSvg(svg))}" alt="${safe(alt)}">`,
  )

/** A section per figure, wide ones last, and one that says what could not be made. */
export function extraFigures(figures: readonly ReportFigure[], missing: readonly string[] = []): string {
  const narrow = figures.filter(({ wide }) => !wide).map(section)
  const rest = figures.filter(({ wide }) => wide).map(section)
  if (narrow.length > 0) rest.unshift(`<div class="columns halves">\n${narrow.join('\n')}\n</div>`)
  if (missing.length > 0) {
    const items = missing.map((words) => `<li>${safe(words)}</li>`)
    rest.push(card('missing', 'Pictures not made anew', `<ul class="missing">\n${items.join('\n')}\n</ul>`))
  }
  return rest.join('\n')
}
