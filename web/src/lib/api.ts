// Requests to the studio's server.
import {
  type CheckedText,
  type Companions,
  type ControlRequest,
  type CriticAnswers,
  type CriticQuestions,
  type CriticResult,
  type CriticTotals,
  type ExampleImage,
  type FeatureMap,
  type FeaturePlace,
  type LatentExamples,
  type LatentSpace,
  type MapImages,
  type NearestImages,
  type NearestRequest,
  type Refusal,
  type RunFiles,
  type RunList,
  type RunSnapshot,
  type Started,
  type StartForms,
  type StartPreview,
  type StartRequest,
  type StudioInfo,
  type StudyView,
  type TextRequest,
  TOKEN_HEADER,
  type Uploaded,
} from '../../../src/server/protocol.ts'
import { session } from './session.svelte.ts'

/** A request that the server refused, with its reason, or that it did not answer. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  constructor(message: string, status: number) {
    super(message)
    this.status = status
  }
}

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(path, init).catch(() => {
    throw new ApiError('The studio does not answer. Is "sparring studio" still running?', 0)
  })
  if (response.ok) return response
  if (response.status === 401) void session.lost()
  const { error } = (await response.json().catch(() => ({}))) as Partial<Refusal>
  throw new ApiError(error ?? `The studio answered ${response.status}.`, response.status)
}

export const getJson = async <T>(path: string): Promise<T> => (await ask(path)).json() as Promise<T>

export const getBytes = async (path: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await (await ask(path)).arrayBuffer())

/** A request that changes something, or that carries data, with the token. */
export const postJson = async <T>(path: string, body: unknown): Promise<T> => {
  const response = await ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [TOKEN_HEADER]: session.token() },
    body: JSON.stringify(body),
  })
  return response.json() as Promise<T>
}

const runPath = (name: string): string => `/api/runs/${encodeURIComponent(name)}`

export const api = {
  info: () => getJson<StudioInfo>('/api/info'),
  runs: () => getJson<RunList>('/api/runs'),
  run: (name: string) => getJson<RunSnapshot>(runPath(name)),
  forms: () => getJson<StartForms>('/api/forms'),
  /** Puts a file into the runs folder. */
  upload: async (file: File): Promise<Uploaded> => {
    const response = await ask(`/api/uploads/${encodeURIComponent(file.name)}`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream', [TOKEN_HEADER]: session.token() },
      body: file,
    })
    return response.json() as Promise<Uploaded>
  },
  /** What is wrong with a text, and what it comes to. */
  checkText: (recipe: string, text: string) =>
    postJson<CheckedText>(`/api/forms/${recipe}/text`, { text } satisfies TextRequest),
  /** What would be done. */
  dryRun: (request: StartRequest) => postJson<StartPreview>('/api/dry-runs', request),
  start: (request: StartRequest) => postJson<Started>('/api/runs', request),
  critic: (name: string) => getJson<CriticTotals>(`${runPath(name)}/critic`),
  criticRound: (name: string) => postJson<CriticQuestions>(`${runPath(name)}/critic`, {}),
  criticAnswer: (name: string, round: string, saidReal: readonly boolean[]) =>
    postJson<CriticResult>(`${runPath(name)}/critic/${round}`, { saidReal } satisfies CriticAnswers),
  control: (name: string, request: ControlRequest) => postJson<object>(`${runPath(name)}/control`, request),
  network: (name: string, network: string) => getBytes(`${runPath(name)}/networks/${network}.onnx`),
  study: (name: string) => getJson<StudyView | null>(`${runPath(name)}/study`),
  attackNetwork: (name: string) => getBytes(`${runPath(name)}/attack.onnx`),
  latent: (name: string) => getJson<LatentSpace>(`${runPath(name)}/latent`),
  latentExamples: (name: string) => getJson<LatentExamples>(`${runPath(name)}/latent/examples`),
  eventsUrl: (name: string, cursor: string) => `${runPath(name)}/events?from=${cursor}`,
  fileUrl: (name: string, file: string, download = false) =>
    `/files/${encodeURIComponent(name)}/${file}${download ? '?download' : ''}`,
  companions: (name: string) => getJson<Companions>(`${runPath(name)}/companions`),
  extractor: (name: string) => getBytes(`${runPath(name)}/extractor.onnx`),
  example: (name: string, seed: number) => getJson<ExampleImage>(`${runPath(name)}/example?seed=${seed}`),
  nearest: (name: string, request: NearestRequest) =>
    postJson<NearestImages>(`${runPath(name)}/nearest`, request),
  /** @param known  the step of the map that is there: null while it is the newest */
  map: (name: string, known?: number) =>
    getJson<FeatureMap | null>(`${runPath(name)}/map${known === undefined ? '' : `?known=${known}`}`),
  mapImages: (name: string, places: readonly number[]) =>
    getJson<MapImages>(`${runPath(name)}/map/images?at=${places.join(',')}`),
  mapPlace: (name: string, request: NearestRequest) =>
    postJson<FeaturePlace>(`${runPath(name)}/map`, request),
  files: (name: string) => getJson<RunFiles>(`${runPath(name)}/files`),
  networkUrl: (name: string, network: string) => `${runPath(name)}/networks/${network}.onnx`,
  csvUrl: (name: string, log: string) => `${runPath(name)}/${log}.csv`,
  exportUrl: (name: string) => `${runPath(name)}/export.html`,
}
