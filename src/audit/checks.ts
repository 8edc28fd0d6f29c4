// The checks an audit makes of itself: whether its own numbers can be believed, each with its evidence.
import type { CheckResult } from '../runs/audit-result.ts'
import { formatCount, formatPercent, formatSetting } from '../util/format.ts'
import { shareOf } from '../util/wilson-interval.ts'
import type { ComparisonValue, CurveValue } from './comparison-parts.ts'
import { CURVE } from './comparison-parts.ts'
import type { GradientValue } from './gradient-health.ts'
import { GRADIENTS_PART } from './gradient-health.ts'
import type { Found } from './part.ts'
import { SCORES_ONLY, type ScoresOnlyValue } from './scores-part.ts'
import { attacksOf, cleanOf } from './survivors.ts'

/** Names of the comparisons that checks read. */
export const FGSM_AND_PGD = 'compare/fgsm-pgd'
export const TWICE = 'compare/twice'
export const NOISE_AND_PGD = 'compare/noise-pgd'

/** What is known besides the parts: facts of the file and the settings. */
export interface Facts {
  readonly classes: number
  readonly eps: number
  /** What the file gives: `logits`, `softmax` ... */
  readonly gives: string
  /** What it multiplies its scores with before. */
  readonly scale?: number | undefined
  /** How many operators gradients are passed through. */
  readonly passedThrough: number
  /** Names of attacks that take gradients. */
  readonly gradientAttacks: ReadonlySet<string>
}

type Said = Pick<CheckResult, 'state' | 'evidence'>
interface Check {
  readonly name: string
  readonly title: string
  /** Undefined: what it needs was not done. */
  judge(found: Found, facts: Facts): Said | undefined
}

const pass = (evidence: string): Said => ({ state: 'pass', evidence })
const fail = (evidence: string): Said => ({ state: 'fail', evidence })
const part = <Value>(found: Found, name: string): Value | undefined => found.get(name) as Value | undefined
const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)
const left = (fooled: readonly number[]): string =>
  formatPercent(1 - sum(fooled) / Math.max(1, fooled.length))

/** Share of images at which gradients may fail before an attack that follows them is misled. */
const MOST_LOST = 0.05
/** Share of images by which a weaker attack may do better, as chance has it. */
const MOST_AHEAD = 0.002
/** Share that more iterations may still find. */
const MOST_MORE = 0.005
/** Share of directions in which a gradient must agree with differences; kinks and float32 spoil a few. */
const LEAST_AGREEING = 0.5

/** Whether `count` of `n` is more than chance makes of a share. */
const isMoreThan = (share: number, count: number, n: number): boolean => shareOf(count, n).low > share

const ownNumbers: Check = {
  name: 'own-numbers',
  title: 'The audit agrees with the file',
  judge(found) {
    const clean = cleanOf(found)
    const attacks = attacksOf(found)
    const gradients = part<GradientValue>(found, GRADIENTS_PART)
    const claimed = sum(attacks.map((attack) => sum(attack.found)))
    const confirmed = sum(attacks.map((attack) => sum(attack.confirmed)))
    const curve = part<CurveValue>(found, CURVE)
    const said = [
      clean.apart === 0
        ? 'the graph that is differentiated names every image as the file does'
        : `the graph that is differentiated names ${formatPercent(clean.apart)} of the images otherwise than the file`,
      `${formatCount(confirmed)} of the ${formatCount(claimed)} images that attacks call found are confirmed by the file`,
      ...(gradients && gradients.checked > 0
        ? [
            `gradients agree with differences along ${gradients.agreed} of ${gradients.checked} random directions`,
          ]
        : []),
      ...(curve ? ['with no change allowed, accuracy is that of the images themselves'] : []),
    ].join('; ')
    const isWrong =
      clean.apart > 0.01 ||
      (claimed > 0 && confirmed / claimed < 0.98) ||
      (gradients !== undefined &&
        gradients.zero < gradients.images / 2 &&
        gradients.agreed < LEAST_AGREEING * gradients.checked)
    return isWrong ? fail(said) : pass(said)
  },
}

