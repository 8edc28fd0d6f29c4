// Agents: networks for what environments show, options that all of them have, and the three that learn the worth of actions.
import { z } from 'zod'
import { checkMemorySize, experienceColumns, experienceSource } from '../agents/index.ts'
import { ENVIRONMENTS, makeEnvironment, prepareEnvironment, rulesNamed } from '../environments/index.ts'
import { add, reduceMean, reshape, sub } from '../graph/build.ts'
import { conv2D, dense, flatten, type Layer } from '../layers/index.ts'
import { type Network, network } from '../layers/network.ts'
import { qLearning } from '../objectives/q-learning.ts'
import { expectedValues, returnDistributions, type ValueKind } from '../objectives/q-values.ts'
import { adam } from '../optimizers/index.ts'
import type { Shape } from '../util/shape.ts'
import { defineModel, type ModelDefinition } from './model.ts'
import { isPicture, natureLayers } from './nature-dqn.ts'

const share = z.number().min(0).max(1)
const names = ENVIRONMENTS.map(({ name }) => name) as [string, ...string[]]
/** Of machines that play several. */
const games = ENVIRONMENTS.flatMap((each) => Object.keys(each.games ?? {})) as [string, ...string[]]

/** What all of them have; defaults are those of Dopamine's agents on MinAtar but where it is said otherwise. */
const common = {
  env: z.enum(names).default('space-invaders').describe('the game that it learns to play'),
  game: z
    .enum(games)
    .optional()
    .describe('with --env atari: which game (default: that of --rom, or sky-lanes, which comes along)'),
  rom: z
    .string()
    .min(1)
    .optional()
    .meta({
      title: 'file',
      description:
        "with --env atari: your own file of a game's cartridge (default: none, where the game comes along)",
    }),
  actions: z
    .enum(['all', 'minimal'])
    .default('all')
    .describe(
      'actions that it may take: all of the family, or the minimal set that does something in this game',
    ),
  sticky: share
    .lt(1)
    .optional()
    .describe(
      'probability that a step repeats the action of the step before (default: that of the game, 0.1 for those of MinAtar)',
    ),
  copies: z
    .int()
    .min(1)
    .max(256)
    .default(4)
    .describe('games that are played at once, each a frame before every update'),
  memory: z.int().min(100).max(5_000_000).default(100_000).describe('frames that are remembered'),
  learningStarts: z.int().min(0).default(1000).describe('frames that are played by chance before it learns'),
  gamma: share
    .lt(1)
    .default(0.99)
    .describe('what a reward of the next frame is worth beside one of this frame'),
  learningRate: z.number().positive().default(2.5e-4).describe('learning rate of Adam'),
  adamEpsilon: z.number().positive().default(3.125e-4).describe("added to the root of Adam's mean square"),
  targetEvery: z
    .int()
    .min(1)
    .default(250)
    .describe('updates after which the target network becomes a copy of the one that learns'),
  explore: z
    .int()
    .min(1)
    .default(100_000)
    .describe('frames in which the probability of an action by chance falls from 1 to its last value'),
  lastEpsilon: share.default(0.01).describe('the last probability of an action by chance, while it learns'),
}
const ways = {
  nStep: z.int().min(1).max(50).describe('frames of a transition, whose rewards are summed'),
  double: z
    .boolean()
    .describe('the learning network chooses the action whose worth the target network tells'),
  dueling: z.boolean().describe('the worth of what is seen and that of each action are learned apart'),
  priority: share.describe(
    'power to which priorities are raised when transitions are drawn; 0 draws all alike',
  ),
  correction: share.describe('how much of that is made up for by weights in the loss; 1 is all'),
}
const atoms = {
  atoms: z.int().min(2).max(1001).default(51).describe('returns whose probabilities are learned'),
  lowest: z.number().default(0).describe('the lowest of these returns'),
  highest: z.number().default(50).describe('the highest of these returns'),
}

/** Layers from an observation to features: those of Atari for pictures, a convolution for what lies on a small grid, as in MinAtar's own agents, two dense layers for a few numbers. */
const trunk = (shape: Shape): Layer[] =>
  isPicture(shape)
    ? natureLayers()
    : shape.length === 3
      ? [
          conv2D({ filters: 16, kernelSize: 3, padding: 'valid', activation: 'relu' }),
          flatten(),
          dense({ units: 128, activation: 'relu', name: 'features' }),
        ]
      : [
          dense({ units: 128, activation: 'relu' }),
          dense({ units: 128, activation: 'relu', name: 'features' }),
        ]

export interface ActionNetworkOptions {
  /** Of an observation. */
  readonly observation: Shape
  readonly actions: number
  /** Numbers for each action; default 1. */
  readonly perAction?: number
  /** Wang et al. 2016, arXiv:1511.06581: the mean over actions is learned apart from what each is better or worse. Default false. */
  readonly dueling?: boolean
  /** From an observation to features. Default: by its shape */
  readonly layers?: readonly Layer[]
}

