// Random noise: what blind luck finds, which every attack worth its name must beat.
import { z } from 'zod'
import { fillNormals } from '../util/normals.ts'
import type { Attack } from './attack.ts'
import { distanceOf } from './distance.ts'
import { inBox, lengthOf } from './pixels.ts'
import { askLabels, type Finding, type Search, searchSideBySide } from './side-by-side.ts'

const options = z.strictObject({
  draws: z.int().min(1).default(10_000).describe('most images drawn, for each example'),
})

/** Draws asked about together, first and at most: examples that fall at once cost one, and those that hold fill batches. */
const TOGETHER = { first: 1, most: 64 }

/**
 * Noise uniform in the ball (`linf`) or on its sphere (`l2`), clipped to [0, 1], until the class changes. Of those asked about
 * together the nearest is kept.
 */
export const noise: Attack<typeof options> = {
  name: 'noise',
  title: 'Random noise',
  source: 'the baseline of Carlini et al. 2019, arXiv:1902.06705',
  kind: 'bounded',
  knowledge: 'label',
  norms: ['linf', 'l2'],
  options,
  run(oracle, input, { draws }) {
    const norm = input.threat.norm === 'l2' ? 'l2' : 'linf'
    return searchSideBySide(
      noise,
      oracle,
      input,
      askLabels(oracle),
      function* ({ image, label, eps, random }): Search<number> {
        if ((yield image)[0] !== label) return { image, within: true }
        const size = image.length
        const way = new Float32Array(size)
        const asked = new Float32Array(TOGETHER.most * size)
        let together = TOGETHER.first
        for (
          let drawn = 0;
          eps > 0 && drawn < draws;
          drawn += together, together = next(together, draws - drawn)
        ) {
          for (let i = 0; i < together; i++) {
            if (norm === 'linf') random.fillUniform(way, -eps, eps)
            else fillNormals(random, way)
            const scale = norm === 'linf' ? 1 : eps / lengthOf(way)
            for (let p = 0; p < size; p++) asked[i * size + p] = inBox(image[p]! + way[p]! * scale)
          }
          let best: Finding
          const answers = yield asked.subarray(0, together * size)
          answers.forEach((answer, i) => {
            if (answer === label) return
            const drawnImage = asked.slice(i * size, (i + 1) * size)
            if (!best || distanceOf(norm, image, drawnImage) < distanceOf(norm, image, best.image))
              best = { image: drawnImage, within: true }
          })
          if (best) return best
        }
        return undefined
      },
    )
  },
}

const next = (together: number, left: number): number =>
  Math.max(1, Math.min(2 * together, TOGETHER.most, left))
