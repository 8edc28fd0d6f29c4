// Whether gradients tell an attacker anything: none that are zero, none that are no numbers, and right where they can be checked.
import { gradients } from '../autodiff/index.ts'
import type { ImageClassifier } from '../classifiers/classifier.ts'
import * as g from '../graph/build.ts'
import { input } from '../graph/value.ts'
import type { Engine, LoadedModel } from '../runtime/engine.ts'
import { formatCount } from '../util/format.ts'
import { randomStream } from '../util/random.ts'
import { type AuditContext, type Part, pick, sizeOfImage } from './part.ts'
import { NONE_STAND, rightly } from './survivors.ts'

export const GRADIENTS_PART = 'gradients'

/** What the part keeps. */
export interface GradientValue {
  readonly images: number
  /** Images at which the gradient of the cross-entropy is zero everywhere, as the file is, and as attacks take it. */
  readonly zero: number
  readonly zeroPassed: number
  /** Images at which it has numbers that are not finite. */
  readonly notFinite: number
  /** Directions along which the gradient was held against differences of the file's own answers, and how many agreed. */
  readonly checked: number
  readonly agreed: number
}

const MOST = 200
/** Images at which gradients are held against differences. */
const CHECKED = 8
/** Steps of the differences: where rounding hides the slope at one, another shows it. */
const STEPS = [1e-3, 3e-3, 1e-2, 3e-2]
const TOLERANCE = 0.1

/** Gradients of the summed cross-entropy, and the margin's gradient, for a batch. */
async function openGradients(
  engine: Engine,
  classifier: ImageClassifier,
  batch: number,
): Promise<LoadedModel> {
  const { height, width, channels } = classifier.image
  const x = input('images', [batch, height, width, channels])
  const truth = input('truth', [batch, classifier.classes])
  const logits = classifier.logits(x)
  const loss = g.neg(g.reduceSum(g.mul(truth, g.logSoftmax(logits))))
  const right = g.reduceSum(g.mul(truth, logits), { axes: [1] })
  const [ofLoss] = gradients(loss, [x])
  const [ofRight] = gradients(g.reduceSum(right), [x])
  return engine.open(
    { inputs: [x, truth], outputs: { loss: ofLoss!, right: ofRight!, logit: right } },
    { name: 'gradients' },
  )
}

async function take(
  model: LoadedModel,
  { classifier, settings }: AuditContext,
  images: Float32Array,
  labels: ArrayLike<number>,
): Promise<{ loss: Float32Array; right: Float32Array; logit: Float32Array }> {
  const { batch } = settings
  const { classes } = classifier
  const { height, width, channels } = classifier.image
  const size = sizeOfImage(classifier)
  const count = labels.length
  const out = {
    loss: new Float32Array(images.length),
    right: new Float32Array(images.length),
    logit: new Float32Array(count),
  }
  for (let first = 0; first < count; first += batch) {
    const n = Math.min(batch, count - first)
    const x = new Float32Array(batch * size)
    const truth = new Float32Array(batch * classes)
    x.set(images.subarray(first * size, (first + n) * size))
    for (let i = 0; i < n; i++) truth[i * classes + labels[first + i]!] = 1
    const given = await model.run({
      images: { data: x, shape: [batch, height, width, channels] },
      truth: { data: truth, shape: [batch, classes] },
    })
    for (const name of ['loss', 'right'] as const)
      out[name].set((given[name]!.data as Float32Array).subarray(0, n * size), first * size)
    out.logit.set((given.logit!.data as Float32Array).subarray(0, n), first)
  }
  return out
}

/** Rows that are zero through and through, and rows with a number that is not finite. */
function health(rows: Float32Array, size: number): { zero: number; notFinite: number } {
  let zero = 0
  let notFinite = 0
  for (let first = 0; first < rows.length; first += size) {
    const row = rows.subarray(first, first + size)
    if (row.every((value) => value === 0)) zero++
    else if (!row.every(Number.isFinite)) notFinite++
  }
  return { zero, notFinite }
}

/** How many directional slopes of the true class's logit agree with differences of the graph's own values. */
async function agreeing(
  audit: AuditContext,
  model: LoadedModel,
  images: Float32Array,
  labels: readonly number[],
  slopes: Float32Array,
): Promise<number> {
  const size = sizeOfImage(audit.classifier)
  const directions = new Float32Array(images.length)
  randomStream(audit.settings.seed, 'audit/directions').fillNormal(directions)
  const expected = labels.map((_, i) => {
    let sum = 0
    for (let p = i * size; p < (i + 1) * size; p++) sum += slopes[p]! * directions[p]!
    return sum
  })
  const errors = labels.map(() => Number.POSITIVE_INFINITY)
  for (const step of STEPS) {
    const moved = (sign: number): Float32Array =>
      images.map((value, p) => value + sign * step * directions[p]!)
    const ahead = await take(model, audit, moved(1), labels)
    const behind = await take(model, audit, moved(-1), labels)
    labels.forEach((_, i) => {
      const slope = (ahead.logit[i]! - behind.logit[i]!) / (2 * step)
      const error = Math.abs(slope - expected[i]!) / Math.max(Math.abs(slope), Math.abs(expected[i]!), 1e-6)
      errors[i] = Math.min(errors[i]!, error)
    })
  }
  return errors.filter((error) => error <= TOLERANCE).length
}

export const gradientPart: Part = {
  name: GRADIENTS_PART,
  title: 'Whether gradients tell an attacker anything',
  work: 10,
  async run(audit) {
    const { engine, classifier, plain, exhibits, settings, found } = audit
    const right = rightly(found, exhibits.labels)
    const places = [...right.keys()].filter((i) => right[i]).slice(0, MOST)
    const size = sizeOfImage(classifier)
    const images = pick(exhibits.images, size, places)
    const labels = places.map((place) => exhibits.labels[place]!)
    const asIs = await openGradients(engine, plain, settings.batch)
    const passed = classifier === plain ? asIs : await openGradients(engine, classifier, settings.batch)
    try {
      const own = await take(asIs, audit, images, labels)
      const { zero, notFinite } = health(own.loss, size)
      const other = passed === asIs ? own : await take(passed, audit, images, labels)
      const checked = Math.min(CHECKED, places.length)
      const agreed = await agreeing(
        audit,
        asIs,
        images.subarray(0, checked * size),
        labels.slice(0, checked),
        own.right,
      )
      const value: GradientValue = {
        images: places.length,
        zero,
        zeroPassed: health(other.loss, size).zero,
        notFinite,
        checked,
        agreed,
      }
      const bad = zero + notFinite
      const finding =
        bad > 0
          ? `at ${formatCount(bad)} of ${formatCount(places.length)} images the gradient is zero or not finite`
          : `gradients at ${formatCount(places.length)} images are neither zero nor infinite`
      return {
        finding: places.length === 0 ? NONE_STAND : finding,
        value,
      }
    } finally {
      await asIs.close()
      if (passed !== asIs) await passed.close()
    }
  },
}
