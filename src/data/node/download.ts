// Downloads one file from the first of several mirrors that delivers it, going on where a cut left off.
import { createHash } from 'node:crypto'
import { open, rename, rm, stat } from 'node:fs/promises'
import { DataError, messageOf } from '../../util/errors.ts'
import { formatSize } from '../../util/format.ts'
import { FILES, MOST_DOWNLOAD } from '../../util/limits.ts'
import { readBytes } from '../../util/node/read-file.ts'

/** How far a download has come. */
export interface Progress {
  /** Name of the file. */
  readonly file: string
  /** Bytes so far, those of earlier attempts included. */
  readonly received: number
  /** Bytes in all, where the server says so. */
  readonly total?: number
}

export interface DownloadOptions<Content> {
  /** Addresses of the same file, best first. */
  urls: readonly string[]
  /** Where to put it. The folder must exist. The file appears only once it is complete and checked. */
  path: string
  /** Name for progress reports. */
  file: string
  /** Resolves to what the bytes hold when they are right, and rejects with the reason when they are not. */
  check(bytes: Uint8Array): Promise<Content>
  onProgress?: ((progress: Progress) => void) | undefined
  fetch?: typeof fetch | undefined
  signal?: AbortSignal | undefined
  /** Milliseconds without a byte after which a mirror is given up. Default 30,000. */
  stallTimeout?: number | undefined
}

/** How often a mirror may break off before the next one is asked, as long as each attempt adds something. */
const ATTEMPTS = 5

/**
 * Downloads to `path` by way of a `.part` file per mirror, which stays when a connection breaks, so that the
 * next attempt, in this call or a later one, asks only for the rest (a server that ignores that starts over).
 *
 * @returns what `check` made of the file
 * @throws DataError saying for each mirror why it failed
 * @throws the reason of `signal` when it aborts; what has arrived is kept
 */
export async function download<Content>(options: DownloadOptions<Content>): Promise<Content> {
  const failures: string[] = []
  for (const url of options.urls) {
    // Mirrors may compress differently: never continue one's part with another's bytes.
    const part = `${options.path}.${createHash('sha256').update(url).digest('hex').slice(0, 8)}.part`
    try {
      const content = await fromMirror(url, part, options)
      await rename(part, options.path)
      return content
    } catch (error) {
      options.signal?.throwIfAborted()
      failures.push(`  ${url}: ${reasonOf(error)}`)
    }
  }
  throw new DataError(`${options.file} could not be downloaded. Tried:\n${failures.join('\n')}`)
}

/** Fills the part from one mirror and checks it. */
async function fromMirror<Content>(
  url: string,
  part: string,
  options: DownloadOptions<Content>,
): Promise<Content> {
  let resumed = (await sizeOf(part)) > 0
  for (let attempt = 1; ; attempt++) {
    const before = await sizeOf(part)
    try {
      await receive(url, part, options)
    } catch (error) {
      options.signal?.throwIfAborted()
      if (error instanceof Refusal || attempt >= ATTEMPTS || (await sizeOf(part)) <= before) throw error
      continue
    }
    const bytes = await readBytes(part, FILES.idx)
    try {
      return await options.check(bytes)
    } catch (error) {
      await rm(part, { force: true })
      // The part of an earlier call may have been bad: once more from the beginning.
      if (!resumed) throw error
      resumed = false
    }
  }
}

/** A mirror's answer that asking again will not change. */
class Refusal extends Error {}

/** Appends the rest of the file to the part, or all of it when the server does not continue. */
async function receive(url: string, part: string, options: DownloadOptions<unknown>): Promise<void> {
  const have = await sizeOf(part)
  const stall = new AbortController()
  const timeout = options.stallTimeout ?? 30_000
  const giveUp = (): void => stall.abort(new Error(`no data for ${timeout / 1000} seconds`))
  const timer = setTimeout(giveUp, timeout)
  const signal = options.signal ? AbortSignal.any([options.signal, stall.signal]) : stall.signal
  try {
    const headers = { 'accept-encoding': 'identity', ...(have > 0 ? { range: `bytes=${have}-` } : {}) }
    const response = await (options.fetch ?? fetch)(url, { headers, signal })
    if (response.status === 416) {
      // Nothing lies beyond what we have: either it is complete, which the check will tell, or it is not ours.
      await response.body?.cancel()
      return
    }
    if (!response.ok || response.body === null) {
      await response.body?.cancel()
      throw new Refusal(`the server answered ${response.status} ${response.statusText}`.trim())
    }
    const continues = response.status === 206 && startOf(response) === have
    if (response.status === 206 && !continues) {
      await response.body.cancel()
      await rm(part, { force: true })
      throw new Error(`asked for the bytes from ${have} on, got ${response.headers.get('content-range')}`)
    }
    let received = continues ? have : 0
    const length = Number(response.headers.get('content-length') ?? Number.NaN)
    const total = Number.isNaN(length) ? {} : { total: received + length }
    const checkSize = (bytes: number): void => {
      if (bytes > MOST_DOWNLOAD)
        throw new Refusal(`expected at most ${formatSize(MOST_DOWNLOAD)}, the server sends more`)
    }
    checkSize(total.total ?? received)
    const file = await open(part, continues ? 'a' : 'w')
    try {
      for await (const chunk of response.body) {
        timer.refresh()
        checkSize(received + chunk.length)
        await file.writeFile(chunk)
        received += chunk.length
        options.onProgress?.({ file: options.file, received, ...total })
      }
    } finally {
      await file.close()
    }
    if (total.total !== undefined && received < total.total)
      throw new Error(`the connection ended after ${received} of ${total.total} bytes`)
  } finally {
    clearTimeout(timer)
  }
}

/** The first byte of a partial answer. */
function startOf(response: Response): number | undefined {
  const match = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')
  return match ? Number(match[1]) : undefined
}

const sizeOf = async (path: string): Promise<number> =>
  stat(path).then(
    (found) => found.size,
    () => 0,
  )

/** fetch() says only "fetch failed"; the reason is the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error) || error.cause === undefined) return messageOf(error)
  const { cause } = error
  if (cause instanceof AggregateError && cause.errors.length > 0)
    return cause.errors.map(messageOf).join('; ')
  return messageOf(cause)
}
