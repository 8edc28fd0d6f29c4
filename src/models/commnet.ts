// `commnet`: teams of agents who talk, at the levers or at a junction, and the same without a word.
import { z } from 'zod'
import { leverColumns, leverDraws, teamPeriod, teamPlay } from '../agents/index.ts'
import { type TeamRules, teamRulesOf } from '../environments/index.ts'
import { mul, reduceMax, reduceSum, sub } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import type { Network } from '../layers/network.ts'
import type { Objective } from '../objectives/objective.ts'
import { reinforce } from '../objectives/reinforce.ts'
import { taughtTeam } from '../objectives/taught-team.ts'
import { teamPolicyGradient } from '../objectives/team-policy-gradient.ts'
import { adam, globalClipnorm, type Optimizer, rmsprop, sgd } from '../optimizers/index.ts'
import { ConfigError } from '../util/errors.ts'
import { commNetwork } from './comm-network.ts'
import { cosineRate } from './cosine.ts'
import { defineModel } from './model.ts'

const positive = z.number().positive()
const options = z.object({
  task: z.enum(['levers', 'traffic']).default('levers').describe('what the team does'),
  learning: z
    .enum(['supervised', 'reinforce'])
    .optional()
    .describe(
      'told what each agent should have done, or from rewards alone (default: supervised at the levers; traffic has rewards only)',
    ),
  communication: z
    .enum(['on', 'off'])
    .default('on')
    .describe(
      'agents hear the mean of what the others have in mind, or each decides alone (independent control)',
    ),
  agents: z.int().min(2).max(50).default(5).describe('agents of a team, at the junction cars at most'),
  pool: z.int().min(2).max(100_000).default(500).describe('levers: agents of whom those who act are drawn'),
  width: z
    .int()
    .min(1)
    .max(4096)
    .optional()
    .describe('numbers that an agent has in mind, and says (default: 32 at the levers, 50 in traffic)'),
  spread: positive
    .optional()
    .describe(
      'levers: standard deviation of what agents have in mind at first (default: 0.1 with a teacher, 1 by reinforce, which learns nothing from less)',
    ),
  rounds: z.int().min(1).max(10).default(2).describe('rounds of speaking and thinking before they act'),
  optimizer: z
    .enum(['adam', 'sgd', 'rmsprop'])
    .optional()
    .describe('what makes updates of gradients (default: adam at the levers, rmsprop in traffic)'),
  learningRate: positive
    .optional()
    .describe(
      'learning rate at first (default: 0.003 of adam with a teacher, else 0.001; of sgd 10, as in the paper, with its clipping)',
    ),
  decay: z
    .enum(['cosine', 'none'])
    .optional()
    .describe(
      'how the learning rate falls: along a cosine to a hundredth at the last step, or not (default: cosine with adam, none with others)',
    ),
  clip: positive.optional().describe('largest norm of the gradient of all weights (default: 1; of sgd 0.01)'),
  entropy: z.number().min(0).default(0.01).describe('reinforce: weight of the entropy of choices'),
  baseline: z
    .number()
    .min(0)
    .lt(1)
    .default(0.99)
    .describe('levers, reinforce: share of the mean reward that stays at each step'),
  normalize: z
    .enum(['on', 'off'])
    .optional()
    .describe('reinforce: advantages are brought to mean 0 and deviation 1 (default: on, but off with sgd)'),
  valueWeight: z
    .number()
    .min(0)
    .default(0.03)
    .describe('traffic: weight of the squared error of what agents expect'),
  vision: z.int().min(0).max(3).default(0).describe('traffic: cells around it that a car sees; 0 is none'),
  easiest: z.number().min(0).max(1).default(0.1).describe('traffic: probability of arrivals at first'),
  arrival: z
    .number()
    .min(0)
    .max(1)
    .default(0.3)
    .describe('traffic: probability of arrivals at last, and when it is measured'),
  harderFrom: z
    .int()
    .min(0)
    .default(100)
    .describe('traffic: update after which arrivals become more frequent'),
  harderTo: z.int().min(0).default(200).describe('traffic: update after which they do no more'),
})
type Options = z.output<typeof options>
const USUAL = {
  levers: { learning: 'supervised', width: 32, optimizer: 'adam' },
  traffic: { learning: 'reinforce', width: 50, optimizer: 'rmsprop' },
} as const
/** Rewards tell less of where to go than a teacher does: steps are smaller. */
const rateOf = (optimizer: keyof typeof FACTORIES, learning: string): number =>
  optimizer === 'sgd' ? 10 : optimizer === 'adam' && learning === 'supervised' ? 0.003 : 0.001
const FACTORIES = { adam, rmsprop, sgd }

