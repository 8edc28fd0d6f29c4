// The job that probes the features of a run that another job has trained: one number of labels, one draw.
import { dataSettings, splitDataOptions } from '../../../lifecycle/data-settings.ts'
import { probeOptions, probeRun } from '../../../lifecycle/probe-run.ts'
import { baseOf } from '../../../lifecycle/recorded-run.ts'
import { checkSettings } from '../../../lifecycle/setting.ts'
import { featureSource } from '../../../models/fine-tuned.ts'
import type { RowRecord } from '../../../runs/study-result.ts'
import { meanOf } from '../../../statistics/index.ts'
import { ConfigError, DataError } from '../../../util/errors.ts'
import type { JobKind, Options } from '../../kind.ts'
import { HELD_OUT } from '../accuracy.ts'
import { FOLDER, formIn, isNamed, placeOf, placesFor } from '../data.ts'
import { neededRun } from '../needed-run.ts'
import { labelsIn } from '../training-options.ts'

/** The options of such a job, complete. */
interface Probing {
  readonly model: string
  /** A name, or `folder`. */
  readonly data: string
  readonly dataOptions: Options
  readonly labels: number | 'all'
  readonly draw: number
  readonly settings: Options
}

const probingIn = (options: Options): Probing => options as unknown as Probing

async function understand(
  { data: given, labels = 'all', seed = 1, draw = seed, ...rest }: Options,
  hashes: Parameters<JobKind['understand']>[1],
  { run: needed }: Parameters<JobKind['understand']>[2],
): ReturnType<JobKind['understand']> {
  const run = await neededRun('run', needed!, hashes)
  const data = (given as string | undefined) ?? run.data
  const split =
    given === undefined ? { options: run.training.dataOptions, settings: rest } : splitDataOptions(data, rest)
  const settings = checkSettings(probeOptions, split.settings)
  if (labels !== 'all' && !(Number.isInteger(labels) && (labels as number) >= 1))
    throw new ConfigError(`labels: expected a number from 1 up, or all, got ${JSON.stringify(labels)}`)
  if (settings.from !== 'pixels') featureSource(baseOf(run.trained), settings)
  const { training } = run
  const wanted = { data, options: split.options, form: formIn(training.settings) }
  const { classes } = await hashes.about(wanted)
  if (!classes) throw new ConfigError(`a probe learns labels, and the data "${data}" has none`)
  const probing: Probing = {
    model: training.model,
    data: isNamed(data) ? data : FOLDER,
    dataOptions: split.options,
    labels: labels as Probing['labels'],
    draw: labels === 'all' ? 1 : Number(draw),
    settings,
  }
  const part = labels === 'all' ? {} : { labels: labelsIn({ labels, draw }) }
  return {
    options: probing as unknown as Options,
    data: {
      train: await hashes.of({ ...wanted, ...part }, 'train'),
      [HELD_OUT]: await hashes.of(wanted, 'test'),
    },
    places: placesFor(data, 'train'),
  }
}

const row = (name: string, label: string, accuracy: number): RowRecord => {
  const found = meanOf([accuracy], 'runs')
  return { name, label, format: 'percent', better: 'higher', values: [found], runs: [[found]] }
}

export const probeKind: JobKind = {
  name: 'probe',
  called: 'a probe',
  leaves: 'files',
  takes: { run: { leaves: 'run' } },

  optionNames: () => [
    'data',
    'labels',
    'draw',
    'seed',
    ...Object.keys(probeOptions.shape),
    ...dataSettings.map(({ name }) => name),
  ],

  understand,

  work(options) {
    const { model, labels, settings } = probingIn(options)
    return {
      amount: 1,
      unit: 'probes',
      pace: `probe ${model} ${labels === 'all' ? 'all' : ''} ${String(settings.from)}`,
    }
  },

  async run({ job, signal, filesOf }) {
    const { data, dataOptions, labels, draw, settings } = probingIn(job.request.options)
    const events = probeRun({
      subject: await filesOf('run'),
      data: placeOf(job, data, 'train'),
      dataDir: job.places.dataDir,
      dataOptions,
      labels: [labels],
      draws: [draw],
      options: checkSettings(probeOptions, settings),
      threads: 1,
      signal,
    })
    for await (const event of events)
      if (event.type === 'probed') {
        const { linear, nearest } = event.found
        const measures = [
          row('accuracy', 'Accuracy on held-out images', linear),
          row('accuracy.nearest', 'Accuracy of the nearest neighbours', nearest),
        ]
        return { found: { measures, training: [], estimators: [] } }
      }
    throw new DataError('the probe came to no end')
  },
}
