// An attack that sees scores only, on images that attacks with gradients were tried on too; and what gradients make of those it alone fools.
import { formatCount } from '../util/format.ts'
import { chosen } from './attack-part.ts'
import { type ComparisonValue, type Contestant, fooledBy } from './comparison-parts.ts'
import { type Part, pick, sizeOfImage } from './part.ts'
import { attacksOf, NONE_STAND, rightly } from './survivors.ts'

export const SCORES_ONLY = 'compare/scores-only'

/** Images at most that the patient attack is given: more would take longer than all the rest of the audit. */
const MOST_DISPUTED = 32

export interface ScoresOnlyValue extends ComparisonValue {
  /** By place in `places`, 1 where an attack with gradients of this audit fools the image. */
  readonly gradients: readonly number[]
  /** Images that only the attack with scores fools, at most so many of them, and 1 where gradients do so with more tries. */
  readonly disputed: readonly number[]
  readonly patient: readonly number[]
}

/**
 * Gradients that lead nowhere, and gradients that were not followed often enough, look alike: an attack with scores fools images
 * that they do not. What tells them apart is trying again, as the loss has many hills: on what is disputed each of the `patient`
 * attacks starts anew from several places. An attacker with scores has asked more often by then.
 *
 * @param scores     the attack without gradients
 * @param patient    attacks with gradients and restarts, each on what those before it left
 * @param gradients  names of the audit's attacks that take gradients
 * @param count      images at most
 */
export function scoresOnlyPart(
  scores: Contestant,
  patient: readonly Contestant[],
  gradients: ReadonlySet<string>,
  count: number,
): Part {
  return {
    name: SCORES_ONLY,
    title: 'An attack that sees scores only, on all',
    work: scores.work * count + patient.reduce((sum, { work }) => sum + work * (count / 50), 0),
    async run(audit) {
      const { exhibits, settings, found } = audit
      const size = sizeOfImage(audit.classifier)
      const right = rightly(found, exhibits.labels)
      const places = chosen(
        [...right.keys()].filter((i) => right[i]),
        count,
        settings.seed,
      )
      const square = await fooledBy(
        audit,
        scores,
        pick(exhibits.images, size, places),
        places,
        settings.eps,
        (done) => audit.onProgress?.(0.8 * done),
      )
      const broken = new Set(
        attacksOf(found).flatMap(({ attack, tried, confirmed }) =>
          gradients.has(attack) ? tried.filter((_, i) => confirmed[i] === 1) : [],
        ),
      )
      const alone = places.filter((place, i) => square[i] === 1 && !broken.has(place))
      const disputed = chosen(alone, MOST_DISPUTED, settings.seed)
      const fallen = new Set<number>()
      for (const contestant of patient) {
        const left = disputed.filter((place) => !fallen.has(place))
        if (left.length === 0) break
        const images = pick(exhibits.images, size, left)
        const fooled = await fooledBy(audit, contestant, images, left, settings.eps)
        left.forEach((place, i) => {
          if (fooled[i] === 1) fallen.add(place)
        })
      }
      const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)
      const value: ScoresOnlyValue = {
        places,
        found: { square },
        gradients: places.map((place) => (broken.has(place) ? 1 : 0)),
        disputed,
        patient: disputed.map((place) => (fallen.has(place) ? 1 : 0)),
      }
      const finding = `of ${formatCount(places.length)} images scores alone fool ${formatCount(sum(square))}, ${formatCount(alone.length)} of them no gradient did`
      const again = `; tried again from several starts, gradients fool ${formatCount(fallen.size)} of ${formatCount(disputed.length)}`
      return {
        finding: places.length === 0 ? NONE_STAND : `${finding}${disputed.length > 0 ? again : ''}`,
        value,
      }
    },
  }
}
