// A policy at work: the newest weights of a run, or an ONNX file that was exported from one.
import { stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import type { Decide } from '../agents/index.ts'
import {
  arrayFor,
  type ChosenGame,
  type Environment,
  type EnvironmentOptions,
  makeEnvironment,
  type Observation,
  prepareEnvironment,
} from '../environments/index.ts'
import { offeredBy } from '../objectives/offer.ts'
import { decodeModel } from '../onnx/proto.ts'
import type { Engine } from '../runtime/engine.ts'
import { POLICY } from '../training/policy.ts'
import { ConfigError, DataError, messageOf } from '../util/errors.ts'
import { FILES } from '../util/limits.ts'
import { readBytes } from '../util/node/read-file.ts'
import { type CheckpointAgentOptions, checkpointPolicy, openCheckpointAgent } from './checkpoint-agent.ts'
import { checkpointPrefix } from './checkpoint-prefix.ts'
import { networkFiles, POLICY_FILE } from './networks.ts'
import { openOwnRun } from './own-code.ts'
import { readGame } from './prepared.ts'
import { checkpointArrays, newestCheckpoint, recordedObjective } from './recorded-run.ts'

/** What a policy's file says of itself. */
const METADATA = z.object({
  environment: z.string(),
  environmentOptions: z.record(z.string(), z.unknown()),
  actions: z.array(z.string()).min(1),
  returns: z.array(z.number()).min(2).optional(),
  model: z.string().optional(),
  step: z.string().optional(),
})

/** A policy that answers any number of observations at a time. */
export interface OpenPolicy extends z.output<typeof METADATA> {
  /** A copy of what it acts in. @param more  options that take the place of those it was trained with */
  make(more?: EnvironmentOptions): Environment
  readonly decide: Decide
  close(): Promise<void>
}

const json = (text: string | undefined): unknown => (text === undefined ? undefined : JSON.parse(text))

/** @throws DataError when the file is not that of a policy */
function metadataOf(bytes: Uint8Array, source: string): z.output<typeof METADATA> {
  const entries = (decodeModel(bytes).metadataProps ?? []).map(({ key = '', value = '' }) => [key, value])
  const { environmentOptions, actions, returns, ...rest } = Object.fromEntries(entries)
  try {
    return METADATA.parse({
      ...rest,
      environmentOptions: json(environmentOptions),
      actions: json(actions),
      returns: json(returns),
    })
  } catch (error) {
    throw new DataError(
      `${source}: expected the ONNX file of a policy, which says what it acts in (environment, environmentOptions, actions), got ${
        rest.environment === undefined ? 'one that says nothing of that' : messageOf(error)
      }; "sparring export <run> --network policy" writes one`,
    )
  }
}

/**
 * @param rom  the file of its game, where it is not where it was
 * @throws DataError when it does not fit its environment, or the game's file is not there
 */
export async function openPolicy(
  engine: Engine,
  bytes: Uint8Array,
  source: string,
  { rom }: Pick<ChosenGame, 'rom'> = {},
): Promise<OpenPolicy> {
  const said = metadataOf(bytes, source)
  const own = said.environmentOptions as EnvironmentOptions & ChosenGame
  const { game } = await prepareEnvironment(
    said.environment,
    { game: own.game, rom: rom ?? own.rom },
    readGame,
  )
  const make = (more: EnvironmentOptions = {}): Environment =>
    makeEnvironment(said.environment, { ...own, game, ...more })
  const { observationSpace, actionSpace } = make()
  if (actionSpace.names.join() !== said.actions.join())
    throw new DataError(
      `${source}: expected the actions ${actionSpace.names.join(', ')} of ${said.environment}, it has ${said.actions.join(', ')}`,
    )
  const size = arrayFor(observationSpace).length
  const model = await engine.load(bytes)
  if (!model.inputNames.includes(POLICY.observation) || !model.outputNames.includes(POLICY.values)) {
    await model.close()
    throw new DataError(
      `${source}: expected the input "${POLICY.observation}" and the output "${POLICY.values}", got ${model.inputNames.join(', ')} and ${model.outputNames.join(', ')}`,
    )
  }
  return {
    ...said,
    make,
    async decide(observations: Observation) {
      const shape = [observations.length / size, ...observationSpace.shape]
      // What is written anew by the next step.
      const made = await model.run({ [POLICY.observation]: { data: observations.slice(), shape } })
      return {
        values: made[POLICY.values]!.data as Float32Array,
        probabilities: made[POLICY.probabilities]?.data as Float32Array | undefined,
      }
    },
    close: () => model.close(),
  }
}

/** The file of a policy, and where what is made of it goes unless somebody says so. */
export interface PolicyBytes {
  readonly bytes: Uint8Array
  /** Folder beside which a folder `play` is natural. */
  readonly folder: string
  /** What it is called in messages. */
  readonly source: string
  /** Whether there is no such file yet. */
  readonly isNew?: boolean
}

/**
 * The policy of a run's newest checkpoint, of a checkpoint of TensorFlow, or the file itself.
 *
 * @param given  a run's folder, an ONNX file, or what the files of a checkpoint have in common
 * @throws ConfigError when the run's model does not act, or acts in another environment than is asked for
 */
export async function policyBytes(given: string, options: CheckpointAgentOptions = {}): Promise<PolicyBytes> {
  const prefix = checkpointPrefix(given)
  if (prefix !== undefined) {
    const agent = await openCheckpointAgent(prefix, options)
    const source = basename(prefix)
    return { bytes: checkpointPolicy(agent, prefix), folder: `${prefix}-play`, source, isNew: true }
  }
  if ((await stat(given)).isFile())
    return {
      bytes: await readBytes(given, FILES.network),
      folder: dirname(given),
      source: basename(given),
    }
  const run = await openOwnRun(given)
  const objective = recordedObjective(run.config)
  const learned = offeredBy(objective, 'act')?.environment
  if (!learned)
    throw new ConfigError(
      `a ${run.config.model} does not act in an environment; play needs a run of an agent, such as one of sparring train rainbow, or the policy.onnx of one`,
    )
  if (options.env !== undefined && options.env !== learned.name)
    throw new ConfigError(
      `the agent of ${given} learned ${learned.name}; expected no other environment, got --env ${options.env}`,
    )
  const checkpoint = await newestCheckpoint(run)
  const arrays = checkpointArrays(checkpoint, run.config, objective)
  const files = networkFiles(objective, run.config, arrays, checkpoint.step, [POLICY_FILE])
  return { bytes: files[`${POLICY_FILE}.onnx`]!, folder: run.folder, source: join(given, 'policy.onnx') }
}
