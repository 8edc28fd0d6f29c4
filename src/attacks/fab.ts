// FAB: projects to the plane where the classifier changes its mind, and stays near the image; looks for the nearest such image.
import { z } from 'zod'
import { gradients } from '../autodiff/index.ts'
import * as g from '../graph/build.ts'
import { randomStream } from '../util/random.ts'
import { sizeOf } from '../util/shape.ts'
import { type Attack, defineAttack } from './attack.ts'
import { fillRandomEdge } from './ball.ts'
import { NUMBER, openIteration } from './iterate.ts'
import { isWrong, logitOf, marginOf, perImage } from './losses.ts'
import { sizeUnder, toPlane } from './plane.ts'
import { inTurns, oneHot } from './turns.ts'

/** The distance of what was not found. */
const NOWHERE = 2 ** 126

const options = z.object({
  steps: z.int().min(1).max(100_000).default(100).describe('iterations for each class'),
  targets: z.int().min(1).max(1000).default(9).describe('classes that it goes to, the likeliest first'),
  alphaMax: z.number().min(0).max(1).default(0.1).describe('largest pull back to the image'),
  eta: z.number().positive().default(1.05).describe('how far beyond the plane it goes'),
  beta: z.number().min(0).max(1).default(0.9).describe('share of the way from the image kept after a find'),
  restarts: z.int().min(1).max(1000).default(1).describe('how often it is tried on what is left'),
})

/**
 * Targeted FAB: minimal, so with eps 0 it looks for the nearest image over all classes, and else until one within eps is found.
 *
 * @source Croce & Hein 2020, arXiv:1907.02044; with classes to go to as in arXiv:2003.01690
 */
export const fab: Attack = defineAttack<typeof options>({
  name: 'fab',
  title: 'FAB',
  source: 'Croce & Hein 2020, arXiv:1907.02044',
  kind: 'minimal',
  knowledge: 'gradient',
  norms: ['linf', 'l2'],
  options,
  async run(oracle, input, { steps, targets, alphaMax, eta, beta, restarts }) {
    const { threat, seed } = input
    const { norm } = threat
    const { image, classes } = oracle.classifier
    const shape = [image.height, image.width, image.channels]
    const widest = norm === 'linf' ? 1 : Math.sqrt(sizeOf(shape))
    const goals = Math.min(targets, classes - 1)
    return inTurns(fab, oracle, input, {
      count: goals * restarts,
      open: () =>
        openIteration(oracle, {
          name: 'fab',
          state: { x: shape, best: shape, nearest: NUMBER },
          fixed: { original: shape, truth: [classes], target: [classes] },
          // Nothing changes with the iteration.
          schedule: ['unused'],
          settings: [],
          each: { queries: 2, gradients: 1 },
          step({ state: { x, best, nearest }, fixed: { original, truth, target } }, classifier) {
            const logits = classifier.logits(x)
            const lead = g.sub(logitOf(logits, target), logitOf(logits, truth)) // [n]
            const [w] = gradients(g.reduceSum(lead), [x])
            // w . (z - x) + lead = 0 is the plane.
            const need = g.neg(perImage(lead))
            const apart = g.reduceSum(g.mul(w!, g.sub(original, x)), { axes: [1, 2, 3], keepdims: true })
            const here = toPlane(norm, x, w!, need)
            const there = toPlane(norm, original, w!, g.sub(need, apart))
            const [short, long] = [here, there].map((way) => g.max(sizeUnder(norm, way), 1e-8))
            const alpha = g.min(g.div(short!, g.add(short!, long!)), alphaMax)
            const from = (point: typeof x, way: typeof x) => g.add(point, g.mul(way, eta))
            const mixed = g.add(g.mul(from(x, here), g.sub(1, alpha)), g.mul(from(original, there), alpha))
            const moved = g.min(g.max(mixed, 0), 1)
            const after = classifier.logits(moved)
            // A lead within rounding turns it back as any other does, but is not kept.
            const wrong = perImage(g.greater(marginOf(after, truth), 0))
            const way = g.sub(moved, original)
            const distance = sizeUnder(norm, way)
            const nearer = g.and(perImage(isWrong(after, truth)), g.less(distance, nearest))
            return {
              state: {
                x: g.where(wrong, g.add(original, g.mul(way, beta)), moved),
                best: g.where(nearer, moved, best),
                nearest: g.where(nearer, distance, nearest),
              },
            }
          },
        }),
      take({ turn, loop, chosen, course, keep }) {
        const rank = turn % goals
        const random = (index: number) => randomStream(seed, `fab/${turn}`, chosen.owners[index]!)
        return loop.run({
          ...course,
          iterations: steps,
          settings: {},
          schedule: () => 0,
          fill(name, index, out) {
            const original = chosen.image(index)
            if (name === 'truth') oneHot(out, chosen.label(index))
            else if (name === 'target') oneHot(out, chosen.others(index)[rank]!)
            else if (name === 'nearest') out[0] = NOWHERE
            else if (name === 'x' && turn >= goals) {
              const eps = Math.min(chosen.nearest(index), threat.eps, widest)
              fillRandomEdge({ norm, eps }, random(index), original, out, 0.5)
            } else if (name !== 'best') out.set(original)
          },
          take(index, { best, nearest }) {
            if (nearest![0]! < NOWHERE) keep(index, best!)
          },
        })
      },
    })
  },
})
