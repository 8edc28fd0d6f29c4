// Debian's Redis and PostgreSQL, started for a test on free ports, and the reasons where they are not there.
import * as servers from '../../scripts/lib/servers.mjs'
import type { Reason } from './unless.ts'

export interface TestServer {
  readonly address: string
  /** Stops it at once, and starts it again with what it had written. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export const noRedis: Reason = servers.noRedis
export const noPostgres: Reason = servers.noPostgres
export const freePort: () => Promise<number> = servers.freePort
export const startRedis: () => Promise<TestServer> = servers.startRedis
export const startPostgres: () => Promise<TestServer> = servers.startPostgres