/** From an observation `[n, ...shape]` to numbers for each action, `[n, actions * perAction]`. */
export function actionNetwork({
  observation,
  actions,
  perAction = 1,
  dueling = false,
  layers = trunk(observation),
}: ActionNetworkOptions): Network {
  const advantage = dense({ units: actions * perAction, name: dueling ? 'advantage' : 'values' })
  const value = dense({ units: perAction, name: 'value' })
  return network('online', { observation }, (given, apply) => {
    const features = apply(layers, given.observation!)
    const each = apply(advantage, features)
    if (!dueling) return { values: each }
    const [n] = each.shape as [number]
    const apart = reshape(each, [n, actions, perAction])
    const centred = sub(apart, reduceMean(apart, { axes: [1], keepdims: true }))
    const whole = add(reshape(apply(value, features), [n, 1, perAction]), centred)
    return { values: reshape(whole, [n, actions * perAction]) }
  })
}

interface AgentOptions {
  readonly name: string
  readonly description: string
  /** Defaults of what such agents differ in. */
  readonly ways: {
    readonly nStep: number
    readonly double: boolean
    readonly dueling: boolean
    readonly priority: number
    readonly correction: number
  }
  /** What it learns about actions: the mean return, or how probable each is. */
  readonly learns: 'means' | 'distributions'
}

/** An agent that learns what actions are worth. */
function agent({ name, description, ways: usual, learns }: AgentOptions): ModelDefinition {
  const options = z.object({
    ...common,
    nStep: ways.nStep.default(usual.nStep),
    double: ways.double.default(usual.double),
    dueling: ways.dueling.default(usual.dueling),
    priority: ways.priority.default(usual.priority),
    correction: ways.correction.default(usual.correction),
    ...(learns === 'distributions' ? atoms : {}),
  })
  type Options = z.output<typeof options> & Partial<z.output<z.ZodObject<typeof atoms>>>
  const kindOf = ({ atoms: count = 51, lowest = 0, highest = 50 }: Options): ValueKind =>
    learns === 'means' ? expectedValues : returnDistributions({ atoms: count, low: lowest, high: highest })
  const { observation } = rulesNamed('space-invaders')
  /** What would fail when the first game is played. */
  function settle(given: z.output<typeof options>): z.output<typeof options> {
    const { memory, copies, nStep, env, game, actions, sticky } = given
    kindOf(given as Options)
    checkMemorySize({ capacity: memory, copies, nStep, observation: rulesNamed(env, game).observation })
    makeEnvironment(env, { actions, sticky, game })
    return given
  }
  return defineModel<typeof options>({
    name,
    description,
    defaults: { steps: 62_500, batchSize: 32, sampleEvery: 0, checkpointEvery: 12_500 },
    madeFor: { columns: experienceColumns({ observation, copies: 4 }) },
    options,
    settle,
    async prepare(given, read) {
      const chosen = await prepareEnvironment(given.env, { game: given.game, rom: given.rom }, read)
      return { ...given, ...chosen }
    },
    source: ({ env, game, actions, sticky, copies, memory, learningStarts, gamma, ...rest }) =>
      experienceSource({
        name: env,
        make: () => makeEnvironment(env, { actions, sticky, game }),
        observation: rulesNamed(env, game).observation,
        clip: rulesNamed(env, game).clip,
        copies,
        capacity: memory,
        learningStarts,
        gamma,
        nStep: rest.nStep,
        alpha: rest.priority,
        beta: rest.correction,
        epsilon: { first: 1, last: rest.lastEpsilon, steps: rest.explore },
      }),
    objective(given) {
      const kind = kindOf(given as Options)
      const { observation: shown, actions, minimal } = rulesNamed(given.env, given.game)
      const learned = qLearning({
        name,
        online: actionNetwork({
          observation: shown.shape,
          actions: (given.actions === 'all' ? actions : minimal).length,
          perAction: kind.perAction,
          dueling: given.dueling,
        }),
        kind,
        optimizer: adam({ learningRate: given.learningRate, epsilon: given.adamEpsilon }),
        targetEvery: given.targetEvery,
        double: given.double,
      })
      const { env: played, sticky, game, rom } = given
      const environment = { name: played, options: { actions: given.actions, sticky, game, rom } }
      return { ...learned, offers: { act: { ...learned.offers!.act!, environment } } }
    },
  })
}

/** Mnih et al. 2015, with Adam. */
export const dqn = agent({
  name: 'dqn',
  description: 'an agent that learns the mean return of every action (deep Q-network)',
  ways: { nStep: 1, double: false, dueling: false, priority: 0, correction: 0 },
  learns: 'means',
})
/** Bellemare, Dabney and Munos 2017. */
export const c51 = agent({
  name: 'c51',
  description: 'an agent that learns how probable each return of every action is',
  ways: { nStep: 1, double: false, dueling: false, priority: 0, correction: 0 },
  learns: 'distributions',
})
/** Hessel et al. 2018, arXiv:1710.02298, without noisy layers. */
export const rainbow = agent({
  name: 'rainbow',
  description:
    'an agent of many improvements together: distributions, several steps, priorities, double and dueling',
  ways: { nStep: 3, double: true, dueling: true, priority: 0.5, correction: 0.5 },
  learns: 'distributions',
})
