// Examines the machine: is everything there that training needs, and how fast is it?
import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { arch, availableParallelism, cpus, freemem, platform, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { mnist } from '../data/index.ts'
import { cacheFolder } from '../data/node/index.ts'
import { matMul, reduceMax, reduceMin } from '../graph/build.ts'
import { type Graph, input } from '../graph/value.ts'
import { missingScripts } from '../report/node/fonts.ts'
import type { Engine } from '../runtime/engine.ts'
import { nodeEngine } from '../runtime/node.ts'
import { messageOf } from '../util/errors.ts'

export interface Finding {
  /** One word: `node`, `runtime`, ... */
  readonly name: string
  readonly status: 'ok' | 'warn' | 'fail'
  /** What was found, in words. */
  readonly found: string
  /** The same for machines. */
  readonly values: Readonly<Record<string, string | number | boolean | readonly string[]>>
  /** What to do about it; always there unless the status is ok, where it says what more there could be. */
  readonly remedy?: string
}

const GIGABYTE = 2 ** 30
/** A training of the MLP GAN stays below 700 MB. */
const ENOUGH_MEMORY = GIGABYTE
/** What any processor of the last ten years does on one core; 1e9 multiplications and additions a second. */
const SLOW_GFLOPS = 5
/** Platforms that ONNX Runtime has a binary for. */
const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64']

/** `[20, 19, 3]` of `>=20.19.3`. */
const numbersOf = (version: string): number[] => (version.match(/\d+/g) ?? []).map(Number)

/** Whether version `a` is `b` or newer. */
export function isAtLeast(a: string, b: string): boolean {
  const [left, right] = [numbersOf(a), numbersOf(b)]
  const at = right.findIndex((n, i) => (left[i] ?? 0) !== n)
  return at < 0 || (left[at] ?? 0) > right[at]!
}

/** @param wanted  the range of package.json, `>=20.19` */
export function examineNode(version: string, wanted: string): Finding {
  const supported = isAtLeast(version, wanted)
  return {
    name: 'node',
    status: supported ? 'ok' : 'fail',
    found: `Node ${version}, needed ${wanted}`,
    values: { version, wanted, supported },
    ...(supported
      ? {}
      : { remedy: `Install Node ${wanted.replace('>=', '')} or newer from https://nodejs.org.` }),
  }
}

export function examinePlatform(name: string, processor: string, cores: number): Finding {
  const supported = PLATFORMS.includes(name)
  return {
    name: 'platform',
    status: supported ? 'ok' : 'fail',
    found: `${name}, ${processor}, ${cores} ${cores === 1 ? 'core' : 'cores'}`,
    values: { platform: name, processor, cores },
    ...(supported
      ? {}
      : { remedy: `ONNX Runtime has no binary for ${name}. Use one of ${PLATFORMS.join(', ')}.` }),
  }
}

/** @param limit  bytes that this process may use, e.g. in a container; undefined for no limit of its own */
export function examineMemory(total: number, free: number, limit: number | undefined): Finding {
  const size = (bytes: number): string => `${(bytes / GIGABYTE).toFixed(1)} GiB`
  const usable = Math.min(total, limit ?? total)
  const enough = usable >= ENOUGH_MEMORY
  return {
    name: 'memory',
    status: enough ? 'ok' : 'warn',
    found: `${size(usable)}${usable < total ? ` allowed of ${size(total)}` : ''}, ${size(Math.min(free, usable))} free`,
    values: { totalBytes: total, freeBytes: free, usableBytes: usable },
    ...(enough
      ? {}
      : { remedy: 'Training takes up to 700 MB; use a smaller --batch-size or allow more memory.' }),
  }
}

const PRODUCT_SIZE = 1024
const PRODUCTS = 4

/** A few chained products of square matrices, of which only the extremes come back. */
function products(): Graph {
  const shape = [PRODUCT_SIZE, PRODUCT_SIZE]
  const [a, b] = [input('a', shape), input('b', shape)]
  let product = a
  for (let i = 0; i < PRODUCTS; i++) product = matMul(product, b)
  return { inputs: [a, b], outputs: { least: reduceMin(product), most: reduceMax(product) } }
}

/** Times matrix products on an engine and checks what they give. */
async function examineProduct(engine: Engine): Promise<Finding> {
  const model = await engine.open(products(), { name: 'doctor' })
  const shape = [PRODUCT_SIZE, PRODUCT_SIZE]
  // Rows of ones times columns that sum to one: every product is all ones again, exactly.
  const a = { shape, data: new Float32Array(PRODUCT_SIZE ** 2).fill(1) }
  const b = { shape, data: new Float32Array(PRODUCT_SIZE ** 2).fill(1 / PRODUCT_SIZE) }
  let seconds = Number.POSITIVE_INFINITY
  let exact = true
  for (let attempt = 0; attempt < 4; attempt++) {
    const started = performance.now()
    const { least, most } = await model.run({ a, b })
    seconds = Math.min(seconds, (performance.now() - started) / 1000)
    exact &&= least?.data[0] === 1 && most?.data[0] === 1
  }
  await model.close()
  const gflops = (PRODUCTS * 2 * PRODUCT_SIZE ** 3) / seconds / 1e9
  const fast = gflops >= SLOW_GFLOPS
  const speed = `${gflops.toFixed(gflops < 10 ? 1 : 0)} GFLOP/s in products of ${PRODUCT_SIZE} x ${PRODUCT_SIZE}`
  const values = { gflops, seconds, exact }
  if (!exact)
    return {
      name: 'product',
      status: 'fail',
      found: `${speed}, with a wrong result`,
      values,
      remedy:
        'Install the dependencies anew (npm ci). If it stays, the processor or its emulation is at fault.',
    }
  return {
    name: 'product',
    status: fast ? 'ok' : 'warn',
    found: speed,
    values,
    ...(fast ? {} : { remedy: 'That is slow: are other programs busy, or is the processor emulated?' }),
  }
}

/** Loads the runtime and tries it. */
async function examineRuntime(): Promise<Finding[]> {
  const failed = (error: unknown): Finding => ({
    name: 'runtime',
    status: 'fail',
    found: `ONNX Runtime cannot be used: ${messageOf(error)}`,
    values: { loads: false },
    remedy: 'Install the dependencies anew (npm ci) on this machine; see "Platforms" in the README.',
  })
  let engine: Engine
  try {
    engine = await nodeEngine()
  } catch (error) {
    return [failed(error)]
  }
  try {
    const product = await examineProduct(engine)
    return [
      {
        name: 'runtime',
        status: 'ok',
        found: `${engine.name}, computes on ${engine.providers.join(', ')}`,
        values: { name: engine.name, loads: true, providers: engine.providers },
      },
      product,
    ]
  } catch (error) {
    return [failed(error)]
  } finally {
    await engine.close()
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** Whether a folder can be written, or made. */
async function isWritable(folder: string): Promise<boolean> {
  let place = folder
  while (!(await exists(place)) && dirname(place) !== place) place = dirname(place)
  return access(place, constants.W_OK).then(
    () => true,
    () => false,
  )
}

type Environment = Readonly<Record<string, string | undefined>>

/** Looks at the folder of downloaded data sets. */
export async function examineCache(environment: Environment): Promise<Finding> {
  const folder = cacheFolder(environment)
  const names = Object.values(mnist.files).map(({ name }) => name)
  const there = await Promise.all(names.map((name) => exists(join(folder, 'datasets', mnist.name, name))))
  const downloaded = there.every(Boolean)
  const writable = await isWritable(folder)
  const state = downloaded ? 'mnist is there' : 'mnist is not there yet'
  return {
    name: 'cache',
    status: downloaded || writable ? 'ok' : 'warn',
    found: `${folder}: ${writable ? state : `${state}; cannot be written`}`,
    values: { folder, writable, mnist: downloaded },
    ...(downloaded || writable
      ? {}
      : { remedy: 'Set XDG_CACHE_HOME to a folder that can be written, or name the files with --data-dir.' }),
  }
}

/** The folder that SPARRING_DATA_DIR names, if it is set. */
async function examineDataFolder({ SPARRING_DATA_DIR: folder }: Environment): Promise<Finding[]> {
  if (!folder) return []
  const there = (await stat(folder).catch(() => undefined))?.isDirectory() ?? false
  const finding = { name: 'data', found: `SPARRING_DATA_DIR is ${folder}`, values: { folder, exists: there } }
  if (there) return [{ ...finding, status: 'ok' }]
  return [
    {
      ...finding,
      status: 'warn',
      found: `${finding.found}, which is no folder`,
      remedy: 'Unset the variable, or let it name the folder that holds the files of a data set.',
    },
  ]
}

/** Whether the pictures of a run can show the names of its classes, in whatever script they are. */
async function examineFonts(): Promise<Finding> {
  const missing = await missingScripts()
  const names = missing.join(', ')
  return {
    name: 'fonts',
    status: 'ok',
    found: `pictures show Latin, Greek, Cyrillic, Arabic and Hebrew letters${missing.length > 0 ? `, not ${names}` : ' and more'}`,
    values: { missing },
    ...(missing.length > 0
      ? {
          remedy:
            'Only for class names in these: install a font, such as fonts-noto-cjk or fonts-noto-core of Debian.',
        }
      : {}),
  }
}

/** All checks, in the order they are told. */
export async function examine({ environment }: { readonly environment: Environment }): Promise<Finding[]> {
  const { engines } = createRequire(import.meta.url)('../../package.json') as { engines: { node: string } }
  // 0 and absurdly large numbers both stand for "no limit".
  const limit = process.constrainedMemory()
  return [
    examineNode(process.versions.node, engines.node),
    examinePlatform(
      `${platform()}-${arch()}`,
      cpus()[0]?.model.trim() || 'unknown processor',
      availableParallelism(),
    ),
    examineMemory(totalmem(), freemem(), limit > 0 ? limit : undefined),
    ...(await examineRuntime()),
    await examineCache(environment),
    await examineFonts(),
    ...(await examineDataFolder(environment)),
  ]
}
