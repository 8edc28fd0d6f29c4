// The registry of games for the Atari 2600: adding one is a file and a line. What is no known file is refused by its size and MD5.
import { ConfigError, DataError } from '../../util/errors.ts'
import type { GameFile } from '../game.ts'
import type { Cartridge } from './cartridge.ts'
import { skyLanes } from './sky-lanes.ts'
import { spaceInvaders } from './space-invaders.ts'

/** The first is played where nobody names one. */
export const CARTRIDGES: readonly [Cartridge, ...Cartridge[]] = [skyLanes, spaceInvaders]

/** How files are told, for messages. */
export const fileOf = (cartridges: readonly Cartridge[]): string =>
  cartridges.map(({ title, size, md5: sum }) => `${title} (${size} bytes, MD5 ${sum})`).join(' or ')

/**
 * The game whose file this is.
 *
 * @param source  what the file is, for messages
 * @param wanted  games of which it is to be one
 * @throws DataError telling size and MD5 of what was given, and of what is wanted
 */
function cartridgeOf({ bytes, md5 }: GameFile, source: string, wanted: readonly Cartridge[]): Cartridge {
  const cartridge = CARTRIDGES.find((each) => each.md5 === md5)
  if (cartridge && wanted.includes(cartridge)) return cartridge
  const what = cartridge ? cartridge.title : 'no game that is known here'
  throw new DataError(
    `${source} is ${what}: it has ${bytes.length} bytes and the MD5 ${md5}; expected ${fileOf(wanted)}. Another dump of the game, or one with a header, is another file.`,
  )
}

/** Bytes of files that were read, by game. They are the same wherever they came from: their MD5 is known. */
const brought = new Map<string, Uint8Array>()

/** Makes the bytes of a file known. @throws DataError when it is none of these games */
export function bringCartridge(
  file: GameFile,
  source: string,
  wanted: readonly Cartridge[] = CARTRIDGES,
): Cartridge {
  const cartridge = cartridgeOf(file, source, wanted)
  brought.set(cartridge.name, file.bytes.slice())
  return cartridge
}

/** @throws ConfigError when they are the user's to bring, and were not brought */
export function bytesOf({ name, title, bytes, size, md5: sum }: Cartridge): Uint8Array {
  const found = bytes?.() ?? brought.get(name)
  if (found) return found
  throw new ConfigError(
    `${title} is played with a file of your own; name it with --rom, ${size} bytes of MD5 ${sum}`,
  )
}
