// What is measured while a run trains: `--evaluate-every`. Of fresh samples, or of whole episodes of an agent.
import type { RunEvent } from '../measuring/events.ts'
import { classifyBy } from '../measuring/mode-evaluator.ts'
import type { ExtractorSource } from '../measuring/reported-extractor.ts'
import { COURSE } from '../metrics/index.ts'
import type { Objective } from '../objectives/objective.ts'
import { functionOf, offeredBy } from '../objectives/offer.ts'
import { askedSamples } from '../pictures/fresh-samples.ts'
import type { RunConfig } from '../runs/index.ts'
import type { Engine } from '../runtime/engine.ts'
import { randomStream } from '../util/random.ts'
import type { Course } from './course-of-run.ts'
import { evaluatorFor } from './evaluator-for.ts'
import { returnsCourse } from './returns-course.ts'
import type { RunData } from './run-data.ts'

/** The log in which an objective is evaluated: an agent plays. */
export const evaluatedBy = (objective: Objective): NonNullable<RunConfig['evaluated']> =>
  offeredBy(objective, 'act')?.environment ? 'returns' : 'evaluations'

/**
 * Gets ready to measure samples now and then, where the run's settings ask for it. The same latents and real images are
 * used every time, those of the first draw of `sparring evaluate` with its defaults.
 *
 * @throws ConfigError when the model makes no images or too few images were held out; what `openExtractor` throws
 */
export async function* openCourse(
  engine: Engine,
  evaluateEvery: number,
  data: RunData,
  objective: Objective,
  options: { source?: ExtractorSource | undefined; signal?: AbortSignal | undefined } = {},
): AsyncGenerator<RunEvent, Course | undefined> {
  if (evaluateEvery === 0) return undefined
  if (evaluatedBy(objective) === 'returns') return returnsCourse(objective)
  functionOf(objective, 'generate')
  const { evaluator, extractor } = yield* evaluatorFor(engine, data, { ...options, groups: COURSE })
  const { count, seed } = evaluator
  return {
    log: 'evaluations',
    async evaluate(weights) {
      const random = randomStream(seed, 'evaluate', 0)
      const { values, asked } = await askedSamples(weights, objective, { count, random })
      const { measures } = await evaluator.measure(values, asked)
      return Object.fromEntries(measures.map(({ name, result }) => [name, result.value ?? Number.NaN]))
    },
    classify: extractor && classifyBy(extractor),
    close: async () => extractor?.close(),
  }
}
