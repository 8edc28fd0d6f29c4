// The figures of a team: what its agents say to each other, and what they do.
import {
  cellOf,
  drawnByLogits,
  playTeams,
  type TeamRules,
  type Teams,
  teamInputs,
  teamPolicyOf,
  teamRulesOf,
  teams,
} from '../environments/index.ts'
import { principalPlane } from '../metrics/index.ts'
import { functionOf, type OfferedFunction } from '../objectives/offer.ts'
import { choiceTables, junctionStrip, messageMap, type ReportFigure, type Said } from '../report/index.ts'
import { type OpenFunction, openFunction } from '../training/functions.ts'
import { formatCount, formatPercent } from '../util/format.ts'
import { randomStream } from '../util/random.ts'
import type { PictureContext, PictureMaker } from './picture-maker.ts'

/** A team's functions, ready for some teams at once. */
interface Asked {
  readonly rules: TeamRules
  readonly games: Teams
  readonly decide: OpenFunction
  readonly speak: OpenFunction
  /** Of what all agents see now. */
  readonly inputs: () => ReturnType<typeof teamInputs>
  /** `[rounds, agents, width]` of one team's messages. */
  readonly said: OfferedFunction['output']['shape']
  readonly seed: number
}

const softmax = (logits: Float32Array): number[] => {
  const most = Math.max(...logits)
  const raised = Array.from(logits, (x) => Math.exp(x - most))
  const sum = raised.reduce((a, b) => a + b, 0)
  return raised.map((x) => x / sum)
}

/** A message of round `round` from agent `agent` of team `team`. */
const messageAt = (
  messages: Float32Array,
  [rounds, agents, width]: readonly number[],
  team: number,
  round: number,
  agent: number,
): Float32Array => {
  const at = ((team * rounds! + round) * agents! + agent) * width!
  return messages.subarray(at, at + width!)
}

/** Messages as points of the plane in which they vary most. */
async function mapped(
  { engine }: PictureContext,
  messages: readonly Float32Array[],
  shares: readonly number[],
): Promise<{ said: Said[]; share: number }> {
  const [n, d] = [messages.length, messages[0]!.length]
  const data = new Float32Array(n * d)
  messages.forEach((message, i) => {
    data.set(message, i * d)
  })
  const { mean, directions, share } = await principalPlane(engine, { data, shape: [n, d] })
  const along = (message: Float32Array, axis: 0 | 1): number =>
    message.reduce((sum, x, k) => sum + (x - mean[k]!) * directions[axis][k]!, 0)
  return {
    said: messages.map((message, i) => ({ x: along(message, 0), y: along(message, 1), share: shares[i]! })),
    share,
  }
}

const AXES = ['first direction', 'second direction'] as const
/** Teams whose choices are shown. */
const TABLES = 8

async function leverFigures(context: PictureContext, asked: Asked): Promise<ReportFigure[]> {
  const { rules, games, decide, speak, inputs, said: shape, seed } = asked
  const [, agents] = shape as [number, number, number]
  games.reset(seed)
  const ids = Array.from(games.observations)
  const [messages, logits] = [await speak.run(inputs()), await decide.run(inputs())]
  const random = randomStream(seed, 'choices')
  const actions = rules.actions.length
  const rows = Array.from({ length: games.count }, (_, team) =>
    Array.from({ length: agents }, (__, i) =>
      logits.subarray((team * agents + i) * actions, (team * agents + i + 1) * actions),
    ),
  )
  const whose = (team: number): number[] => ids.slice(team * agents, (team + 1) * agents)
  const top = (rules.observation.high as number) || 1
  const title = 'What agents say'
  const figures: ReportFigure[] = []
  for (const round of [0, shape[0]! - 1].filter((each, i, all) => all.indexOf(each) === i)) {
    const everybody = Array.from({ length: games.count * agents }, (_, at) => {
      const [team, agent] = [Math.floor(at / agents), at % agents]
      // At first by who it is, later by its place among those who are there.
      const place = whose(team).filter((id) => id < whose(team)[agent]!).length
      return {
        message: messageAt(messages, shape, team, round, agent),
        share: round === 0 ? whose(team)[agent]! / top : place / (agents - 1),
      }
    })
    const { said, share } = await mapped(
      context,
      everybody.map(({ message }) => message),
      everybody.map((each) => each.share),
    )
    const ends =
      round === 0 ? (['agent 0', `agent ${top}`] as const) : (['lowest of its team', 'highest'] as const)
    figures.push({
      name: `messages-round-${round + 1}`,
      title: `${title} in round ${round + 1}`,
      caption: `${formatCount(said.length)} messages of ${formatCount(games.count)} teams, as points of the plane in which they vary most (${formatPercent(share)} of their variance); ${round === 0 ? 'the colour is the number of who says it, who knows nothing else yet' : 'the colour is the place of who says it among those of its team, whom it has heard by now'}. Weights of step ${formatCount(context.step)}.`,
      alt: `Messages of round ${round + 1} as points of a plane`,
      svg: messageMap(said, { title: `${title}, round ${round + 1}`, labels: AXES, ends }),
    })
  }
  const tables = rows.slice(0, TABLES).map((team, at) => {
    const order = whose(at)
      .map((id, i) => [id, i] as const)
      .sort(([a], [b]) => a - b)
    return {
      names: order.map(([id]) => String(id)),
      probabilities: order.map(([, i]) => softmax(team[i]!)),
      actions: order.map(([, i]) => drawnByLogits(team[i]!, random)),
    }
  })
  figures.push({
    name: 'choices',
    title: 'What agents choose',
    caption: `${TABLES} teams: a row for each agent by its number, a column for each lever, darker the more probable; a ring is what was drawn. Weights of step ${formatCount(context.step)}.`,
    alt: `Probabilities of levers for the agents of ${TABLES} teams`,
    wide: true,
    svg: choiceTables(tables, { title: 'What agents choose' }),
  })
  return figures
}

