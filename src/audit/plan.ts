// What an audit does, by its budget: which attacks, which checks, in which order.

import { standardMembers } from '../attacks/ensemble.ts'
import { attackNamed } from '../attacks/registry.ts'
import type { ImageClassifier } from '../classifiers/classifier.ts'
import type { AuditConfig } from '../runs/audit.ts'
import { attackPart, type PlannedAttack } from './attack-part.ts'
import { certificateParts } from './certificate-part.ts'
import { FGSM_AND_PGD, NOISE_AND_PGD, TWICE } from './checks.ts'
import { cleanPart } from './clean.ts'
import { type Contestant, comparisonPart, curvePart } from './comparison-parts.ts'
import { gradientPart } from './gradient-health.ts'
import { type Part, sizeOfImage } from './part.ts'
import { patchPart } from './patch-part.ts'
import { scoresOnlyPart } from './scores-part.ts'

type Settings = AuditConfig['settings']
type Budget = Settings['budget']

/** Images of one part: what a kill costs at most is one of them. */
const CHUNK = 1000
/** Images on which attacks are held against each other, and on which the curve is measured. */
const COMPARED: Readonly<Record<Budget, number>> = { quick: 100, standard: 300, full: 1000 }
const CURVE_STEPS: Readonly<Record<Budget, number>> = { quick: 20, standard: 40, full: 100 }
/** Millimetres of a side of a printed patch. */
const PATCH_SIZE = 50
const SQUARE_QUERIES: Readonly<Record<Budget, number>> = { quick: 500, standard: 5000, full: 5000 }
/** Starts of an attack with gradients on what only one without them fools: fewer gradients than that has asked questions. */
const RESTARTS: Readonly<Record<Budget, number>> = { quick: 3, standard: 10, full: 20 }
/** Shares of eps at which the curve is measured; then the whole range. */
const RADII = [1 / 8, 1 / 4, 1 / 2, 3 / 4, 1, 1.5, 2]

const planned = (
  name: string,
  options: Readonly<Record<string, unknown>>,
  work: number,
  called: { readonly name?: string; readonly title?: string } = {},
): PlannedAttack => {
  const attack = attackNamed(name)
  return { name: called.name ?? name, title: called.title ?? attack.title, attack, options, work }
}

/** What of a classifier decides what an audit does with it. */
export type Audited = Pick<ImageClassifier, 'classes' | 'image' | 'head' | 'notDifferentiable'>

/** Whether an attack can be granted what it needs: gradients of a file that has some, scores of one that gives some. */
const canBeGranted = ({ head, notDifferentiable }: Audited, { attack }: PlannedAttack): boolean =>
  (attack.knowledge !== 'gradient' || notDifferentiable === undefined) &&
  (attack.knowledge === 'label' || head.gives !== 'labels')

/** The attacks of a budget, each on what those before it left. */
export function attacksOf(
  { norm, budget }: Pick<Settings, 'norm' | 'budget'>,
  model: Audited,
): PlannedAttack[] {
  const margin = planned('pgd', { loss: 'margin' }, 40, { name: 'pgd-margin', title: 'PGD on the margin' })
  const square = planned('square', { queries: SQUARE_QUERIES[budget] }, SQUARE_QUERIES[budget] / 3)
  const labels = planned(
    'hop-skip-jump',
    budget === 'quick' ? { queries: 1000 } : {},
    budget === 'quick' ? 300 : 9000,
  )
  const quick = [planned('pgd', {}, 40), margin, square]
  const standard = standardMembers(model.classes).map(({ attack, options = {}, title = attack.title }) =>
    planned(attack.name, options, attack.name === 'square' ? square.work : 900, {
      name: title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
      title,
    }),
  )
  const more = [
    planned('pgd', { restarts: 10 }, 400, { name: 'pgd-restarts', title: 'PGD, 10 restarts' }),
    margin,
    ...(norm === 'l2' ? [planned('carlini-wagner', {}, 9000)] : []),
    labels,
  ]
  // Where there are no gradients, labels alone tell more than nothing.
  const blind = model.notDifferentiable === undefined ? [] : [labels]
  const chosen = {
    quick: [...quick, ...blind],
    standard: [...standard, ...blind],
    full: [...standard, ...more],
  }
  return chosen[budget].filter((one) => one.attack.norms.includes(norm) && canBeGranted(model, one))
}

/** The largest change there is: between black and white, everywhere. */
const wholeRange = (norm: Settings['norm'], numbers: number): number =>
  norm === 'linf' ? 1 : Math.sqrt(numbers)

/** @param n  images */
export function planOf(settings: Settings, model: Audited, n: number): Part[] {
  const { budget, eps, norm } = settings
  const numbers = sizeOfImage(model)
  const compared = Math.min(n, COMPARED[budget])
  const contestant = (name: string, attack: string, options: object, work: number): Contestant => ({
    name,
    attack: attackNamed(attack),
    options: { ...options },
    work,
  })
  const chunks = Array.from({ length: Math.ceil(n / CHUNK) }, (_, i): [number, number] => [
    i * CHUNK,
    Math.min(n, (i + 1) * CHUNK),
  ])
  const radii = [
    ...new Set([...RADII.map((share) => Number((share * eps).toPrecision(6))), wholeRange(norm, numbers)]),
  ]
    .filter((radius) => radius > 0 && radius <= wholeRange(norm, numbers))
    .sort((a, b) => a - b)
  const members = attacksOf(settings, model)
  const attacks = members.flatMap((attack) => chunks.map((range, chunk) => attackPart(attack, chunk, range)))
  const restarts = RESTARTS[budget]
  const again = (loss: string): Contestant =>
    contestant(`apgd-${loss}`, 'apgd', { loss, restarts }, 100 * restarts)
  const scoresOnly = scoresOnlyPart(
    contestant('square', 'square', { queries: SQUARE_QUERIES[budget] }, SQUARE_QUERIES[budget] / 3),
    [again('margin'), again('ce')],
    new Set(members.filter(({ attack }) => attack.knowledge === 'gradient').map(({ name }) => name)),
    compared,
  )
  const target = settings.patch ?? (budget === 'full' ? 0 : undefined)
  if (model.notDifferentiable !== undefined) return [cleanPart, ...attacks]
  return [
    cleanPart,
    gradientPart,
    comparisonPart(
      FGSM_AND_PGD,
      'One large step beside many small ones',
      [
        { ...contestant('fgsm', 'fgsm', {}, 1), plain: true },
        { ...contestant('pgd', 'pgd', { randomStart: false }, 40), plain: true },
      ],
      compared,
    ),
    comparisonPart(
      NOISE_AND_PGD,
      'Random noise beside an attack',
      [contestant('noise', 'noise', { draws: 100 }, 30), contestant('pgd', 'pgd', { loss: 'margin' }, 40)],
      compared,
    ),
    comparisonPart(
      TWICE,
      'Twice the iterations',
      [
        contestant('once', 'apgd', { loss: 'margin' }, 100),
        contestant('twice', 'apgd', { loss: 'margin', steps: 200 }, 200),
      ],
      compared,
    ),
    ...attacks,
    scoresOnly,
    curvePart(
      contestant(
        'pgd',
        'pgd',
        { loss: 'margin', steps: CURVE_STEPS[budget], stepSize: 2.5 / CURVE_STEPS[budget] },
        CURVE_STEPS[budget],
      ),
      radii,
      compared,
    ),
    ...(target === undefined ? [] : [patchPart(settings, target, settings.patchSize ?? PATCH_SIZE)]),
    ...certificateParts(settings, n),
  ]
}
