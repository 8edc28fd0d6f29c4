// An agent in a checkpoint of TensorFlow, as Dopamine leaves it: what is needed to let it play, and its ONNX file.
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { prepareEnvironment, rulesNamed } from '../environments/index.ts'
import { decodeCheckpointIndex, readVariable } from '../formats/tensorflow-checkpoint.ts'
import { type DopamineAgent, dopamineAgent } from '../models/dopamine.ts'
import { packageVersion } from '../runs/node/machine.ts'
import { exportNetwork } from '../training/inference.ts'
import { ConfigError, DataError } from '../util/errors.ts'
import { FILES } from '../util/limits.ts'
import { readBytes } from '../util/node/read-file.ts'
import { INDEX } from './checkpoint-prefix.ts'
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

/** The agent's network with its preprocessing and what its numbers mean, as an ONNX file. */
export const policyFile = (
  { policy, arrays, atoms }: DopamineAgent,
  { source, actions }: { readonly source: string; readonly actions: readonly string[] },
): Uint8Array =>
  exportNetwork(policy, arrays, {
    name: `policy of ${basename(source)}`,
    producer: { name: 'sparring', version: packageVersion() },
    documentation: `The agent of the checkpoint ${basename(source)}. Input "observation" [N, 84, 84, 4], grey values 0 to 255 of four steps, the newest last; output "values" [N, ${actions.length}], the mean return of each action${atoms > 1 ? `; output "probabilities" [N, ${actions.length}, ${atoms}] of returns from -10 to 10` : ''}.`,
    metadata: {
      actions: actions.join(' '),
      ...(atoms > 1 ? { atoms: String(atoms), lowest: '-10', highest: '10' } : {}),
      version: packageVersion(),
    },
  })
