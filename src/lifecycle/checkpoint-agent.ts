// An agent in a checkpoint of TensorFlow, as Dopamine leaves it: what is needed to let it play, and its ONNX file.
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { prepareEnvironment, rulesNamed } from '../environments/index.ts'
import { decodeCheckpointIndex, readVariable } from '../formats/tensorflow-checkpoint.ts'
import { type DopamineAgent, dopamineAgent } from '../models/dopamine.ts'
import { packageVersion } from '../runs/node/machine.ts'
import { exportPolicy } from '../training/policy.ts'
import { ConfigError, DataError } from '../util/errors.ts'
import { FILES } from '../util/limits.ts'
import { readBytes } from '../util/node/read-file.ts'
import { INDEX } from './checkpoint-prefix.ts'
import { acting } from './networks.ts'
import { readGame } from './prepared.ts'

export interface CheckpointAgentOptions {
  /** The environment it plays; default `atari`. */
  readonly env?: string | undefined
  /** The file of the game. Default: the game that comes along, if it has as many actions */
  readonly rom?: string | undefined
}

/**
 * The agent of a checkpoint.
 *
 * @param prefix  what its files have in common, such as `tf_ckpt-199`
 * @throws DataError when a file is missing or damaged, or it is no agent for this game; ConfigError for another environment
 */
export async function openCheckpointAgent(
  prefix: string,
  { env = 'atari', rom }: CheckpointAgentOptions,
): Promise<DopamineAgent> {
  const { games } = rulesNamed(env)
  if (!games)
    throw new ConfigError(`the agent of a checkpoint plays atari; expected --env atari, got --env ${env}`)
  const chosen = await prepareEnvironment(env, { rom }, readGame)
  const index = decodeCheckpointIndex(await readBytes(prefix + INDEX, FILES.network), prefix + INDEX)
  const shards: Uint8Array[] = []
  for (const ending of index.shards) {
    if (!existsSync(prefix + ending))
      throw new DataError(
        `${prefix}${ending} is missing: a checkpoint is the files ${[INDEX, ...index.shards].map((each) => basename(prefix) + each).join(', ')} in one folder`,
      )
    shards.push(await readBytes(prefix + ending, FILES.network))
  }
  const { variables, source } = index
  return dopamineAgent(
    { source, shapes: variables, read: (name) => readVariable(index, name, shards) },
    {
      actions: rulesNamed(env, chosen.game).actions,
      environment: { name: env, options: { game: chosen.game, rom: chosen.rom } },
    },
  )
}

/** What the agent does, with its preprocessing and what its numbers mean, as the ONNX file of a policy. */
export function checkpointPolicy({ objective, arrays }: DopamineAgent, source: string): Uint8Array {
  const { act, box, metadata, documentation } = acting(objective)!
  return exportPolicy(
    act,
    arrays,
    {
      name: `policy of ${basename(source)}`,
      producer: { name: 'sparring', version: packageVersion() },
      documentation: `The agent of the checkpoint ${basename(source)}. ${documentation}`,
      metadata: { ...metadata, version: packageVersion() },
    },
    { dtype: box.dtype },
  )
}
