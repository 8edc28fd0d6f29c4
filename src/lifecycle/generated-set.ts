// A data set of generated images on the disk: IDX files, or PNG files in one folder per class that say that a machine made them.
import { randomUUID } from 'node:crypto'
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import type { Dataset } from '../data/dataset.ts'
import { writeIdx } from '../formats/idx.ts'
import { encodePng, GENERATED_MEDIA, marked } from '../report/node/index.ts'
import { writeAtomic } from '../runs/node/index.ts'
import { ConfigError, DataError, messageOf } from '../util/errors.ts'
import { FILES } from '../util/limits.ts'
import { readText } from '../util/node/read-file.ts'

export const FORMATS = ['png', 'idx'] as const
export type SetFormat = (typeof FORMATS)[number]

export const MANIFEST_FILE = 'manifest.json'
const KIND = 'sparring-generated-images'

/** `manifest.json`: what the images are, and how to make the very same. */
export const manifestSchema = z.object({
  kind: z.literal(KIND),
  format: z.literal(1),
  /** The field's mark: made by a trained model. IDX files have no room for it. */
  digitalSourceType: z.string(),
  command: z.array(z.string()),
  versions: z.record(z.string(), z.string()),
  /** What made them. `sha256`: of the ONNX file of the generator. */
  generator: z.object({
    run: z.string(),
    model: z.string(),
    network: z.string(),
    step: z.int(),
    sha256: z.string(),
    /** Name and hash of the data that it was trained on. */
    data: z.object({ name: z.string(), hash: z.string() }),
  }),
  /** `asked`: the generator was told the class; `classifier`: a classifier named what it made; `none`: there are no labels. */
  labels: z.enum(['asked', 'classifier', 'none']),
  classifier: z.object({ name: z.string(), sha256: z.string() }).optional(),
  /** Images whose class the classifier gives a smaller probability were left out. */
  confident: z.number().optional(),
  seed: z.int(),
  /** Images that were made, of which those of the set were kept. */
  drawn: z.int(),
  count: z.int(),
  height: z.int(),
  width: z.int(),
  channels: z.int(),
  files: z.enum(FORMATS),
  /** How many images each class has. */
  classes: z.array(z.object({ name: z.string(), count: z.int() })),
  /** The hash that the set has when it is loaded as data. */
  hash: z.string(),
})
export type Manifest = z.infer<typeof manifestSchema>

/** What a caller knows; the rest follows from the set. */
export type Provenance = Omit<
  Manifest,
  | 'kind'
  | 'format'
  | 'digitalSourceType'
  | 'count'
  | 'height'
  | 'width'
  | 'channels'
  | 'files'
  | 'classes'
  | 'hash'
>

const entries = (folder: string): Promise<string[] | undefined> => readdir(folder).catch(() => undefined)

/** Whether a folder is such a set. */
const isOurs = async (folder: string): Promise<boolean> => {
  try {
    const text = await readText(join(folder, MANIFEST_FILE), FILES.record)
    return (JSON.parse(text) as { kind?: unknown }).kind === KIND
  } catch {
    return false
  }
}

/**
 * Says early that a place cannot be written, before work is put into it.
 *
 * @throws ConfigError when there is something, unless it is an empty folder, or such a set and `force` is given
 */
export async function checkPlace(out: string, force: boolean): Promise<void> {
  const found = await stat(out).catch(() => undefined)
  if (!found) return
  const path = resolve(out)
  if (!found.isDirectory()) throw new ConfigError(`${path} is a file; choose another --out`)
  if ((await entries(out))?.length === 0) return
  const ours = await isOurs(out)
  if (ours && force) return
  throw new ConfigError(
    ours
      ? `${path} already holds generated images; choose another --out, or replace them with --force`
      : `${path} holds something else than generated images, and is left alone${force ? ', with --force too' : ''}; choose another --out`,
  )
}

/** A name that can be that of a folder everywhere. */
const isFolderName = (name: string): boolean =>
  /^[\p{L}\p{N}_+-][\p{L}\p{N} ._+-]*$/u.test(name) && !/[ .]$/.test(name)

/** Classes that only IDX files, or only folders, can have are refused before anything is made. */
export function checkClasses(format: SetFormat, classes: readonly string[]): void {
  const unfit =
    format === 'png'
      ? classes.find((name) => !isFolderName(name))
      : classes.find((name, label) => name !== String(label))
  if (unfit !== undefined)
    throw new ConfigError(
      format === 'png'
        ? `the class "${unfit}" cannot be the name of a folder; use --format idx`
        : `IDX files number their classes from 0, and here they are called ${classes.slice(0, 5).join(', ')}; use --format png`,
    )
}

const numbered = (index: number): string => `${String(index).padStart(6, '0')}.png`

async function writePngs(
  folder: string,
  set: Dataset,
  facts: Readonly<Record<string, string>>,
): Promise<void> {
  const { images, labels, classes, count, height, width, channels } = set
  const size = height * width * channels
  for (let i = 0; i < count; i++) {
    const pixels = images.subarray(i * size, (i + 1) * size)
    const label = labels && classes[labels[i]!]
    const png = marked(await encodePng({ height, width, channels, pixels }), {
      ...facts,
      ...(label === undefined ? {} : { class: label }),
      image: String(i),
    })
    await writeAtomic(join(folder, label ?? '', numbered(i)), png)
  }
}

async function writeIdxFiles(
  folder: string,
  { images, labels, count, height, width, channels }: Dataset,
): Promise<void> {
  const shape = channels === 1 ? [count, height, width] : [count, height, width, channels]
  await writeAtomic(join(folder, `train-images-idx${shape.length}-ubyte`), writeIdx({ shape, data: images }))
  if (labels)
    await writeAtomic(join(folder, 'train-labels-idx1-ubyte'), writeIdx({ shape: [count], data: labels }))
}

/**
 * Writes a set beside its place and puts it there when it is whole, so that a name never holds half of one.
 *
 * @param set  ordered by class where it is to be PNG files
 * @throws DataError when the place cannot be written
 */
export async function writeGeneratedSet(
  out: string,
  set: Dataset,
  provenance: Provenance,
  format: SetFormat,
): Promise<Manifest> {
  const { count, height, width, channels, classes, labels, hash } = set
  const manifest: Manifest = {
    kind: KIND,
    format: 1,
    digitalSourceType: GENERATED_MEDIA,
    ...provenance,
    count,
    height,
    width,
    channels,
    files: format,
    classes: classes.map((name, label) => ({
      name,
      count: labels!.reduce((sum, each) => sum + (each === label ? 1 : 0), 0),
    })),
    hash,
  }
  const path = resolve(out)
  const beside = (what: string): string =>
    join(dirname(path), `.${basename(path)}.${what}-${randomUUID().slice(0, 8)}`)
  const [fresh, old] = [beside('new'), beside('old')]
  try {
    const { generator, seed } = provenance
    const facts = { model: generator.sha256, seed: String(seed) }
    if (format === 'png') await writePngs(fresh, set, facts)
    else await writeIdxFiles(fresh, set)
    await writeAtomic(
      join(fresh, MANIFEST_FILE),
      new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`),
    )
    const before = await entries(path)
    if (before) await rename(path, old)
    await rename(fresh, path)
    await rm(old, { recursive: true, force: true })
  } catch (error) {
    await rm(fresh, { recursive: true, force: true }).catch(() => {})
    throw error instanceof DataError ? error : new DataError(`cannot write ${path}: ${messageOf(error)}`)
  }
  return manifest
}