/** Steps of an episode that are shown. */
const SHOWN = 12

async function trafficFigures(context: PictureContext, asked: Asked): Promise<ReportFigure[]> {
  const { rules, games, decide, speak, inputs, said: shape, seed } = asked
  const [rounds, agents] = shape as [number, number, number]
  const features = rules.observation.shape[0]!
  const side = (rules.observation.names ?? []).filter((name) => name.startsWith('gone')).length
  const seen: { step: number; cars: { row: number; column: number; agent: number; norm: number }[] }[] = []
  const done: Int32Array[] = []
  const policy = teamPolicyOf(() => decide.run(inputs()))
  await playTeams(
    games,
    async (now, random) => {
      const actions = await policy(now, random)
      done.push(actions)
      return actions
    },
    seed,
    async (step) => {
      const messages = await speak.run(inputs())
      const cars = Array.from({ length: agents }, (_, agent) => {
        const view = games.observations.subarray(agent * features, (agent + 1) * features)
        const [row, column] = cellOf(view[0] ? 0 : 1, view.subarray(2, 2 + side).indexOf(1), side)
        return { row, column, agent, norm: Math.hypot(...messageAt(messages, shape, 0, rounds - 1, agent)) }
      }).filter(({ agent }) => games.present[agent])
      seen.push({ step, cars })
    },
  )
  // The steps with most cars in a row.
  const busy = (from: number): number =>
    seen.slice(from, from + SHOWN).reduce((sum, { cars }) => sum + cars.length, 0)
  const from = Array.from({ length: Math.max(1, seen.length - SHOWN + 1) }, (_, i) => i).reduce((best, at) =>
    busy(at) > busy(best) ? at : best,
  )
  const loudest = Math.max(1e-9, ...seen.flatMap(({ cars }) => cars.map(({ norm }) => norm)))
  const steps = seen.slice(from, from + SHOWN).map(({ step, cars }) => ({
    step,
    cars: cars.map(({ row, column, agent, norm }) => ({
      ...{ row, column, loudness: norm / loudest, brakes: done[step]![agent] === 1 },
      collided: cars.some((other) => other.agent !== agent && other.row === row && other.column === column),
    })),
  }))
  return [
    {
      name: 'junction',
      title: 'Cars at the junction',
      caption: `${steps.length} steps of an episode with arrivals at their full rate. A larger dot says more: the norm of its last message. Weights of step ${formatCount(context.step)}.`,
      alt: `Cars on two roads that cross, at ${steps.length} steps`,
      wide: true,
      svg: junctionStrip(steps, { side, title: 'Cars at the junction' }),
    },
  ]
}

/** Of each task: how many teams are asked at once, and what is drawn. */
const FIGURES: Readonly<
  Record<
    string,
    { readonly count: number; draw(context: PictureContext, asked: Asked): Promise<ReportFigure[]> }
  >
> = {
  levers: { count: 200, draw: leverFigures },
  traffic: { count: 1, draw: trafficFigures },
}

export const teamPictures: PictureMaker = async (context) => {
  const { objective, weights, run } = context
  const [decide, speak] = [functionOf(objective, 'decide'), functionOf(objective, 'speak')]
  const { name, options } = decide.task!
  const figures = FIGURES[name]
  if (!figures) return []
  const rules = teamRulesOf(name, options)
  const games = teams(rules, figures.count)
  const opened = [
    await openFunction(weights, decide, figures.count),
    await openFunction(weights, speak, figures.count),
  ] as const
  try {
    return await figures.draw(context, {
      rules,
      games,
      decide: opened[0],
      speak: opened[1],
      inputs: () => teamInputs(decide.of.inputs, games),
      said: speak.output.shape,
      seed: run.config.settings.seed,
    })
  } finally {
    for (const each of opened) await each.close()
  }
}
