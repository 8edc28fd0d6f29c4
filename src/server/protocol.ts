// What the studio's server and its pages say to each other: shapes of requests and answers, no behaviour.

import type { Companion, Companions, NetworkPorts, Role } from '../answers/companions.ts'
import type { FeatureMap, FeaturePlace } from '../answers/feature-map.ts'
import type { LatentAxis, LatentExamples, LatentSpace } from '../answers/latent-directions.ts'
import type { StartForm } from '../answers/starting/start.ts'
import type { RunParts } from '../lifecycle/run-parts.ts'
import type { CriticScores, CriticTotals } from '../runs/critic-totals.ts'
import type { RunHead } from '../runs/head.ts'
import type { Classification, Evaluation } from '../runs/index.ts'
import type { LogInfo } from '../runs/log-info.ts'
import type { LogName, LogRows } from '../runs/logs.ts'
import type { RunSubject } from '../runs/recipe.ts'
import type { ControlRow, MetricsRow, RunConfig, RunStatus, SampleEntry } from '../runs/schema.ts'
import type { StudySoFar } from '../runs/study-result.ts'

export type { LatentAxis, LatentExamples, LatentSpace, RunParts }

/** The header that carries the token on every request that changes something. */
export const TOKEN_HEADER = 'x-sparring-token'

/** What every refusal and failure says, as JSON. */
export interface Refusal {
  /** What was expected, what was got, and what to do. */
  readonly error: string
}

/** `GET /api/info` */
export interface StudioInfo {
  readonly version: string
  /** Name of the runs folder, without the folders above it. */
  readonly folder: string
}

/** A run in the list. `preparing`: its data is being loaded, there is no folder yet. */
export interface RunCard {
  readonly name: string
  readonly state: RunStatus['state'] | 'preparing' | 'unreadable'
  /** Why it stopped, failed or cannot be read. */
  readonly message?: string
  /** What kind of run it is. */
  readonly recipe?: string
  readonly model?: string
  readonly data?: string
  readonly seed?: number
  /** Steps done, and of the whole run; `unit` says what it counts, where that is something else. */
  readonly done?: number
  readonly steps?: number
  readonly unit?: string
  readonly createdAt?: string
  /** The newest sample sheet of fixed latents, relative to the run folder. */
  readonly sheet?: string
}

/** `GET /api/runs`: newest first. */
export interface RunList {
  readonly runs: readonly RunCard[]
}

/** Rows of a log, column by column; numbers that were not finite are null. */
export interface Columns {
  readonly step: readonly number[]
  readonly [name: string]: readonly (number | null)[]
}

/** The rows of every log that pages get, by its name: column by column where all of it is numbers. */
export type SnapshotLogs = {
  readonly [Name in LogName]: LogRows[Name] extends MetricsRow[] ? Columns : Readonly<LogRows[Name]>
}

/** `GET /api/runs/<name>`: everything that a run's folder tells. */
export interface RunSnapshot<Config extends RunHead = RunConfig> extends SnapshotLogs {
  readonly name: string
  /** The run that keeps this one, by name: it is steered there. */
  readonly keeper?: string
  /** What kind of run it is. */
  readonly recipe: string
  readonly subject: RunSubject
  readonly config: Config
  readonly status: RunStatus
  /** What the logs are that pages may have, of which these are the live ones; more than are named here in a newer version. */
  readonly logs: readonly LogInfo[]
  readonly samples: readonly SampleEntry[]
  readonly evaluation?: Evaluation
  readonly classification?: Classification
  /** Files that `GET /files/<name>/<file>` gives, relative to the run folder, without sample sheets. */
  readonly files: readonly string[]
  /** What a training's model is made of, for pages that use its parts; of other runs nothing. */
  readonly parts: RunParts
  /** Where the logs were read to: `events?from=<cursor>` goes on from here. */
  readonly cursor: string
}

/**
 * An `update` of `GET /api/runs/<name>/events`, a stream of server-sent events: what was added since the event before.
 * The id of each event is a cursor, so a page that was asleep goes on without loss. An event `reset` means that the run
 * was taken back to an earlier step: read the snapshot anew.
 */
export interface RunUpdate extends Partial<{ readonly [Name in LogName]: Readonly<LogRows[Name]> }> {
  /** The whole list, when it changed. */
  readonly samples?: readonly SampleEntry[]
  readonly status?: RunStatus
}

/** `POST /api/runs/<name>/control`. `step`: one step and a pause; `updates` names the networks that learn in it. */
export type ControlRequest = ControlRow | { readonly command: 'resume' }

/** `GET /api/forms`: the kinds of runs that can be begun, the usual one first. */
export interface StartForms {
  readonly forms: readonly StartForm[]
}

