// Runs programs in the foreground and hands on their exit codes.
// @ts-check
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { ROOT } from './project.mjs'

/** A step that failed; `code` is what the process should exit with. */
export class StepError extends Error {
  /** @param {string} message @param {number} code */
  constructor(message, code) {
    super(message)
    this.code = code
  }
}

/**
 * Runs a program in the repository with this process's terminal and waits for it. Ctrl-C is left to the program,
 * which may have something to save; SIGTERM is handed on.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string>, shell?: boolean }} [options]  `env` is added to this process's
 * @returns {Promise<number>} its exit code; 128 and the signal's number when a signal ended it
 */
export function run(program, args, { env = {}, shell = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, ...env },
      shell,
    })
    const wait = () => {}
    const pass = () => child.kill('SIGTERM')
    process.on('SIGINT', wait)
    process.on('SIGTERM', pass)
    const done = () => {
      process.off('SIGINT', wait)
      process.off('SIGTERM', pass)
    }
    child.on('error', (error) => {
      done()
      reject(new StepError(`${program} could not be started: ${error.message}`, 1))
    })
    child.on('close', (code, signal) => {
      done()
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0))
    })
  })
}

/**
 * Runs a JavaScript file, given by its path in the repository, with this Node, and keeps what it prints.
 *
 * @returns {Promise<{ code: number, output: string }>} its exit code, and both of its outputs together
 */
export function collectNode(/** @type {string} */ file, /** @type {readonly string[]} */ ...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        output += text
      })
    child.on('error', (error) => reject(new StepError(`${file} could not be started: ${error.message}`, 1)))
    child.on('close', (code, signal) =>
      resolve({ code: code ?? 128 + (signal ? constants.signals[signal] : 0), output }),
    )
  })
}

/** Runs a JavaScript file, given by its path in the repository, with this Node. */
export const runNode = (/** @type {string} */ file, /** @type {readonly string[]} */ ...args) =>
  run(process.execPath, [file, ...args])

/**
 * The body of a script: waits for `main` and exits with its code; a StepError is printed without a stack.
 *
 * @param {() => Promise<number>} main
 */
export async function exitWith(main) {
  try {
    process.exitCode = await main()
  } catch (error) {
    if (!(error instanceof StepError)) throw error
    console.error(error.message)
    process.exitCode = error.code
  }
}
