// The ONNX files of a run's trained networks, and of what an agent makes of them.
import { basename, join } from 'node:path'
import { rulesNamed } from '../environments/index.ts'
import type { Port } from '../layers/ports.ts'
import type { Objective } from '../objectives/objective.ts'
import { type Draw, offeredBy } from '../objectives/offer.ts'
import { dataName, type RunConfig } from '../runs/index.ts'
import type { RunFolder } from '../runs/node/index.ts'
import { packageVersion } from '../runs/node/machine.ts'
import type { StateArrays } from '../runtime/engine.ts'
import { exportNetwork } from '../training/inference.ts'
import { exportPolicy, POLICY } from '../training/policy.ts'
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
  data.parts ? data.parts.map(({ name }) => basename(name)).join(' + ') : basename(dataName(data))

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

/** The file of what an agent does, and the same with gradients, which is made for pages. */
export const POLICY_FILE = 'policy'
export const SALIENCY_FILE = 'policy-saliency'

/** What acts in an environment that is known, what that shows and takes, and what the policy's file says of it. */
export function acting(objective: Objective) {
  const act = offeredBy(objective, 'act')
  if (!act?.environment) return undefined
  const { name, options, returns } = act.environment
  const rules = rulesNamed(name, options.game as string | undefined)
  const actions = options.actions === 'minimal' ? rules.minimal : rules.actions
  const box = rules.observation
  return {
    ...{ act, environment: name, options, returns, actions, box },
    /** All that playing with the file takes. */
    metadata: {
      input: POLICY.observation,
      inputShape: shapeText(box.shape),
      output: POLICY.values,
      outputShape: shapeText([actions.length]),
      outputMeaning: 'mean return of each action',
      environment: name,
      environmentOptions: JSON.stringify(options),
      actions: JSON.stringify(actions),
      ...(returns ? { returns: JSON.stringify(returns) } : {}),
    },
    documentation:
      `Input "${POLICY.observation}" ${shapeText(box.shape)}, ${box.dtype}, as the environment shows it; output "${POLICY.values}": the mean return of each action (${actions.join(', ')})` +
      `${returns ? `; "${POLICY.probabilities}": how probable each of ${returns.length} returns is` : ''}.`,
  }
}

/** What a policy's file says of itself. */
function policyNotes(
  { act, environment, metadata, documentation }: NonNullable<ReturnType<typeof acting>>,
  objective: Objective,
  config: RunConfig,
  step: number,
) {
  const own = notes(objective, act.network, config, step)
  return {
    ...own,
    name: `${config.model} policy`,
    documentation: `What a ${config.model} that was trained on ${environment} for ${step + 1} steps makes of what it sees. ${documentation}`,
    metadata: { ...own.metadata, ...metadata },
  }
}

/** What a run's objective is written as: its networks, and what acts. */
export const fileNames = (objective: Objective): string[] => [
  ...Object.keys(objective.networks),
  ...(acting(objective) ? [POLICY_FILE] : []),
]

/** The bytes of the networks' ONNX files, by file name. */
export function networkFiles(
  objective: Objective,
  config: RunConfig,
  arrays: StateArrays,
  step: number,
  names: readonly string[] = fileNames(objective),
): Record<string, Uint8Array> {
  const bytesOf = (name: string): Uint8Array => {
    const agent = name === POLICY_FILE || name === SALIENCY_FILE ? acting(objective) : undefined
    if (!agent) return exportNetwork(objective.networks[name]!, arrays, notes(objective, name, config, step))
    return exportPolicy(agent.act, arrays, policyNotes(agent, objective, config, step), {
      dtype: agent.box.dtype,
      saliency: name === SALIENCY_FILE,
    })
  }
  return Object.fromEntries(names.map((name) => [`${name}.onnx`, bytesOf(name)]))
}

/** Absolute paths of network files in a folder, by network name. */
export const networkPaths = (folder: string, files: Iterable<string>): Record<string, string> =>
  Object.fromEntries(Array.from(files, (file) => [file.replace(/\.onnx$/, ''), join(folder, file)]))

/**
 * One network of a run as an ONNX file, from the newest checkpoint; of an agent also `policy`, and `policy-saliency`.
 *
 * @throws DataError when there is no checkpoint yet or no such network
 */
export async function networkBytes(run: RunFolder, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const objective = recordedObjective(run.config)
  const known = [...fileNames(objective), ...(acting(objective) ? [SALIENCY_FILE] : [])]
  if (!known.includes(name))
    throw new DataError(
      `${run.config.model} has no network "${name}"; it has ${fileNames(objective).join(', ')}`,
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
