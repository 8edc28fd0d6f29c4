// Data sets of what a run generates: labelled by what the generator was told, or by a classifier.
import { resolve } from 'node:path'
import { createDataset, type Dataset, sha256 } from '../data/dataset.ts'
import { roomFor } from '../data/fit.ts'
import type { RunEvent } from '../measuring/events.ts'
import { type ExtractorSource, reportedExtractor } from '../measuring/reported-extractor.ts'
import { withReports } from '../measuring/reports.ts'
import { likeliest } from '../metrics/index.ts'
import { classInputOf, functionOf } from '../objectives/offer.ts'
import { imageBatch } from '../pictures/images.ts'
import { imagesOf } from '../runs/index.ts'
import { versions } from '../runs/node/machine.ts'
import type { Engine } from '../runtime/engine.ts'
import { nodeEngine } from '../runtime/node.ts'
import { drawFrom, frozen } from '../training/functions.ts'
import { ConfigError, DataError } from '../util/errors.ts'
import { SHARES } from '../util/limits.ts'
import { nearestName } from '../util/nearest-name.ts'
import { memoryBytes } from '../util/node/memory.ts'
import { randomStream } from '../util/random.ts'
import { engineThreads } from './engine-threads.ts'
import {
  checkClasses,
  checkPlace,
  type Manifest,
  type SetFormat,
  writeGeneratedSet,
} from './generated-set.ts'
import { type Labeller, openLabeller } from './labeller.ts'
import { openTrained } from './look.ts'
import { networkBytes } from './networks.ts'
import { recordedImages } from './recorded-run.ts'

/** Everything but the signal is plain data. */
export interface AugmentRequest {
  /** Folder of the run whose generator is asked. */
  readonly run: string
  /** How many images the set is to have. */
  readonly count: number
  /** Folder of the set, which must not be there yet. */
  readonly out: string
  readonly seed: number
  /** Default `png`. */
  readonly format?: SetFormat | undefined
  /** Only images of this class, by its name or its number from 0. */
  readonly class?: string | undefined
  /**
   * What names the images: folder of a run that trained a classifier, or an .onnx file. Default: of a generator that is told the class
   * none; of others the classifier that measures use, trained on the run's data once. `none`: no labels.
   */
  readonly classifier?: string | undefined
  /** Only images to whose class the classifier gives at least this probability. */
  readonly confident?: number | undefined
  /** Replaces a set that is there. Default false */
  readonly force?: boolean | undefined
  /** Where the run's data is now, if it was moved. */
  readonly dataDir?: string | undefined
  /** Threads of the runtime; default: one per core. */
  readonly threads?: number | undefined
  readonly command: readonly string[]
  readonly extractor?: ExtractorSource | undefined
  readonly signal?: AbortSignal | undefined
}

export interface AugmentResult {
  /** Absolute path of the set. */
  readonly folder: string
  readonly manifest: Manifest
}

export type AugmentEvent =
  | Extract<RunEvent, { type: 'images' | 'extractor' }>
  /** So many of the images have been kept, of so many that were made. */
  | { readonly type: 'generated'; readonly done: number; readonly total: number; readonly drawn: number }
  | { readonly type: 'writing'; readonly count: number }
  | { readonly type: 'result'; readonly result: AugmentResult }

/** Images made at once. */
const AT_ONCE = 200
/** Made in vain before it is said that the rest will not come: so many for each that is kept, and so many at least. */
const VAIN = { each: 200, least: 2000 } as const

/** The index of a class that is named. @throws ConfigError when there is none */
export function classNamed(wanted: string, classes: readonly string[]): number {
  const named = classes.indexOf(wanted)
  const index = named >= 0 ? named : /^\d+$/.test(wanted) ? Number(wanted) : -1
  if (index >= 0 && index < classes.length) return index
  const near = nearestName(wanted, classes)
  throw new ConfigError(
    `--class: there is no class "${wanted}"${near ? `; did you mean "${near}"?` : '.'} There are ${classes.join(', ')} (or their numbers, 0 to ${classes.length - 1})`,
  )
}

