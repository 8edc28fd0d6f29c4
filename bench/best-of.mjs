// Times one step program under each of several settings, every one in a fresh process, and prints the best.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { tellingLine } from './telling-line.mjs'

/**
 * What every step program prints as the last line of its standard output, as one JSON object.
 *
 * @typedef {object} StepReport
 * @property {string} peer   who was measured, with its back end: 'tfjs-wasm'
 * @property {string} model  one of MODELS in programs.mjs
 * @property {Record<string, number>} msPerStep  milliseconds per training step under each setting that was tried
 * @property {number} [best]             the smallest of them; absent when there is an error
 * @property {number} [peakMemoryBytes]  largest resident set of the process that was fastest
 * @property {Record<string, unknown>} settings  what was fixed: version, threads, batch size, steps timed, warm-up
 * @property {Record<string, string>} [failed]   settings that could not be timed, and why
 * @property {string} [error]            why nothing could be timed
 */

/** Set in the processes that time one setting; holds the setting's label. */
const SETTING = 'SPARRING_BENCH_SETTING'

/**
 * Runs `measure` once per setting, each in a fresh process, so that none inherits the threads, the compiled code or
 * the memory of another; then prints the report and leaves. The last call of a step program.
 *
 * @param {object} options
 * @param {string} options.peer
 * @param {string} options.program   the step program's own `import.meta.url`
 * @param {string[]} options.models  what the program implements
 * @param {Record<string, Record<string, string>>} options.settings  label of a setting -> environment variables
 * @param {(model: string, steps: number) => Promise<{ ms: number, settings: Record<string, unknown> }>} options.measure
 *   times the steps after a warm-up of its own, and says under which settings
 */
export async function reportBestOf({ peer, program, models, settings, measure }) {
  const [model = 'mlp-gan', stepsText = '20', ...rest] = process.argv.slice(2)
  const steps = Number(stepsText)
  const fail = (error) => finish({ peer, model, msPerStep: {}, settings: {}, error })
  if (!models.includes(model)) return fail(`no program for ${model}, only for ${models.join(', ')}`)
  if (!Number.isInteger(steps) || steps < 1)
    return fail(`steps expects a whole number from 1, got ${stepsText}`)
  if (process.env[SETTING] !== undefined) {
    const measured = await measure(model, steps)
    return finish({ ...measured, peak: process.resourceUsage().maxRSS * 1024 })
  }
  const results = Object.entries(settings).map(([label, variables]) => ({
    label,
    ...attempt(program, [model, stepsText, ...rest], { ...variables, [SETTING]: label }),
  }))
  const timed = results.filter(({ error }) => error === undefined).sort((a, b) => a.ms - b.ms)
  const failed = results.filter(({ error }) => error !== undefined)
  const best = timed[0]
  if (!best) return fail(failed.map(({ label, error }) => `${label}: ${error}`).join('; '))
  finish({
    peer,
    model,
    msPerStep: Object.fromEntries(timed.map(({ label, ms }) => [label, round(ms)])),
    best: round(best.ms),
    peakMemoryBytes: best.peak,
    settings: { best: best.label, ...best.settings },
    ...(failed.length > 0 && {
      failed: Object.fromEntries(failed.map(({ label, error }) => [label, error])),
    }),
  })
}

/**
 * Times `step` after a warm-up. Slow programs stop early: after `seconds`, but never before one timed step.
 *
 * @param {() => Promise<number[]>} step  one training step; resolves to its losses when all its work is done
 * @param {number} steps
 * @param {{ warmUp?: number, seconds?: number }} [options]
 * @returns milliseconds per step and how many were timed
 * @throws Error when the last loss is not finite: such a step may be fast for the wrong reason
 */
export async function timeSteps(step, steps, { warmUp = 3, seconds = 10 } = {}) {
  for (let i = 0; i < warmUp; i++) await step()
  const start = performance.now()
  let timed = 0
  let losses = []
  do {
    losses = await step()
    timed++
  } while (timed < steps && performance.now() - start < seconds * 1e3)
  const ms = (performance.now() - start) / timed
  if (!losses.every(Number.isFinite))
    throw new Error(`after ${timed} steps the losses are ${losses.join(', ')}`)
  return { ms, timed }
}

/** One setting in its own process: what it measured, or what went wrong. */
function attempt(program, args, variables) {
  try {
    const output = execFileSync(process.execPath, [fileURLToPath(program), ...args], {
      env: { ...process.env, ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
    })
    return JSON.parse(output.trim().split('\n').at(-1))
  } catch (error) {
    return { error: tellingLine(String(error.stderr ?? '')) ?? error.message }
  }
}

/** Prints one JSON line and leaves, also when a framework's threads would keep the process alive. */
function finish(report) {
  process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit())
}

const round = (ms) => Number(ms.toPrecision(4))
