// Scores of the critic in words.
import type { Judged } from '../../../src/server/protocol.ts'
import type { Share } from '../../../src/util/wilson-interval.ts'

const percent = (share: number): string => `${Math.round(100 * share)}%`

/** `70%, 95% interval 48% to 85%`. */
export const intervalText = ({ share, low, high }: Share): string =>
  share === null ? 'none yet' : `${percent(share)}, 95% interval ${percent(low)} to ${percent(high)}`

/** `14 of 20 right (70%, 95% interval 48% to 85%)`. */
export const rightText = ({ right }: Judged): string =>
  `${right.count} of ${right.n} right (${intervalText(right)})`

/** What a number of right verdicts says about the images. */
export function verdictOn({ right }: Judged, { who = 'you' }: { who?: 'you' | 'people' } = {}): string {
  if (right.n === 0) return ''
  if (right.low > 0.5) return `That is better than chance: ${who} can tell generated images from real ones.`
  if (right.high < 0.5)
    return 'That is worse than chance: something in the images is seen, but taken for the opposite.'
  return `The interval holds 50%, what tossing a coin gives: so far it cannot be said that ${who} were not guessing.`
}

/** `5 of 9 generated images were taken for real (56%, ...)`. */
export const fooledText = ({ fooled }: Judged): string =>
  fooled.n === 0
    ? 'None of the images was generated'
    : `${fooled.count} of ${fooled.n} generated images ${fooled.count === 1 ? 'was' : 'were'} taken for real (${intervalText(fooled)})`

export const doubtedText = ({ doubted }: Judged): string =>
  doubted.n === 0
    ? 'None of the images was real'
    : `${doubted.count} of ${doubted.n} real images ${doubted.count === 1 ? 'was' : 'were'} taken for generated (${intervalText(doubted)})`

export const kindOfImage = (isReal: boolean): string => (isReal ? 'real' : 'generated')