/** `POST /api/runs` takes a `StartRequest` and answers `Started`. */
export type {
  CheckedText,
  SettingField,
  StartChoice,
  StartExample,
  StartForm,
  StartPreview,
  StartRequest,
} from '../answers/starting/start.ts'
/** `POST /api/dry-runs` takes a `StartRequest` too, and answers a `StartPreview`. */
/** `POST /api/forms/<kind>/text` answers a `CheckedText`. */
export interface TextRequest {
  readonly text: string
}
export interface Started {
  readonly name: string
}

/** `POST /api/uploads/<name>`, the bytes of a file as its body: puts it into the runs folder, to be chosen in a form. */
export interface Uploaded {
  /** Its name there: that of the file, or with a number where another one has it. */
  readonly name: string
}

// Be the critic

/** `GET /api/runs/<name>/critic` answers `CriticTotals`. */
export type { CriticScores, CriticTotals, Judged } from '../runs/critic-totals.ts'

/** `POST /api/runs/<name>/critic`, without a body: a new round. What is real stays with the server until it is answered. */
export interface CriticQuestions {
  /** Names the round in the answer. It can be answered once, within an hour. */
  readonly round: string
  /** The step of the weights that made the generated ones. */
  readonly step: number
  /** Which part of the data the real ones are from. */
  readonly reals: 'held-out' | 'training'
  readonly count: number
  readonly height: number
  readonly width: number
  readonly channels: number
  /** Bytes [count, height, width, channels], 0 to 255, in base64. */
  readonly pixels: string
}

/** `POST /api/runs/<name>/critic/<round>`: by image, whether the person takes it for real. */
export interface CriticAnswers {
  readonly saidReal: readonly boolean[]
}

/** The answer to it. */
export interface CriticResult {
  readonly step: number
  readonly seed: number
  readonly images: readonly {
    readonly isReal: boolean
    readonly saidReal: boolean
    /** What the run's critic network gave; null for models that have none. */
    readonly probabilityOfReal: number | null
  }[]
  /** Of this round. */
  readonly scores: CriticScores
  /** Of all rounds, with this one. */
  readonly totals: CriticTotals
}

// Drawing: networks that look at an image, and images beside it.

/** `GET /api/runs/<name>/companions` answers `Companions`. */
export type { Companion, Companions, NetworkPorts, Role }

/** An image of the run's data. */
export interface ServedImage {
  readonly index: number
  /** Name of its class; absent where there are no labels. */
  readonly label?: string
  /** Base64 of bytes [height, width, channels]. */
  readonly pixels: string
}

/** `GET /api/runs/<name>/example?seed=<whole number>`: a real image. `heldOut`: no network was trained on it. */
export interface ExampleImage extends ServedImage {
  readonly heldOut: boolean
}

/** `POST /api/runs/<name>/nearest` */
export interface NearestRequest {
  /** Base64 of bytes [height, width, channels]. */
  readonly pixels: string
}

/** The training images that are nearest to one, nearest first. */
export interface NearestImages {
  /** `distance`: Euclidean, pixels being numbers in [0, 1]. */
  readonly images: readonly (ServedImage & { readonly distance: number })[]
  /** Training images that were searched. */
  readonly count: number
  /** How long the search took. */
  readonly milliseconds: number
}

// The map of a run's features.

/** `GET /api/runs/<name>/map` answers a `FeatureMap`, or null; `POST` to it takes a `NearestRequest` and answers a `FeaturePlace`. */
export type { FeatureMap, FeaturePlace }

/** `GET /api/runs/<name>/map/images?at=<places, with commas>`: images of the map, in the order that was asked for. */
export interface MapImages {
  readonly images: readonly ServedImage[]
}

// Studies.

/** `GET /api/runs/<name>/study`: null while nothing is known of it yet. */
export interface StudyView extends StudySoFar {
  /** Whether it is what was made of the results of all jobs; else of those that are there. */
  readonly isWhole: boolean
}

// Taking away.

/** `GET /api/runs/<name>/files` */
export interface RunFiles {
  /** What `GET /files/<name>/<file>` gives, by name, without sample sheets. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[]
  /** Step of the newest checkpoint; absent before the first. */
  readonly checkpoint?: number
}

// Exported pages.

/** What `GET /api/runs/<name>/export.html` puts into the page, besides pictures, network and runtime. */
export interface ExportedRun {
  readonly version: string
  readonly exportedAt: string
  readonly snapshot: RunSnapshot
  /** For runs that make images and have a checkpoint. */
  readonly latent?: LatentSpace
  readonly examples?: LatentExamples
  /** Of runs of an agent with a checkpoint: the network that the page holds. */
  readonly agent?: string
  /** Why a run that makes images goes without its latent space. */
  readonly noLatent?: string
}
