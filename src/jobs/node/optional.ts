// Packages that only some people need: not installed with the program, loaded when they are named, told how to be had.
import { UnsupportedError } from '../../util/errors.ts'

/**
 * @param load      imports it
 * @param packages  what must be installed
 * @param what      is not possible without it
 * @throws UnsupportedError that says what to install
 */
export async function optional<Module>(
  load: () => Promise<Module>,
  packages: readonly string[],
  what: string,
): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error
    throw new UnsupportedError(
      `${what} needs packages that are not installed here: run "npm install ${packages.join(' ')}" where sparring is installed`,
    )
  }
}
