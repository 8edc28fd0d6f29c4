// The frame of a page: what makes it self-contained.
import { escapeMarkup as safe } from './escape.ts'
import { PAGE_SCRIPT, PAGE_SCRIPT_HASH } from './page-script.ts'
import { PAGE_STYLE } from './page-style.ts'

const POLICY =
  `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src '${PAGE_SCRIPT_HASH}'; ` +
  `base-uri 'none'; form-action 'none'`

/** The parts of a page; all but the title are markup, empty sections are left out. */
export interface PageParts {
  title: string
  header: string
  sections: readonly string[]
  footer: string
  /** Style besides that of all pages. */
  style?: string
}

/**
 * One HTML page that needs no network and may be mailed: style, script and pictures are inside, and its content
 * security policy allows nothing else.
 */
export const pageShell = ({ title, header, sections, footer, style = '' }: PageParts): string =>
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${safe(title)}</title>
<style>${PAGE_STYLE}${style && `\n${style}`}</style>
</head>
<body>
${header}
<main>
${sections.filter((section) => section !== '').join('\n')}
</main>
<footer>${footer}</footer>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`
