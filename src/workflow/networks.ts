// The ONNX files of a run's trained networks.
import { join } from 'node:path'
import type { Objective } from '../objectives/objective.ts'
import type { RunConfig } from '../runs/index.ts'
import type { StateArrays } from '../runtime/engine.ts'
import { exportNetwork } from '../training/sampler.ts'
import { packageVersion } from './machine.ts'

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

/** The bytes of every network's ONNX file, by file name. */
export function networkFiles(
  objective: Objective,
  config: RunConfig,
  arrays: StateArrays,
  step: number,
): Record<string, Uint8Array> {
  return Object.fromEntries(
    Object.entries(objective.networks).map(([name, network]) => [
      `${name}.onnx`,
      exportNetwork(network, objective.ports[name]!, arrays, notes(objective, name, config, step)),
    ]),
  )
}

/** Absolute paths of network files in a folder, by network name. */
export const networkPaths = (folder: string, files: Iterable<string>): Record<string, string> =>
  Object.fromEntries(Array.from(files, (file) => [file.replace(/\.onnx$/, ''), join(folder, file)]))
