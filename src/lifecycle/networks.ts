// The ONNX files of a run's trained networks.
import { basename, join } from 'node:path'
import type { Port } from '../layers/ports.ts'
import type { Objective } from '../objectives/objective.ts'
import type { Draw } from '../objectives/offer.ts'
import type { RunConfig } from '../runs/index.ts'
import type { RunFolder } from '../runs/node/index.ts'
import { packageVersion } from '../runs/node/machine.ts'
import type { StateArrays } from '../runtime/engine.ts'
import { exportNetwork } from '../training/inference.ts'
import { DataError } from '../util/errors.ts'
import { checkpointArrays, newestCheckpoint, recordedObjective } from './recorded-run.ts'

const shapeText = (lengths: readonly number[]): string => `[${['N', ...lengths].join(', ')}]`

/** What a drawn input is drawn from, in words. */
const drawText = (draw: Draw | undefined): string | undefined =>
  draw &&
  (draw.distribution === 'uniform'
    ? `uniform [${draw.low}, ${draw.high})`
    : draw.distribution === 'normal'
      ? 'standard normal'
      : `one of ${draw.count} classes`)

/** The data as a file calls it that goes to others: folders by their last part, since where they lie concerns nobody else. */
const dataOf = ({ data }: RunConfig): string =>
  (data.parts ?? [data]).map(({ name }) => basename(name)).join(' + ')

/** What a network's file says about itself. */
function notes(objective: Objective, name: string, config: RunConfig, step: number) {
  const network = objective.networks[name]!
  const offers = Object.values(objective.offers ?? {}).filter((offer) => offer.network === name)
  const draws: Readonly<Record<string, Draw>> = Object.assign({}, ...offers.map((offer) => offer.draws))
  const meaning = offers.map((offer) => offer.meaning).find((text) => text !== undefined)
  const port = (kind: string, [called, { shape }]: [string, Port], more: string): string =>
    `${kind} "${called}" ${shapeText(shape)}${more}`
  const inputs = Object.entries(network.inputs)
  const outputs = Object.entries(network.outputs)
  const drawn = (called: string): string | undefined => drawText(draws[called])
  const latent = inputs.map(([called]) => drawn(called)).find((text) => text !== undefined)
  return {
    name: `${config.model} ${name}`,
    producer: { name: 'sparring', version: packageVersion() },
    documentation:
      `The ${name} of a ${config.model} trained on ${dataOf(config)} for ${step + 1} steps. ` +
      `${inputs.map((entry, i) => port(i === 0 ? 'Input' : 'input', entry, drawn(entry[0]) ? `, ${drawn(entry[0])}` : '')).join('; ')}; ` +
      `${outputs.map((entry) => port('output', entry, meaning ? `: ${meaning}` : '')).join('; ')}.`,
    metadata: {
      input: inputs.map(([called]) => called).join(' '),
      inputShape: inputs.map(([, { shape }]) => shapeText(shape)).join(' '),
      ...(latent ? { latent } : {}),
      output: outputs.map(([called]) => called).join(' '),
      outputShape: outputs.map(([, { shape }]) => shapeText(shape)).join(' '),
      ...(meaning ? { outputMeaning: meaning } : {}),
      model: config.model,
      seed: String(config.settings.seed),
      data: dataOf(config),
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
      exportNetwork(objective.networks[name]!, arrays, notes(objective, name, config, step)),
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