const randomness: Check = {
  name: 'randomness',
  title: 'The file always gives the same answer',
  judge(found) {
    const { unsteady, passes, notFinite } = cleanOf(found)
    if (notFinite > 0) return fail(`${formatCount(notFinite)} images get answers that are not numbers`)
    if (unsteady > 0)
      return fail(
        `asked ${passes} times, ${formatCount(unsteady)} images got different answers: attacks must average, and this audit does not`,
      )
    return pass(`asked ${passes} times, it gave the same numbers`)
  },
}

const probabilities: Check = {
  name: 'probabilities',
  title: 'What the file gives has slopes',
  judge(found, { gives, scale }) {
    const { saturated, named } = cleanOf(found)
    if (gives === 'logits' && saturated === 0) return pass('the file gives scores as they are')
    const before = `the file gives ${gives} values; attacks take the scores that go into them`
    if (saturated <= MOST_LOST * named.length) return pass(before)
    const why =
      scale === undefined || scale === 1 ? '' : ` (it multiplies its scores by ${formatSetting(scale)} first)`
    return fail(
      `at ${formatCount(saturated)} of ${formatCount(named.length)} images the file gives exactly 1 and exactly 0${why}: no gradient comes through that, so an attack on its output finds nothing, whatever the model is worth. Here ${before}`,
    )
  },
}

const gradientHealth: Check = {
  name: 'gradients',
  title: 'Gradients tell something',
  judge(found, { passedThrough }) {
    const value = part<GradientValue>(found, GRADIENTS_PART)
    if (!value || value.images === 0) return undefined
    const { images, zero, zeroPassed, notFinite } = value
    const lost = zero + notFinite
    const of = `of ${formatCount(images)} images`
    if (lost <= MOST_LOST * images)
      return pass(`at ${formatCount(lost)} ${of} the gradient is zero or infinite`)
    const instead =
      passedThrough > 0
        ? ` Passed through ${passedThrough} operators that have none, it is zero at ${formatCount(zeroPassed)}.`
        : ' Attacks use the margin between scores, and attacks without gradients, instead.'
    return fail(
      `at ${formatCount(lost)} ${of} the gradient of the loss is zero or infinite: an attack that trusts it finds nothing, whatever the model is worth.${instead}`,
    )
  },
}

const stepsHelp: Check = {
  name: 'iterations',
  title: 'Many small steps do better than one large one',
  judge(found) {
    const value = part<ComparisonValue>(found, FGSM_AND_PGD)
    if (!value || value.places.length === 0) return undefined
    const { fgsm = [], pgd = [] } = value.found
    const alone = fgsm.filter((one, i) => one === 1 && pgd[i] === 0).length
    const said = `one step (FGSM) leaves ${left(fgsm)}, many (PGD) ${left(pgd)}; ${formatCount(alone)} images fall to one step only`
    return isMoreThan(0.01, alone, value.places.length)
      ? fail(`${said}: the sign of masked gradients`)
      : pass(said)
  },
}

const sizeHelps: Check = {
  name: 'size',
  title: 'Larger changes fool more, and changes without limit fool all',
  judge(found, { classes }) {
    const curve = part<CurveValue>(found, CURVE)
    if (!curve || curve.points.length < 3) return undefined
    const { points, places } = curve
    const n = places.length
    const rises = points.filter(({ left }, i) => i > 0 && left > points[i - 1]!.left + MOST_MORE * n)
    const end = points.at(-1)!
    const chance = Math.ceil(n / classes)
    const said = points
      .map(({ eps, left }) => `${formatPercent(left / n, 0)} at ${formatSetting(eps)}`)
      .join(', ')
    if (rises.length > 0) return fail(`accuracy grows with the size of the change: ${said}`)
    if (end.left > chance && isMoreThan(1 / classes, end.left, n))
      return fail(
        `with changes of any size allowed ${formatPercent(end.left / n)} still stand: the attack is misled (${said})`,
      )
    return pass(`accuracy over the size of the change: ${said}`)
  },
}

