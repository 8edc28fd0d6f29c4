// The job that makes a labelled set of images that a run generates, for trainings that learn from it.
import { join } from 'node:path'
import { z } from 'zod'
import { augmentRun, classNamed } from '../../../lifecycle/augment-run.ts'
import { dataSettings, splitDataOptions } from '../../../lifecycle/data-settings.ts'
import { checkClasses, FORMATS } from '../../../lifecycle/generated-set.ts'
import { checkSettings } from '../../../lifecycle/setting.ts'
import { classInputOf, offeredBy } from '../../../objectives/offer.ts'
import type { RowRecord } from '../../../runs/study-result.ts'
import { meanOf } from '../../../statistics/index.ts'
import { ConfigError } from '../../../util/errors.ts'
import { MOST } from '../../../util/limits.ts'
import type { DataHashes, JobKind, Needed, Options } from '../../kind.ts'
import { canonicalJson } from '../../request.ts'
import { MADE } from '../data.ts'
import { neededClassifier } from '../needed-classifier.ts'
import { type NeededRun, neededRun } from '../needed-run.ts'
import { filesBelow } from '../store.ts'

/** As `sparring augment` has them; IDX files, because a store keeps three files rather than thousands. */
const setOptions = z.object({
  n: z.number().int().min(1).max(MOST.digits).default(10_000),
  perLabel: z.number().positive().optional(),
  seed: z.number().int().min(0).default(1),
  format: z.enum(FORMATS).default('idx'),
  class: z.coerce.string().optional(),
  confident: z.number().gt(0).max(1).optional(),
})

/** The options of such a job, complete. */
interface Augmenting {
  readonly model: string
  readonly n: number
  readonly seed: number
  readonly format: (typeof FORMATS)[number]
  readonly class?: string
  readonly confident?: number
}

/** Data is that of the run; naming it again is allowed, since it may stand for all jobs of a study. @throws ConfigError */
function checkSame(given: string, rest: Options, { training, data }: NeededRun, needed: Needed): Options {
  const { options, settings } = splitDataOptions(given, rest)
  if (given !== data || canonicalJson(options) !== canonicalJson(training.dataOptions))
    throw new ConfigError(
      `an augmentation makes images as its run has learned them: "${needed.name}" learns ${data}, and here stands data: ${given}; leave it out, or give both the same`,
    )
  return settings
}

async function understand(
  { data, labels, draw: _, ...given }: Options,
  hashes: DataHashes,
  { run: needed, classifier }: Parameters<JobKind['understand']>[2],
): ReturnType<JobKind['understand']> {
  const run = await neededRun('run', needed!, hashes)
  const own = data === undefined ? given : checkSame(data as string, given, run, needed!)
  const { perLabel, n, ...options } = checkSettings(setOptions, own)
  const offered = offeredBy(run.objective, 'generate')
  if (!offered)
    throw new ConfigError(
      `needs.run: the ${run.training.model} of "${needed!.name}" makes no images; name jobs that train a generator`,
    )
  const isTold = classInputOf(offered) !== undefined
  if (!isTold && !classifier)
    throw new ConfigError(
      `needs: the ${run.training.model} of "${needed!.name}" is not told the class, so somebody must name what it makes; add needs: { classifier: <a block of classifiers> }`,
    )
  if (options.confident !== undefined && !classifier)
    throw new ConfigError(
      'confident: needs a classifier that says how sure it is; add needs: { classifier: <a block of classifiers> }',
    )
  const named = classifier && (await neededClassifier('classifier', classifier, hashes)).known.classes
  const classes = isTold ? run.known.classes! : named!
  checkClasses(options.format, classes)
  if (options.class !== undefined) classNamed(options.class, classes)
  if (perLabel !== undefined && labels === undefined)
    throw new ConfigError('perLabel: so many images for each labelled one; say how many those are: labels')
  const labelled = typeof labels === 'number' ? labels : run.known.count
  const augmenting: Augmenting = {
    model: run.training.model,
    n: perLabel === undefined ? n : Math.min(n, Math.max(1, Math.round(perLabel * labelled))),
    ...(options as Omit<Augmenting, 'model' | 'n'>),
  }
  return { options: JSON.parse(JSON.stringify(augmenting)), data: {} }
}

const row = (name: string, label: string, format: RowRecord['format'], value: number): RowRecord => {
  const found = meanOf([value], 'runs')
  return { name, label, format, values: [found], runs: [[found]] }
}

export const augmentKind: JobKind = {
  name: 'augment',
  called: 'an augmentation',
  leaves: 'set',
  takes: { run: { leaves: 'run' }, classifier: { leaves: 'run', optional: true } },

  // Labels and their draw say which of the jobs that it takes are meant.
  optionNames: () => [
    ...Object.keys(setOptions.shape),
    'labels',
    'draw',
    'data',
    ...dataSettings.map(({ name }) => name),
  ],

  understand,

  work(options) {
    const { n, model, confident = 0 } = options as unknown as Augmenting
    return { amount: n, unit: 'images', pace: `augment ${model} ${confident}` }
  },

  async run({ job, folder, signal, progress, filesOf }) {
    const { model: _, n, ...options } = job.request.options as unknown as Augmenting
    const run = await filesOf('run')
    const classifier = job.request.needs.classifier === undefined ? undefined : await filesOf('classifier')
    const events = augmentRun({
      run,
      count: n,
      out: join(folder, MADE),
      ...options,
      classifier,
      threads: 1,
      // What an attempt before this one has left is nobody's.
      force: true,
      command: ['sparring', 'augment', run, '--n', String(n), '--seed', String(options.seed)],
      signal,
    })
    for await (const event of events) {
      if (event.type === 'generated') progress(event.done / event.total)
      if (event.type !== 'result') continue
      const { count, drawn } = event.result.manifest
      const made = await filesBelow(join(folder, MADE))
      return {
        found: {
          measures: [],
          training: [
            row('images', 'Images of the set', 'count', count),
            row('kept', 'Generated images that were kept', 'percent', count / drawn),
          ],
          estimators: [],
        },
        files: made.map((name) => `${MADE}/${name}`),
      }
    }
    throw new Error('the set came to no end')
  },
}
