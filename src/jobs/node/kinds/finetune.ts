// The job that trains a classifier on the features of a run that another job has trained, and says how it names held-out images.
import { fineTuneRun } from '../../../lifecycle/fine-tune.ts'
import { baseOf } from '../../../lifecycle/recorded-run.ts'
import { fineTunedModel, fineTuneOptions } from '../../../models/fine-tuned.ts'
import { ConfigError } from '../../../util/errors.ts'
import type { JobKind, Options } from '../../kind.ts'
import { accuracies, HELD_OUT, type Tested, testData, testedOn, testNames } from '../accuracy.ts'
import { formIn, movedData, placeOf, placesFor } from '../data.ts'
import { neededRun } from '../needed-run.ts'
import { runJob } from '../run-job.ts'
import { labelsIn, trainingIn, trainingNames, trainingWork, understoodTraining } from '../training-options.ts'

const FINETUNE = 'finetune'

/** What a study may say of it besides its own and its data's settings. */
const OWN = ['data', 'testOn']

async function understand(
  { data: given, testOn, ...rest }: Options,
  hashes: Parameters<JobKind['understand']>[1],
  { run: needed }: Parameters<JobKind['understand']>[2],
): ReturnType<JobKind['understand']> {
  const run = await neededRun('run', needed!, hashes)
  const model = fineTunedModel(baseOf(run.trained))
  const data = (given as string | undefined) ?? run.data
  const [, , channels] = run.known.imageShape!
  const usual = channels === 1 || channels === 3 ? { channels } : {}
  // Without data of its own, what was asked of the run's data is asked of it again.
  const own = given === undefined ? { ...run.training.dataOptions, ...rest } : rest
  const { modelOptions: _, ...understood } = understoodTraining(model, data, own, usual)
  const { dataOptions, settings } = understood
  const form = formIn(settings)
  const wanted = { data, options: dataOptions, form }
  const { classes } = await hashes.about(wanted)
  if (!classes)
    throw new ConfigError(
      `a fine-tuning learns labels, and the data "${data}" has none; name labelled data: data: <name or folder>`,
    )
  const tests = testedOn(testOn)
  const tested = await testData(tests, settings, hashes)
  const tuning: Tested = { model: run.training.model, ...understood, testOn: testNames(tests) }
  return {
    options: tuning as unknown as Options,
    data: {
      train: await hashes.of({ ...wanted, labels: labelsIn(settings) }, 'train'),
      [HELD_OUT]: await hashes.of(wanted, 'test'),
      ...tested.data,
    },
    places: { ...placesFor(data, 'train'), ...tested.places },
  }
}

export const finetuneKind: JobKind = {
  name: FINETUNE,
  called: 'a fine-tuning',
  leaves: 'run',
  takes: { run: { leaves: 'run' } },

  optionNames: () => [...OWN, ...trainingNames({ learnsLabels: true, options: fineTuneOptions })],

  understand,

  work: (options) => trainingWork(FINETUNE, trainingIn(options)),

  async run(context) {
    const { job, folder, signal } = context
    const tuning = trainingIn<Tested>(job.request.options)
    const { data, dataOptions, settings } = tuning
    const run = await context.filesOf('run')
    return runJob(context, {
      begin: () =>
        fineTuneRun({
          run,
          data: placeOf(job, data, 'train'),
          dataDir: job.places.dataDir,
          dataOptions,
          folder,
          settings,
          command: ['sparring', 'finetune', run, '--seed', String(settings.seed)],
          signal,
        }),
      places: movedData(job, data, 'train'),
      steps: Number(settings.steps),
      measure: () => accuracies(context, tuning),
    })
  },
}
