// The first part: what the file names the images themselves, whether it always says the same, whether our graph is that file.
import { input } from '../graph/value.ts'
import { formatCount, formatPercent } from '../util/format.ts'
import { shareOf } from '../util/wilson-interval.ts'
import { type AuditContext, namedIn, type Part, pick, sizeOfImage } from './part.ts'
import { CLEAN, type CleanValue } from './survivors.ts'

/** Times that the file is asked the same: a model that draws random numbers betrays itself. */
const PASSES = 5
/** Images that are asked again. */
const AGAIN = 200

/** Answers of the graph that attacks differentiate. */
async function answersOfGraph(
  { engine, classifier, settings }: AuditContext,
  images: Float32Array,
  count: number,
): Promise<Float32Array> {
  const { height, width, channels } = classifier.image
  const { batch } = settings
  const size = sizeOfImage(classifier)
  const x = input('images', [batch, height, width, channels])
  const model = await engine.open(
    { inputs: [x], outputs: { logits: classifier.logits(x) } },
    { name: 'graph' },
  )
  try {
    const out = new Float32Array(count * classifier.classes)
    for (let first = 0; first < count; first += batch) {
      const some = new Float32Array(batch * size)
      const n = Math.min(batch, count - first)
      some.set(images.subarray(first * size, (first + n) * size))
      const { logits } = await model.run({ images: { data: some, shape: x.shape } })
      out.set((logits!.data as Float32Array).subarray(0, n * classifier.classes), first * classifier.classes)
    }
    return out
  } finally {
    await model.close()
  }
}

/** Whether an answer is 1 at one class and exactly 0 at all others, as a squashed one is where it has lost its slope. */
const isSaturated = (answer: Float32Array, name: number): boolean =>
  answer.length > 1 && answer[name] === 1 && answer.every((value, k) => k === name || value === 0)

export const cleanPart: Part = {
  name: CLEAN,
  title: 'What the model names the images themselves',
  work: PASSES,
  async run(audit) {
    const { classifier, original, exhibits } = audit
    const { images, labels, count } = exhibits
    const { classes } = classifier
    const size = sizeOfImage(classifier)
    const answers = await original.answers(images, count)
    const named = Array.from({ length: count }, (_, i) => namedIn(answers, i, classes))
    const again = Math.min(AGAIN, count)
    const some = pick(
      images,
      size,
      Array.from({ length: again }, (_, i) => i),
    )
    let differs = new Uint8Array(again)
    for (let pass = 1; pass < PASSES; pass++) {
      const other = await original.answers(some, again)
      differs = differs.map((before, i) => {
        for (let k = 0; k < classes; k++)
          if (other[i * classes + k] !== answers[i * classes + k] && named[i] !== -1) return 1
        return before
      })
    }
    const graph = classifier.notDifferentiable === undefined ? await answersOfGraph(audit, some, again) : some
    let misnamed = 0
    for (let i = 0; i < (graph === some ? 0 : again); i++)
      if (named[i] !== -1 && namedIn(graph, i, classes) !== named[i]) misnamed++
    const value: CleanValue = {
      named,
      unsteady: differs.reduce((sum, one) => sum + one, 0),
      passes: PASSES,
      saturated: named.filter((name, i) =>
        isSaturated(answers.subarray(i * classes, (i + 1) * classes), name),
      ).length,
      notFinite: named.filter((name) => name === -1).length,
      apart: misnamed / again,
    }
    const right = named.filter((name, i) => name === labels[i]).length
    const { share } = shareOf(right, count)
    return {
      finding: `${formatCount(right)} of ${formatCount(count)} images are named rightly (${formatPercent(share ?? 0)})`,
      value,
    }
  },
}
