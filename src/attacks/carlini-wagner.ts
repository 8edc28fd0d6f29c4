// Carlini and Wagner's L2 attack: Adam on distance plus c times the margin, and a search for the smallest c that is enough.
import { z } from 'zod'
import { gradients } from '../autodiff/index.ts'
import * as g from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { adam } from '../optimizers/index.ts'
import { type Attack, defineAttack } from './attack.ts'
import { NUMBER, openIteration } from './iterate.ts'
import { isWrong, marginOf, perImage } from './losses.ts'
import { inTurns, oneHot } from './turns.ts'

const NOWHERE = 2 ** 126
const PIXELS = { axes: [1, 2, 3], keepdims: true }
/** Images are drawn into the open interval, so that their variable is finite. */
const INWARDS = 0.999999

/** The state beside the optimizer's. */
type Own = 'w' | 'best' | 'nearest' | 'lossAtCheck' | 'stopped'

const options = z.object({
  steps: z.int().min(1).max(100_000).default(10_000).describe('most iterations for each c'),
  searches: z.int().min(1).max(50).default(9).describe('values of c that are tried'),
  firstC: z.number().positive().default(1e-3).describe('the first of them'),
  learningRate: z.number().positive().default(1e-2).describe("Adam's"),
  kappa: z.number().min(0).default(0).describe('margin of the logits that is asked for'),
  abortEarly: z
    .boolean()
    .default(true)
    .describe('leave an example when a tenth of the iterations did not lower its loss by 0.01%'),
})

/**
 * The nearest image under L2 that is named wrongly; minimal, whatever eps is. x = (tanh(w) + 1) / 2; on logits.
 *
 * @source Carlini & Wagner 2017, arXiv:1608.04644
 */
export const carliniWagner: Attack = defineAttack<typeof options>({
  name: 'carlini-wagner',
  title: 'Carlini-Wagner',
  source: 'Carlini & Wagner 2017, arXiv:1608.04644',
  kind: 'minimal',
  knowledge: 'gradient',
  norms: ['l2'],
  options,
  async run(oracle, input, { steps, searches, firstC, learningRate, kappa, abortEarly }) {
    const { image, classes } = oracle.classifier
    const shape = [image.height, image.width, image.channels]
    const optimizer = adam({ learningRate, epsilon: 1e-8 })
    const window = Math.max(1, Math.floor(steps / 10))
    const slotNames = optimizer.slots
    return inTurns(carliniWagner, oracle, input, {
      count: 1,
      open: () =>
        openIteration(oracle, {
          name: 'carlini-wagner',
          state: {
            w: shape,
            best: shape,
            nearest: NUMBER,
            lossAtCheck: NUMBER,
            stopped: NUMBER,
            ...Object.fromEntries(slotNames.map((slot) => [slot, shape])),
          } as Record<string, readonly number[]>,
          fixed: { original: shape, truth: [classes], c: NUMBER },
          schedule: ['check', ...Object.keys(optimizer.schedule(1))],
          settings: [],
          each: { queries: 1, gradients: 1 },
          step({ state, fixed: { original, truth, c }, schedule }, classifier) {
            const { w, best, nearest, lossAtCheck, stopped } = state as Readonly<Record<Own, Value>>
            const x = g.mul(g.add(g.tanh(w), 1), 0.5)
            const logits = classifier.logits(x)
            const squares = g.reduceSum(g.square(g.sub(x, original)), PIXELS)
            const short = perImage(g.relu(g.add(g.neg(marginOf(logits, truth)), kappa)))
            const loss = g.add(squares, g.mul(c, short)) // [n, 1, 1, 1]
            const [gradient] = gradients(g.reduceSum(loss), [w])
            const wrong = kappa === 0 ? perImage(isWrong(logits, truth)) : g.equal(short, 0)
            const isGoing = g.equal(stopped, 0)
            const nearer = g.and(g.and(wrong, isGoing), g.less(squares, nearest))
            const updated = optimizer.update({
              weight: w,
              gradient: gradient!,
              slots: Object.fromEntries(slotNames.map((slot) => [slot, state[slot]!])),
              schedule,
            })
            const atCheck = g.greater(schedule.check!, 0)
            const stalls = g.and(atCheck, g.greater(loss, g.mul(lossAtCheck, 0.9999)))
            const stops = g.where(stalls, 1, stopped)
            return {
              state: {
                w: updated.weight,
                ...updated.slots,
                best: g.where(nearer, x, best),
                nearest: g.where(nearer, squares, nearest),
                lossAtCheck: g.where(atCheck, loss, lossAtCheck),
                stopped: stops,
              },
              done: g.reshape(g.greater(stops, 0), [w.shape[0]!]),
            }
          },
        }),
      async take({ loop, chosen, course, keep }) {
        const n = course.owners.length
        const c = new Float64Array(n).fill(firstC)
        const [low, high] = [new Float64Array(n), new Float64Array(n).fill(Number.POSITIVE_INFINITY)]
        const distances = new Float64Array(n).fill(NOWHERE)
        for (let search = 0; search < searches; search++) {
          await loop.run({
            ...course,
            iterations: steps,
            settings: {},
            schedule: (name, iteration) =>
              name === 'check'
                ? Number(abortEarly && iteration % window === 0)
                : optimizer.schedule(iteration + 1)[name]!,
            fill(name, index, out) {
              const original = chosen.image(index)
              if (name === 'truth') oneHot(out, chosen.label(index))
              else if (name === 'original') out.set(original)
              else if (name === 'w')
                for (let i = 0; i < out.length; i++) out[i] = Math.atanh((2 * original[i]! - 1) * INWARDS)
              else if (name === 'nearest' || name === 'lossAtCheck') out[0] = NOWHERE
              else if (name === 'c') out[0] = c[index]!
            },
            take(index, { best, nearest }) {
              const isFound = nearest![0]! < NOWHERE
              if (isFound && nearest![0]! < distances[index]!) {
                distances[index] = nearest![0]!
                keep(index, best!)
              }
              if (isFound) high[index] = Math.min(high[index]!, c[index]!)
              else low[index] = Math.max(low[index]!, c[index]!)
              // The last value is the largest that may be needed, once more where nothing was found so far.
              c[index] =
                high[index] === Number.POSITIVE_INFINITY ? c[index]! * 10 : (low[index]! + high[index]!) / 2
            },
            onProgress: (done) => course.onProgress?.((search + done) / searches),
          })
        }
      },
    })
  },
})
