// APGD: PGD with momentum that chooses its step sizes itself, and goes back to the best point when it halves them.
import { z } from 'zod'
import { gradients } from '../autodiff/index.ts'
import * as g from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { randomStream } from '../util/random.ts'
import { type Attack, defineAttack } from './attack.ts'
import { ballOf, fillRandomEdge } from './ball.ts'
import { NUMBER, openIteration } from './iterate.ts'
import { type AttackLoss, isWrong, type LossName, lossFor, perImage } from './losses.ts'
import { inTurns, oneHot } from './turns.ts'

/** What the value of an example becomes that is named wrongly: nothing is better, so its best point stays. */
const FOUND = 2 ** 126

/** Shares of all iterations: the first window, what each next one is shorter by, and the shortest. */
const WINDOWS = { first: 0.22, shorter: 0.03, least: 0.06 } as const

/** By iteration, the length of the window that ends there; 0 inside windows. Iteration 0 is the starting point. */
export function checkpoints(iterations: number): Float64Array {
  const at = (share: number): number => Math.max(1, Math.floor(share * iterations + 1e-9))
  const ends = new Float64Array(iterations + 1)
  let window = at(WINDOWS.first)
  for (let end = window; end <= iterations; end += window) {
    ends[end] = window
    window = Math.max(window - at(WINDOWS.shorter), at(WINDOWS.least))
  }
  return ends
}

const options = z.object({
  steps: z.int().min(1).max(100_000).default(100).describe('iterations'),
  loss: z
    .enum(['ce', 'dlr', 'targeted-dlr', 'margin'])
    .default('ce')
    .describe(
      'what is raised: cross-entropy, the difference ratio of logits (three classes or more), the same towards one class after another (four or more), or their margin',
    ),
  targets: z
    .int()
    .min(1)
    .max(1000)
    .default(9)
    .describe('classes that targeted losses go to, the likeliest first'),
  rho: z
    .number()
    .min(0)
    .max(1)
    .default(0.75)
    .describe('share of iterations that must improve, or the step is halved'),
  momentum: z.number().min(0).lt(1).default(0.25).describe('share of the last step in the next one'),
  restarts: z.int().min(1).max(1000).default(1).describe('how often it is tried on what is left'),
  eotIterations: z
    .int()
    .min(1)
    .max(1000)
    .default(1)
    .describe('passes that gradient and logits are averaged over, for classifiers with random outputs'),
})
type Options = z.output<typeof options>

/** The states of an example that `halve`s, and of others. */
type State = Readonly<
  Record<
    'x' | 'before' | 'xBest' | 'gradientBest' | 'best' | 'last' | 'bestAtCheck' | 'step' | 'rises' | 'halved',
    Value
  >
>

interface Evaluated {
  readonly value: Value
  readonly gradient: Value
  readonly wrong: Value
}

/**
 * What a point was found to be, taken into account: the best so far, and at checkpoints the step for what follows, whose direction
 * is the gradient at the point from which it starts.
 */
function judge(
  s: State,
  { value, gradient, wrong }: Evaluated,
  { check, rho }: { readonly check: Value; readonly rho: number },
): { readonly state: State; readonly direction: Value } {
  const better = g.or(g.and(wrong, g.less(s.best, FOUND)), g.greater(value, s.best))
  const best = g.where(wrong, FOUND, g.where(better, value, s.best))
  const xBest = g.where(better, s.x, s.xBest)
  const gradientBest = g.where(better, gradient, s.gradientBest)
  const rises = g.add(s.rises, g.cast(g.greater(value, s.last), 'float32'))
  const atCheck = g.greater(check, 0)
  const few = g.lessOrEqual(rises, g.mul(check, rho))
  const stuck = g.and(g.equal(s.halved, 0), g.lessOrEqual(best, s.bestAtCheck))
  const halve = g.and(atCheck, g.or(few, stuck))
  return {
    direction: g.where(halve, gradientBest, gradient),
    state: {
      x: g.where(halve, xBest, s.x),
      before: s.before,
      xBest,
      gradientBest,
      best,
      last: value,
      bestAtCheck: g.where(atCheck, best, s.bestAtCheck),
      step: g.where(halve, g.mul(s.step, 0.5), s.step),
      rises: g.where(atCheck, 0, rises),
      halved: g.where(atCheck, g.cast(halve, 'float32'), s.halved),
    },
  }
}

/**
 * Auto-PGD with the settings of AutoAttack. The first point named wrongly is kept.
 *
 * @source Croce & Hein 2020, arXiv:2003.01690
 */
