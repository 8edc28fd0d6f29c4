// Square: a random search that writes one square after another and keeps those that bring the true class down.
import type { ImageSize } from '../classifiers/classifier.ts'
import type { Attack } from './attack.ts'
import { pixelBounds } from './pixels.ts'
import { askScores, type Example, marginOf, type Search, searchSideBySide } from './side-by-side.ts'
import { squareL2 } from './square-l2.ts'
import { type SquareOptions, squareOptions, squareSide } from './square-schedule.ts'

/** How often a square is drawn anew that would change nothing. */
const DRAWS = 100

/** Every pixel is at one end of what it may be: begins with stripes, then each query sets a square to one end, by channel. */
function* squareLinf(example: Example, image: ImageSize, settings: SquareOptions): Search<Float32Array> {
  const { height, width, channels } = image
  const { label, random } = example
  const { low, high } = pixelBounds(example.image, example)
  const now = new Float32Array(low.length)
  const stripes = Array.from({ length: width * channels }, () => random.integer(2) === 1)
  for (let i = 0; i < now.length; i++) now[i] = (stripes[i % stripes.length] ? high : low)[i]!
  let { margin, wrong } = marginOf((yield now)[0]!, label)

  const next = now.slice()
  const ups = new Uint8Array(channels)
  for (let query = 0; !wrong && query + 2 < settings.queries; query++) {
    const side = squareSide(query, image, settings)
    let [top, left] = [0, 0]
    const write = (): boolean => {
      top = random.integer(height - side + 1)
      left = random.integer(width - side + 1)
      for (let k = 0; k < channels; k++) ups[k] = random.integer(2)
      let changed = false
      for (let y = top; y < top + side; y++)
        for (let x = left; x < left + side; x++)
          for (let k = 0; k < channels; k++) {
            const i = (y * width + x) * channels + k
            next[i] = (ups[k] ? high : low)[i]!
            changed ||= next[i] !== now[i]
          }
      return changed
    }
    const copy = (from: Float32Array, to: Float32Array): void => {
      for (let y = top; y < top + side; y++) {
        const start = (y * width + left) * channels
        to.set(from.subarray(start, start + side * channels), start)
      }
    }
    for (let draw = 1; !write() && draw < DRAWS; draw++);
    const answer = marginOf((yield next)[0]!, label)
    if (answer.wrong || answer.margin < margin) {
      copy(next, now)
      ;({ margin, wrong } = answer)
    } else copy(now, next)
  }
  return wrong ? { image: now, within: true } : undefined
}

export const square: Attack<typeof squareOptions> = {
  name: 'square',
  title: 'Square',
  source: 'Andriushchenko et al. 2020, arXiv:1912.00049',
  kind: 'bounded',
  knowledge: 'scores',
  norms: ['linf', 'l2'],
  options: squareOptions,
  run(oracle, input, settings) {
    const { image } = oracle.classifier
    const within = input.threat.norm === 'linf' ? squareLinf : squareL2
    return searchSideBySide(
      square,
      oracle,
      input,
      askScores(oracle),
      function* (example): Search<Float32Array> {
        if (marginOf((yield example.image)[0]!, example.label).wrong)
          return { image: example.image, within: true }
        return example.eps > 0 && settings.queries > 1 ? yield* within(example, image, settings) : undefined
      },
    )
  },
}
