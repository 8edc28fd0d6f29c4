// Runs the command of a checkout of this project, whichever it is.
import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** A command of a checkout that failed. */
export class CheckoutError extends Error {}

/**
 * Runs a checkout's command to its end, without the settings of this terminal.
 *
 * @param {string} checkout  its folder
 * @param {readonly string[]} args
 * @param {{ cache?: string, cpu?: string }} [options]  `cache` instead of the user's cache folder; `cpu` a file for the seconds
 *   of a processor that it used
 * @throws CheckoutError with the end of what the command said, when it failed
 */
export function whole(checkout, args, { cache, cpu } = {}) {
  const environment = Object.entries(process.env).filter(([name]) => !name.startsWith('SPARRING_'))
  return new Promise((done, fail) => {
    const counting = cpu ? ['--import', new URL('cpu-at-exit.mjs', import.meta.url).href] : []
    const command = [...counting, join(checkout, 'bin/sparring.js'), '--quiet', ...args]
    const child = spawn(process.execPath, command, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...Object.fromEntries(environment),
        ...(cache ? { XDG_CACHE_HOME: cache } : {}),
        ...(cpu ? { CPU_FILE: cpu } : {}),
      },
    })
    let told = ''
    child.stderr.on('data', (text) => {
      told = (told + text).slice(-2000)
    })
    child.on('error', fail)
    child.on('close', (code, signal) => {
      if (code === 0) done()
      else
        fail(
          new CheckoutError(
            `sparring ${args.join(' ')} of ${checkout} ended with ${code ?? signal}: ${told.trim()}`,
          ),
        )
    })
  })
}

/** Trains into `folder` with one thread of the runtime, so that sums have one order. */
export const train = (checkout, args, { folder, ...options }) =>
  whole(checkout, ['train', ...args, '--threads', '1', '--run', folder], options)
