// Networks of a run at work in the page.
import { openWebModel, type WebModel } from '../../../src/runtime/web.ts'
import type { RunParts } from '../../../src/server/protocol.ts'
import type { RunSource } from './source.ts'

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1)

export interface PageNetwork {
  readonly name: string
  /** Of one input and one output, without the batch axis. */
  readonly inputShape: readonly number[]
  readonly outputShape: readonly number[]
  /** What runs it: `WebGPU`, `WebAssembly, 2 threads`. */
  readonly where: string
  /**
   * Outputs `[count, ...outputShape]` for inputs `[count, ...inputShape]`. Calls run one after another.
   *
   * @throws RangeError for inputs of another size
   */
  run(inputs: Float32Array, count: number): Promise<Float32Array>
}

const whereOf = ({ backend, threads }: WebModel): string =>
  backend === 'webgpu' ? 'WebGPU' : `WebAssembly, ${threads === 1 ? '1 thread' : `${threads} threads`}`

async function open(source: RunSource, part: RunParts['networks'][number]): Promise<PageNetwork> {
  const [bytes, options] = await Promise.all([source.network(part.name), source.runtime()])
  const model = await openWebModel(bytes, options)
  const { name, input, output, inputShape, outputShape } = part
  let last: Promise<unknown> = Promise.resolve()
  return {
    name,
    inputShape,
    outputShape,
    where: whereOf(model),
    run(inputs, count) {
      const wanted = count * sizeOf(inputShape)
      if (inputs.length !== wanted)
        throw new RangeError(
          `"${name}" takes ${count} x [${inputShape.join(', ')}], ${wanted} numbers; got ${inputs.length}`,
        )
      const results = last.then(() => model.run({ [input]: { data: inputs, shape: [count, ...inputShape] } }))
      last = results.catch(() => {})
      return results.then((made) => made[output]!.data as Float32Array)
    },
  }
}

const opened = new WeakMap<RunSource, Map<string, Promise<PageNetwork>>>()

/**
 * A network of a run, opened once per run and page.
 *
 * @param name   of the network, e.g. `generator`
 * @param fresh  opens it again with the newest weights
 * @throws Error when the run has no such network or no checkpoint yet, or the browser cannot run it
 */
export function openNetwork(
  source: RunSource,
  parts: RunParts,
  name: string,
  { fresh = false }: { readonly fresh?: boolean } = {},
): Promise<PageNetwork> {
  const networks = opened.get(source) ?? new Map<string, Promise<PageNetwork>>()
  opened.set(source, networks)
  const known = networks.get(name)
  if (known && !fresh) return known
  const part = parts.networks.find((network) => network.name === name)
  if (!part) return Promise.reject(new RangeError(`the run has no network "${name}"`))
  const opening = open(source, part)
  networks.set(name, opening)
  opening.catch(() => networks.get(name) === opening && networks.delete(name))
  return opening
}