/** What names the images; undefined where nothing does. */
async function* labellerOf(
  engine: Engine,
  { run, classifier, dataDir, extractor: source, signal }: AugmentRequest,
  {
    config,
    isTold,
    shape,
  }: { config: Parameters<typeof recordedImages>[0]; isTold: boolean; shape: readonly number[] },
): AsyncGenerator<AugmentEvent, Labeller | undefined> {
  if (classifier === 'none' || (isTold && classifier === undefined)) return undefined
  if (classifier !== undefined) return openLabeller(engine, classifier, shape, config.data.classes)
  if (!config.data.classes)
    throw new ConfigError(
      `the data of ${run} has no labels, so nothing here can name the images; give a --classifier, or "--classifier none" for a set without labels`,
    )
  const images = yield* withReports<AugmentEvent, Awaited<ReturnType<typeof recordedImages>>>((report) =>
    recordedImages(config, {
      dataDir,
      signal,
      onImages: (progress) => report({ type: 'images', ...progress }),
    }),
  )
  const extractor = yield* reportedExtractor(engine, images, { source, signal })
  return {
    name: 'the classifier that measures use',
    hash: extractor.record.hash,
    classes: extractor.classes,
    read: async (pixels) => (await extractor.read(pixels)).probabilities.data as Float32Array,
    close: () => extractor.close(),
  }
}

/** The images of a set while they come. */
interface Kept {
  readonly pixels: Uint8Array
  readonly labels: Uint8Array
  count: number
}

/** As it is read back: by class and then by number where it is PNG files, as they came where it is IDX files; classes without images left out. */
async function asSet(
  { pixels, labels, count }: Kept,
  name: string,
  shape: readonly number[],
  classes: readonly string[] | undefined,
  format: SetFormat,
): Promise<Dataset> {
  const [height, width, channels] = shape as [number, number, number]
  const size = height * width * channels
  const common = { name, count, height, width, channels }
  if (!classes) return createDataset({ ...common, images: pixels.subarray(0, count * size), classes: [] })
  const used = classes.filter((_, label) => labels.subarray(0, count).includes(label))
  // Folders are read in the order of their names, IDX files number all classes up to the last.
  const named = format === 'png' ? [...used].sort() : classes.slice(0, classes.indexOf(used.at(-1)!) + 1)
  const own = Uint8Array.from(labels.subarray(0, count), (label) => named.indexOf(classes[label]!))
  const order = Array.from({ length: count }, (_, i) => i)
  if (format === 'png') order.sort((a, b) => own[a]! - own[b]! || a - b)
  const images = new Uint8Array(count * size)
  for (const [to, from] of order.entries())
    images.set(pixels.subarray(from * size, (from + 1) * size), to * size)
  return createDataset({ ...common, images, labels: Uint8Array.from(order, (i) => own[i]!), classes: named })
}

/**
 * Makes a labelled data set of generated images: equally many of each class where the generator is told the class, otherwise as they come,
 * named by a classifier. The same request gives the same bytes. The folder appears when all of it is written.
 *
 * @throws ConfigError for a model that makes no images, unknown classes, a place that is taken; DataError when the run has no checkpoint,
 *         or images of which the classifier is confident do not come
 */
