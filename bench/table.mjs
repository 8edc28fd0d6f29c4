// Draws the summary of a bench as a table of plain text.
import { median } from './summary.mjs'

/**
 * @param {ReturnType<typeof import('./summary.mjs').summarise>} summary
 * @param {number} rounds
 * @returns {string} one line per program, then one per remark
 */
export function drawTable(summary, rounds) {
  const header = [
    'ms per step',
    ...Array.from({ length: rounds }, (_, i) => `round ${i + 1}`),
    'median',
    'spread',
    'peak MB',
    'peer / ours',
    'best setting',
  ]
  const rows = summary.map((one) => {
    if (!one.msPerStep) return [one.title, ...Array(rounds).fill('-'), '-', '-', '-', '-', one.status]
    const { rounds: times, median: middle, min, max } = one.msPerStep
    return [
      one.title,
      ...Array.from({ length: rounds }, (_, i) => (i < times.length ? milliseconds(times[i]) : '-')),
      milliseconds(middle),
      `${Math.round(((max - min) / middle) * 100)}%`,
      one.peakMemoryBytes ? String(Math.round(one.peakMemoryBytes / 1e6)) : '-',
      one.ratio ? ratio(one.ratio) : one.name === 'ours' ? '1' : '-',
      [...new Set(one.settings.map(({ best }) => best).filter(Boolean))].join(' / '),
    ]
  })
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column].length)))
  const lines = [header, ...rows].map((row) =>
    row
      .map((cell, column) => {
        const isText = column === 0 || column === header.length - 1
        return isText ? cell.padEnd(widths[column]) : cell.padStart(widths[column])
      })
      .join('  ')
      .trimEnd(),
  )
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '))
  return [...lines, '', ...summary.flatMap(remarks)].join('\n').trimEnd()
}

function remarks({ title, status, reason, howToInstall, settings }) {
  if (status === 'not installed') return [`${title}: not installed: ${howToInstall}`]
  const bySetting = mediansBySetting(settings ?? [])
  const failed = settings?.flatMap((each) => Object.entries(each.failed ?? {})) ?? []
  return [
    ...(bySetting.length > 1 ? [`${title}, median by setting: ${bySetting.join(', ')}`] : []),
    ...(reason ? [`${title}: ${status}: ${reason}`] : []),
    ...new Set(failed.map(([label, error]) => `${title}: setting "${label}" failed: ${error}`)),
  ]
}

function mediansBySetting(settings) {
  const labels = [...new Set(settings.flatMap(({ msPerStep }) => Object.keys(msPerStep ?? {})))]
  return labels.map((label) => {
    const times = settings.flatMap(({ msPerStep }) => msPerStep?.[label] ?? [])
    return `${label} ${milliseconds(median(times))}`
  })
}

const milliseconds = (ms) => (ms >= 100 ? ms.toFixed(0) : ms.toPrecision(3))

function ratio({ ofMedians, min, max }) {
  const times = (value) => (value >= 10 ? value.toFixed(0) : value.toFixed(2))
  return min === undefined || min === max
    ? times(ofMedians)
    : `${times(ofMedians)} (${times(min)}-${times(max)})`
}
