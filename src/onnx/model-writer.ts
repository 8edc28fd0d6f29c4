// Wraps a GraphProto into the bytes of a model: operator sets, producer, metadata.
import { microsoftDomain } from './emit.ts'
import { encodeModel, type GraphProto } from './proto.ts'

/** The operator set that is written. */
export const writtenOpset = 21
const irVersion = 10

/** What a model file says about itself. */
export interface ModelNotes {
  /** The name of the graph. */
  readonly name: string
  /** Free entries, e.g. names of inputs and outputs, seed, data, version. */
  readonly metadata?: Readonly<Record<string, string>>
  /** Who wrote the file. */
  readonly producer?: { readonly name: string; readonly version?: string }
  /** A text for people, shown by viewers. */
  readonly documentation?: string
}

/** The bytes of a model. */
export function writeModel(graph: GraphProto, domains: ReadonlySet<string>, notes: ModelNotes): Uint8Array {
  const { metadata = {}, producer, documentation } = notes
  return encodeModel({
    irVersion,
    producerName: producer?.name ?? 'sparring',
    producerVersion: producer?.version ?? '',
    docString: documentation ?? '',
    graph: documentation === undefined ? graph : { ...graph, docString: documentation },
    opsetImport: [
      { domain: '', version: writtenOpset },
      ...[...domains].map((domain) => ({ domain, version: domain === microsoftDomain ? 1 : writtenOpset })),
    ],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  })
}
