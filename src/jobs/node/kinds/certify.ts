// The job that certifies a classifier on a few held-out images: a shard of what takes long for thousands of them.

import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Dataset } from '../../../data/index.ts'
import {
  type CertifyEvent,
  type CertifyShard,
  certifyOptions,
  certifyRun,
} from '../../../lifecycle/certify-run.ts'
import { dataSettings, splitDataOptions } from '../../../lifecycle/data-settings.ts'
import { imagesIn } from '../../../lifecycle/run-data.ts'
import { checkSettings } from '../../../lifecycle/setting.ts'
import { writeAtomic } from '../../../runs/node/disk.ts'
import type { RowRecord } from '../../../runs/study-result.ts'
import { meanOf } from '../../../statistics/index.ts'
import { ConfigError, DataError } from '../../../util/errors.ts'
import { FILES } from '../../../util/limits.ts'
import { readText } from '../../../util/node/read-file.ts'
import { randomStream } from '../../../util/random.ts'
import type { DataHashes, JobKind, Options } from '../../kind.ts'
import type { Job } from '../../request.ts'
import { HELD_OUT } from '../accuracy.ts'
import { FOLDER, formIn, isNamed, loadJobData, placesFor } from '../data.ts'
import { neededClassifier } from '../needed-classifier.ts'

/** What a study may say of it besides its data. */
const shardOptions = certifyOptions.extend({
  images: z.number().int().min(1).default(10).describe('held-out images of a job'),
  seed: z.number().int().min(1).default(1).describe('which of them: the first shard, the second, and so on'),
})
const RADII = [0, 0.25, 0.5, 0.75, 1]
const radiiSchema = z.array(z.number().min(0)).min(1).max(20)

/** The options of such a job, complete. */
interface Certifying extends z.output<typeof shardOptions> {
  readonly radii: readonly number[]
  readonly model: string
  /** A name, or `folder`. */
  readonly data: string
  readonly dataOptions: Options
  readonly form: Options
}

/** L2 distances at which accuracy is told. @throws ConfigError */
function checkedRadii(given: unknown = RADII): number[] {
  const found = radiiSchema.safeParse(given)
  if (found.success) return found.data
  throw new ConfigError(
    `radii: expected 1 to 20 distances from 0 up, such as ${JSON.stringify(RADII)}, got ${JSON.stringify(given)}`,
  )
}

const certifyingIn = (options: Options): Certifying => options as unknown as Certifying

async function understand(
  { data: given, radii, ...rest }: Options,
  hashes: DataHashes,
  { run: needed }: Parameters<JobKind['understand']>[2],
): ReturnType<JobKind['understand']> {
  const classifier = await neededClassifier('run', needed!, hashes)
  const { training, known } = classifier
  const data = (given as string | undefined) ?? classifier.data
  const split =
    given === undefined ? { options: training.dataOptions, settings: rest } : splitDataOptions(data, rest)
  const { images, seed, ...options } = checkSettings(shardOptions, split.settings)
  const form = formIn(training.settings)
  const wanted = { data, options: split.options, form }
  const { classes, heldOutCount = 0 } = await hashes.about(wanted)
  const heldOut = await hashes.of(wanted, 'test')
  if (!isDeepStrictEqual(classes, known.classes))
    throw new ConfigError(
      `data: "${needed!.name}" learned the classes ${known.classes.slice(0, 5).join(', ')}..., and "${data}" has ${classes ? `${classes.slice(0, 5).join(', ')}...` : 'none'}; name data of the same classes`,
    )
  const shards = Math.floor(heldOutCount / images)
  if (seed > shards)
    throw new ConfigError(
      `a certification takes the images of "${data}" in shards of ${images} by their seeds: of ${heldOutCount} held-out ones there are ${shards}, and seed ${seed} is beyond; take fewer seeds, or fewer images`,
    )
  const certifying: Certifying = {
    model: training.model,
    data: isNamed(data) ? data : FOLDER,
    dataOptions: split.options,
    form,
    images,
    seed,
    radii: checkedRadii(radii),
    ...options,
  }
  return {
    options: certifying as unknown as Options,
    data: { [HELD_OUT]: heldOut },
    places: placesFor(data, HELD_OUT),
  }
}

/** The images of the job before this one, by their hash: shards are short, and all of a study take the same. */
let before: { readonly hash: string; readonly dataset: Dataset } | undefined