export async function* augmentRun(request: AugmentRequest): AsyncGenerator<AugmentEvent> {
  const { count, out, seed, format = 'png', confident, signal } = request
  await checkPlace(out, request.force ?? false)
  const { run, objective, arrays, step } = await openTrained(request.run)
  const { config } = run
  const offered = functionOf(objective, 'generate')
  const size = imagesOf(config)
  const shape = [size.height, size.width, size.channels]
  const told = classInputOf(offered)
  const generator = await networkBytes(run, offered.network)
  const engine = await nodeEngine(engineThreads(request.threads ?? 0))
  let labeller: Labeller | undefined
  try {
    labeller = yield* labellerOf(engine, request, { config, isTold: told !== undefined, shape })
    if (confident !== undefined && !labeller)
      throw new ConfigError(
        '--confident needs a classifier that says how sure it is; name one by --classifier',
      )
    const classes = told ? config.data.classes : labeller?.classes
    if (told && !classes) throw new DataError(`${run.folder} does not record the names of its classes`)
    if (classes) checkClasses(format, classes)
    if (request.class !== undefined && !classes)
      throw new ConfigError('--class is for sets with labels; leave it out, or name a --classifier')
    const wanted = request.class === undefined ? undefined : classNamed(request.class, classes!)
    if (told && labeller && labeller.classes.join('\n') !== classes!.join('\n'))
      throw new ConfigError(
        `--classifier: it names ${labeller.classes.join(', ')}, the run makes ${classes!.join(', ')}`,
      )

    const images = roomFor('the set', count, size, size.channels, SHARES.images * memoryBytes())
    const kept: Kept = { pixels: images, labels: new Uint8Array(count), count: 0 }
    const length = shape.reduce((a, b) => a * b)
    const weights = frozen(engine, arrays)
    let drawn = 0
    /** Keeps images until there are so many; `label`: what the generator is told. */
    const fill = async function* (quota: number, label?: number): AsyncGenerator<AugmentEvent> {
      const from = kept.count
      const [before, given] = [drawn, told && label !== undefined ? { [told.input]: label } : undefined]
      for (let round = 0; kept.count - from < quota; round++) {
        signal?.throwIfAborted()
        const random = randomStream(seed, label === undefined ? 'augment' : `augment/${label}`, round)
        const values = await drawFrom(weights, offered, AT_ONCE, random, given)
        const { pixels } = imageBatch({ values, count: AT_ONCE, shape })
        const probabilities = await labeller?.read(pixels)
        const named =
          probabilities && likeliest({ data: probabilities, shape: [AT_ONCE, labeller!.classes.length] })
        drawn += AT_ONCE
        for (let i = 0; i < AT_ONCE && kept.count - from < quota; i++) {
          const own = label ?? named?.[i] ?? 0
          const sure = probabilities?.[i * labeller!.classes.length + own] ?? 1
          if (sure < (confident ?? 0) || (wanted !== undefined && own !== wanted)) continue
          kept.pixels.set(pixels.subarray(i * length, (i + 1) * length), kept.count * length)
          kept.labels[kept.count++] = own
        }
        const [made, good] = [drawn - before, kept.count - from]
        if (good < quota && made >= VAIN.least && made > VAIN.each * (good + 1))
          throw new DataError(
            `of ${made} images that the run made only ${good} ${label === undefined ? '' : `of class "${classes![label]}" `}could be kept: ${[
              ...(confident === undefined
                ? []
                : [`the classifier gives others a probability below ${confident}`]),
              ...(wanted === undefined ? [] : [`they must be of class "${classes![wanted]}"`]),
            ].join(', and ')}. Ask for less confidence, or train longer`,
          )
        yield { type: 'generated', done: kept.count, total: count, drawn }
      }
    }
    const asked = told ? (wanted === undefined ? classes!.map((_, label) => label) : [wanted]) : [undefined]
    for (const [place, label] of asked.entries())
      yield* fill(Math.floor(count / asked.length) + (place < count % asked.length ? 1 : 0), label)

    const set = await asSet(kept, 'generated', shape, classes, format)
    yield { type: 'writing', count }
    await checkPlace(out, request.force ?? false)
    const { name, hash } = config.data
    const manifest = await writeGeneratedSet(
      out,
      set,
      {
        command: [...request.command],
        versions: versions(engine.name),
        generator: {
          run: run.folder,
          model: config.model,
          network: offered.network,
          step,
          sha256: await sha256(generator),
          data: { name, hash },
        },
        labels: told ? 'asked' : labeller ? 'classifier' : 'none',
        ...(labeller ? { classifier: { name: labeller.name, sha256: labeller.hash } } : {}),
        ...(confident === undefined ? {} : { confident }),
        seed,
        drawn,
      },
      format,
    )
    yield { type: 'result', result: { folder: resolve(out), manifest } }
  } finally {
    await labeller?.close()
    await engine.close()
  }
}
