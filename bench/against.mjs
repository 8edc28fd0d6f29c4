// Holds the steps of this version against those of another checkout, in turns, and says where they became slower.
import { existsSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { studentQuantile } from '../dist/statistics/quantiles.js'
import { ours } from './programs.mjs'
import { runProgram } from './run-program.mjs'
import { median } from './summary.mjs'

/** Slower by less is not told from a change of the machine's mood between two processes. */
const TOLERANCE = 1.03

/**
 * @typedef {object} Verdict
 * @property {number} ratio  milliseconds after over before, the geometric mean of the rounds
 * @property {number} low    of its 95% interval
 * @property {number} high
 * @property {'slower' | 'faster' | 'not told apart'} verdict
 */

/**
 * The rounds' ratios as one, with the interval of Student's t on their logarithms. Slower is what is slower by more than 3%
 * in the mean and slower for certain.
 *
 * @param {readonly number[]} ratios  at least two
 * @returns {Verdict}
 */
export function verdictOn(ratios) {
  const logs = ratios.map(Math.log)
  const mean = logs.reduce((sum, x) => sum + x, 0) / logs.length
  const variance = logs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (logs.length - 1)
  const half = studentQuantile(0.975, logs.length - 1) * Math.sqrt(variance / logs.length)
  const [ratio, low, high] = [mean, mean - half, mean + half].map(Math.exp)
  if (ratio > TOLERANCE && low > 1) return { ratio, low, high, verdict: 'slower' }
  if (ratio < 1 / TOLERANCE && high < 1) return { ratio, low, high, verdict: 'faster' }
  return { ratio, low, high, verdict: 'not told apart' }
}

/**
 * @param {string} before  folder of a checkout that was built
 * @param {readonly string[]} models
 * @param {{ rounds: number, steps: number, after?: string[], onRound?: (text: string) => void }} options  `after` is the command
 *   that is held against it, this checkout's own unless given
 * @returns {Promise<({ model: string, before: number[], after: number[] } & Verdict | { model: string, error: string })[]>}
 */
export async function measureAgainst(
  before,
  models,
  { rounds, steps, after = ours.command(), onRound = () => {} },
) {
  const program = join(before, 'bench/ours.mjs')
  if (!existsSync(program) || !existsSync(join(before, 'dist')))
    throw new TypeError(`--against expects the folder of a checkout after \`npm run build\`, got "${before}"`)
  if (!after) throw new TypeError(`--against needs this checkout built: ${ours.howToInstall}`)
  const commands = { before: [process.execPath, program], after }
  const found = []
  for (const model of models) {
    const times = { before: [], after: [] }
    let failed
    for (let round = 0; round < rounds && !failed; round++) {
      // Every second round the other one begins.
      for (const who of round % 2 === 0 ? ['before', 'after'] : ['after', 'before']) {
        const { report, error } = await runProgram(commands[who], [model, String(steps)])
        failed ??= error && `${who}: ${error}`
        if (report) times[who].push(report.best)
      }
      if (!failed) onRound(`${model}: ${times.before.at(-1)} ms before, ${times.after.at(-1)} ms after`)
    }
    found.push(
      failed
        ? { model, error: failed }
        : { model, ...times, ...verdictOn(times.after.map((ms, i) => ms / times.before[i])) },
    )
  }
  return found
}

/** Whether a version may not pass: a model became slower, or could not be measured. */
export const mustNotPass = (found) => found.some(({ error, verdict }) => error || verdict === 'slower')

/** One model's result in words. */
export const againstLine = ({ model, error, before, after, ratio, low, high, verdict }) =>
  error
    ? `${model}: ${error}`
    : `${model}: ${median(before).toPrecision(3)} ms before, ${median(after).toPrecision(3)} after, ${ratio.toFixed(3)} times (${low.toFixed(3)} to ${high.toFixed(3)}): ${verdict}`

/** Appends what was found to a file of one JSON object a line. */
export const keepHistory = (file, record) => appendFile(file, `${JSON.stringify(record)}\n`)