function settle(given: Options): Options {
  const usual = USUAL[given.task]
  const { learning = usual.learning, width = usual.width, optimizer = usual.optimizer } = given
  if (given.task === 'traffic' && learning === 'supervised')
    throw new ConfigError(
      'nobody can tell what each car should have done: --task traffic is learned by --learning reinforce, got supervised',
    )
  if (given.harderTo < given.harderFrom)
    throw new ConfigError(
      `expected arrivals to stop becoming more frequent after they begin to, got --harder-from ${given.harderFrom} and --harder-to ${given.harderTo}`,
    )
  const settled = {
    ...given,
    learning,
    width,
    optimizer,
    learningRate: given.learningRate ?? rateOf(optimizer, learning),
    spread: given.spread ?? (learning === 'supervised' ? 0.1 : 1),
    decay: given.decay ?? (optimizer === 'adam' ? ('cosine' as const) : ('none' as const)),
    clip: given.clip ?? (optimizer === 'sgd' ? 0.01 : 1),
    normalize: given.normalize ?? (optimizer === 'sgd' ? ('off' as const) : ('on' as const)),
  }
  rulesOf(settled)
  return settled
}

/** The rules of the task. @throws ConfigError for options that it cannot have */
const rulesOf = (given: Options): TeamRules => teamRulesOf(given.task, taskOptions(given))

const taskOptions = ({ task, agents, pool, vision, easiest, arrival }: Options) =>
  task === 'levers' ? { agents, pool } : { cars: agents, vision, arrival: [easiest, arrival] }

function networkOf(given: Options, { observation, actions }: TeamRules): Network {
  const { task, agents, pool, rounds, communication, width = USUAL[task].width } = given
  const common = { agents, width, rounds, actions: actions.length, communicates: communication === 'on' }
  return task === 'levers'
    ? commNetwork({
        ...common,
        given: { ids: pool, spread: given.spread! },
        hidden: [3 * width, 3 * width],
        activation: 'linear',
        expects: false,
        mayBeAway: false,
      })
    : commNetwork({
        ...common,
        given: { observation: observation.shape },
        hidden: [],
        activation: 'tanh',
        expects: true,
        mayBeAway: true,
      })
}

/** (Different levers - 1) / (agents - 1) of each team, of `[n, agents, levers]` that are 1 where an agent pulls a lever. */
export const leverReward = (pulled: Value): Value =>
  mul(sub(reduceSum(reduceMax(pulled, { axes: [1] }), { axes: [1] }), 1), 1 / (pulled.shape[1]! - 1))

/** @param updates  in the whole training, where that is known */
function optimizerOf(
  { optimizer = 'adam', learningRate, decay, clip }: Options,
  updates: number | undefined,
): Optimizer {
  const rate = decay === 'cosine' ? cosineRate(learningRate!, updates) : learningRate!
  return globalClipnorm(FACTORIES[optimizer]({ learningRate: rate }), clip!)
}

function learns(given: Options, rules: TeamRules, steps: number | undefined): Objective<'team'> {
  const updates = steps && given.task === 'traffic' ? steps / teamPeriod(rules) : steps
  const common = { name: 'commnet', team: networkOf(given, rules), optimizer: optimizerOf(given, updates) }
  const { learning, entropy, baseline, normalize, valueWeight } = given
  if (given.task === 'traffic')
    return teamPolicyGradient({
      ...common,
      period: teamPeriod(rules),
      entropy,
      valueWeight,
      score: rules.measures[0]!.label.toLowerCase(),
    })
  return learning === 'supervised'
    ? taughtTeam({ ...common, target: 'rank', reward: leverReward })
    : reinforce({ ...common, reward: leverReward, entropy, baseline, normalize: normalize === 'on' })
}

/** Sukhbaatar, Szlam & Fergus 2016, arXiv:1605.07736, with widths and numbers of steps for a laptop. */
export const commnet = defineModel<typeof options>({
  name: 'commnet',
  description: 'agents who learn what to say to each other (CommNet), at levers or at a junction',
  defaults: { steps: 10_000, batchSize: 64, sampleEvery: 0, checkpointEvery: 5000 },
  madeFor: { columns: leverColumns({ agents: 5 }) },
  options,
  settle,
  source(given) {
    const rules = rulesOf(given)
    return given.task === 'levers'
      ? leverDraws({ agents: given.agents, pool: given.pool })
      : teamPlay({
          rules,
          normalize: given.normalize !== 'off',
          curriculum: { from: given.harderFrom, to: given.harderTo },
        })
  },
  objective(given, { steps }) {
    const settled = settle(given)
    const task = { name: settled.task, options: taskOptions(settled) }
    return {
      ...learns(settled, rulesOf(settled), steps),
      offers: {
        decide: { network: 'team', output: 'logits', task, meaning: 'logits of the actions of each agent' },
        speak: { network: 'team', output: 'messages', task, meaning: 'what each agent says in each round' },
      },
      pictures: [{ kind: 'team' }],
    }
  },
})
