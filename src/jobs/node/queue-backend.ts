// BullMQ on the server that an address names: Redis, or PostgreSQL. Loaded when a queue is named, and not before.
import type { Queue, QueueEvents, Worker, WorkerOptions } from 'bullmq'
import type { Redis } from 'ioredis'
import type pg from 'pg'
import { ConfigError, DataError, messageOf } from '../../util/errors.ts'
import { schemeOf } from './open-store.ts'
import { optional } from './optional.ts'
import { withoutSecrets } from './remote-shelf.ts'

/** What all jobs of all studies wait in. */
const QUEUE = 'sparring'

/** Milliseconds after which a server that does not answer is taken for gone. */
const PATIENCE = 5000

type Bull = typeof import('bullmq')

export interface QueueBackend {
  /** The address, without its password. */
  readonly words: string
  readonly bull: Bull
  queue(): Queue
  events(): QueueEvents
  worker(work: ConstructorParameters<Bull['Worker']>[1], options: Omit<WorkerOptions, 'connection'>): Worker
  close(): Promise<void>
}

const notThere = (address: string, error: unknown): DataError => {
  const reason = error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : messageOf(error)
  return new DataError(
    `the queue ${withoutSecrets(address)} cannot be reached: ${reason}. Is its server running, and does this machine reach it?`,
    { cause: error },
  )
}

/** What a connection says while it is tried again belongs to no one call: calls have their own errors. */
const ignore = (): void => {}

async function redisBackend(address: string, bull: Bull): Promise<QueueBackend> {
  const { Redis: Client } = await optional(() => import('ioredis'), ['bullmq', 'ioredis'], '--queue redis://')
  const probe: Redis = new Client(address, {
    lazyConnect: true,
    connectTimeout: PATIENCE,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  probe.on('error', ignore)
  let why: unknown
  probe.once('error', (error) => {
    why = error
  })
  try {
    await probe.connect()
    await probe.ping()
  } catch (error) {
    throw notThere(address, why ?? error)
  } finally {
    probe.disconnect()
  }
  const open: Redis[] = []
  const connection = (): Redis => {
    // Commands wait until a server that is restarted is there again.
    const client = new Client(address, { maxRetriesPerRequest: null })
    client.on('error', ignore)
    open.push(client)
    return client
  }
  return {
    words: withoutSecrets(address),
    bull,
    queue: () => new bull.Queue(QUEUE, { connection: connection() }),
    events: () => new bull.QueueEvents(QUEUE, { connection: connection() }),
    worker: (work, options) => new bull.Worker(QUEUE, work, { ...options, connection: connection() }),
    async close() {
      for (const client of open) client.disconnect()
    },
  }
}

async function postgresBackend(address: string, bull: Bull): Promise<QueueBackend> {
  const { default: postgres } = await optional(() => import('pg'), ['bullmq', 'pg'], '--queue postgres://')
  const pool: pg.Pool = new postgres.Pool({
    connectionString: address,
    connectionTimeoutMillis: PATIENCE,
    // As many as there are loops that wait: events, jobs, and what they do meanwhile.
    max: 20,
    keepAlive: true,
    options: `-c search_path=${bull.DEFAULT_SCHEMA}`,
  })
  pool.on('error', ignore)
  let client: pg.PoolClient | undefined
  try {
    client = await pool.connect()
    await bull.runMigrations(client)
  } catch (error) {
    client?.release()
    await pool.end().catch(ignore)
    throw notThere(address, error)
  }
  client.release()
  const connection = pool as never
  const factory = bull.createPostgresBackend as never
  return {
    words: withoutSecrets(address),
    bull,
    queue: () => new bull.Queue(QUEUE, { connection }, factory) as Queue,
    events: () => new bull.QueueEvents(QUEUE, { connection }, factory) as QueueEvents,
    worker: (work, options) => new bull.Worker(QUEUE, work, { ...options, connection }, factory) as Worker,
    close: () => pool.end().catch(ignore),
  }
}

/** By scheme of the address. */
const BACKENDS: Readonly<Record<string, typeof redisBackend>> = {
  redis: redisBackend,
  rediss: redisBackend,
  postgres: postgresBackend,
  postgresql: postgresBackend,
}

/**
 * @param address  `redis://host:6379` or `postgres://host/database`
 * @throws ConfigError for another scheme; UnsupportedError where packages are missing; DataError when the server is not there
 */
export async function queueBackend(address: string): Promise<QueueBackend> {
  const scheme = schemeOf(address) ?? ''
  if (!Object.hasOwn(BACKENDS, scheme))
    throw new ConfigError(
      `--queue ${withoutSecrets(address)}: expected redis://host:6379 or postgres://host/database`,
    )
  const packages = scheme.startsWith('redis') ? ['bullmq', 'ioredis'] : ['bullmq', 'pg']
  const bull = await optional(() => import('bullmq'), packages, `--queue ${scheme}://`)
  return BACKENDS[scheme]!(address, bull)
}
