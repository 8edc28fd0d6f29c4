// Where downloaded data sets are kept, by the customs of each operating system.
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * The user's cache folder for this program: `$XDG_CACHE_HOME/sparring` where that is set, otherwise
 * `%LOCALAPPDATA%\sparring\Cache` on Windows, `~/Library/Caches/sparring` on macOS, `~/.cache/sparring`
 * elsewhere. It need not exist.
 */
export function cacheFolder(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  platform: string = process.platform,
  home: string = homedir(),
): string {
  if (environment.XDG_CACHE_HOME) return join(environment.XDG_CACHE_HOME, 'sparring')
  if (platform === 'win32')
    return join(environment.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'sparring', 'Cache')
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'sparring')
  return join(home, '.cache', 'sparring')
}
