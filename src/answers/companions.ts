// Networks that can look at an image of a run's data: its own, those of other runs on the same data, and the extractor.
import type { DataSplits } from '../data/node/index.ts'
import { knownParts, type RunParts } from '../lifecycle/run-parts.ts'
import { keptExtractor } from '../measuring/extractor.ts'
import { imagesOf, type RunStatus } from '../runs/index.ts'
import { isTraining, listRuns, type RunFolder, type TrainingListing } from '../runs/node/index.ts'
import { DataError } from '../util/errors.ts'

/** A network with the inputs and outputs of its ONNX file, and their shapes without the batch axis. */
export type NetworkPorts = RunParts['networks'][number]

/** A network, or a pair, that plays a part. */
export interface Companion {
  /** `extractor`: the classifier that measures look through, from the cache. */
  readonly source: 'own' | 'run' | 'extractor'
  /** Whose it is; absent for the extractor. */
  readonly run?: string
  readonly model: string
  readonly seed?: number
  /** Of the newest checkpoint. */
  readonly step?: number
  readonly state?: RunStatus['state']
  /** Share of held-out images that it names rightly; known of the extractor. */
  readonly accuracy?: number
  /** One; of an autoencoder the encoder and then the decoder. */
  readonly networks: readonly NetworkPorts[]
  /** Of an autoencoder: the mean of the latent is in the first so many numbers of the encoder's output. */
  readonly latentDim?: number
  /** Of a classifier: what its output holds. */
  readonly gives?: 'logits' | 'probabilities'
}

export const ROLES = ['critic', 'classifier', 'autoencoder'] as const
export type Role = (typeof ROLES)[number]

/** Who can play each part: the run itself first, then the extractor, then finished runs, each newest first. */
export interface Companions extends Readonly<Record<Role, readonly Companion[]>> {
  /** `[height, width, channels]` of an image. */
  readonly shape: readonly [number, number, number]
  /** Names of the classes; empty when the data has none. */
  readonly classes: readonly string[]
}

/** The parts that a run's networks play. */
function rolesOf(
  parts: RunParts,
): Partial<Record<Role, Pick<Companion, 'networks' | 'latentDim' | 'gives'>>> {
  const named = (name: string): NetworkPorts => parts.networks.find((network) => network.name === name)!
  const { critic, classifier, autoencoder } = parts
  return {
    ...(critic ? { critic: { networks: [named(critic)] } } : {}),
    ...(classifier ? { classifier: { networks: [named(classifier)], gives: 'logits' } } : {}),
    ...(autoencoder
      ? {
          autoencoder: {
            networks: [named(autoencoder.encoder), named(autoencoder.decoder)],
            latentDim: autoencoder.latentDim,
          },
        }
      : {}),
  }
}

const rank = ({ source, state }: Companion): number =>
  source === 'own' ? 0 : source === 'extractor' ? 1 : state === 'finished' ? 2 : 3

/** Where runs on the same data are looked for. */
export interface CompanionSource {
  /** The runs folder. */
  readonly folder: string
  /** Name of the run in it. */
  readonly name: string
  readonly run: RunFolder
  /** Loads the run's data; asked for only when no run tells how many classes it has. */
  data(): Promise<DataSplits>
}

const runsOnData = async ({ folder, run }: CompanionSource): Promise<TrainingListing[]> =>
  (await listRuns(folder))
    .filter(isTraining)
    .filter(({ config }) => config.data.hash === run.config.data.hash)

/** Older runs do not tell their classes. Data that cannot be had any more is no reason to fail: it has none, then. */
async function classesOf(
  { run, data }: CompanionSource,
  same: readonly TrainingListing[],
): Promise<readonly string[]> {
  const recorded = [run, ...same].find(({ config }) => config.data.classes)?.config.data.classes
  return recorded ?? (await data().catch(() => undefined))?.train.classes ?? []
}

const kept = ({ run }: CompanionSource, classes: readonly string[]) => {
  const { hash } = run.config.data
  const { height, width, channels } = imagesOf(run.config)
  return keptExtractor({ hash, height, width, channels, classes })
}

/** Finds them among the runs of a folder and in the cache. Nothing is trained for it. */
export async function companionsOf(from: CompanionSource): Promise<Companions> {
  const found: Record<Role, Companion[]> = { critic: [], classifier: [], autoencoder: [] }
  const same = await runsOnData(from)
  for (const { name, config, status, run } of same) {
    const parts = knownParts(config)
    const step = parts && (await run.listCheckpoints())[0]
    if (!parts || step === undefined) continue
    for (const [role, rest] of Object.entries(rolesOf(parts)))
      found[role as Role].push({
        source: name === from.name ? 'own' : 'run',
        run: name,
        model: config.model,
        seed: config.settings.seed,
        step,
        state: status.state,
        ...rest,
      })
  }
  const { height, width, channels } = imagesOf(from.run.config)
  const classes = await classesOf(from, same)
  const extractor = await kept(from, classes)
  if (extractor)
    found.classifier.push({
      source: 'extractor',
      model: extractor.record.name,
      accuracy: extractor.record.accuracy,
      networks: [
        {
          name: 'extractor',
          inputs: [{ name: 'images', shape: [height, width, channels] }],
          outputs: [{ name: 'probabilities', shape: [classes.length] }],
        },
      ],
      gives: 'probabilities',
    })
  for (const role of ROLES) found[role].sort((a, b) => rank(a) - rank(b))
  return { shape: [height, width, channels], classes, ...found }
}

/** The ONNX file of the extractor of a run's data. @throws DataError when none was trained yet */
export async function extractorBytes(from: CompanionSource): Promise<Uint8Array<ArrayBuffer>> {
  const found = await kept(from, await classesOf(from, await runsOnData(from)))
  if (!found)
    throw new DataError(
      `no classifier of the data "${from.run.config.data.name}" was trained for measures yet: "sparring evaluate" does it`,
    )
  return found.bytes as Uint8Array<ArrayBuffer>
}