export const apgd: Attack = defineAttack<typeof options>({
  name: 'apgd',
  title: 'APGD',
  source: 'Croce & Hein 2020, arXiv:2003.01690',
  kind: 'bounded',
  knowledge: 'gradient',
  norms: ['linf', 'l2'],
  options,
  async run(oracle, input, { steps, loss, targets, rho, momentum, restarts, eotIterations }: Options) {
    const { threat, seed } = input
    const { image, classes } = oracle.classifier
    const shape = [image.height, image.width, image.channels]
    const ball = ballOf(threat.norm, shape)
    const raised: AttackLoss = lossFor(loss satisfies LossName, classes)
    const goals = raised.targeted ? Math.min(targets, classes - 1) : 1
    const ends = checkpoints(steps)
    const isAveraged = eotIterations > 1
    return inTurns(apgd, oracle, input, {
      count: goals * restarts,
      open: () =>
        openIteration(oracle, {
          name: 'apgd',
          state: {
            x: shape,
            before: shape,
            xBest: shape,
            gradientBest: shape,
            best: NUMBER,
            last: NUMBER,
            bestAtCheck: NUMBER,
            step: NUMBER,
            rises: NUMBER,
            halved: NUMBER,
            ...(isAveraged ? { logits: [classes], gradient: shape } : {}),
          } as Record<string, readonly number[]>,
          fixed: {
            truth: [classes],
            ...(raised.targeted ? { target: [classes] } : {}),
            ...ball.fixed,
          } as Record<string, readonly number[]>,
          // `follow`: the share of the new step; the rest is the last one.
          schedule: ['check', 'follow', ...(isAveraged ? ['moves'] : [])],
          settings: ['eps'],
          each: { queries: 1, gradients: 1 },
          step({ state, fixed, schedule, settings }, classifier) {
            const s = state as unknown as State
            const truth = fixed.truth!
            const target = fixed.target ?? truth
            let logits = classifier.logits(s.x)
            let [gradient] = gradients(g.reduceSum(raised.of(logits, truth, target)), [s.x]) as [Value]
            if (isAveraged) {
              gradient = g.add(state.gradient!, g.mul(gradient, 1 / eotIterations))
              logits = g.add(state.logits!, g.mul(logits, 1 / eotIterations))
            }
            const evaluated = {
              value: perImage(raised.of(logits, truth, target)),
              gradient,
              wrong: perImage(isWrong(logits, truth)),
            }
            const { state: judged, direction } = judge(s, evaluated, { check: schedule.check!, rho })
            const { x } = judged
            const stepped = ball.project(ball.ascend(x, direction, judged.step), fixed, settings.eps)
            const follow = schedule.follow!
            const carried = g.mul(g.sub(x, s.before), g.sub(1, follow))
            const moved = g.add(x, g.add(g.mul(g.sub(stepped, x), follow), carried))
            const next: Record<string, Value> = {
              ...judged,
              before: x,
              x: ball.project(moved, fixed, settings.eps),
            }
            const done = g.reshape(g.greaterOrEqual(judged.best, FOUND), [x.shape[0]!])
            if (!isAveraged) return { state: next, done }
            const moves = g.greater(schedule.moves!, 0)
            return {
              state: {
                ...Object.fromEntries(
                  Object.keys(next).map((key) => [key, g.where(moves, next[key]!, state[key]!)]),
                ),
                logits: g.where(moves, 0, logits),
                gradient: g.where(moves, 0, gradient),
              },
              done: g.and(moves, done),
            }
          },
        }),
      take: ({ turn, loop, chosen, course, keep }) => {
        const rank = turn % goals
        const random = (index: number) => randomStream(seed, `apgd/${loss}/${turn}`, chosen.owners[index]!)
        return loop.run({
          ...course,
          // The first evaluates the starting point.
          iterations: (steps + 1) * eotIterations,
          settings: { eps: threat.eps },
          schedule(name, pass) {
            const iteration = Math.floor(pass / eotIterations)
            if (name === 'check') return ends[iteration]!
            if (name === 'moves') return pass % eotIterations === eotIterations - 1 ? 1 : 0
            return iteration === 0 ? 1 : 1 - momentum
          },
          fill(name, index, out) {
            if (name === 'x' || name === 'before')
              fillRandomEdge(threat, random(index), chosen.image(index), out)
            else if (name === 'truth') oneHot(out, chosen.label(index))
            else if (name === 'target') oneHot(out, chosen.others(index)[rank]!)
            else if (name in ball.fixed) ball.fill(name, chosen.image(index), threat, out)
            else if (name === 'step') out[0] = 2 * threat.eps
            else if (name === 'best') out[0] = -FOUND
            else if (name === 'bestAtCheck') out[0] = -FOUND
            // Neither is the first window's second condition met, nor does the starting point count as a rise.
            else if (name === 'halved') out[0] = 1
            else if (name === 'last') out[0] = FOUND
          },
          take: (index, { xBest }) => keep(index, xBest!),
        })
      },
    })
  },
})
