// How fast two checkouts train, in turns, and what their looks at a training cost it.
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { median } from '../../bench/summary.mjs'
import { train } from './checkouts.mjs'

/**
 * The pace of a run, without its first calls: networks are loaded there, and the length of a call is still being found.
 *
 * @param {readonly { step: number, seconds: number, at: string }[]} rows  of timings.jsonl
 * @param {number} steps  of the run; its first fifth is left out
 * @returns milliseconds per step in calls of the program, and all in all; steps from `first` to `last` are counted
 */
export function paceOf(rows, steps) {
  const from = rows.findIndex(({ step }) => step >= steps / 5)
  const counted = rows.slice(from + 1)
  if (from < 0 || counted.length === 0)
    throw new RangeError(`${rows.length} calls for ${steps} steps are too few to measure: give more steps`)
  const [begin, end] = [rows[from], counted.at(-1)]
  const count = end.step - begin.step
  const calls = (1000 * counted.reduce((sum, { seconds }) => sum + seconds, 0)) / count
  return {
    calls,
    all: (Date.parse(end.at) - Date.parse(begin.at)) / count,
    first: begin.step,
    last: end.step,
  }
}

/** How many looks lie between the end of step `first` and that of step `last`; those after `last` are not timed. */
export const looksBetween = ({ first, last }, every) => Math.ceil(last / every) - Math.ceil(first / every)

const spread = (list, digits) =>
  `${median(list).toFixed(digits)} (${Math.min(...list).toFixed(digits)} to ${Math.max(...list).toFixed(digits)})`

/** Measures and prints; true at the end. Every round trains each way in both checkouts, and every second round the other one begins. */
export async function measureSpeed({ checkouts, models, data, stepsOf, looks, rounds }, place) {
  for (const model of models)
    for (const { name, flags } of data) {
      const steps = stepsOf(model)
      const every = Math.max(1, Math.floor(steps / 6))
      // A network that judges has no samples, one that is not asked to evaluate trains no classifier.
      const ways = ['nothing', ...looks.filter((look) => model !== 'classifier' || look === 'validate')]
      const paces = ways.map(() => checkouts.map(() => []))
      const measure = async (way, who) => {
        const folder = join(place, 'timed')
        const paced = ['sample', 'validate', 'evaluate'].flatMap((look) => [
          `--${look}-every`,
          ways[way] === look ? String(every) : '0',
        ])
        const args = [model, ...flags, '--steps', String(steps), '--checkpoint-every', '0', ...paced]
        const cpu = join(place, 'cpu')
        await train(checkouts[who], args, { folder, cache: join(place, `cache-${who}`), cpu })
        const rows = (await readFile(join(folder, 'timings.jsonl'), 'utf8'))
          .trim()
          .split('\n')
          .map(JSON.parse)
        await rm(folder, { recursive: true })
        return { ...paceOf(rows, steps), cpu: Number(await readFile(cpu, 'utf8')) }
      }
      for (let round = 0; round < Number(rounds); round++)
        for (const way of ways.keys())
          for (const who of round % 2 === 0 ? [0, 1] : [1, 0]) paces[way][who].push(await measure(way, who))
      report(`${model} on ${name}, ${steps} steps, ${rounds} rounds`, ways, paces, every)
    }
  return true
}

function report(title, ways, paces, every) {
  console.log(title)
  const show = (what, [before, after], digits) =>
    console.log(`  ${what.padEnd(46)} ${spread(before, digits)} before, ${spread(after, digits)} after`)
  ways.forEach((way, i) => {
    const looking = i === 0 ? 'alone' : `with ${way}`
    for (const [what, pick, digits] of [
      ['ms per step in calls', ({ calls }) => calls, 1],
      ['ms per step all in all', ({ all }) => all, 1],
      ['CPU seconds of the whole run', ({ cpu }) => cpu, 2],
    ]) {
      const both = paces[i].map((list) => list.map(pick))
      const ratios = both[1].map((number, round) => number / both[0][round])
      show(`${what}, ${looking}`, both, digits)
      console.log(`  ${'after / before'.padStart(46)} ${spread(ratios, 3)}`)
    }
    if (i === 0) return
    // Against the run of the same round that looked at nothing.
    const costs = (pick) =>
      paces[i].map((list, who) => list.map((pace, round) => pick(pace, paces[0][who][round])))
    const each = (pace, ms) => (ms * (pace.last - pace.first)) / looksBetween(pace, every)
    show(
      `ms for one ${way}, all in all`,
      costs((pace, alone) => each(pace, pace.all - alone.all)),
      0,
    )
    show(
      `ms for one ${way}, between calls`,
      costs((pace, alone) => each(pace, pace.all - pace.calls - (alone.all - alone.calls))),
      0,
    )
    show(
      `CPU ms for one ${way}, the first with what it loads`,
      costs(
        (pace, alone) =>
          (1000 * (pace.cpu - alone.cpu)) / (looksBetween({ first: 0, last: pace.last }, every) + 1),
      ),
      0,
    )
  })
}
