// PQN: the fast agent, which learns from what many copies of a game have just played.
import { z } from 'zod'
import { rolloutColumns, rolloutSource, updatesOf } from '../agents/index.ts'
import { rulesNamed } from '../environments/index.ts'
import { pqn as objectiveOf } from '../objectives/pqn.ts'
import { globalClipnorm, radam } from '../optimizers/index.ts'
import { actionNetwork } from './action-network.ts'
import { AGENT_DEFAULTS } from './agent.ts'
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
import { defineModel } from './model.ts'

const options = z.object({
  ...played,
  ...learned,
  copies: z.int().min(1).max(4096).default(128).describe('games that are played at once'),
  rollout: z
    .int()
    .min(1)
    .max(4096)
    .default(32)
    .describe('frames of each of them that are played before anything is learned from them'),
  epochs: z.int().min(1).max(100).default(2).describe('how often all of these frames are seen'),
  lambda: share
    .default(0.65)
    .describe('how much longer returns count beside those of one frame and the value after it'),
  learningRate: z
    .number()
    .positive()
    .default(5e-4)
    .describe('learning rate of RAdam, which falls to 0 over the training'),
  clipNorm: z.number().positive().default(10).describe('length that the gradients of an update have at most'),
  explore: z
    .int()
    .min(1)
    .default(100_000)
    .describe('frames in which the probability of an action by chance falls from 1 to its last value'),
  lastEpsilon: learned.lastEpsilon.default(0.05),
})

/** Gallici et al. 2025, arXiv:2407.04811, with the authors' settings for MinAtar. */
export const pqn = defineModel<typeof options>({
  name: 'pqn',
  description: 'the fast agent: many games at once, no memory, normalized layers',
  // 250,000 frames: 64 updates for every 4,096.
  defaults: { ...AGENT_DEFAULTS, steps: 3904, batchSize: 128, checkpointEvery: 640, evaluateEvery: 1024 },
  madeFor: { columns: rolloutColumns(rulesNamed('space-invaders')) },
  options,
  settle(given) {
    environmentFor(given)
    return given
  },
  files: GAME_FILES,
  prepare: prepareGame,
  source: ({ copies, rollout, epochs, gamma, lambda, lastEpsilon, explore, ...rest }) =>
    rolloutSource({
      name: gameCalled(rest),
      make: () => environmentFor(rest),
      ...portsFor(rest),
      copies,
      steps: rollout,
      epochs,
      gamma,
      lambda,
      epsilon: { first: 1, last: lastEpsilon, steps: explore },
    }),
  objective(given, { steps, batchSize }) {
    if (batchSize !== undefined)
      updatesOf({ copies: given.copies, steps: given.rollout, epochs: given.epochs }, batchSize)
    const { observation, actions } = portsFor(given)
    const falling = (update: number): number => given.learningRate * Math.max(0, 1 - update / steps!)
    const made = objectiveOf({
      name: 'pqn',
      online: actionNetwork({ observation: observation.shape, actions, normalized: true }),
      optimizer: globalClipnorm(
        radam({ learningRate: steps === undefined ? given.learningRate : falling }),
        given.clipNorm,
      ),
    })
    return { ...made, offers: { act: { ...made.offers!.act!, ...actingIn(given) } } }
  },
})
