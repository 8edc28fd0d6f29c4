// A run that lies in the page itself: nothing is asked of any server.
import type { ExportedRun } from '../../../src/server/protocol.ts'
import type { RunSource } from './source.ts'

const textOf = (part: string): string => {
  const found = document.getElementById(`part-${part}`)?.textContent
  if (!found) throw new Error(`this page does not hold ${part}: export the run again`)
  return found
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

/** Bytes of a part, which was compressed with gzip and written in base64. */
export async function partBytes(part: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([fromBase64(textOf(part))]).stream()
  const whole = await new Response(stream.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer()
  return new Uint8Array(whole)
}

const partJson = async <T>(part: string): Promise<T> =>
  JSON.parse(new TextDecoder().decode(await partBytes(part))) as T

/** The run of this page, and what it was exported with. */
export async function exportedRun(): Promise<{ readonly source: RunSource; readonly exported: ExportedRun }> {
  const exported = await partJson<ExportedRun>('run')
  const sheets = JSON.parse(textOf('pictures')) as Readonly<Record<string, string>>
  const { snapshot, latent, examples } = exported
  const source: RunSource = {
    name: snapshot.name,
    canControl: false,
    snapshot: async () => snapshot,
    follow: () => () => {},
    fileUrl: (file) => sheets[file] ?? '',
    network: (name) => partBytes(`network-${name}`),
    newestStep: async () => snapshot.status.step,
    async latent() {
      if (!latent) throw new Error('the run had no checkpoint when it was exported, so no latent space')
      return latent
    },
    async latentExamples() {
      if (!examples) throw new Error('the page was exported without examples')
      return examples
    },
    runtime: async () => ({ backend: 'wasm', wasmBinary: await partBytes('runtime') }),
  }
  return { source, exported }
}
