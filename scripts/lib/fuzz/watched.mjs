// A child process that reads one file after another, watched: too much time or memory ends it and names the file.
// @ts-check
import { fork } from 'node:child_process'
import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Seconds and bytes that no file may take. */
export const MOST = { seconds: 5, bytes: 2 ** 30 }

/** Ticks of the processor's clock in a second, as Linux counts them in /proc. */
const TICKS = 100

/** Seconds of processor time that a process has used, and its memory in bytes; undefined where nobody says. @param {number} pid */
function usageOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    const rss = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096
    return { seconds: (Number(stat[11]) + Number(stat[12])) / TICKS, bytes: rss }
  } catch {
    return undefined
  }
}

/** In the child: says which bytes are being read, so that they are known if it does not come back. */
export function announcer(/** @type {string} */ path) {
  const file = openSync(path, 'w')
  const head = Buffer.alloc(12)
  let count = 0
  return {
    /** @param {Uint8Array} bytes */
    begin(bytes) {
      head.writeDoubleLE(++count)
      head.writeUInt32LE(bytes.length, 8)
      writeSync(file, head, 0, 12, 0)
      writeSync(file, bytes, 0, bytes.length, 12)
    },
    end() {
      ftruncateSync(file, 12)
      head.writeDoubleLE(++count)
      writeSync(file, head, 0, 8, 0)
    },
    close: () => closeSync(file),
  }
}

/** The announced bytes and their number. @param {string} path */
function announced(path) {
  try {
    const bytes = readFileSync(path)
    if (bytes.length < 12) return undefined
    return { count: bytes.readDoubleLE(0), bytes: bytes.subarray(12, 12 + bytes.readUInt32LE(8)) }
  } catch {
    return undefined
  }
}

/**
 * Runs a script in a child until it ends, or a file takes too much.
 *
 * @param {URL} script
 * @param {Record<string, unknown>} task     sent to the script, with `announce`, where it announces, and `folder`
 * @param {(message: any) => void} onMessage  what the script sends
 * @param {{ seconds: number, bytes: number }} [most]  what no file may take
 * @returns {Promise<{ fault?: string, bytes?: Uint8Array }>}  why it did not end by itself, and on which bytes
 */
export async function runWatched(script, task, onMessage, most = MOST) {
  const folder = mkdtempSync(join(tmpdir(), 'sparring-fuzz-'))
  const announce = join(folder, 'announced')
  const child = fork(script, {
    serialization: 'advanced',
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  })
  let errors = ''
  child.stderr?.on('data', (text) => {
    errors = (errors + text).slice(-4000)
  })
  child.on('message', onMessage)
  child.send({ ...task, announce, folder })
  /** @type {string | undefined} */
  let fault
  /** When the bytes that are being read were first seen: wall time and processor time. */
  let seen = { count: -1, at: 0, used: 0 }
  const watch = setInterval(() => {
    const usage = usageOf(/** @type {number} */ (child.pid))
    const now = announced(announce)
    if (!now) return
    if (now.count !== seen.count)
      seen = { count: now.count, at: performance.now(), used: usage?.seconds ?? 0 }
    const waited = (performance.now() - seen.at) / 1000
    // Processor time as well, because on a busy machine a process may simply not have been given any.
    const worked = usage ? usage.seconds - seen.used : waited
    const reading = now.count % 2 === 1
    if (reading && ((waited > most.seconds && worked > most.seconds) || waited > 12 * most.seconds))
      fault = `takes more than ${most.seconds} s`
    if (usage && usage.bytes > most.bytes) fault = `takes ${(usage.bytes / 2 ** 20).toFixed(0)} MiB of memory`
    if (fault) child.kill('SIGKILL')
  }, 100)
  const code = await new Promise((resolve) => child.on('exit', (code, signal) => resolve(code ?? signal)))
  clearInterval(watch)
  if (code !== 0 && !fault) fault = `ends the process (${code}): ${errors}`
  const bytes = fault ? new Uint8Array(announced(announce)?.bytes ?? []) : undefined
  rmSync(folder, { recursive: true, force: true })
  return { ...(fault ? { fault } : {}), ...(bytes ? { bytes } : {}) }
}
