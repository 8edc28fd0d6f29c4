// A mirror for one test: an HTTP server on the loopback address that misbehaves as told.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface MirrorOptions {
  /** What it serves, by file name. */
  files: Readonly<Record<string, Uint8Array>>
  /** Breaks the connection of the first `cuts` answers after half of what was asked for. */
  cuts?: number
  /** Whether it honours Range. Default true. */
  ranges?: boolean
  /** Sends the headers and then nothing. */
  silent?: boolean
}

export interface Mirror {
  /** Ends in a slash. */
  readonly url: string
  /** Of each request: the file and its Range header. */
  readonly requests: { file: string; range: string | undefined }[]
}

export async function startMirror(options: MirrorOptions): Promise<Mirror> {
  const requests: Mirror['requests'] = []
  let cuts = options.cuts ?? 0
  const server = createServer((request, response) => {
    const file = (request.url ?? '').slice(1)
    const range = request.headers.range
    requests.push({ file, range })
    const content = options.files[file]
    if (content === undefined) {
      response.writeHead(404).end()
      return
    }
    const start = options.ranges === false ? 0 : Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0)
    if (start > 0 && start >= content.length) {
      response.writeHead(416).end()
      return
    }
    const body = content.subarray(start)
    response.writeHead(start > 0 ? 206 : 200, {
      'content-length': body.length,
      ...(start > 0 && { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }),
    })
    if (options.silent) response.flushHeaders()
    else if (cuts-- > 0)
      response.write(body.subarray(0, body.length >> 1), () => setTimeout(() => response.destroy(), 30))
    else response.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, requests }
}
