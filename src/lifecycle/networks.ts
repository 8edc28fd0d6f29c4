// The ONNX files of a run's trained networks.
import { join } from 'node:path'
import type { Objective } from '../objectives/objective.ts'
import type { RunConfig } from '../runs/index.ts'
import type { RunFolder } from '../runs/node/index.ts'
import { packageVersion } from '../runs/node/machine.ts'
import type { StateArrays } from '../runtime/engine.ts'
import { exportNetwork } from '../training/sampler.ts'
import { DataError } from '../util/errors.ts'
import { checkpointArrays, newestCheckpoint, recordedObjective } from './recorded-run.ts'

/** What a network's file says about itself. */
function notes(objective: Objective, name: string, config: RunConfig, step: number) {
  const network = objective.networks[name]!
  const { input, output, meaning } = objective.ports[name]!
  const { sampler } = objective
  const latent = sampler?.network === name ? sampler.latent : undefined
  const distribution =
    latent &&
    (latent.distribution === 'uniform' ? `uniform [${latent.low}, ${latent.high})` : 'standard normal')
  const shape = (lengths: readonly number[]): string => `[N, ${lengths.join(', ')}]`
  return {
    name: `${config.model} ${name}`,
    producer: { name: 'sparring', version: packageVersion() },
    documentation:
      `The ${name} of a ${config.model} trained on ${config.data.name} for ${step + 1} steps. ` +
      `Input "${input}" ${shape(network.inputShape)}${distribution ? `, ${distribution}` : ''}; output "${output}" ${shape(network.outputShape)}${meaning ? `: ${meaning}` : ''}.`,
    metadata: {
      input,
      inputShape: shape(network.inputShape),
      ...(distribution ? { latent: distribution } : {}),
      output,
      outputShape: shape(network.outputShape),
      ...(meaning ? { outputMeaning: meaning } : {}),
      model: config.model,
      seed: String(config.settings.seed),
      data: config.data.name,
      dataHash: config.data.hash,
      step: String(step),
      version: packageVersion(),
    },
  }
}

/** The bytes of the networks' ONNX files, by file name. */
export function networkFiles(
  objective: Objective,
  config: RunConfig,
  arrays: StateArrays,
  step: number,
  names: readonly string[] = Object.keys(objective.networks),
): Record<string, Uint8Array> {
  return Object.fromEntries(
    names.map((name) => [
      `${name}.onnx`,
      exportNetwork(
        objective.networks[name]!,
        objective.ports[name]!,
        arrays,
        notes(objective, name, config, step),
      ),
    ]),
  )
}

/** Absolute paths of network files in a folder, by network name. */
export const networkPaths = (folder: string, files: Iterable<string>): Record<string, string> =>
  Object.fromEntries(Array.from(files, (file) => [file.replace(/\.onnx$/, ''), join(folder, file)]))

/**
 * One network of a run as an ONNX file, from the newest checkpoint.
 *
 * @throws DataError when there is no checkpoint yet or no such network
 */
export async function networkBytes(run: RunFolder, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const objective = recordedObjective(run.config)
  if (!Object.hasOwn(objective.networks, name))
    throw new DataError(
      `${run.config.model} has no network "${name}"; it has ${Object.keys(objective.networks).join(', ')}`,
    )
  const checkpoint = await newestCheckpoint(run)
  const files = networkFiles(
    objective,
    run.config,
    checkpointArrays(checkpoint, run.config, objective),
    checkpoint.step,
    [name],
  )
  return files[`${name}.onnx`]! as Uint8Array<ArrayBuffer>
}
