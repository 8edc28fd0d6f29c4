// DeepFool: steps to the nearest border of the classifier, as if it were linear.
import { z } from 'zod'
import { gradients } from '../autodiff/index.ts'
import * as g from '../graph/build.ts'
import { type Attack, defineAttack } from './attack.ts'
import { unit } from './ball.ts'
import { NUMBER, openIteration } from './iterate.ts'
import { isWrong, logitOf, perImage } from './losses.ts'
import { sizeUnder } from './plane.ts'
import { inTurns, oneHot } from './turns.ts'

const FAR = 2 ** 126
const PIXELS = { axes: [1, 2, 3], keepdims: true }
/** Added to each step by its authors' program. */
const EXTRA = 1e-4

const options = z.object({
  steps: z.int().min(1).max(100_000).default(50).describe('most steps'),
  overshoot: z.number().min(0).default(0.02).describe('share by which the way is longer than it need be'),
  candidates: z
    .int()
    .min(2)
    .max(1000)
    .default(10)
    .describe('classes that are looked at, the true one included'),
})

/**
 * A near image that is named wrongly; minimal, whatever eps is.
 *
 * @source Moosavi-Dezfooli et al. 2016, arXiv:1511.04599
 */
export const deepfool: Attack = defineAttack<typeof options>({
  name: 'deepfool',
  title: 'DeepFool',
  source: 'Moosavi-Dezfooli et al. 2016, arXiv:1511.04599',
  kind: 'minimal',
  knowledge: 'gradient',
  norms: ['l2', 'linf'],
  options,
  async run(oracle, input, { steps, overshoot, candidates }) {
    const { norm } = input.threat
    const { image, classes } = oracle.classifier
    const shape = [image.height, image.width, image.channels]
    const others = Math.min(candidates, classes) - 1
    return inTurns(deepfool, oracle, input, {
      count: 1,
      open: () =>
        // One iteration looks at one border, and goes to the nearest after the last: the network stands in the graph once.
        openIteration(oracle, {
          name: 'deepfool',
          state: { x: shape, way: shape, direction: shape, nearest: NUMBER },
          fixed: { original: shape, truth: [classes], others: [others, classes] },
          schedule: ['which', 'moves'],
          settings: [],
          each: { queries: 1, gradients: 1 },
          step(
            { state: { x, way, direction, nearest }, fixed: { original, truth, others }, schedule },
            classifier,
          ) {
            const logits = classifier.logits(x)
            const other = g.gather(others, g.cast(schedule.which, 'int64'), 1) // [n, classes]
            const lead = g.sub(logitOf(logits, other), logitOf(logits, truth))
            const [w] = gradients(g.reduceSum(lead), [x])
            const slope = norm === 'l2' ? sizeUnder('l2', w!) : g.reduceSum(g.abs(w!), PIXELS)
            const distance = g.div(g.abs(perImage(lead)), g.add(slope, 1e-8))
            const isNearer = g.less(distance, nearest)
            const least = g.where(isNearer, distance, nearest)
            const towards = g.where(isNearer, norm === 'l2' ? unit(w!) : g.sign(w!), direction)
            const wrong = isWrong(logits, truth)
            const moves = g.and(g.greater(schedule.moves, 0), g.not(perImage(wrong)))
            const further = g.where(moves, g.add(way, g.mul(towards, g.add(least, EXTRA))), way)
            return {
              state: {
                x: g.min(g.max(g.add(original, g.mul(further, 1 + overshoot)), 0), 1),
                way: further,
                direction: towards,
                nearest: g.where(g.greater(schedule.moves, 0), FAR, least),
              },
              done: wrong,
            }
          },
        }),
      take: ({ loop, chosen, course, keep }) =>
        loop.run({
          ...course,
          iterations: steps * others,
          settings: {},
          schedule: (name, pass) => (name === 'which' ? pass % others : Number(pass % others === others - 1)),
          fill(name, index, out) {
            if (name === 'truth') oneHot(out, chosen.label(index))
            else if (name === 'others')
              for (let k = 0; k < others; k++)
                oneHot(out.subarray(k * classes, (k + 1) * classes), chosen.others(index)[k]!)
            else if (name === 'nearest') out[0] = FAR
            else if (name === 'x' || name === 'original') out.set(chosen.image(index))
          },
          take: (index, { x }) => keep(index, x!),
        }),
    })
  },
})
