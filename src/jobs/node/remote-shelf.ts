// Stores on servers, by unstorage: Redis, and whatever speaks S3.
import { ConfigError, DataError, messageOf } from '../../util/errors.ts'
import { optional } from './optional.ts'
import type { Shelf } from './store.ts'

type Storage = Awaited<ReturnType<typeof redisStorage>>['storage']

interface Opened {
  readonly storage: Storage
  /** Why a call failed, in words. */
  readonly reason: (error: unknown) => string
}

/** An address without its password, for messages. */
export const withoutSecrets = (address: string): string =>
  address.replace(/(\/\/[^:/@]*):[^@/]*@/, '$1:***@').replace(/([?&](?:secret|key)[^=]*=)[^&]*/gi, '$1***')

/** Milliseconds after which a server that does not answer is taken for gone. */
const PATIENCE = 10_000

async function redisStorage(address: string) {
  const packages = ['unstorage', 'ioredis']
  const what = `--store ${withoutSecrets(address)}`
  const { createStorage } = await optional(() => import('unstorage'), packages, what)
  const { default: redis } = await optional(() => import('unstorage/drivers/redis'), packages, what)
  const driver = redis({
    url: address,
    base: 'sparring',
    connectTimeout: PATIENCE,
    maxRetriesPerRequest: 8,
  })
  const client = driver.getInstance?.() as
    | { on(event: 'error', listener: (error: Error) => void): void }
    | undefined
  // What a connection says while it is tried again belongs to no call; calls say only that it was tried too often.
  let last: Error | undefined
  client?.on('error', (error) => {
    last = error
  })
  const reason = (error: unknown): string =>
    (error as Error)?.name === 'MaxRetriesPerRequestError' && last ? messageOf(last) : messageOf(error)
  return { storage: createStorage({ driver }), reason }
}

/** `s3://bucket/prefix?endpoint=https://...&region=...`; the keys come from the environment, as S3's own tools have it. */
async function s3Storage(address: string): Promise<Opened> {
  const packages = ['unstorage', 'aws4fetch']
  const what = `--store ${withoutSecrets(address)}`
  const url = new URL(address)
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION = 'us-east-1',
    AWS_ENDPOINT_URL,
  } = process.env
  const endpoint = url.searchParams.get('endpoint') ?? AWS_ENDPOINT_URL
  const region = url.searchParams.get('region') ?? AWS_REGION
  if (!accessKeyId || !secretAccessKey)
    throw new ConfigError(`${what}: expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment`)
  if (!endpoint)
    throw new ConfigError(
      `${what}: expected the server, as in s3://bucket/prefix?endpoint=https://s3.eu-central-1.amazonaws.com`,
    )
  const { createStorage, prefixStorage } = await optional(() => import('unstorage'), packages, what)
  const { default: s3 } = await optional(() => import('unstorage/drivers/s3'), packages, what)
  const bucket = createStorage({
    driver: s3({ accessKeyId, secretAccessKey, endpoint, region, bucket: url.host }),
  })
  const prefix = url.pathname.replace(/^\/+|\/+$/g, '').replaceAll('/', ':')
  return { storage: prefix ? (prefixStorage(bucket, prefix) as Storage) : bucket, reason: messageOf }
}

/**
 * @throws ConfigError for an address that is incomplete, UnsupportedError where packages are missing, DataError when the
 *   server cannot be reached
 */
export async function remoteShelf(address: string): Promise<Shelf> {
  const words = withoutSecrets(address)
  const { storage, reason } = await (address.startsWith('s3:') ? s3Storage(address) : redisStorage(address))
  /** Errors of the network pass: whoever does the job tries again. */
  const doing = <T>(what: string, work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw new DataError(`cannot ${what} the store ${words}: ${reason(error)}`, {
        cause: Object.assign(new Error(messageOf(error)), { code: 'ECONNRESET' }),
      })
    })
  const shelf: Shelf = {
    words,
    address,
    async read(key) {
      const value = await doing('read', storage.getItemRaw(key) as Promise<unknown>)
      if (value === null || value === undefined) return undefined
      return value instanceof ArrayBuffer ? new Uint8Array(value) : new Uint8Array(value as Uint8Array)
    },
    has: (key) => doing('read', storage.hasItem(key)),
    write: (key, bytes) => doing('write to', storage.setItemRaw(key, bytes)),
    remove: (key) => doing('write to', storage.removeItem(key)),
    close: () => storage.dispose(),
  }
  try {
    await shelf.has('results/none.json')
  } catch (error) {
    await shelf.close().catch(() => {})
    throw new DataError(`${messageOf(error)}. Is its server running, and does this machine reach it?`, {
      cause: error,
    })
  }
  return shelf
}
