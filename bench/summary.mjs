// Turns the rounds of a bench into medians, spreads, peak memory and ratios to ours.

/**
 * What was seen of one program: a number or an error for every round that it took part in.
 *
 * @typedef {object} Measurements
 * @property {string} name
 * @property {string} title
 * @property {string} [notInstalled]  how to install it
 * @property {{ round: number, report?: import('./best-of.mjs').StepReport, peakMemoryBytes?: number,
 *   error?: string }[]} rounds
 */

/**
 * @param {Measurements[]} all
 * @param {string} [reference]  the program that the others are compared with
 */
export function summarise(all, reference = 'ours') {
  const base = all.find(({ name }) => name === reference)
  return all.map((one) => summariseOne(one, one === base ? undefined : base))
}

function summariseOne({ name, title, notInstalled, rounds }, base) {
  const timed = rounds.filter(({ report }) => report)
  const failure = rounds.find(({ error }) => error)
  const head = { name, title }
  const reason = failure && { reason: `round ${failure.round}: ${failure.error}` }
  if (notInstalled) return { ...head, status: 'not installed', howToInstall: notInstalled }
  if (timed.length === 0) return { ...head, status: 'failed', ...reason }
  const times = timed.map(({ report }) => report.best)
  const memory = timed.flatMap(({ peakMemoryBytes }) => peakMemoryBytes ?? [])
  const baseTimes = base?.rounds.filter(({ report }) => report).map(({ report }) => report.best) ?? []
  const ratios = timed.flatMap(({ round, report }) => {
    const same = base?.rounds.find((other) => other.round === round && other.report)
    return same ? [report.best / same.report.best] : []
  })
  return {
    ...head,
    status: failure ? 'failed later' : 'measured',
    ...reason,
    msPerStep: { rounds: times, median: median(times), min: Math.min(...times), max: Math.max(...times) },
    ...(memory.length > 0 && { peakMemoryBytes: Math.max(...memory) }),
    ...(baseTimes.length > 0 && {
      ratio: {
        ofMedians: median(times) / median(baseTimes),
        ...(ratios.length > 0 && { min: Math.min(...ratios), max: Math.max(...ratios) }),
      },
    }),
    settings: timed.map(({ report }) => ({ ...report.settings, msPerStep: report.msPerStep })),
  }
}

/** The middle value, or the mean of the two middle ones. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length / 2
  return (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2
}
