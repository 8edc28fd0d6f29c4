// audit.json from what the parts found: a pure function, so that a resumed audit ends as one that never stopped.
import { optionsOf } from '../attacks/attack.ts'
import type { ImageClassifier } from '../classifiers/classifier.ts'
import type { AuditConfig } from '../runs/audit.ts'
import type { AuditedAttack, AuditedExample, AuditResult } from '../runs/audit-result.ts'
import { shareOf } from '../util/wilson-interval.ts'
import type { PlannedAttack } from './attack-part.ts'
import { certificateOf } from './certificate-part.ts'
import { checksOf } from './checks.ts'
import { CURVE, type CurveValue } from './comparison-parts.ts'
import { limitationsOf } from './limitations.ts'
import type { Exhibits, Found } from './part.ts'
import { patchRows } from './patch-part.ts'
import { type AttackValue, attacksOf, cleanOf, rightly, survivors } from './survivors.ts'
import { threatOf } from './threat-terms.ts'
import { judge } from './verdict.ts'

/** What is known of an audit besides what its parts found. */
export interface Audited {
  readonly config: AuditConfig
  readonly classifier: ImageClassifier
  readonly exhibits: Exhibits
  readonly found: Found
  readonly attacks: readonly PlannedAttack[]
  readonly model: Omit<
    AuditResult['model'],
    'image' | 'classes' | 'intake' | 'head' | 'passedThrough' | 'notDifferentiable'
  >
  readonly data: AuditResult['data']
  readonly version: string
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)
const interval = (count: number, n: number): { low: number; high: number } => {
  const { low, high } = shareOf(count, n)
  return { low, high }
}
const shareIn = (count: number, n: number): number => (n === 0 ? 0 : count / n)

/** The parts of one attack, of all chunks, as a row. */
function attackRow(
  { name, title, attack, options }: PlannedAttack,
  values: readonly AttackValue[],
  seed: number,
): AuditedAttack {
  const own = values.filter((value) => value.attack === name)
  const total = (of: (value: AttackValue) => readonly number[]): number =>
    sum(own.map((value) => sum(of(value))))
  return {
    name,
    title,
    source: attack.source,
    knowledge: attack.knowledge,
    settings: optionsOf(attack, options) as AuditedAttack['settings'],
    seed,
    tried: sum(own.map(({ tried }) => tried.length)),
    found: total(({ found }) => found),
    confirmed: total(({ confirmed }) => confirmed),
    confirmedAs8Bit: total(({ as8Bit }) => as8Bit),
    queries: total(({ queries }) => queries),
    gradients: sum(own.map(({ gradients }) => gradients)),
  }
}

function exampleRows({ exhibits, found }: Audited): AuditedExample[] {
  const { named } = cleanOf(found)
  const broken = new Map<number, Partial<AuditedExample>>()
  for (const value of attacksOf(found))
    value.tried.forEach((place, i) => {
      if (!value.confirmed[i] || broken.has(place)) return
      broken.set(place, {
        brokenBy: value.attack,
        becomes: value.becomes[i]!,
        linf: value.linf[i]!,
        l2: value.l2[i]!,
        as8Bit: value.as8Bit[i] === 1,
        ...(value.pictures[place] ? { picture: value.pictures[place] } : {}),
      })
    })
  return Array.from(exhibits.labels, (label, place) => ({
    index: exhibits.indices[place]!,
    label,
    named: named[place] === -1 ? null : named[place]!,
    ...broken.get(place),
  }))
}

/** Success over questions, of the attack that asks for scores only. */
function queryCurve({ attacks, found }: Audited): AuditResult['curves']['queries'] {
  const asked = attacksOf(found).filter(
    (value) => attacks.find(({ name }) => name === value.attack)?.attack.knowledge === 'scores',
  )
  const tried = sum(asked.map((value) => value.tried.length))
  if (tried === 0) return []
  const needed = asked
    .flatMap((value) => value.queries.filter((_, i) => value.confirmed[i] === 1))
    .sort((a, b) => a - b)
  const most = Math.max(1, ...asked.flatMap(({ queries }) => queries))
  return Array.from({ length: 21 }, (_, i) => Math.round((most * i) / 20)).map((queries) => ({
    queries,
    success: needed.filter((one) => one <= queries).length / tried,
  }))
}

export function assemble(audited: Audited): AuditResult {
  const { config, classifier, exhibits, found, attacks, model, data, version } = audited
  const { settings } = config
  const { labels, count: n } = exhibits
  const right = rightly(found, labels)
  const standing = survivors(found, labels)
  const [rightCount, standingCount] = [sum([...right]), sum([...standing])]
  const knowing = (wanted: string): Set<string> =>
    new Set(attacks.filter(({ attack }) => attack.knowledge === wanted).map(({ name }) => name))
  const checks = checksOf(found, {
    classes: classifier.classes,
    eps: settings.eps,
    gives: classifier.head.gives,
    scale: classifier.head.scale,
    passedThrough: classifier.passedThrough.length,
    gradientAttacks: knowing('gradient'),
  })
  const certificate = certificateOf(found, settings, labels)
  const patch = patchRows(found)
  const curve = found.get(CURVE) as CurveValue | undefined
  const rows = attacks.map((attack) => attackRow(attack, attacksOf(found), settings.seed))
  const { intake, head, passedThrough, notDifferentiable, image, classes } = classifier
  return {
    format: 1,
    sparring: version,
    model: {
      ...model,
      image: { ...image },
      classes,
      // As JSON has it: without what is undefined.
      ...(JSON.parse(JSON.stringify({ intake, head, passedThrough, notDifferentiable })) as Pick<
        AuditResult['model'],
        'intake' | 'head' | 'passedThrough' | 'notDifferentiable'
      >),
    },
    data,
    seed: settings.seed,
    budget: settings.budget,
    threats: [threatOf(settings, rows)],
    attacks: rows,
    examples: exampleRows(audited),
    summary: {
      n,
      clean: shareIn(rightCount, n),
      cleanInterval: interval(rightCount, n),
      worstCase: shareIn(standingCount, n),
      worstCaseInterval: interval(standingCount, n),
      perClass: Array.from({ length: classes }, (_, c) => {
        const own = [...labels.keys()].filter((i) => labels[i] === c)
        return {
          class: c,
          n: own.length,
          clean: shareIn(own.filter((i) => right[i]).length, own.length),
          worstCase: shareIn(own.filter((i) => standing[i]).length, own.length),
        }
      }).filter((row) => row.n > 0),
    },
    curves: {
      eps: (curve?.points ?? []).map(({ eps, left }) => ({
        eps,
        accuracy: shareIn(left, curve!.places.length),
        n: curve!.places.length,
      })),
      queries: queryCurve(audited),
    },
    checks,
    ...(certificate ? { certificate } : {}),
    ...(patch ? { patch } : {}),
    ...judge({
      n,
      classes,
      right: rightCount,
      standing: standingCount,
      norm: settings.norm,
      eps: settings.eps,
      checks,
      certified: certificate?.accuracy,
    }),
    limitations: limitationsOf(audited.data, settings, classifier),
    command: config.command,
  }
}
