// NES: gradients estimated from pairs of answers, then steps as PGD makes them.
import { z } from 'zod'
import type { Attack } from './attack.ts'
import { type NesSettings, nesEstimate, nesOptions } from './nes-estimate.ts'
import { inBox, pixelBounds } from './pixels.ts'
import { askScores, marginOf, type Search, searchSideBySide } from './side-by-side.ts'

const options = z.strictObject({
  ...nesOptions,
  queries: z.int().min(1).default(10_000).describe('most images asked about, for each example'),
  plateau: z.int().min(2).default(5).describe('steps after which a rate that does not help is halved'),
})

/** -log p(class), in float64: softmax in float32 would round small differences away. */
export function crossEntropy(scores: Float32Array, label: number): number {
  const top = Math.max(...scores)
  let sum = 0
  for (const score of scores) sum += Math.exp(score - top)
  return top + Math.log(sum) - scores[label]!
}

/**
 * The rate of a training that is halved when the loss has not fallen over so many steps.
 *
 * @returns takes a loss that should fall, gives the rate of the next step
 */
export function plateauRate({ rate, minRate }: NesSettings, plateau: number): (loss: number) => number {
  let last: number[] = []
  let now = rate
  return (loss) => {
    last = [...last, loss].slice(-plateau)
    if (last.length === plateau && last.at(-1)! > last[0]!) {
      now = Math.max(now / 2, minRate)
      last = []
    }
    return now
  }
}

/**
 * Away from the true class, by the estimated gradient of the cross-entropy. Asks about the image itself at every step, so that it
 * ends with the step that brought the change.
 */
export const nes: Attack<typeof options> = {
  name: 'nes',
  title: 'NES',
  source: 'Ilyas et al. 2018, arXiv:1804.08598',
  kind: 'bounded',
  knowledge: 'scores',
  norms: ['linf'],
  options,
  run(oracle, input, settings) {
    return searchSideBySide(nes, oracle, input, askScores(oracle), function* (example): Search<Float32Array> {
      const { label, eps, random } = example
      const { low, high } = pixelBounds(example.image, example)
      const now = example.image.slice()
      const momentum = new Float64Array(now.length)
      const rateAfter = plateauRate(settings, settings.plateau)
      for (let left = settings.queries; left > 0; ) {
        left--
        if (marginOf((yield now)[0]!, label).wrong) return { image: now, within: true }
        if (eps === 0 || left <= settings.samples) return undefined
        const { loss, gradient } = yield* nesEstimate<Float32Array>(now, settings, random, (scores) =>
          crossEntropy(scores, label),
        )
        left -= settings.samples
        const rate = rateAfter(-loss)
        for (let i = 0; i < now.length; i++) {
          momentum[i] = settings.momentum * momentum[i]! + (1 - settings.momentum) * gradient[i]!
          const step = now[i]! + rate * Math.sign(momentum[i]!)
          now[i] = inBox(Math.min(Math.max(step, low[i]!), high[i]!))
        }
      }
      return undefined
    })
  },
}
