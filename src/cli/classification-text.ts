// How a classifier did on held-out images, in a few lines: its accuracy, weakest classes and most frequent confusion.
import type { Classification } from '../runs/index.ts'
import { formatCount, formatPercent } from '../util/format.ts'
import { shareOf } from '../util/wilson-interval.ts'

const percent = (share: number): string => formatPercent(share, 2)

/** Classes that are named. */
const WEAKEST = 3

export function classificationLines({
  accuracy,
  data,
  classes,
  perClass,
  confusion,
}: Classification): string[] {
  const weak = perClass
    .flatMap(({ n, accuracy: share }, index) =>
      share !== null && share < 1 ? [{ name: classes[index]!, n, share }] : [],
    )
    .sort((a, b) => a.share - b.share)
    .slice(0, WEAKEST)
  const confusions = confusion.flatMap((row, is) =>
    row.flatMap((n, given) => (n > 0 && is !== given ? [{ is, given, n }] : [])),
  )
  const [worst] = confusions.sort((a, b) => b.n - a.n)
  const { low, high } = shareOf(Math.round(accuracy * data.count), data.count)
  return [
    `named rightly: ${percent(accuracy)} of ${formatCount(data.count)} held-out images (95% interval ${percent(low)} to ${percent(high)})`,
    ...(weak.length > 0
      ? [
          `weakest classes: ${weak.map(({ name, n, share }) => `${name} (${percent(share)} of ${formatCount(n)})`).join(', ')}`,
        ]
      : []),
    ...(worst
      ? [
          `most frequent confusion: ${classes[worst.is]} taken for ${classes[worst.given]}, ${formatCount(worst.n)} ${worst.n === 1 ? 'time' : 'times'}`,
        ]
      : []),
  ]
}
