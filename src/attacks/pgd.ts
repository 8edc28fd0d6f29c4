// PGD: steps of ascent projected to the ball; FGSM is one such step from the image itself.
import { z } from 'zod'
import { gradients } from '../autodiff/index.ts'
import { reduceSum } from '../graph/build.ts'
import { randomStream } from '../util/random.ts'
import { type Attack, defineAttack } from './attack.ts'
import { ballOf, fillRandom } from './ball.ts'
import { openIteration } from './iterate.ts'
import { lossFor } from './losses.ts'
import type { PixelNorm } from './threat.ts'
import { inTurns, oneHot } from './turns.ts'

/** Losses that need no class to go to. */
const loss = z
  .enum(['ce', 'margin', 'dlr'])
  .default('ce')
  .describe(
    'what is raised: cross-entropy, the margin of the logits, or their difference ratio (three classes or more)',
  )

/** The settings of each norm: 40 steps of eps / 30 for images of digits, and 50 of eps / 40. */
const USUAL = { linf: { steps: 40, stepSize: 1 / 30 }, l2: { steps: 50, stepSize: 1 / 40 } } as const

const options = z.object({
  steps: z.int().min(1).max(100_000).optional().describe('iterations; default 40 (linf), 50 (l2)'),
  stepSize: z
    .number()
    .positive()
    .optional()
    .describe('length of a step as a share of eps; default 1/30 (linf), 1/40 (l2)'),
  randomStart: z.boolean().default(true).describe('start at a random point of the ball, not at the image'),
  restarts: z.int().min(1).max(1000).default(1).describe('how often it is tried on what is left'),
  loss,
})

/**
 * Projected gradient descent, as the paper has it: the last iterate counts.
 *
 * @source Madry et al. 2018, arXiv:1706.06083
 */
export const pgd: Attack = defineAttack<typeof options>({
  name: 'pgd',
  title: 'PGD',
  source: 'Madry et al. 2018, arXiv:1706.06083',
  kind: 'bounded',
  knowledge: 'gradient',
  norms: ['linf', 'l2'],
  options,
  async run(oracle, input, { steps, stepSize, randomStart, restarts, loss }) {
    const { threat, seed } = input
    const { image, classes } = oracle.classifier
    const shape = [image.height, image.width, image.channels]
    const usual = USUAL[threat.norm as PixelNorm]
    const ball = ballOf(threat.norm, shape)
    const raised = lossFor(loss, classes)
    return inTurns(pgd, oracle, input, {
      count: restarts,
      open: () =>
        openIteration(oracle, {
          name: 'pgd',
          state: { x: shape },
          fixed: { truth: [classes], ...ball.fixed },
          schedule: ['step'],
          settings: ['eps'],
          each: { queries: 1, gradients: 1 },
          step({ state: { x }, fixed, schedule, settings }, classifier) {
            const value = reduceSum(raised.of(classifier.logits(x), fixed.truth, fixed.truth))
            const [gradient] = gradients(value, [x])
            return {
              state: { x: ball.project(ball.ascend(x, gradient!, schedule.step), fixed, settings.eps) },
            }
          },
        }),
      take: ({ turn, loop, chosen, course, keep }) =>
        loop.run({
          ...course,
          iterations: steps ?? usual.steps,
          settings: { eps: threat.eps },
          schedule: () => threat.eps * (stepSize ?? usual.stepSize),
          fill(name, index, out) {
            if (name === 'truth') oneHot(out, chosen.label(index))
            else if (name !== 'x') ball.fill(name, chosen.image(index), threat, out)
            else if (!randomStart) out.set(chosen.image(index))
            else
              fillRandom(
                threat,
                randomStream(seed, `pgd/${turn}`, chosen.owners[index]!),
                chosen.image(index),
                out,
              )
          },
          take: (index, { x }) => keep(index, x!),
        }),
    })
  },
})

const fgsmOptions = z.object({ loss })

/**
 * One step of length eps in the direction in which the loss grows most.
 *
 * @source Goodfellow et al. 2015, arXiv:1412.6572
 */
export const fgsm: Attack = defineAttack<typeof fgsmOptions>({
  ...pgd,
  name: 'fgsm',
  title: 'FGSM',
  source: 'Goodfellow et al. 2015, arXiv:1412.6572',
  options: fgsmOptions,
  run: (oracle, input, { loss }) =>
    pgd.run(oracle, input, { steps: 1, stepSize: 1, randomStart: false, restarts: 1, loss }),
})
