// Runs one step program in a process of its own, reads its report and measures its peak memory.
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { tellingLine } from './telling-line.mjs'

const POLL_MS = 100
const POLLS_PER_SEARCH = 5

/**
 * Peak memory is the largest resident set of any one process of the program. Where there is a /proc, the kernel's own
 * high-water mark (VmHWM) of the program and of its descendants is read ten times a second (descendants are searched
 * twice a second); what the program reports of itself counts too, and is all there is elsewhere.
 *
 * @param {string[]} command
 * @param {string[]} args
 * @returns {Promise<{ report: import('./best-of.mjs').StepReport, peakMemoryBytes?: number } | { error: string }>}
 */
export function runProgram([executable, ...first], args) {
  return new Promise((resolve) => {
    const child = spawn(executable, [...first, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    const output = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr']) {
      child[stream].setEncoding('utf8').on('data', (text) => {
        output[stream] += text
      })
    }
    const memory = watchMemory(child.pid)
    child.on('error', ({ message }) => {
      memory.stop()
      resolve({ error: message })
    })
    child.on('close', (code, signal) => {
      memory.stop()
      const { report, error } = readReport(output.stdout)
      if (code !== 0) {
        const said = tellingLine(output.stderr) ?? 'nothing on standard error'
        return resolve({ error: `${signal ? `ended by ${signal}` : `exit code ${code}`}: ${said}` })
      }
      if (error) return resolve({ error })
      const peak = Math.max(memory.peak(), report.peakMemoryBytes ?? 0)
      resolve({ report, ...(peak > 0 && { peakMemoryBytes: peak }) })
    })
  })
}

/** The report in the last line of a program's output, or what is wrong with that line. */
export function readReport(stdout) {
  const line = lastLine(stdout)
  if (line === undefined) return { error: 'it printed nothing; a step program prints one JSON line' }
  let report
  try {
    report = JSON.parse(line)
  } catch {
    return { error: `its last line is not JSON: ${line.slice(0, 200)}` }
  }
  if (report?.error) return { error: String(report.error) }
  if (!(Number.isFinite(report?.best) && report.best > 0)) {
    return { error: `its report lacks "best", a positive number of milliseconds: ${line.slice(0, 200)}` }
  }
  return { report }
}

const lastLine = (text) => text.trim().split('\n').at(-1) || undefined

function watchMemory(root) {
  let known = [root]
  let peak = 0
  let polls = 0
  const poll = () => {
    if (polls++ % POLLS_PER_SEARCH === 0) known = [root, ...descendants(root)]
    for (const pid of known) peak = Math.max(peak, highWaterMark(pid))
  }
  const timer = root === undefined ? undefined : setInterval(poll, POLL_MS)
  return { peak: () => peak, stop: () => clearInterval(timer) }
}

/** Bytes; 0 when the process is gone or there is no /proc. */
function highWaterMark(pid) {
  const kilobytes = /^VmHWM:\s*(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1]
  return Number(kilobytes ?? 0) * 1024
}

function descendants(root) {
  let pids = []
  try {
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
  const children = new Map()
  for (const pid of pids) {
    // "pid (name) state parent ...", and the name may hold spaces and parentheses.
    const parent = Number(read(`/proc/${pid}/stat`).split(') ').at(-1).split(' ')[1])
    children.set(parent, [...(children.get(parent) ?? []), Number(pid)])
  }
  const below = (pid) => (children.get(pid) ?? []).flatMap((child) => [child, ...below(child)])
  return below(root)
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