async function heldOutOf(
  job: Job,
  { data, dataOptions, form }: Certifying,
  signal: AbortSignal,
): Promise<Dataset> {
  const hash = job.request.data[HELD_OUT]!
  if (before?.hash === hash) return before.dataset
  const wanted = { data, options: dataOptions, form, role: HELD_OUT, part: 'test' } as const
  const dataset = imagesIn(await loadJobData(job, wanted, signal)).test!
  before = { hash, dataset }
  return dataset
}

/** The places of a shard's images: all held-out ones in an order of chance, cut into pieces. */
const placesOf = ({ images, seed }: Certifying, count: number): number[] =>
  Array.from(
    randomStream(0, 'certify/images')
      .permutation(count)
      .subarray((seed - 1) * images, seed * images),
  )

const row = (name: string, label: string, more: Partial<RowRecord>, value: number): RowRecord => {
  const found = meanOf([value], 'runs')
  return { name, label, format: 'percent', ...more, values: [found], runs: [[found]] }
}

/** What is left of a job that was interrupted. */
const SHARDS = 'shards.json'
const shardsSchema = z.array(
  z.object({
    id: z.int().min(0),
    purpose: z.enum(['select', 'estimate']),
    from: z.int().min(0),
    to: z.int().min(0),
    counts: z.array(z.int().min(0)),
  }),
)
/** Milliseconds of work that a kill costs about. */
const KEEP = 2000

/** Of a job that was interrupted, what is done; nothing where that cannot be read. */
async function shardsIn(folder: string): Promise<CertifyShard[]> {
  try {
    return shardsSchema.parse(JSON.parse(await readText(join(folder, SHARDS), FILES.record)))
  } catch {
    return []
  }
}

/** What certificates of a shard say of its classifier. */
function rowsOf(
  certificates: Extract<CertifyEvent, { type: 'result' }>['certificates'],
  labels: readonly number[],
  radii: readonly number[],
): RowRecord[] {
  const n = labels.length
  const right = certificates.filter((each, i) => each.class === labels[i])
  const held = (radius: number): number => right.filter((each) => each.radius >= radius).length / n
  return [
    ...radii.map((radius) =>
      row(
        `certified.${radius}`,
        radius === 0 ? 'Certified accuracy' : `Certified accuracy at an L2 distance of ${radius}`,
        { better: 'higher' },
        held(radius),
      ),
    ),
    // Zhai et al. 2020, arXiv:2001.02378: what is named wrongly, or not at all, counts as 0.
    row(
      'certifiedRadius',
      'Mean certified radius',
      { format: 'number', better: 'higher' },
      right.reduce((sum, { radius }) => sum + radius, 0) / n,
    ),
    row(
      'abstained',
      'No answer under noise',
      {},
      certificates.filter((each) => each.class === undefined).length / n,
    ),
  ]
}

export const certifyKind: JobKind = {
  name: 'certify',
  called: 'a certification',
  leaves: 'files',
  takes: { run: { leaves: 'run' } },

  optionNames: () => [
    ...Object.keys(shardOptions.shape),
    'radii',
    'data',
    ...dataSettings.map(({ name }) => name),
  ],

  understand,

  work(options) {
    const { model, images, n0, n } = certifyingIn(options)
    return { amount: images * (n0 + n), unit: 'draws', pace: `certify ${model}` }
  },

  async run({ job, folder, signal, progress, checkpoint, filesOf }) {
    const certifying = certifyingIn(job.request.options)
    const { radii, sigma, n0, n, alpha } = certifying
    const dataset = await heldOutOf(job, certifying, signal)
    const ids = placesOf(certifying, dataset.count)
    const done = await shardsIn(folder)
    let keptAt = performance.now()
    const events = certifyRun({
      run: await filesOf('run'),
      dataset,
      ids,
      options: { sigma, n0, n, alpha },
      // Noise is named by the image: certificates are the same whatever the shards.
      seed: 0,
      done,
      threads: 1,
      signal,
    })
    for await (const event of events) {
      if (event.type === 'result') {
        const labels = ids.map((id) => dataset.labels![id]!)
        const measures = rowsOf(event.certificates, labels, radii)
        return { found: { measures, training: [], estimators: [] } }
      }
      done.push(event.shard)
      progress(event.share)
      if (performance.now() - keptAt < KEEP) continue
      await writeAtomic(join(folder, SHARDS), new TextEncoder().encode(JSON.stringify(done)))
      await checkpoint()
      keptAt = performance.now()
    }
    throw new DataError('the certification came to no end')
  },
}
