// The studio's server: listens on the loopback address and shows the runs of a folder.
import { randomBytes } from 'node:crypto'
import { mkdir, realpath } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, resolve } from 'node:path'
import { serve } from '@hono/node-server'
import { STARTS, type Startable } from '../answers/starting/index.ts'
import type { DataSplits } from '../data/node/index.ts'
import { recordedImages } from '../lifecycle/recorded-run.ts'
import type { RecipeTable } from '../runs/index.ts'
import type { Engine } from '../runtime/engine.ts'
import { nodeEngine } from '../runtime/node.ts'
import { ConfigError, messageOf } from '../util/errors.ts'
import { studioApp } from './app.ts'
import type { StudioContext } from './context.ts'
import { documentAddress } from './documents.ts'
import { launchedRuns } from './launched.ts'
import { openNamed, openTraining, ownRuns } from './open-run.ts'

export { writeExportedPage } from './exported-page.ts'

export const DEFAULT_PORT = 4321
/** Connections at a time; more wait or are refused by the system. */
const MOST_CONNECTIONS = 4000
/** Data sets kept in memory. */
const MOST_DATA = 2

export interface StudioOptions {
  /** Folder of the runs; made when it does not exist. */
  readonly runs: string
  /** 0 for any that is free. Default: 4321, or the next free one. */
  readonly port?: number | undefined
  /** Lets everybody on this machine read, without the token; changing something always needs it. Default: false */
  readonly openReading?: boolean | undefined
  /** The kinds of runs that it knows. Default: all that there are */
  readonly recipes?: RecipeTable | undefined
  /** Those that can be begun from a form. Default: all that there are */
  readonly starts?: readonly Startable[] | undefined
}

export interface Studio {
  /** With the token, for the person at this machine: `http://127.0.0.1:4321/#token=...` */
  readonly address: string
  readonly port: number
  readonly token: string
  /** Resolves when a browser first came with the token. */
  readonly visited: Promise<void>
  close(): Promise<void>
}

type App = ReturnType<typeof studioApp>

const portOf = (server: Server): number => (server.address() as AddressInfo).port

/** @throws the system's error, e.g. EADDRINUSE */
const listenAt = (app: App, hostname: string, port: number): Promise<Server> =>
  new Promise((done, fail) => {
    const server = serve({ fetch: app.fetch, hostname, port }, () => {
      server.off('error', fail)
      server.maxConnections = MOST_CONNECTIONS
      done(server)
    }) as Server
    server.once('error', fail)
  })

/**
 * Listens on both loopback addresses: "localhost" may mean either, and nobody else shall answer to it on this port.
 *
 * @throws the system's error, e.g. EADDRINUSE
 */
async function listen(app: App, port: number): Promise<Server[]> {
  const first = await listenAt(app, '127.0.0.1', port)
  try {
    return [first, await listenAt(app, '::1', portOf(first))]
  } catch (error) {
    // A machine without the newer kind of addresses.
    if (['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return [first]
    first.close()
    throw error
  }
}

/** How often a free port is asked for, should somebody have the same one on the other address. */
const TRIES = 5

/**
 * Opens the studio on this machine, and on no other.
 *
 * @throws ConfigError when the port is taken; UnsupportedError when the pages were not built
 */
export async function openStudio({
  runs,
  port,
  openReading = false,
  recipes,
  starts = STARTS,
}: StudioOptions): Promise<Studio> {
  await mkdir(runs, { recursive: true }).catch((error) => {
    const { code } = error as NodeJS.ErrnoException
    throw new ConfigError(
      code === 'EEXIST' || code === 'ENOTDIR'
        ? `${runs} is a file, or lies below one: name the folder of the runs with --runs`
        : `the runs folder ${runs} cannot be made: ${messageOf(error)}`,
    )
  })
  const folder = await realpath(resolve(runs))
  const token = randomBytes(24).toString('base64url')
  let engine: Promise<Engine> | undefined
  const kept = new Map<string, Promise<DataSplits>>()
  const context: StudioContext = {
    folder,
    runs: () => ownRuns(folder, recipes),
    open: (name) => openNamed(folder, name, recipes),
    training: (name) => openTraining(folder, name, recipes),
    engine() {
      engine ??= nodeEngine({ threads: 1 })
      return engine
    },
    data(config) {
      const key = `${config.data.hash} ${config.data.test?.hash ?? ''}`
      const found = kept.get(key) ?? recordedImages(config)
      // The newest goes last; one that failed is not kept.
      kept.delete(key)
      kept.set(key, found)
      found.catch(() => kept.delete(key))
      for (const old of [...kept.keys()].slice(0, -MOST_DATA)) kept.delete(old)
      return found
    },
    launched: launchedRuns(folder),
    starts,
    documentAddress: (run, file) => documentAddress(run, file, { token, port: () => listening }),
  }
  let listening = 0
  let visit = (): void => {}
  const visited = new Promise<void>((resolve) => {
    visit = resolve
  })
  const app = studioApp(context, {
    token,
    openReading,
    port: () => listening,
    folderName: basename(folder),
    onVisit: () => visit(),
  })
  const wanted =
    port === undefined
      ? Array.from({ length: 20 }, (_, i) => DEFAULT_PORT + i)
      : Array.from({ length: port === 0 ? TRIES : 1 }, () => port)
  let servers: readonly Server[] = []
  for (const [index, candidate] of wanted.entries()) {
    try {
      servers = await listen(app, candidate)
      break
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error
      if (index === wanted.length - 1)
        throw new ConfigError(
          code === 'EACCES'
            ? `port ${candidate} is not for everybody; choose one above 1023`
            : `port ${candidate} is taken; choose another with --port, or 0 for any`,
        )
    }
  }
  listening = portOf(servers[0]!)
  return {
    address: `http://127.0.0.1:${listening}/#token=${token}`,
    port: listening,
    token,
    visited,
    async close() {
      const closed = servers.map((server) => new Promise<void>((done) => server.close(() => done())))
      for (const server of servers) server.closeAllConnections()
      await Promise.all(closed)
      await (await engine)?.close()
    },
  }
}
