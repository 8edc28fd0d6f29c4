// A store by its address: a folder, or a server that several machines reach.
import { resolve } from 'node:path'
import { ConfigError } from '../../util/errors.ts'
import { folderShelf, openStore, type Store } from './store.ts'

/** What opens addresses of a scheme; loaded when one is named. */
const REMOTE: Readonly<Record<string, () => Promise<typeof import('./remote-shelf.ts')>>> = {
  s3: () => import('./remote-shelf.ts'),
  redis: () => import('./remote-shelf.ts'),
  rediss: () => import('./remote-shelf.ts'),
}

/** `redis` of `redis://host`; undefined of a folder. Drives of Windows have one letter. */
export const schemeOf = (address: string): string | undefined =>
  /^([a-z][a-z0-9+.-]+):\/\//i.exec(address)?.[1]

/**
 * @param address  a folder, `redis://host:6379/0` or `s3://bucket/prefix?endpoint=...`
 * @throws ConfigError for another scheme; DataError when the server cannot be reached
 */
export async function storeAt(address: string): Promise<Store> {
  const scheme = schemeOf(address)
  if (scheme === undefined) return openStore(folderShelf(resolve(address)))
  if (!Object.hasOwn(REMOTE, scheme))
    throw new ConfigError(
      `--store ${address}: expected a folder, or an address that begins with ${Object.keys(REMOTE)
        .map((name) => `${name}://`)
        .join(' or ')}`,
    )
  const { remoteShelf } = await REMOTE[scheme]!()
  return openStore(await remoteShelf(address))
}
