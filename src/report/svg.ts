// Chart options as SVG text, without a browser.
import type { EChartsOption } from 'echarts'
// The package's one file: of its modules, several hundred, 0.4 s would pass before any command.
import { init } from 'echarts/dist/echarts.esm.min'
import { escapeMarkup } from './escape.ts'

/**
 * A chart as a static SVG document. The same option and size give the same text.
 *
 * @param width   pixels
 * @param height  pixels
 * @param title   what a screen reader says. Default: nothing, where the page around it does
 */
export function renderSvg(option: EChartsOption, width: number, height: number, title?: string): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    chart.setOption(option)
    return (
      chart
        .renderToSVGString()
        // Hover rules and their classes mean nothing in a picture.
        .replace(/<style\b[^>]*>[\s\S]*?<\/style>/g, '')
        .replace(/ (?:class|ecmeta_\w+|pointer-events)="[^"]*"/g, '')
        // Ids count the charts of the process; a picture has one.
        .replace(/\bzr\d+-/g, 'zr-')
        .replace(/\n+/g, '\n')
        .replace(/^<svg [^>]*>/, (head) =>
          title === undefined
            ? head
            : `${head.slice(0, -1)} role="img">\n<title>${escapeMarkup(title)}</title>`,
        )
    )
  } finally {
    chart.dispose()
  }
}
