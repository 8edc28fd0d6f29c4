// Agents that remember what they played and learn the worth of actions from it.
import { z } from 'zod'
import { checkMemorySize, experienceColumns, experienceSource } from '../agents/index.ts'
import { rulesNamed } from '../environments/index.ts'
import { qLearning } from '../objectives/q-learning.ts'
import { expectedValues, returnDistributions, type ValueKind } from '../objectives/q-values.ts'
import { adam } from '../optimizers/index.ts'
import { actionNetwork } from './action-network.ts'
import {
  actingIn,
  environmentFor,
  GAME_FILES,
  gameCalled,
  learned,
  played,
  portsFor,
  prepareGame,
  share,
} from './agent-options.ts'
import { byGame, withUsual } from './agent-usual.ts'
import { defineModel, type ModelDefinition, type TrainingDefaults } from './model.ts'

/** What all of them have; defaults are those of Dopamine's agents on MinAtar but where it is said otherwise. */
const common = {
  ...played,
  ...learned,
  copies: z
    .int()
    .min(1)
    .max(256)
    .default(4)
    .describe('games that are played at once, each a frame before every update'),
  memory: z.int().min(100).max(5_000_000).default(100_000).describe('frames that are remembered'),
  learningStarts: byGame(
    'learningStarts',
    z.int().min(0),
    'frames that are played by chance before it learns',
  ),
  learningRate: byGame('learningRate', z.number().positive(), 'learning rate of Adam'),
  adamEpsilon: byGame('adamEpsilon', z.number().positive(), "added to the root of Adam's mean square"),
  targetEvery: byGame(
    'targetEvery',
    z.int().min(1),
    'updates after which the target network becomes a copy of the one that learns',
  ),
  explore: byGame(
    'explore',
    z.int().min(1),
    'frames in which the probability of an action by chance falls from 1 to its last value; without meaning where layers are noisy',
  ),
  lastEpsilon: learned.lastEpsilon.default(0.01),
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
  noisy: z
    .boolean()
    .describe('dense layers have noise of a size that is learned, and explore by it instead of by chance'),
  noise: z.number().min(0).describe('size of that noise at first, times the root of the inputs of a layer'),
}
const atoms = {
  atoms: z.int().min(2).max(1001).default(51).describe('returns whose probabilities are learned'),
  lowest: byGame('lowest', z.number(), 'the lowest of these returns'),
  highest: byGame('highest', z.number(), 'the highest of these returns'),
}

/** What trainings of agents are like. */
export const AGENT_DEFAULTS: TrainingDefaults = {
  steps: 62_500,
  batchSize: 32,
  sampleEvery: 0,
  // The studio plays with the newest checkpoint.
  checkpointEvery: 5000,
  evaluateEvery: 12_500,
}

interface AgentOptions {
  readonly name: string
  readonly description: string
  /** Defaults of what such agents differ in. */
  readonly ways: Readonly<z.output<z.ZodObject<typeof ways>>>
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
    noisy: ways.noisy.default(usual.noisy),
    noise: ways.noise.default(usual.noise),
    ...(learns === 'distributions' ? atoms : {}),
  })
  type Options = z.output<typeof options>
  const complete = (given: Options) => withUsual(given, Object.keys(options.shape))
  const kindOf = (settled: ReturnType<typeof complete>): ValueKind => {
    if (learns === 'means') return expectedValues
    const {
      atoms: count,
      lowest: low,
      highest: high,
    } = settled as typeof settled & { readonly atoms: number }
    return returnDistributions({ atoms: count, low, high })
  }
  /** Completes, and fails for what would fail when the first game is played. */
  function settle(given: Options): Options {
    const settled = complete(given)
    const { memory, copies, nStep } = settled
    kindOf(settled)
    checkMemorySize({ capacity: memory, copies, nStep, observation: portsFor(settled).observation })
    environmentFor(settled)
    return settled
  }
  return defineModel<typeof options>({
    name,
    description,
    defaults: AGENT_DEFAULTS,
    madeFor: {
      columns: experienceColumns({ observation: rulesNamed('space-invaders').observation, copies: 4 }),
    },
    options,
    settle,
    files: GAME_FILES,
    prepare: prepareGame,
    source(given) {
      const { copies, memory, learningStarts, gamma, noisy, lastEpsilon, explore, ...rest } = complete(given)
      return experienceSource({
        name: gameCalled(rest),
        make: () => environmentFor(rest),
        observation: portsFor(rest).observation,
        clip: portsFor(rest).clip,
        copies,
        capacity: memory,
        learningStarts,
        gamma,
        nStep: rest.nStep,
        alpha: rest.priority,
        beta: rest.correction,
        // As Dopamine's full Rainbow: what is left of chance stays as it is.
        epsilon: { first: noisy ? lastEpsilon : 1, last: lastEpsilon, steps: explore },
      })
    },
    objective(asked) {
      const given = complete(asked)
      const kind = kindOf(given)
      const { observation, actions } = portsFor(given)
      const learnedBy = qLearning({
        name,
        online: actionNetwork({
          observation: observation.shape,
          actions,
          perAction: kind.perAction,
          dueling: given.dueling,
          noise: given.noisy ? given.noise : undefined,
        }),
        kind,
        optimizer: adam({ learningRate: given.learningRate, epsilon: given.adamEpsilon }),
        targetEvery: given.targetEvery,
        double: given.double,
        noisy: given.noisy,
      })
      return {
        ...learnedBy,
        offers: { act: { ...learnedBy.offers!.act!, ...actingIn(given, kind.returns) } },
      }
    },
  })
}

const plain = {
  nStep: 1,
  double: false,
  dueling: false,
  priority: 0,
  correction: 0,
  noisy: false,
  noise: 0.5,
}

/** Mnih et al. 2015, with Adam. */
export const dqn = agent({
  name: 'dqn',
  description: 'an agent that learns the mean return of every action (deep Q-network)',
  ways: plain,
  learns: 'means',
})
/** Bellemare, Dabney and Munos 2017. */
export const c51 = agent({
  name: 'c51',
  description: 'an agent that learns how probable each return of every action is',
  ways: plain,
  learns: 'distributions',
})
const many = { nStep: 3, double: true, dueling: true, priority: 0.5, correction: 0.5 }
/** Hessel et al. 2018, arXiv:1710.02298, without noisy layers. */
export const rainbow = agent({
  name: 'rainbow',
  description:
    'an agent of many improvements together: distributions, several steps, priorities, double and dueling',
  ways: { ...plain, ...many },
  learns: 'distributions',
})
/** All of Hessel et al. 2018, as Dopamine's `full_rainbow`: noise that begins at 0.1 / √inputs, and a constant rest of chance. */
export const fullRainbow = agent({
  name: 'full-rainbow',
  description: 'rainbow with all that its paper has: noisy layers explore instead of chance',
  ways: { ...plain, ...many, noisy: true, noise: 0.1 },
  learns: 'distributions',
})