const enoughSteps: Check = {
  name: 'enough',
  title: 'Twice the iterations change little',
  judge(found) {
    const value = part<ComparisonValue>(found, TWICE)
    if (!value || value.places.length === 0) return undefined
    const { once = [], twice = [] } = value.found
    const more = twice.filter((one, i) => one === 1 && once[i] === 0).length
    const said = `twice the iterations and another start find ${formatCount(more)} of ${formatCount(value.places.length)} images more`
    return isMoreThan(MOST_MORE, more, value.places.length)
      ? fail(`${said}: a longer attack would find still more`)
      : pass(said)
  },
}

/**
 * An attack without gradients that does better means that gradients mislead (Athalye et al. 2018; Carlini et al. 2019), unless those
 * with gradients were only not followed often enough. So what it alone fools was tried again from more starts, and counts where
 * gradients still find nothing. Images that only gradients find are taken off: both searches are random, and what differs
 * between them by chance differs both ways. Where there were too many to try all, a part stands for the rest.
 */
const gradientsHelp: Check = {
  name: 'black-box',
  title: 'Gradients lead to what an attack without them finds',
  judge(found, { gradientAttacks }) {
    const value = part<ScoresOnlyValue>(found, SCORES_ONLY)
    const hasAny = attacksOf(found).some(({ attack }) => gradientAttacks.has(attack))
    if (!value || value.places.length === 0 || !hasAny) return undefined
    const { gradients, disputed, patient } = value
    const { square = [] } = value.found
    const n = value.places.length
    const alone = square.filter((one, i) => one === 1 && gradients[i] === 0).length
    const others = square.filter((one, i) => one === 0 && gradients[i] === 1).length
    const missed = disputed.length === 0 ? 0 : alone * (1 - sum(patient) / disputed.length)
    const ahead = Math.round(missed - others)
    const said =
      `of ${formatCount(n)} images attacks with gradients fool ${formatCount(sum(gradients))}, one that sees scores only ${formatCount(sum(square))}` +
      (disputed.length > 0
        ? `; of ${formatCount(disputed.length)} that only it fools gradients find ${formatCount(sum(patient))} when they start from more places`
        : '')
    return ahead > 0 && isMoreThan(MOST_AHEAD, ahead, n) ? fail(`${said}: gradients are masked`) : pass(said)
  },
}

const noiseIsWeak: Check = {
  name: 'noise',
  title: 'Random noise is weaker than an attack',
  judge(found) {
    const value = part<ComparisonValue>(found, NOISE_AND_PGD)
    if (!value || value.places.length === 0) return undefined
    const { noise = [], pgd = [] } = value.found
    const alone = noise.filter((one, i) => one === 1 && pgd[i] === 0).length
    const said = `noise leaves ${left(noise)}, the attack ${left(pgd)}; ${formatCount(alone)} images fall to noise only`
    return isMoreThan(0.01, alone, value.places.length) ? fail(said) : pass(said)
  },
}

/** What the part that attacks certified images keeps. */
export interface ContradictionValue {
  readonly attacked: number
  readonly contradicted: number
}
export const CONTRADICTION = 'certificate/attacked'

const certificatesHold: Check = {
  name: 'certificate',
  title: 'No attack contradicts a certificate',
  judge(found) {
    const value = part<ContradictionValue>(found, CONTRADICTION)
    if (!value) return undefined
    const said = `of ${formatCount(value.attacked)} certified images ${formatCount(value.contradicted)} were fooled within their radius`
    return value.contradicted > 0 ? fail(said) : pass(said)
  },
}

const CHECKS: readonly Check[] = [
  ownNumbers,
  randomness,
  probabilities,
  gradientHealth,
  stepsHelp,
  sizeHelps,
  enoughSteps,
  gradientsHelp,
  noiseIsWeak,
  certificatesHold,
]

/** All checks, in their order; those that lack what they need are not run. */
export const checksOf = (found: Found, facts: Facts): CheckResult[] =>
  CHECKS.map(({ name, title, judge }, i) => ({
    number: i + 1,
    name,
    title,
    ...(judge(found, facts) ?? {
      state: 'not run' as const,
      evidence: 'what it needs is not part of this audit',
    }),
  }))
