// Networks of a run at work in the page.
import { openWebModel, type WebModel, type WebModelOptions } from '../../../src/runtime/web.ts'
import type { RunParts } from '../../../src/server/protocol.ts'
import type { RunSource } from './source.ts'

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1)

export interface PageNetwork {
  readonly name: string
  /** Of one of what it gives, without the batch axis. */
  readonly outputShape: readonly number[]
  /** What runs it: `WebGPU`, `WebAssembly, 2 threads`. */
  readonly where: string
  /**
   * Outputs `[count, ...outputShape]` for inputs `[count, ...]`. Calls run one after another.
   *
   * @param inputs  by their names; of a network that has one, that one alone
   * @param options  `isBackground`: what somebody looks at goes first
   * @throws RangeError for inputs that are missing or of another size
   */
  run(
    inputs: Float32Array | Readonly<Record<string, Float32Array>>,
    count: number,
    options?: { readonly isBackground?: boolean },
  ): Promise<Float32Array>
  /** Frees it, after what is running. */
  close(): Promise<void>
}

const whereOf = ({ backend, threads }: WebModel): string =>
  backend === 'webgpu' ? 'WebGPU' : `WebAssembly, ${threads === 1 ? '1 thread' : `${threads} threads`}`

/** Runs jobs one after another, those in the background last; between two of these events have their turn. */
function inTurns(): <T>(job: () => Promise<T>, isBackground: boolean) => Promise<T> {
  const waiting: Record<'front' | 'back', (() => Promise<void>)[]> = { front: [], back: [] }
  let isBusy = false
  const work = async (): Promise<void> => {
    isBusy = true
    for (;;) {
      const job = waiting.front.shift() ?? waiting.back.shift()
      if (!job) break
      await job()
      if (waiting.front.length === 0) await new Promise((resolve) => setTimeout(resolve))
    }
    isBusy = false
  }
  return (job, isBackground) =>
    new Promise((resolve, reject) => {
      waiting[isBackground ? 'back' : 'front'].push(() => job().then(resolve, reject))
      if (!isBusy) void work()
    })
}

type Part = RunParts['networks'][number]

/** Arrays for all inputs of a network, with their shapes. */
function feedsOf({ name, inputs }: Part, given: Parameters<PageNetwork['run']>[0], count: number) {
  const byName = given instanceof Float32Array ? { [inputs[0]!.name]: given } : given
  return Object.fromEntries(
    inputs.map(({ name: input, shape }) => {
      const [data, wanted] = [byName[input], count * sizeOf(shape)]
      if (data?.length !== wanted)
        throw new RangeError(
          `"${name}" takes as "${input}" ${count} x [${shape.join(', ')}], ${wanted} numbers; got ${data?.length ?? 'none'}`,
        )
      return [input, { data, shape: [count, ...shape] }]
    }),
  )
}

async function open(
  source: RunSource,
  part: Part,
  { name: output, shape: outputShape }: Part['outputs'][number],
  backend: WebModelOptions['backend'],
): Promise<PageNetwork> {
  const [bytes, options] = await Promise.all([source.network(part.name), source.runtime()])
  const model = await openWebModel(bytes, { ...(backend ? { backend } : {}), ...options })
  const turns = inTurns()
  return {
    name: part.name,
    outputShape,
    where: whereOf(model),
    async run(inputs, count, { isBackground = false } = {}) {
      const feeds = feedsOf(part, inputs, count)
      const made = await turns(() => model.run(feeds), isBackground)
      return made[output]!.data as Float32Array
    },
    close: () => turns(() => model.close(), true),
  }
}

const opened = new WeakMap<RunSource, Map<string, Promise<PageNetwork>>>()

/**
 * A network of a run, opened once per run and page.
 *
 * @param name   of the network, e.g. `generator`
 * @param fresh  opens it again with the newest weights
 * @param output  one of its outputs, where it has several and another than the first is meant
 * @param backend  where it has to run; default: wherever it is fast
 * @throws Error when the run has no such network or no checkpoint yet, or the browser cannot run it
 */
export function openNetwork(
  source: RunSource,
  parts: RunParts,
  name: string,
  {
    fresh = false,
    output,
    backend,
  }: {
    readonly fresh?: boolean
    readonly output?: { readonly name: string; readonly shape: readonly number[] }
    readonly backend?: 'wasm'
  } = {},
): Promise<PageNetwork> {
  const networks = opened.get(source) ?? new Map<string, Promise<PageNetwork>>()
  opened.set(source, networks)
  const key = output ? `${name} ${output.name}` : name
  const known = networks.get(key)
  if (known && !fresh) return known
  const part = parts.networks.find((network) => network.name === name)
  if (!part) return Promise.reject(new RangeError(`the run has no network "${name}"`))
  const opening = open(source, part, output ?? part.outputs[0]!, backend)
  networks.set(key, opening)
  opening.catch(() => networks.get(key) === opening && networks.delete(key))
  return opening
}
