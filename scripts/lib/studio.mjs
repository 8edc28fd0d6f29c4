// The studio beside another program: started, asked for its address, ended.
// @ts-check
import { spawn } from 'node:child_process'
import { ROOT } from './project.mjs'

/**
 * Starts `sparring studio` in a process group of its own, so that Ctrl-C for the program beside it does not end it.
 *
 * @returns {Promise<{ address: string, close: () => void } | undefined>}  undefined when it could not open
 */
export function startStudio() {
  const child = spawn(process.execPath, ['bin/sparring.js', 'studio', '--no-open', '--json'], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const close = () => {
    child.kill('SIGTERM')
  }
  process.once('exit', close)
  return new Promise((resolve) => {
    let text = ''
    child.stdout.on('data', (bytes) => {
      text += bytes
      const end = text.indexOf('\n')
      if (end < 0) return
      const { address } = JSON.parse(text.slice(0, end))
      resolve(typeof address === 'string' ? { address, close } : undefined)
    })
    child.on('error', () => resolve(undefined))
    child.on('close', () => resolve(undefined))
  })
}
