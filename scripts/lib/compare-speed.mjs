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
        await train(checkouts[who], args, { folder, cache: join(place, `cache-${who}`) })
        const rows = (await readFile(join(folder, 'timings.jsonl'), 'utf8'))
          .trim()
          .split('\n')
          .map(JSON.parse)
        await rm(folder, { recursive: true })
        return paceOf(rows, steps)
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
  ways.forEach((way, i) => {
    const [before, after] = paces[i]
    for (const [what, pick] of [
      ['in calls', ({ calls }) => calls],
      ['all in all', ({ all }) => all],
    ]) {
      const ratios = after.map((pace, round) => pick(pace) / pick(before[round]))
      const times = [before, after].map((list) => spread(list.map(pick), 1))
      console.log(
        `  ms per step ${what}, looking at ${way}: ${times[0]} before, ${times[1]} after, after / before ${spread(ratios, 3)}`,
      )
    }
    if (i === 0) return
    const costs = paces[i].map((list, who) =>
      list.map((pace, round) => {
        const alone = paces[0][who][round].all
        return ((pace.all - alone) * (pace.last - pace.first)) / looksBetween(pace, every)
      }),
    )
    console.log(`  one ${way} costs ms: ${spread(costs[0], 0)} before, ${spread(costs[1], 0)} after`)
  })
}
