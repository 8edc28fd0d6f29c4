// Who plays: the agent of a run, or of a checkpoint of TensorFlow.
import { basename, dirname, join } from 'node:path'
import type { Objective } from '../objectives/objective.ts'
import type { Engine, StateArrays } from '../runtime/engine.ts'
import { nodeEngine } from '../runtime/node.ts'
import { ConfigError } from '../util/errors.ts'
import { type CheckpointAgentOptions, openCheckpointAgent, policyFile } from './checkpoint-agent.ts'
import { checkpointPrefix } from './checkpoint-prefix.ts'
import { withEngine } from './look.ts'

export interface Player {
  /** What it is called in messages. */
  readonly called: string
  readonly objective: Objective
  readonly arrays: StateArrays
  readonly engine: Engine
  /** The folder for what it leaves, unless somebody names one. */
  readonly folder: string
  /** Its ONNX file, where it has none yet; for actions of these names. */
  readonly file?: (actions: readonly string[]) => Uint8Array
}

/**
 * Opens whoever plays, for as long as `work` takes.
 *
 * @param given  folder of a run, or a checkpoint by what its files have in common
 * @throws ConfigError for an environment that is not that of the run
 */
export async function withPlayer<Result>(
  given: string,
  options: CheckpointAgentOptions,
  work: (player: Player) => Promise<Result>,
): Promise<Result> {
  const prefix = checkpointPrefix(given)
  if (prefix === undefined)
    return withEngine(given, ({ run, objective, arrays, engine }) => {
      const { env } = options
      const own = objective.offers?.act?.environment?.name
      if (env !== undefined && own !== undefined && env !== own)
        throw new ConfigError(
          `the agent of ${given} learned ${own}; expected no other environment, got --env ${env}`,
        )
      return work({
        ...{ objective, arrays, engine },
        called: run.config.model,
        folder: join(given, 'play'),
      })
    })
  const agent = await openCheckpointAgent(prefix, options)
  const engine = await nodeEngine()
  try {
    return await work({
      ...{ objective: agent.objective, arrays: agent.arrays, engine },
      called: basename(prefix),
      folder: join(dirname(prefix), `${basename(prefix)}-play`),
      file: (actions) => policyFile(agent, { source: prefix, actions }),
    })
  } finally {
    await engine.close()
  }
}
