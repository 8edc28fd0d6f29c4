// The job that trains a model, and measures what came of it: its samples, or how it names held-out images.
import { join } from 'node:path'
import { evaluateRuns } from '../../../lifecycle/evaluate-runs.ts'
import { startRun } from '../../../lifecycle/train-run.ts'
import { MODELS, modelNamed } from '../../../models/index.ts'
import { type ModelDefinition, usualData } from '../../../models/model.ts'
import { openRun } from '../../../runs/node/index.ts'
import { ConfigError } from '../../../util/errors.ts'
import { checkNames, checkNumber } from '../../../util/options.ts'
import type { JobContext, JobKind, Options } from '../../kind.ts'
import { accuracies, HELD_OUT, type Tested, testData, testedOn, testNames } from '../accuracy.ts'
import { challengeRows } from '../challenged.ts'
import { formIn, lookedThrough, MADE, movedData, placeOf, placesFor } from '../data.ts'
import { TRAINING } from '../needed-run.ts'
import { runJob } from '../run-job.ts'
import { labelsIn, trainingIn, trainingNames, trainingWork, understoodTraining } from '../training-options.ts'

/** How samples are measured, as `sparring evaluate` has it. */
interface Evaluating {
  readonly count?: number
  readonly draws: number
  readonly seed: number
}

/** The options of such a job, complete. */
interface TrainingJob extends Tested {
  readonly evaluate?: Evaluating
}

/** What a study may say of a training besides its model's and its data's own settings. */
const OWN = ['model', 'data', 'evaluate', 'testOn']

/** Share of a job's progress that is the training, where samples are measured after it. */
const TRAINING_SHARE = 0.9

/** `evaluate: true`, or how. @throws ConfigError */
function evaluating(given: unknown): Evaluating | undefined {
  if (given === undefined || given === false) return undefined
  const where = 'evaluate'
  const options = (given === true ? {} : given) as Partial<Evaluating>
  checkNames(where, options, ['count', 'draws', 'seed'])
  const { count, draws = 3, seed = 1 } = options
  return {
    ...(count === undefined
      ? {}
      : { count: checkNumber(where, 'count', count, { integer: true, atLeast: 2 }) }),
    draws: checkNumber(where, 'draws', draws, { integer: true, atLeast: 1 }),
    seed: checkNumber(where, 'seed', seed, { integer: true, atLeast: 0 }),
  }
}

/** Whether a model offers a function, whatever it is trained on. */
const offers = (model: ModelDefinition, options: Options, name: string): boolean =>
  model.objective(options, model.madeFor).offers?.[name] !== undefined

async function understand(
  { model: named, data: given, evaluate, testOn, ...rest }: Options,
  hashes: Parameters<JobKind['understand']>[1],
): ReturnType<JobKind['understand']> {
  if (typeof named !== 'string')
    throw new ConfigError(
      `a training needs a model: expected one of ${MODELS.map(({ name }) => name).join(', ')}, got ${JSON.stringify(named)}`,
    )
  const model = modelNamed(named)
  const data = (given as string | undefined) ?? usualData(model)
  const { modelOptions, ...understood } = understoodTraining(model, data, rest)
  const { dataOptions, settings } = understood
  const tests = testedOn(testOn)
  if (tests.length > 0 && !model.learnsLabels)
    throw new ConfigError(`testOn: ${named} names no classes, so there is nothing to test; leave it out`)
  const measured = evaluating(evaluate)
  const training: TrainingJob = {
    model: named,
    ...understood,
    testOn: testNames(tests),
    ...(measured && offers(model, modelOptions, 'generate') ? { evaluate: measured } : {}),
  }
  const form = formIn(settings)
  const wanted = { data, options: dataOptions, form }
  const tested = await testData(tests, settings, hashes)
  const through = training.evaluate && lookedThrough(wanted)
  const { heldOut } = offers(model, modelOptions, 'classify') ? await hashes.about(wanted) : {}
  return {
    options: training as unknown as Options,
    data: {
      train: await hashes.of({ ...wanted, labels: labelsIn(settings) }, 'train'),
      ...(heldOut === undefined ? {} : { [HELD_OUT]: heldOut }),
      ...tested.data,
    },
    places: { ...placesFor(data, 'train'), ...tested.places },
    ...(through
      ? {
          needs: {
            extractor: {
              kind: 'extractor',
              options: { data: through.data, dataOptions: through.options, form: through.form },
            },
          },
        }
      : {}),
  }
}

/** Measures samples, unless that was done before. */
async function evaluate(context: JobContext, training: TrainingJob, wanted: Evaluating): Promise<void> {
  const { job, folder, signal, progress, filesOf } = context
  if (await (await openRun(folder)).readEvaluation()) return
  const cacheDir = job.request.needs.extractor === undefined ? undefined : await filesOf('extractor')
  for await (const event of evaluateRuns([folder], {
    ...wanted,
    threads: Number(training.settings.threads),
    dataDir: movedData(job, training.data, 'train'),
    extractor: cacheDir === undefined ? undefined : { cacheDir },
    signal,
  })) {
    signal.throwIfAborted()
    if (event.type === 'evaluating')
      progress(TRAINING_SHARE + ((1 - TRAINING_SHARE) * (event.draw - 1)) / event.draws)
  }
}

export const trainingKind: JobKind = {
  name: TRAINING,
  called: 'a training',
  leaves: 'run',
  // Images that another job made, put to those of the data; `labels` draws from the data alone.
  takes: { set: { leaves: 'set', optional: true } },

  optionNames: ({ model: named }) => [...OWN, ...trainingNames(MODELS.find(({ name }) => name === named))],

  understand,

  work: (options) => trainingWork(TRAINING, trainingIn(options)),

  async run(context) {
    const { job, folder, signal } = context
    const training = trainingIn<TrainingJob>(job.request.options)
    const { model, data, dataOptions, settings } = training
    const made = job.request.needs.set === undefined ? [] : [join(await context.filesOf('set'), MADE)]
    return runJob(context, {
      begin: () =>
        startRun({
          model,
          data: [placeOf(job, data, 'train'), ...made],
          dataDir: job.places.dataDir,
          dataOptions,
          folder,
          settings,
          command: ['sparring', 'train', model, '--seed', String(settings.seed)],
          signal,
        }),
      places: [movedData(job, data, 'train'), ...made],
      steps: Number(settings.steps),
      share: training.evaluate ? TRAINING_SHARE : 1,
      async measure() {
        if (training.evaluate) await evaluate(context, training, training.evaluate)
        return [...(await accuracies(context, training)), ...(await challengeRows(folder))]
      },
    })
  },
}
